#!/bin/sh
# scrape-images: which addresses it talks to.
. "$(dirname "$0")/scrape.sh"

# ---- addresses ----
printf '%s\tx\n' http://localhost/a http://127.0.0.1/a http://2130706433/a http://0x7f.1/a http://[::1]/a \
	http://[::ffff:127.0.0.1]/a http://[64:ff9b::7f00:1]/a http://169.254.169.254/a http://10.0.0.1/a >list
run scrape-images -q -o private --urls list
status_is 1
is "no address that is not public, however it is written" "$(rows private status reason | sed 's/address [^ ]* /address /' | uniq -c | sed 's/^ *//')" \
	"7 refused${tab}the address is not public (--allow-private)"
printf 'ftp://127.0.0.1/a\tx\nhttp://u:p@127.0.0.1/a\tx\n%s/image/z.png\t../up\n%s/image/z.png\nno address\tx\n\n# a remark\n%s/image/\033[31mred.png\tx\n' \
	"$origin" "$origin" "$origin" >list
scrape -o lines --urls list
status_is 1
is "bad lines are named and passed over" "$(grep -c '^scrape-images: list: line' .err)" 6
ok "no control character reaches stderr or the manifest" sh -c '! grep -q "$(printf "\033")" .err lines/manifest.tsv'
scrape -o lines --urls .
stderr_is "scrape-images: .: is a folder"

# ---- no network ----
started=$(date +%s)
run scrape-images --allow-private -o offline --url http://127.0.0.1:1/ x
status_is 3
stderr_is "scrape-images: network: no server can be reached (http://127.0.0.1:1: Couldn't connect to server)"
run scrape-images --dataset "$here/../../data/dragonball/recipe" -o offline --backoff 0.1
if [ "$status" = 3 ]; then stderr_has '^scrape-images: network: no server can be reached'; fi
ok "within ten seconds" test $(($(date +%s) - started)) -le 10
finish
