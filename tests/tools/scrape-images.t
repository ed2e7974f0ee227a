#!/bin/sh
. "$(dirname "$0")/tap.sh"

server=$BIN/../tests/server/faults
MILLRACE_DATA=$here/../../data
export MILLRACE_DATA
cp -r "$fixtures/sites" pages
: >log
"$server" pages log >origin &
server_process=$!
trap 'kill $server_process; chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s origin ] || sleep 0.1; done
origin=$(cat origin)
tab=$(printf '\t')

scrape() { run scrape-images --allow-private --quiet --backoff 0.01 "$@"; }
# Columns of the manifest's rows but its header, sorted: reason [url...]
rows() { tail -n +2 "$1/manifest.tsv" | cut -f "$2" | sed "s|$origin||g" | LC_ALL=C sort; }
asked() { grep -c -e "^$1" log; }
urls() { for path; do printf '%s%s\tshells\n' "$origin" "$path"; done; }
# One image address, and the status and reason that its row gets.
fault() {
	rm -rf one
	urls "$1" >list
	scrape -o one --urls list --max-bytes 30000 --retries 2 --timeout 1 --max-wait 3
	is "$1" "$(rows one 13,14)" "$2"
}

# ---- usage ----
run scrape-images
status_is 2
run scrape-images --url http://example.org/ a=b
status_is 2
stderr_has '^scrape-images: --url: takes a class without =QUERY$'
run scrape-images -o out --url x a
status_is 1
stderr_has '^scrape-images: --url: x: '
run scrape-images --url http://example.org/ a b
status_is 2
run scrape-images -o out --site nowhere/recipe x
stderr_is "scrape-images: nowhere/recipe: No such file or directory"
status_is 1
run scrape-images -o out --site mediawiki x
stderr_has '^scrape-images: mediawiki: x: needs --api$'
run scrape-images -o out --url http://example.org/ ../x
stderr_is "scrape-images: ../x: can't name a class"
run scrape-images -o out --url http://me:secret@example.org/ x
stderr_is "scrape-images: --url: http://me:secret@example.org/: a user name in an address is refused"
run scrape-images -o out --follow '[' --url http://example.org/ x
stderr_has '^scrape-images: \[: no regular expression'
printf 'item = //img\nimage = @src\nitems = x\n' >broken
run scrape-images -o out --site ./broken x
stderr_is "scrape-images: ./broken: line 3: items: no such key"
printf 'item = //img[\nimage = @src\n' >broken
run scrape-images -o out --site ./broken x
stderr_is "scrape-images: ./broken: line 1: item: no XPath expression"
: >file
run scrape-images -o file/out --url http://example.org/ x
stderr_is "scrape-images: file: File exists"
status_is 1

# ---- a page ----
scrape -o gallery --url "$origin/pages/gallery-1.html" --follow 'page=2' "red shells"
status_is 0
is "each picture once, in its largest form" "$(rows gallery 8 | tr '\n' ' ')" \
	"/image/cover.png /image/large.png /image/lazy.png /image/linked.png /image/plain.png /image/twice.png /image/wide.png "
is "every row names class, page and recipe" "$(rows gallery 1,9,10,13 | uniq)" \
	"red shells$tab/pages/gallery-1.html${tab}page${tab}accepted"
is "the manifest's header" "$(head -n 1 gallery/manifest.tsv | tr '\t' ' ')" \
	"class file sha256 width height bytes type url page site query time status reason"
ok "names are hashes of what was served" sh -c 'cd gallery && tail -n +2 manifest.tsv | while IFS="	" read -r class file sha rest; do
	[ "$(sha256sum <"$file")" = "$sha  -" ] && case $file in "red shells/$(echo "$sha" | cut -c1-16).png") ;; *) exit 1;; esac || exit 1; done'
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
is "the same bytes are refused across classes" "$(rows gallery 1,13,14 | grep '^shells')" \
	"shells${tab}refused${tab}duplicate: the same bytes are in red shells"
