#!/bin/sh
# scrape-images: what it is asked to do, and refuses to.
. "$(dirname "$0")/scrape.sh"

# ---- usage ----
# What is wrong with the command line, said with status 2 before anything is made or asked.
usage() { # usage MESSAGE OPTION...
	message=$1
	shift
	run scrape-images -o out "$@"
	is "usage: $message" "$status $(cat .err)" "2 scrape-images: $message
scrape-images: try 'scrape-images --help'"
}
web=http://127.0.0.1:9
printf '%s/a.png\tshells\n' $web >list
long=$(printf 'é%0254d' 0)
usage 'operand: name a class, or use --dataset or --urls'
usage "operand: the data set's recipe names the classes" --dataset list a
usage '--url: takes a class without =QUERY' --url $web/ a=b
usage '--page: takes a class without =QUERY' --page list a=b
usage '--url: takes one class' --url $web/ a b
usage '--url: takes one class' --url $web/ --urls list
usage '--url: ftp://x/: neither http nor https' --url ftp://x/ a
usage '--url: x: Bad scheme' --url x a
usage '--url: http://me:secret@example.org/: a URL with a user name is refused' --url http://me:secret@example.org/ a
usage 'a: http://me:secret@example.org/: a URL with a user name is refused' a=http://me:secret@example.org/
run scrape-images -o out --url $web/ --follow '\d[' a
stderr_has '^scrape-images: --follow: \\d\[: not a regular expression: '
status_is 2
usage '--follow: no --site has links to follow' --site bing --follow x a
usage '--depth: is only for --follow' --url $web/ --depth 2 a
usage "--max-aspect: '0.5' is neither 0 nor at least 1" --urls list --max-aspect 0.5
usage '--contact: has a control character' --urls list --contact "$(printf 'me\r\nX-More: 1')"
usage '--contact: has a control character' --urls list --contact "$(printf 'me\033[31m')"
usage '--contact: of more than 180 bytes' --urls list --contact "$(printf '%0181d' 0)"
usage 'standard input: can be read only once' --page - --urls - a
usage 'a: no --site for this query, and no page URL (a=https://...)' a
usage 'a: no --site for this query, and no page URL (a=https://...)' --urls list a
usage 'a=ftp://x/: no --site for this query, and no page URL (a=https://...)' a=ftp://x/
usage "a=: nothing after '='" --site bing a=
usage "page: a: needs --url: it has no page for 'a'" --site page a
usage 'mediawiki: a: needs --api' --site mediawiki a
usage '--api: ftp://x/: neither http nor https' --site mediawiki --api ftp://x/ a
usage '--api: bing=http://x/: no such --site' --site mediawiki --api bing=http://x/ a
usage '--key: is not of the form NAME=VALUE' --site google --key secret a
usage '--key: is not of the form NAME=VALUE' --site google --key key= a
usage '--key: nonsense: no site has this key' --site google --key nonsense=secret a
for name in '' a/b .. ../x .hidden ' a' 'a ' "$(printf 'a\nb')" "$(printf '\377')"; do
	usage "$(printf '%s' "${name:-''}" | sed ':a;N;$!ba;s/\n/\\n/' | sed 's/\xff/\\xFF/'): is not a valid class name" --url $web/ -- "$name"
done
usage "$long: a class name of more than 255 bytes" --url $web/ "$long"
for name in manifest.tsv manifest.unsynced; do
	usage "$name: is not a valid class name: a file has that name" --url $web/ $name
done
ok "and no folder was made" test ! -e out
is "secrets are not said" "$(grep -c secret .err)" 0

# ---- files that are not there, or not right ----
run scrape-images -o out --site nowhere/recipe x
stderr_is "scrape-images: nowhere/recipe: No such file or directory"
status_is 1
printf 'item = //img\nimage = @src\nitems = x\n' >broken
run scrape-images -o out --site ./broken x
stderr_is "scrape-images: ./broken: line 3: items: no such key"
status_is 1
printf 'item = //img[\nimage = @src\n' >broken
run scrape-images -o out --site ./broken x
stderr_is "scrape-images: ./broken: line 1: item: //img[: not an XPath expression: syntax error"
run scrape-images -o out --site broken x
stderr_has "^scrape-images: broken: no such site; the file in this folder is ./broken$"
status_is 1
: >file
run scrape-images -o file/out --url http://example.org/ x
stderr_is "scrape-images: file: is not a folder"
status_is 1
run scrape-images -o file --url http://example.org/ x
stderr_is "scrape-images: file: is not a folder"
printf '%s/a.png\tmanifest.tsv\nx y\tb\n' $web >wrong
scrape -o out --urls wrong
stderr_has "^scrape-images: wrong: line 1: manifest.tsv: is not a valid class name: a file has that name$"
status_is 1
printf 'site = page\nclass = manifest.tsv | x\n' >shells.set
run scrape-images -o out --dataset shells.set
stderr_is "scrape-images: shells.set: line 2: class: 'manifest.tsv' is not a valid class name: a file has that name"
ok "no folder was made for nothing" test ! -e out

# ---- a data set ----
mkdir recipes
cp "$MILLRACE_DATA/sites/mediawiki" recipes/
cat >recipes/dataset <<EOF
title = Shells
site = ./mediawiki
api = $origin/w/api.php
count = 1
class = Red Shells | Category:Shells
class = red shells
EOF
scrape -o set --dataset recipes/dataset
status_is 0
is "a data set's recipe" "$(rows set class url | tr '\n' ' ')" "Red Shells$tab/image/wiki-one.png red shells$tab/image/wiki-alone.png "

# ---- a line that would be two in a request ----
{ cat "$MILLRACE_DATA/sites/page"; printf 'user-agent = me\rX-More: 1\n'; } >two.recipe
run scrape-images -o out --site ./two.recipe --url "$web/" a
is "a recipe's user agent with a control character" "$status $(cat .err)" \
	"1 scrape-images: ./two.recipe: line $(wc -l <two.recipe): has a control character"
: >log
run scrape-images --allow-private -q -o contact --contact "$(printf '%0180d' 0)" --url "$origin/pages/none.html" a
is "the longest contact is whole" "$(cut -f 2 log | grep -c 'contact: 0\{180\})$')" 2
finish
