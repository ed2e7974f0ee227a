#!/bin/sh
# scrape-images: what it is asked to do, and refuses to.
. "$(dirname "$0")/scrape.sh"

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
stderr_is "scrape-images: file: is not a folder"
status_is 1

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
is "a data set's recipe" "$(rows set class url | tr '\n' ' ')" "Red Shells$tab/image/wiki-one.png red shells$tab/image/wiki-alone.png "
finish