rm -rf few
scrape -o few -n 3 --url "$origin/pages/gallery-1.html" x
status_is 0
is "-n counts accepted images" "$(find few/x -type f | wc -l | tr -d ' ')" 3
scrape -o few -n 5 --url "$origin/pages/gallery-1.html" x
is "-n counts those of earlier runs" "$(find few/x -type f | wc -l | tr -d ' ')" 5
run scrape-images --allow-private -o few -n 50 --url "$origin/pages/gallery-1.html" x
status_is 1
stderr_has '^scrape-images: x: 7 images, 2 new, 0 refused, 0 failed: no more pages$'
sed "s|{origin}|$origin|" pages/gallery-1.html >saved.html
scrape -o saved --page saved.html x
is "a saved page: what is absolute on it" "$(rows saved 8)" /image/cover.png
scrape -o listed --site listing --url "$origin/pages/listing.html" x
is "a listing and the folder below it" "$(rows listed 8 | tr '\n' ' ')" "/image/below.png /image/one.PNG /image/two%20parts.png "
printf '<img src="x.jpg">' >pages/broken.html
scrape -o none --url "$origin/pages/notes.html" x
stderr_is "scrape-images: $origin/pages/notes.html: x: HTTP status 404"
printf '<p>nothing' >pages/nothing.html
scrape -o none --url "$origin/pages/nothing.html" x
stderr_has "page: x: '//img .*' matched nothing on page 1: no such query, or the site has changed$"
status_is 1

# ---- a wiki ----
: >log
scrape -o wiki --site mediawiki --api "$origin/w/api.php" --contact me@example.org "red=Category:Shells" "page=Page:Shells & sand"
status_is 0
is "every part of the category, without what is small or no bitmap" "$(rows wiki 1,8,11 | tr '\n' ' ')" \
	"page$tab/image/wiki-alone.png${tab}Page:Shells & sand red$tab/image/wiki-four.png${tab}Category:Shells red$tab/image/wiki-one.png${tab}Category:Shells "
is "the user agent says who asks" "$(cut -f 2 log | uniq)" "$(sed -n 's/.*"\(.*\)".*/millrace\/\1 (collects images; contact: me@example.org)/p' "$here/../../lib/base/version.h")"
is "a documented interface needs no robots.txt, images do" "$(head -n 1 log | cut -c 1-6) $(grep -v '^/w/' log | head -n 1 | cut -f 1)" \
	"/w/api /robots.txt"
scrape -o wiki2 --site mediawiki --api "$origin/w/api.php" "red shells"
is "a search" "$(rows wiki2 8)" /image/wiki-alone.png
scrape -o wiki3 --site mediawiki --api "$origin/w/api.php" "x=Category:None"
stderr_is "scrape-images: mediawiki: x: mediawiki: the site says: Invalid continue param."
status_is 1
scrape -o wiki3 --site mediawiki --api "$origin/w/api.php" "x=Category:Empty"
stderr_has "mediawiki: x: '//page/imageinfo/ii.*' matched nothing on page 1"
scrape -o wiki4 --site fandom --api "$origin/w/api.php" "x=Page:Shells & sand"
is "fandom: the original, not a recoded one" "$(rows wiki4 8)" "/image/wiki-alone.png?format=original"

