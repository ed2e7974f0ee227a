#!/bin/sh
# scrape-images: robots.txt.
. "$(dirname "$0")/scrape.sh"

# ---- robots.txt ----
printf 'User-agent: *\nDisallow: /\n\nUser-agent: millrace\nDisallow: /image/secret\nAllow: /image/secret-not\n' >pages/robots.txt
urls /image/secret.png /image/secret-not.png /image/open.png >list
: >log
scrape -o robots --urls list
is "robots.txt decides" "$(rows robots url status reason | tr '\n' ' ')" \
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
finish
