#!/bin/sh
# scrape-images: every recipe of a site as it is shipped, against pages written by hand after those of the site.
. "$(dirname "$0")/scrape.sh"

# Recipes go to the sites' own hosts unless --api says otherwise, and at their pace.
site() { echo "--site $1 --api $1=$origin/pages/$1"; }
images() { rows "$1" url status | sed "s/${tab}accepted//" | tr '\n' ' '; }
# The requests for pages in the order in which they were made.
pages() { cut -f 1 log | grep '^/pages/' | tr '\n' ' '; : >log; }

# ---- bing ----
scrape -o bing $(site bing) "goku=Son Goku"
status_is 0
is "bing: JSON in attributes, over two pages" "$(images bing)" "/image/bing-one.png?a=1&b=2 /image/bing-three.png /image/bing-two.png "
query='/pages/bing/images/async?q=Son%20Goku&async=1'
is "numbered by offset, until a page has nothing" "$(pages)" \
	"$query&first=1&count=35&mkt=en-US&adlt=moderate $query&first=36&count=35&mkt=en-US&adlt=moderate $query&first=71&count=35&mkt=en-US&adlt=moderate "
is "row and page" "$(rows bing site query page | sort -u | head -n 1)" "bing${tab}Son Goku${tab}$query&first=1&count=35&mkt=en-US&adlt=moderate"
scrape -o changed $(site bing) gone
status_is 1
stderr_is "scrape-images: bing: gone: selector '//a[contains(concat(' ', @class, ' '), ' iusc ')]/@m -> json' matched nothing on page 1 (the site may have changed)"
scrape -o changed $(site bing) changed
status_is 1
stderr_is "scrape-images: bing: changed: selector 'murl' matched nothing on page 1 (the site may have changed)"
: >log
scrape -o few -n 1 $(site bing) x
status_is 0
is "no page more than -n needs" "$(grep -c '^/pages/' log)" 1

# ---- google ----
sed "s|{origin}|$origin|" pages/google-saved.html >saved.html
for recipe in google page; do
	scrape -o google-$recipe --site $recipe --page saved.html shells
	status_is 0
	is "$recipe: a saved page of Google's, escapes undone, without what is small and thumbnails" "$(images google-$recipe)" \
		"/image/google-one.png?w=1200&h=%c3%a9 /image/google-two.png "
done
run scrape-images --explain --site google --page "$fixtures/sites/google-old.html" shells
status_is 0
stdout_has '^    https://encrypted-tbn1.gstatic.com/images[?]q=tbn:two&s$'
: >log
GOOGLE_API_KEY=secret/1 GOOGLE_SEARCH_ENGINE=0:x scrape -o search $(site google) shells
status_is 0
is "google: the Custom Search API" "$(images search)" "/image/search-one.png /image/search-two.png "
is "asked with the keys of the environment" "$(pages | cut -d ' ' -f 1,2)" \
	"/pages/google/customsearch/v1?key=secret%2F1&cx=0%3Ax&q=shells&searchType=image&num=10&start=1 /pages/google/customsearch/v1?key=secret%2F1&cx=0%3Ax&q=shells&searchType=image&num=10&start=11"
ok "which are written down nowhere" sh -c '! grep -r -e secret -e 0%3Ax search'
scrape -o search2 $(site google) --key key=wrong --key cx=y shells
status_is 1
stderr_is "scrape-images: google: shells: google: the site says: API key not valid."
scrape -o search2 $(site google) shells
stderr_is "scrape-images: google: shells: needs --key key=VALUE, or GOOGLE_API_KEY in the environment
scrape-images: try 'scrape-images --help'"
scrape -o search2 $(site google) --key kex=y shells
stderr_is "scrape-images: --key: kex: no site has this key
scrape-images: try 'scrape-images --help'"
printf 'pages/gone/customsearch/v1 HTTP/1.1 404 Not Found%%E%%l{%%}\n' >>pages/answers
scrape -o search3 --site google --api google="$origin/pages/gone" --key key=secret --key cx=12345 shells
stderr_is "scrape-images: $origin/pages/gone/customsearch/v1?key={key}&cx={cx}&q=shells&searchType=image&num=10&start=1: shells: HTTP status 404"