# ---- a data set ----
cat >dataset <<EOF
title = Shells
site = mediawiki
api = $origin/w/api.php
count = 1
class = Red Shells | Category:Shells
class = red shells
EOF
scrape -o set --dataset dataset
status_is 0
is "a data set's recipe" "$(rows set 1,8 | tr '\n' ' ')" "Red Shells$tab/image/wiki-one.png red shells$tab/image/wiki-alone.png "
# ---- faults ----
fault /image/good.png "accepted$tab"
fault /status/404 "refused${tab}HTTP status 404"
fault /heal/1/429/a.png?after=1 "accepted$tab"
fault /heal/2/503/b.png "accepted$tab"
fault /heal/9/500/c.png "failed${tab}HTTP status 500"
fault /heal/1/429/d.png?after=3600 "failed${tab}HTTP status 429: asked to wait 3600 seconds"
fault /heal/1/429/e.png?after=-5 "accepted$tab"
fault /heal/1/429/f.png?after=Thu,01Jan1970 "accepted$tab"
fault /heal/1/408/g.png "accepted$tab"
fault /heal/9/401/h.png "refused${tab}HTTP status 401"
fault /cut/cut.png "failed${tab}Transferred a partial file"
fault /endless/x.png "refused${tab}larger than 30000 bytes"
fault /huge/x.png "refused${tab}larger than 30000 bytes"
fault /html/x.jpg "refused${tab}is no image of a known type"
fault '/image/tiny.png?size=63' "refused${tab}a side is under 64 pixels"
fault /optout/x.png "refused${tab}the server opts out (X-Robots-Tag)"
fault /hang/x.png "failed${tab}Timeout was reached"
fault /loop "refused${tab}redirected to /loop: too many redirects"
fault /redirect/file:///etc/passwd "refused${tab}redirected to file:///etc/passwd: neither http nor https"
fault /redirect/ftp://127.0.0.1/x "refused${tab}redirected to ftp://127.0.0.1/x: neither http nor https"
fault /redirect/http://me@127.0.0.1/ "refused${tab}redirected to http://me@127.0.0.1/: a user name in an address is refused"
fault "/redirect/$origin/image/moved.png" "accepted$tab"
is "a redirected image's row has the first address" "$(rows one 8)" /redirect//image/moved.png
is "asked three times in all, with --retries 2" "$(asked /heal/9/500/)" 3
is "not again after a status that stays" "$(asked /status/404)" 1
is "five redirects at most" "$(asked /loop)" 6

# ---- what the manifest decides ----
rm -rf one
urls /status/404 /heal/5/500/later.png >list
scrape -o one --urls list --retries 1
status_is 1
: >log
scrape -o one --urls list
status_is 0
is "what failed is asked for again, what was refused is not" "$(cut -f 1 log | sort -u | tr '\n' ' ')" "/heal/5/500/later.png /robots.txt "
scrape -o one --urls list --retry-refused
is "--retry-refused asks for it" "$(asked /status/404)" 1
urls /image/k1.png /image/k2.png >list
rm -rf torn
scrape -o torn --urls list
head -c -20 torn/manifest.tsv >cut && cp cut torn/manifest.tsv
scrape -o torn --urls list
status_is 0
is "a torn last line is healed" "$(rows torn 8,13 | tr '\n' ' ')" "/image/k1.png${tab}accepted /image/k2.png${tab}accepted "
for junk in 'class' 'hello' "$(printf 'a\tb')"; do
	mkdir -p junk
	printf '%s\n' "$junk" >junk/manifest.tsv
	scrape -o junk --urls list
	stderr_is "scrape-images: junk/manifest.tsv: not a manifest of this program"
done
{ head -n 1 torn/manifest.tsv; echo "a${tab}b"; } >junk/manifest.tsv
scrape -o junk --urls list
stderr_is "scrape-images: junk/manifest.tsv: line 2: not 14 fields"
is "and left as it was" "$(wc -l <junk/manifest.tsv | tr -d ' ')" 2

# ---- killed in the middle ----
i=0
while [ $i -lt 60 ]; do i=$((i + 1)); echo "/slow/s$i.png"; done >paths
urls $(cat paths) >list
: >log
scrape-images --allow-private --quiet --transfers 2 -o killed --urls list &
victim=$!
while [ "$(cat killed/manifest.tsv 2>/dev/null | wc -l)" -lt 12 ]; do sleep 0.02; done
kill -9 $victim
wait $victim 2>/dev/null
cp killed/manifest.tsv before.tsv
: >killed/shells/.0123456789abcdef.png.AbCdEf
: >log
scrape --transfers 8 -o killed --urls list
status_is 0
is "all there after a kill and a second run" "$(rows killed 8 | sort -u | wc -l | tr -d ' ')" 60
grep accepted before.tsv | grep '[	]$' | cut -f 8 | sed "s|$origin||" | sort >had
cut -f 1 log | sort >second
is "nothing that was kept is asked for again" "$(comm -12 had second)" ""
ok "some were kept by the first" test "$(wc -l <had)" -ge 10
is "no unfinished file is left by the second run" "$(find killed -type f ! -name '*.png' ! -name manifest.tsv | wc -l | tr -d ' ')" 0

