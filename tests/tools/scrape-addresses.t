#!/bin/sh
# scrape-images: which addresses it talks to.
. "$(dirname "$0")/scrape.sh"

# ---- addresses ----
# More of these where a network of its own can be had: scrape-private.t.
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

# ---- TLS ----
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=localhost 2>/dev/null
	secure=$((${origin##*:} - 1))
	openssl s_server -quiet -WWW -port "$secure" -cert certificate.pem -key key.pem 2>/dev/null >&2 &
	secure_process=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do openssl s_client -connect "localhost:$secure" </dev/null >/dev/null 2>&1 && break; sleep 0.1; done
	printf 'https://localhost:%s/a.png\tx\n' "$secure" >list
	scrape -o untrusted --urls list --retries 0
	kill $secure_process
	is "a certificate that nobody signed" "$status $(rows untrusted status reason)" \
		"1 failed${tab}SSL certificate problem: self-signed certificate"
fi
urls /image/plain.png | sed s/http/https/ >list
scrape -o plain --urls list --retries 0
is "no TLS where it was asked for" "$status $(rows plain status reason)" "3 failed${tab}SSL connect error"

# ---- no network ----
started=$(date +%s)
run scrape-images --allow-private -o offline --url http://127.0.0.1:1/ x
status_is 3
stderr_is "scrape-images: network: no server can be reached (http://127.0.0.1:1: Couldn't connect to server)"
run scrape-images --dataset "$here/../../data/dragonball/recipe" -o offline --backoff 0.1
if [ "$status" = 3 ]; then stderr_has '^scrape-images: network: no server can be reached'; fi
ok "within ten seconds" test $(($(date +%s) - started)) -le 10
finish