# ---- acdb ----
# goku.jpg is there; lost.jpg is a png, 5688-2 only a thumbnail.
for name in lost.jpg 5688-2.jpg 5688-2.png; do
	printf 'image/uploads/chars/%s HTTP/1.1 404 Not Found%%E%%l{%%}\n' $name >>pages/answers
done
: >log
scrape -o acdb $(site acdb) "goku=Son Goku"
is "acdb: full size, the other type where that is missing" "$(rows acdb url status | grep accepted | cut -f 1 | tr '\n' ' ')" \
	"/image/uploads/chars/5688-1.png /image/uploads/chars/goku.jpg /image/uploads/chars/lost.png "
is "every address asked for has its row" "$(rows acdb url status reason | grep refused | cut -f 1,3 | tr '\n' ' ')" \
	"/image/uploads/chars/5688-2.jpg${tab}HTTP status 404 /image/uploads/chars/5688-2.png${tab}HTTP status 404 /image/uploads/chars/lost.jpg${tab}HTTP status 404 "
is "a page for each character" "$(pages)" \
	"/pages/acdb/api_series_characters.php?character_q=Son%20Goku /pages/acdb/photo.php?cid=11 /pages/acdb/photo.php?cid=12 "
scrape -o acdb $(site acdb) "goku=Son Goku"
is "again: nothing that was found or found missing is asked for" "$(asked /image/)" 0
printf '<p>other' >pages/acdb/photo.php@cid=11
scrape -o acdb-silent $(site acdb) goku=Character:11
status_is 0
stderr_is "scrape-images: acdb: goku: no further page, of 1, had an item (the site may have changed)"
scrape -o acdb-none $(site acdb) Nobody
status_is 1
stderr_is "scrape-images: acdb: Nobody: selector '..character_image' matched nothing on page 1 (the site may have changed)"
cp "$fixtures/sites/acdb/photo.php@cid=11" pages/acdb/
for query in Series:7 Character:11; do
	scrape -o acdb-$query $(site acdb) "goku=$query"
	is "acdb: $query" "$(rows acdb-$query url status | grep accepted | cut -f 1 | tr '\n' ' ')" \
		"/image/uploads/chars/5688-1.png /image/uploads/chars/goku.jpg "
done
: >log
scrape -o acdb-page --site acdb-character --url "$origin/pages/acdb/characters.php?id=11" goku
status_is 0
is "acdb: from a character's page to pages of images to images" "$(images acdb-page)" \
	"/image/uploads/chars/five.png /image/uploads/chars/og.png /image/uploads/chars/six.png "
is "by these pages" "$(pages)" "/pages/acdb/characters.php?id=11 /pages/acdb/image.php?imgid=5 /pages/acdb/image.php?imgid=6 "

# ---- boards, Openverse ----
scrape -o safebooru $(site safebooru) "goku=Son Goku"
status_is 0
is "safebooru: no samples, no films" "$(images safebooru)" "/image/board-one.png /image/board-two.png "
is "a tag, and pages from 0" "$(pages | cut -d ' ' -f 1)" "/pages/safebooru/index.php?page=dapi&s=post&q=index&tags=son_goku&limit=100&pid=0"
printf 'like = moebooru\nrate = 1000\n' >moebooru
: >log
scrape -o boards --site ./moebooru --api "$origin/pages/moebooru" "shells=Tags:red_shells solo"
status_is 0
is "moebooru" "$(images boards)" "/image/moe-one.png /image/moe-two.png "
is "several tags, and pages from 1" "$(pages)" \
	"/pages/moebooru/post.xml?tags=red_shells%20solo&limit=100&page=1 /pages/moebooru/post.xml?tags=red_shells%20solo&limit=100&page=2 /pages/moebooru/post.xml?tags=red_shells%20solo&limit=100&page=3 "
: >log
scrape -o boards2 --site ./moebooru --api "$origin/pages/moebooru" "shells=Tags:a b c d"
stderr_is "scrape-images: moebooru: shells: moebooru: the site says: You can only search up to three tags"
scrape -o openverse $(site openverse) "red shells"
status_is 0
is "openverse, with licences" "$(rows openverse url licence | tr '\n' ' ')" \
	"/image/open-one.png${tab}by-sa /image/open-three.png${tab}by /image/open-two.png${tab}cc0 "