# ---- two at once ----
urls /hang/a.png >list
scrape-images --allow-private --quiet --timeout 2 --retries 0 -o busy --urls list 2>/dev/null &
other=$!
while [ ! -s busy/manifest.tsv ]; do sleep 0.05; done
scrape -o busy --urls list
stderr_is "scrape-images: busy/manifest.tsv: another run is writing it"
wait $other
:

# ---- addresses ----
printf '%s\tx\n' http://localhost/a http://127.0.0.1/a http://2130706433/a http://0x7f.1/a http://[::1]/a \
	http://[::ffff:127.0.0.1]/a http://[64:ff9b::7f00:1]/a http://169.254.169.254/a http://10.0.0.1/a >list
run scrape-images -q -o private --urls list
status_is 1
is "no address that is not public, however it is written" "$(rows private 13,14 | sed 's/address [^ ]* /address /' | uniq -c | sed 's/^ *//')" \
	"7 refused${tab}the address is not public (--allow-private)"
printf 'ftp://127.0.0.1/a\tx\nhttp://u:p@127.0.0.1/a\tx\n%s/image/z.png\t../up\n%s/image/z.png\nno address\tx\n\n# a remark\n%s/image/\033[31mred.png\tx\n' \
	"$origin" "$origin" "$origin" >list
scrape -o lines --urls list
status_is 1
is "bad lines are named and passed over" "$(grep -c '^scrape-images: list: line' .err)" 6
ok "no control character reaches stderr or the manifest" sh -c '! grep -q "$(printf "\033")" .err lines/manifest.tsv'
scrape -o lines --urls .
stderr_is "scrape-images: .: is a folder"

# ---- robots.txt ----
printf 'User-agent: *\nDisallow: /\n\nUser-agent: millrace\nDisallow: /image/secret\nAllow: /image/secret-not\n' >pages/robots.txt
urls /image/secret.png /image/secret-not.png /image/open.png >list
: >log
scrape -o robots --urls list
is "robots.txt decides" "$(rows robots 8,13,14 | tr '\n' ' ')" \
	"/image/open.png${tab}accepted$tab /image/secret-not.png${tab}accepted$tab /image/secret.png${tab}refused${tab}robots.txt disallows it "
is "and is kept to" "$(asked /image/secret.png)" 0
scrape -o robots --urls list --ignore-robots --retry-refused
is "unless it is ignored" "$(asked /image/secret.png)" 1
printf 'User-agent: millrace\nDisallow: /w/\nDisallow: /pages/\n' >pages/robots.txt
scrape -o robots2 --site mediawiki --api "$origin/w/api.php" "x=Page:Shells & sand"
status_is 0
scrape -o robots2 --url "$origin/pages/gallery-1.html" x
stderr_is "scrape-images: $origin/pages/gallery-1.html: x: robots.txt disallows it"
rm pages/robots.txt

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
run scrape-images --allow-private -o dry --site page --url "$origin/pages/dry-1.html" x
stderr_has 'nothing new on three pages$'
is "three pages without anything new are enough" "$(asked /pages/dry)" 4
scrape -o dry2 --max-pages 2 --url "$origin/pages/dry-1.html" y
is "--max-pages" "$(asked /pages/dry)" 6

# ---- no network ----
started=$(date +%s)
run scrape-images --site ./slow-site --allow-private -o offline --url http://127.0.0.1:1/ x
status_is 3
stderr_is "scrape-images: network: no server can be reached (http://127.0.0.1:1: Couldn't connect to server)"
run scrape-images --dataset "$here/../../data/dragonball/recipe" -o offline --backoff 0.1
if [ "$status" = 3 ]; then stderr_has '^scrape-images: network: no server can be reached'; fi
ok "within ten seconds" test $(($(date +%s) - started)) -le 10

# ---- a full disk ----
if mkdir small && mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
	urls $(sed 's/slow/image/; s/$/?size=200/' paths) >list
	scrape -o small/out --urls list
	umount small
	status_is 1
	stderr_has '^scrape-images: small/out/.*: No space left on device$'
fi
finish
