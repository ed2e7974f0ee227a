#!/bin/sh
# scrape-images: pages, listings, wikis, and how they are read.
. "$(dirname "$0")/scrape.sh"

# ---- a page ----
scrape -o gallery --url "$origin/pages/gallery-1.html" --follow 'page=2' "red shells"
status_is 0
is "each picture once, in its largest form" "$(rows gallery url | tr '\n' ' ')" \
	"/image/cover.png /image/large.png /image/lazy.png /image/linked.png /image/plain.png /image/twice.png /image/wide.png "
is "every row names class, page and recipe" "$(rows gallery class page site status | uniq)" \
	"red shells$tab/pages/gallery-1.html${tab}page${tab}accepted"
is "the manifest has the columns of the manual, in its order" "$(head -n 1 gallery/manifest.tsv | tr '\t' ' ')" \
	"$(sed -n '/Pa manifest.tsv$/,/^.El/s/^\.It \(.*\) Ta .*/\1/p' "$here/../../man/scrape-images.1" | tr -d , | tr '\n' ' ' | sed 's/ $//')"
rows gallery sha256 file >files
(cd gallery && find "red shells" -type f -exec sha256sum {} + | sed "s/  /$tab/" | LC_ALL=C sort) >sums
ok "the manifest has the hash of each file" cmp files sums
is "files are named for it" "$(awk -F '\t' '$2 == "red shells/" substr($1, 1, 16) ".png"' files | wc -l | tr -d ' ')" 7
is "--follow took page two" "$(asked '/pages/gallery-1.html?page=2')" 1
is "robots.txt was asked for once" "$(asked /robots.txt)" 1
: >log
scrape -o gallery --url "$origin/pages/gallery-1.html" "red shells"
status_is 0
is "a second run asks for no image again" "$(asked /image/)" 0
scrape -o gallery --url "$origin/pages/gallery-1.html" "blue shells"
status_is 1
is "nor for another class" "$(asked /image/)" 0
urls /image/sub/wide.png >list
scrape -o gallery --urls list
is "the same bytes are refused across classes" "$(rows gallery class status reason | grep '^shells')" \
	"shells${tab}refused${tab}duplicate: the same bytes as $(grep /image/wide.png gallery/manifest.tsv | cut -f 2)"
rm -rf few
scrape -o few -n 3 --url "$origin/pages/gallery-1.html" x
status_is 0
is "-n counts accepted images" "$(find few/x -type f | wc -l | tr -d ' ')" 3
scrape -o few -n 5 --url "$origin/pages/gallery-1.html" x
is "-n counts those of earlier runs" "$(find few/x -type f | wc -l | tr -d ' ')" 5
run scrape-images --allow-private --hamming 0 -o few -n 50 --url "$origin/pages/gallery-1.html" x
status_is 4
stderr_is "class  images     new refused  failed  ended
x           7       2       0       0  no more pages, 5 requested before"
sed "s|{origin}|$origin|" pages/gallery-1.html >saved.html
scrape -o saved --page saved.html x
is "a saved page: what is absolute on it" "$(rows saved url)" /image/cover.png
scrape -o listed --site listing --url "$origin/pages/listing.html" x
is "a listing and the folder below it" "$(rows listed url | tr '\n' ' ')" "/image/below.png /image/one.PNG /image/two%20parts.png "
printf '<img src="x.jpg">' >pages/broken.html
scrape -o none --url "$origin/pages/notes.html" x
stderr_is "scrape-images: $origin/pages/notes.html: x: HTTP status 404"
printf '<p>nothing' >pages/nothing.html
scrape -o none --url "$origin/pages/nothing.html" x
stderr_has "page: x: selector '//img.*' matched nothing on page 1 .the site may have changed.$"
status_is 1

# ---- a wiki ----
: >log
scrape -o wiki --site mediawiki --api "$origin/w/api.php" --contact me@example.org "red=Category:Shells" "page=Page:Shells & sand"
status_is 0
is "every part of the category, without what is small or no bitmap" "$(rows wiki class url query | tr '\n' ' ')" \
	"page$tab/image/wiki-alone.png${tab}Page:Shells & sand red$tab/image/wiki-four.png${tab}Category:Shells red$tab/image/wiki-one.png${tab}Category:Shells "
is "the user agent says who asks" "$(cut -f 2 log | uniq)" "$(sed -n 's/.*"\(.*\)".*/millrace\/\1 (collects images; contact: me@example.org)/p' "$here/../../lib/base/version.h")"
is "a documented interface needs no robots.txt, images do" "$(head -n 1 log | cut -c 1-6) $(grep -v '^/w/' log | head -n 1 | cut -f 1)" \
	"/w/api /robots.txt"
scrape -o wiki2 --site mediawiki --api "$origin/w/api.php" "red shells"
is "a search" "$(rows wiki2 url)" /image/wiki-alone.png
scrape -o wiki3 --site mediawiki --api "$origin/w/api.php" "x=Category:None"
stderr_is "scrape-images: mediawiki: x: mediawiki: the site says: Invalid continue param."
status_is 1
scrape -o wiki3 --site mediawiki --api "$origin/w/api.php" "x=Category:Empty"
stderr_has "mediawiki: x: selector '//page/imageinfo/ii.*' matched nothing on page 1"
scrape -o wiki4 --site fandom --api "$origin/w/api.php" "x=Page:Shells & sand"
is "fandom: the original, not a recoded one" "$(rows wiki4 url)" "/image/wiki-alone.png?format=original"

# ---- limits of a recipe ----
printf 'item = //a\nimage = @href\nnext = //a[@rel="next"]/@href\nrate = 5\n' >slow-site
printf '<a href="/image/r1.png"></a><a href="/image/r2.png"></a><a href="/image/r3.png"></a>' >pages/rate.html
started=$(date +%s%N)
scrape -o rate --site ./slow-site --url "$origin/pages/rate.html" x
ok "five requests at five a second take 0.8 seconds" test $((($(date +%s%N) - started) / 1000000)) -ge 780
for i in 1 2 3 4 5 6 7; do
	printf '<a href="/image/same.png"></a><a rel="next" href="dry-%d.html">next</a>' $((i + 1)) >pages/dry-$i.html
done
: >log
run scrape-images --allow-private --hamming 0 -o dry --site page --url "$origin/pages/dry-1.html" x
stderr_has 'nothing new on three pages$'
is "three pages without anything new are enough" "$(asked /pages/dry)" 4
scrape -o dry2 --max-pages 2 --url "$origin/pages/dry-1.html" y
is "--max-pages" "$(asked /pages/dry)" 6
finish
