#!/bin/sh
# scrape-images: pages are read by confined processes, which give what reading them here gives, and no more than they may.
. "$(dirname "$0")/scrape.sh"

# While it is read, the rest is looked at.
awk 'BEGIN { printf "<img src=http://h/a.png "; for (i = 0; i < 120000; i++) printf "a%d=1 ", i; print ">" }' >attributes.html
case $BIN in *asan*) ;; *)
	scrape-images --quiet -o attributes --page attributes.html x 2>attributes.err &
	attributes=$! ;;
esac

# ---- the same with and without ----
explain() { scrape-images --explain "$@" x 2>&1 | grep -v '^scrape-images: --no-sandbox: '; }
differ=
compare() { # compare SITE PAGE
	explain --site "$1" --page "$fixtures/sites/$2" >with
	explain --site "$1" --page "$fixtures/sites/$2" --no-sandbox >without
	[ -s with ] && cmp -s with without || differ="$differ $1:$2"
}
for page in $(cd "$fixtures/sites" && find . -type f); do
	case $page in
	*/bing/*) compare bing "$page" ;;
	*.xml*) compare mediawiki "$page" ;;
	*/v1* | *.php*) compare openverse "$page" ;;
	*) compare page "$page" ;;
	esac
done
is "every page gives the same" "$differ" ""
for page in article.html wiki-1.xml openverse/v1/images/index.html; do
	for site in page bing mediawiki openverse; do compare $site $page; done
done
is "one of each format, read by every kind of recipe, too" "$differ" ""
printf '%s\n' shift_jis x-sjis iso-2022-jp euc-jp gbk gb18030 big5 euc-kr windows-1252 windows-1251 koi8-r macintosh \
	iso-8859-8-i utf-16 ibm037 none >charsets
differ=
while read -r charset; do
	printf '<meta charset="%s"><img src="http://h/\203\101\303\251\244\342\260\241.png">' "$charset" >charset.html
	explain --page charset.html >with
	explain --page charset.html --no-sandbox >without
	cmp -s with without || differ="$differ $charset"
done <charsets
is "in every encoding, also one that there is not" "$differ" ""
printf '<meta charset=shift_jis><img src="http://h/\203\163\203\112.png">' >charset.html
is "which is undone" "$(explain --page charset.html | sed -n 's/^ *<img src="\(.*\)">$/\1/p')" "http://h/ピカ.png"

# ---- keys that a site sends back ----
for page in key-error key-image; do
	printf 'title = k\npage = {api}/%s?k={key}&q={query}\nkey key = MYKEY\nformat = json\nitem = items[]\nimage = u\nlicence = l\nerror = error\n' $page >$page
done
printf '%s\n' 'key-error %S%l{{"error":"not valid: top/se cret, top%%2fse+cret"}%}' \
	'key-image %S%l{{"items":[{"u":"%O/image/k.png?k=top%%2fse+cret","l":"for top/se cret"},{"u":"%O/r-key.png?k=top/se cret"}]}%}' \
	'r-key.png HTTP/1.1 302 Found%ELocation: ftp://h/top%%2fse%%20cret%E%l{%}' >>pages/answers
for page in key-error key-image; do scrape -o $page.out --site ./$page --api "$origin" --key 'key=top/se cret' --retries 0 x; cat .err >>said; done
is "are hidden in its own words" "$(sed -n 's/.*not valid/not valid/p' said)" "not valid: {key}, {key}"
is "in addresses and licences" "$(rows key-image.out url licence)" "/image/k.png?k={key}${tab}for {key}
/r-key.png?k={key}$tab"
ok "and stand nowhere" sh -c "! grep -rie 'se[ +%].*cret' said key-image.out"
: >log
scrape -o key-image.out --site ./key-image --api "$origin" --key 'key=top/se cret' --retries 0 x
is "what was had is known without them" "$(asked '/image/k.png')" 0