is "openverse's pages" "$(pages | sed 's/.*moebooru[^ ]* //' | cut -d ' ' -f 1)" "/pages/openverse/v1/images/?q=red%20shells&page=1&page_size=20"

# ---- wikis with interfaces of their own ----
for wiki in commons bulbagarden; do
	scrape -o $wiki --site $wiki --api $wiki="$origin/w/api.php" x=Category:Shells "x=red shells"
	status_is 0
	is "$wiki: categories and searches, with licences" "$(rows $wiki url licence | tr '\n' ' ')" \
		"/image/wiki-alone.png${tab}CC BY-SA 4.0 /image/wiki-four.png$tab /image/wiki-one.png$tab "
done

# ---- several sites ----
: >log
scrape -o several -n 4 $(site bing) $(site openverse) "goku=Son Goku"
status_is 0
is "the second site as long as the first has not enough" "$(rows several site | uniq -c | sed 's/^ *//' | tr '\n' ' ')" "3 bing 1 openverse "
scrape -o several --site bing --api bin="$origin" x
stderr_is "scrape-images: --api: bin=$origin: no such --site
scrape-images: try 'scrape-images --help'"

# ---- any page ----
scrape -o article --url "$origin/pages/article.html" shells
status_is 0
is "page: pictures, og:image, JSON-LD, srcset, data-src" "$(images article)" \
	"/image/article-card.png /image/article-cover.png /image/article-l.png /image/article-lazy.png /image/article-xl.png /image/ld-four.png /image/ld-one.png /image/ld-three.png /image/ld-two.png "
for i in 1 2 3 4; do
	printf '<img src="/image/deep-%d.png"><a href="deep-%d.html">on</a><a href="deep-1.html">back</a>' $i $((i + 1)) >pages/deep-$i.html
done
: >log
scrape -o depth --url "$origin/pages/deep-1.html" --follow deep- --depth 2 shells
is "--depth" "$(pages)" "/pages/deep-1.html /pages/deep-2.html /pages/deep-3.html "
scrape -o depth0 --url "$origin/pages/deep-1.html" --follow deep- --max-pages 4 shells
is "any depth, each page once" "$(pages)" "/pages/deep-1.html /pages/deep-2.html /pages/deep-3.html /pages/deep-4.html "

# ---- recipes of one's own ----
cat >own <<EOF
page = $origin/pages/own-{page}.json?{query}
format = json
user-agent = Own/1
header = X-Own: {secret}
header = Accept-Language: en
key secret = MILLRACE_TEST_SECRET
item = list[]
image = a
cursor after = last
cursor = more.*
EOF
printf '{"list": [{"a": "/image/own-1.png"}], "last": 17, "more": {"x": "a b", "y": null}}' >pages/own-1.json
printf '{"list": []}' >'pages/own-1.json@after=17'
printf '{"list": []}' >pages/own-2.json
: >log
MILLRACE_TEST_SECRET=abc scrape -o own-out --site ./own q
is "cursors of JSON" "$(cut -f 1 log | grep '^/pages' | head -n 2 | tail -n 1)" "/pages/own-1.json?q&after=17&x=a%20b"
is "a user agent of its own, for images too" "$(grep -v robots log | cut -f 2 | sort -u | tr '\n' ' ')" "Own/1 "
is "headers for pages" "$(grep -c 'X-Own.*Accept-Language' log) of $(grep -c '^/pages/' log)" "2 of 2"
is "not for images" "$(grep '^/image/' log | grep -c X-Own)" 0
printf 'format = json\nitem = list[]\nimage = a\nheader = X-Own: yes\n' >own
other=$(echo "$origin" | sed s/127.0.0.1/localhost/)
: >log
scrape -o own-redirect --site ./own --url "$origin/redirect/$other/pages/own-1.json" x
is "headers are not sent to another host" "$(grep -c X-Own log) $(grep -c '^/pages/own-1' log)" "1 1"

