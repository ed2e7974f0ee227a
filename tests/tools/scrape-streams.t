#!/bin/sh
# scrape-images: HTTP/2 over TLS: many streams on a connection, connections and streams that break, certificates.
. "$(dirname "$0")/scrape.sh"

# streams NAME [NAMES [SECONDS]]: starts a server of tests/server/streams; its address is in the file NAME, its certificate in
# NAME.pem and its log in NAME.log.
processes=$server_process
trap 'kill $processes; cd /; rm -rf "$scratch"' EXIT
streams() {
	name=$1
	shift
	: >$name.log
	"$BIN/../tests/server/streams" $name.log $name.pem "$@" >$name &
	processes="$processes $!"
	for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s $name ] || sleep 0.1; done
}
timeout=20
streams server
origin=$(cat server)
# fetch PATH...: scrapes images from the server into a new folder d. open_at_most, connections: what the server saw.
fetch() {
	rm -rf d
	: >server.log
	urls "$@" >list
	scrape --ca-file server.pem --timeout $timeout -o d --urls list $more
}
open_at_most() { cut -f 4 server.log | sort -n | tail -n 1; }
connections() { cut -f 2 server.log | sort -u | wc -l; }
accepted() { rows d status | grep -c accepted; }
numbered() { seq -f "/slow/$1%g.png" 1 "$2"; }

# ---- many at once ----
fetch $(numbered a 150)
status_is 0
is "all came" "$(accepted)" 150
is "by one connection" "$(connections)" 1
is "a hundred at once" "$(open_at_most)" 100
is "each asked for once" "$(cut -f 1 server.log | sort | uniq -d)" ""
more="--transfers 7"
fetch $(numbered b 30)
is "no more at once than --transfers" "$(open_at_most)" 7
more=
{ cat "$MILLRACE_DATA/sites/page"; printf 'connections = 3\nrate = 20\n'; } >few.recipe
numbered c 12 | sed "s|.*|<img src='$origin&'>|" >saved.html
: >server.log
started=$(date +%s%N)
scrape --ca-file server.pem -o few --site ./few.recipe --page saved.html x
ended=$(date +%s%N)
status_is 0
ok "no more at once than a recipe's connections" test "$(open_at_most)" -le 3
ok "nor faster than its rate: thirteen requests at twenty a second" test $(((ended - started) / 1000000)) -ge 600

# ---- what breaks is asked for again, and nothing is lost ----
# once FAULT: of sixty images on one connection the twentieth brings the fault.
once() {
	fetch $(numbered a 20) "/once/$1/x.png" $(numbered b 40)
	is "$1: nothing is lost" "$status $(accepted) $(grep -c "^/once/$1/" server.log)" "0 61 2"
}
for fault in refused reset calm; do
	once $fault
	is "$fault: the other streams of the connection live" "$(grep -c ^/slow/ server.log)" 60
done
once goaway
ok "goaway: what the server left out goes by another connection" test "$(connections)" -gt 1
is "goaway: what it did not leave out is not asked for again" \
	"$(grep -c '^/slow/a' server.log) $(grep '^/slow/a' server.log | cut -f 2 | sort -u | wc -l)" "20 1"
fetch $(numbered a 20) /once/shutdown/x.png $(numbered b 140)
is "shutdown: nothing is lost or asked for again" "$status $(accepted) $(cut -f 1 server.log | sort | uniq -d)" "0 161 "
ok "shutdown: what comes after goes by another connection" test "$(connections)" -gt 1
once close
once nonsense

# ---- what stays broken ----
more="--max-bytes 30000 --retries 0" timeout=1
broken() {
	fetch "$1"
	echo $status $(rows d status reason)
}
cases broken <<'END'
/cut/x.png        | | 1 failed Stream error in the HTTP/2 framing layer
/hang/x.png       | | 1 failed Timeout was reached
/endless/x.png    | | 1 refused larger than 30000 bytes
/lengthless/x.png | | 0 accepted
END

# ---- certificates ----
# trust SERVER OPTION...: exit status, and status and reason of the row; what was said is in .err.
trust() {
	server=$1
	shift
	rm -rf d
	printf '%s/image/a.png\tx\n%s/image/b.png\tx\n' "$(cat $server)" "$(cat $server)" >list
	: >$server.log
	scrape -o d --urls list "$@"
	echo $status $(rows d status reason | uniq)
}
said() { sed "s|https://127.0.0.1:[0-9]*||" .err; }
streams other DNS:other.test
streams past IP:127.0.0.1 -60
nobody="SSL certificate problem: self-signed certificate"
is "a certificate that nobody vouches for" "$(trust server)" "1 failed $nobody"
is "is said once" "$(said)" "scrape-images: /image/a.png: x: $nobody"
is "and nothing is asked" "$(wc -l <server.log)" 0
mismatch="SSL: no alternative certificate subject name matches target host name '127.0.0.1'"
is "one for another name" "$(trust other --ca-file other.pem)" "1 failed $mismatch"
is "is said once, too" "$(said)" "scrape-images: /image/a.png: x: $mismatch"
is "one of the past" "$(trust past --ca-file past.pem)" "1 failed SSL certificate problem: certificate has expired"
is "one for that name, but another's" "$(trust server --ca-file past.pem)" "1 failed $nobody"
is "one that is trusted after all is asked again" "$(scrape -o d --urls list --ca-file server.pem; echo $status $(rows d status))" \
	"0 accepted accepted failed failed"
is "the environment's file of certificates" "$(SSL_CERT_FILE=server.pem; export SSL_CERT_FILE; trust server)" "0 accepted"
is "which the option replaces" "$(SSL_CERT_FILE=server.pem; export SSL_CERT_FILE; trust server --ca-file past.pem)" "1 failed $nobody"
for file in missing . list; do
	scrape -o none --urls list --ca-file $file
	status_is 1
	ok "one line that names it" test "$(wc -l <.err) $(grep -c "^scrape-images: $file: " .err)" = "1 1"
done
scrape -o page --ca-file past.pem --url "$origin/image/a.html" x
stderr_is "scrape-images: $origin/image/a.html: x: $nobody"
finish