# ---- what is long, and what looks like something else ----
printf '<img src="%s/image/l.png">' "$origin" >long.html
awk 'BEGIN { printf "<p>"; for (i = 0; i < 3000; i++) printf "\303\251a"; print "</p>" }' >>long.html
printf 'title = l\nformat = html\nitem = //img\nimage = @src\nlicence = //p\n' >long
scrape -o long.out --site ./long --page long.html x
is "a licence is cut between two characters" "$(rows long.out licence | tr -d '\n' | wc -c | tr -d ' ')" 4095
printf '{"error":"a\\u202egnp.b\\u2028scrape-images: done"}' >turned.json
printf 'title = t\nformat = json\nitem = items[]\nimage = u\nerror = error\n' >turned
scrape -o turned.out --site ./turned --page turned.json x
stderr_is 'scrape-images: turned: x: turned: the site says: a\xE2\x80\xAEgnp.b\xE2\x80\xA8scrape-images: done'

case $BIN in *asan*) finish; exit ;; esac

# ---- more than a page may need ----
said() { scrape -o harm --page "$1" x; echo "$status $(sed 's/^scrape-images: //' .err)"; }
wait $attributes
is "many attributes" "$? $(cat attributes.err)" "1 scrape-images: page: x: attributes.html: the page reader took longer than 5 s"
awk 'BEGIN { printf "<script type=\"application/ld+json\">["; for (i = 0; i < 2000000; i++) printf "{},"; print "{}]</script>" }' >values.html
is "values without end" "$(said values.html)" "1 page: x: values.html: the page reader took more than 512 MB of memory"
awk 'BEGIN { for (i = 0; i < 140000; i++) printf "<a rel=next href=x>"; for (i = 0; i < 140000; i++) printf "<link rel=next href=x>" }' >union.html
{ printf 'union.html %%S%%l{'; tr -d '\n' <union.html; printf '%%}\n'; } >>pages/answers
printf 'short.html %%S%%l{<img src=/image/n.png>%%}\n' >>pages/answers
printf 'title = s\nsite = page\nclass = one | %s/union.html\nclass = two | %s/short.html\n' "$origin" "$origin" >set
started=$(date +%s)
scrape-images --allow-private --quiet --hamming 0 -o set.out --dataset set --timeout 30 2>/dev/null &
run=$!
for _ in $(seq 40); do grep -qs accepted set.out/manifest.tsv && break; sleep 0.1; done
took=$(($(date +%s) - started))
ok "while a long page is read, others go on (after $took s)" grep -q accepted set.out/manifest.tsv
wait $run

# ---- a reader that ends ----
cat >reader.py <<'END'
import glob, sys, time
def facts(process):
    try: stat = open(process + "/stat").read()
    except OSError: return None
    return process[6:], stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 4:].split()[0]
for _ in range(100):
    all = [found for found in map(facts, glob.glob("/proc/[0-9]*")) if found]
    supervisors = [number for number, _, parent in all if parent == sys.argv[1]]
    readers = [number for number, name, parent in all if name == "page reader" and parent in supervisors]
    if set(readers) - set(sys.argv[2:]):
        print((set(readers) - set(sys.argv[2:])).pop())
        break
    time.sleep(0.05)
END
# By signal $1, and so does the one that tries again: a line and the status.
end_readers() {
	scrape-images --quiet -o ended --page attributes.html x 2>.err &
	run=$!
	sleep 1
	first=$(python3 reader.py $run)
	kill "-$1" "$first"
	kill "-$1" "$(python3 reader.py $run "$first")"
	wait $run
	echo "$? $(cat .err)"
}
is "crashing twice costs its page" "$(end_readers SEGV)" \
	"1 scrape-images: page: x: attributes.html: the page reader crashed (signal 11)"
is "killed twice by another process, which is no fault of the page: the run fails" "$(end_readers KILL)" \
	"1 scrape-images: attributes.html: the page reader was killed by another process (signal 9)"
finish