# ---- --explain ----
run scrape-images --explain --site bing --site acdb --site mediawiki --api https://wiki.example/api.php "goku=Son Goku"
status_is 0
acdb_images() {
	printf '%*simage URL: /uploads/chars/thumbs/200/ -> /uploads/chars/\n' "$1" ''
	printf '%*sif the image is missing: [.]jpg$ -> .png\n' "$1" ''
	printf '%*sif the image is missing: [.]png$ -> .jpg\n' "$1" ''
	printf '%*srequests: at most 1 per second, 1 concurrent\n' "$1" ''
}
stdout_is "bing: goku=Son Goku
  page 1: https://www.bing.com/images/async?q=Son%20Goku&async=1&first=1&count=35&mkt=en-US&adlt=moderate
  page 2: https://www.bing.com/images/async?q=Son%20Goku&async=1&first=36&count=35&mkt=en-US&adlt=moderate
  and so on, until a page has no item, to page 29
  requests: at most 1 per second, 2 concurrent
  robots.txt: for pages and images
  pages: at most 100
acdb: goku=Son Goku
  page 1: https://www.animecharactersdatabase.com/api_series_characters.php?character_q=Son%20Goku
  then each page of ..id -> as photo.php?cid={}, read by acdb-character
    then each page of //*[@id='tile1']//a[contains(@href, 'imgid=')]/@href, read by acdb-image
$(acdb_images 6)
      robots.txt: for pages and images
$(acdb_images 4)
    robots.txt: for pages and images
$(acdb_images 2)
  robots.txt: for images only, since the pages are a documented API
  pages: at most 100
mediawiki: goku=Son Goku
  page 1: https://wiki.example/api.php?action=query&format=xml&prop=imageinfo&iiprop=url%7Csize%7Cmime%7Cextmetadata&iiextmetadatafilter=LicenseShortName&generator=search&gsrnamespace=6&gsrsearch=Son%20Goku&gsrlimit=50
  then the same with /api/continue/@*
  requests: at most 2 per second, 4 concurrent
  robots.txt: for images only, since the pages are a documented API
  pages: at most 100"
run scrape-images --explain --url http://h.example/a --follow 'page=' --depth 2 --max-pages 7 --rate 0.5 --connections 1 goku
status_is 0
stdout_has '^  page 1: http://h.example/a$'
stdout_has '^  then each page of //a/@href [^=]* that matches page=, at most 2 in a row, on the same host$'
stdout_has '^  requests: at most 0.5 per second, 1 concurrent$'
stdout_has '^  pages: at most 7$'
run scrape-images --explain --site bing --max-pages 1 --ignore-robots goku
is "no page more than --max-pages" "$(grep -c page .out) $(grep -c 'robots.txt: not fetched' .out)" "2 1"
run scrape-images --explain --site google --site openverse --site page a b=https://h.example/
status_is 1
is "what can't be asked is said, and the rest shown" "$(grep -c '^openverse: ' .out) $(grep -c '^  page 1: ' .out) $(wc -l <.err | tr -d ' ')" "2 4 2"
stderr_has '^scrape-images: google: needs --key key=VALUE, or GOOGLE_API_KEY in the environment$'
stderr_has "^scrape-images: page: needs --url: it has no page for 'a'$"
printf '# a list\nhttp://h.example/1.png\tred shells\nnowhere\tx\n\nhttp://h.example/2.png\tred shells\nhttp://h.example/3.png\tblue\n' >list.tsv
for i in 4 5 6; do printf 'http://h.example/%d.png\tred shells\n' $i >>list.tsv; done
run scrape-images --explain --urls list.tsv --site openverse shells
status_is 1
stderr_is "scrape-images: list.tsv: line 3: nowhere: Bad scheme
scrape-images: list.tsv: lines that can't be used: 1"
is "a list, and what else is asked for" "$(head -n 9 .out)" "list: list.tsv
  red shells: 5
    http://h.example/1.png
    http://h.example/2.png
    http://h.example/4.png
  blue: 1
    http://h.example/3.png
openverse: shells
  page 1: https://api.openverse.org/v1/images/?q=shells&page=1&page_size=20"
run scrape-images --explain --urls /dev/null
status_is 1
stderr_is "scrape-images: /dev/null: has no URL"
run scrape-images --explain --site google --key key=secret --key cx=12345 goku
stdout_has 'key=[{]key[}]&cx=[{]cx[}]&q=goku'
ok "keys are not shown" sh -c '! grep secret .out'
sed "s|{origin}|$origin|" pages/bing/images/async >saved.html
run scrape-images --explain --site bing --page saved.html goku
status_is 0
stdout_has ' -> json: 3$'
stdout_has '^      image = murl: 3$'
cat >finds.html <<'EOF'
<base href="http://h.example/g/"><img src="" alt="none"><img src=" "><img src=a.png srcset="b.png 1x, c.png 2x"><img src=tiny.png>
<a href="?page=2">2</a><a href="other">other</a><a rel=next href="?page=3">3</a>
EOF
printf 'item = //img\nimage = largest(@srcset)\nimage = @src\nimage = @data-src\nnext = //a[@rel="next"]/@href\nlink = //a/@href\n' >finds
run scrape-images --explain --site ./finds --page finds.html --follow 'page=' x
status_is 0
is "what each selector found, but nothing empty" "$(sed '/^  images/,$d' .out)" 'finds: x
  page: finds.html
    item = //img: 4
      <img src="" alt="none">
      <img src=" ">
      <img src="a.png" srcset="b.png 1x, c.png 2x">
      image = largest(@srcset): 1
        c.png
      image = @src: 2
        a.png
        tiny.png
      image = @data-src: 0
    next = //a[@rel="next"]/@href: 1
      ?page=3
    link = //a/@href: 3
      ?page=2
      other
      ?page=3'
is "the images and pages that come of it" "$(sed -n '/^  images/,$p' .out)" "  images: 2, too small: 0, without a usable URL: 0
    http://h.example/g/c.png
    http://h.example/g/tiny.png
  further pages: 2
    for finds: http://h.example/g/?page=3
    for finds: http://h.example/g/?page=2"
ok "no control character reaches the terminal" sh -c '! grep -q "$(printf "\033")" .out'
run scrape-images --explain --site bing --page "$fixtures/sites/gallery-1.html" goku
status_is 1
stderr_is "scrape-images: bing: selector '//a[contains(concat(' ', @class, ' '), ' iusc ')]/@m -> json' matched nothing on page 1 (the site may have changed)"
printf '<img src="http://\033[2J/\233\n.png" alt=x>' >evil.html
run scrape-images --explain --page evil.html x
ok "nor one out of an address" sh -c '! LC_ALL=C grep -q "[$(printf "\033\233")]" .out .err'
ok "nothing was made" test ! -e images

# ---- pages that mean harm ----
head -c 10000000 /dev/zero | tr '\0' x | sed "s|^|<a class=iusc m='{\"murl\":\"http://|; s|\$|\"}'></a>|" >long.html
run scrape-images --quiet --site bing --page long.html -o harm x
status_is 1
{ printf '[%.0s' $(seq 1 50000); } >nested.json
run scrape-images --quiet --site openverse --page nested.json -o harm x
status_is 1
stderr_has '^scrape-images: openverse: x: nested.json: not valid JSON: line 1: maximum parsing depth reached'
printf '{"results": [{"url": "http://127.0.0.1/\377"}]}' >utf8.json
run scrape-images --quiet --site openverse --page utf8.json -o harm x
stderr_has '^scrape-images: openverse: x: utf8.json: not valid JSON: line 1: '
printf '<a class=iusc m="{&quot;murl&quot;:&quot;%s/image/nul.png&quot;}"></a>\0<p \0>' "$origin" >nul.html
scrape --site bing --page nul.html -o nul x
status_is 0
awk 'BEGIN { printf "{\"results\": ["; for (i = 0; i < 2500000; i++) printf "1,"; print "1]}" }' >array.json
run scrape-images --quiet --site openverse --page array.json -o harm x
stderr_is "scrape-images: openverse: x: $MILLRACE_DATA/sites/openverse: line 12: item: results[]: finds too many nodes on this page"
finish
