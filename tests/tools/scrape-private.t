#!/bin/sh
# scrape-images: no address that is not public, in a network of its own where 1.2.3.4 and private addresses are this machine.
if [ -z "$inside" ]; then
	unshare -rnm true 2>/dev/null && inside=yes exec unshare -rnm sh "$0"
	echo "1..0 # SKIP no network of its own to be had"
	exit 0
fi
server_address=0.0.0.0
. "$(dirname "$0")/scrape.sh"
port=${origin##*:}
origin=http://public.test:$port
cat >hosts <<END
127.0.0.1 localhost
1.2.3.4 public.test public.test. other.test slow.test buch.test xn--bcher-kva.test
1.2.3.5 mixed.test
10.0.0.1 mixed.test private.test private.xn--bcher-kva.test
127.0.0.1 loopback.test
169.254.169.254 metadata.test
::1 six.test
fd00::1 unique.test
END
ip link set lo up && ip addr add 1.2.3.4/32 dev lo && ip addr add 10.0.0.1/32 dev lo &&
	ip addr add 169.254.169.254/32 dev lo && mount --bind hosts /etc/hosts || exit 1
ip -6 addr add fd00::1/128 dev lo 2>/dev/null

# Goes on while the rest does: what is asked by default of a host that hangs.
for i in 1 2 3 4 5; do printf 'http://slow.test:%s/hang/default-%s.png\tx\n' "$port" $i; done >slow.list
scrape-images -q --timeout 9 --retries 0 -o slow --urls slow.list 2>/dev/null &
slow_process=$!

# Exit status, and status and reason of the row, of a run that may ask public hosts only.
outside() {
	rm -rf one
	case $1 in
	/*) urls "$1" ;;
	*) printf '%s\tx\n' "$1" ;;
	esac >list
	run scrape-images --quiet --rate 1000 --connections 64 --retries 0 --timeout 2 -o one --urls list $more
	# Which of the two that localhost has is tried first is the machine's choice.
	echo $status $(rows one status reason | sed "s| (--allow-private)||; s|:$port||; s|address ::1 |address 127.0.0.1 |")
}

# Names are UTF-8 whatever the locale.
LC_ALL=C
export LC_ALL
cases outside <<END
# ---- names ----
/image/a.png | | 0 accepted
http://other.test:$port/image/b.png | | 0 accepted
http://1.2.3.4:$port/image/c.png | | 0 accepted
http://16909060:$port/image/d.png | | 0 accepted
http://PUBLIC.test:$port/image/e.png | | 0 accepted
http://bücher.test:$port/image/e1.png | | 0 accepted
http://ＢＵＣＨ.test:$port/image/e2.png | | 0 accepted
http://private.bücher.test:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://private.test:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://loopback.test:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://metadata.test:$port/secret/ | | 1 refused the address 169.254.169.254 is not public
http://mixed.test:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://six.test:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://unique.test:$port/secret/ | | 1 refused the address fd00::1 is not public
http://localhost:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://LocalHost:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://x.localhost:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
https://localhost:$port/secret/ | | 1 refused the address 127.0.0.1 is not public

# ---- numbers ----
http://127.0.0.1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://127.1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://2130706433:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://0x7f000001:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://0x7F.0.0.0x1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://017700000001:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://0177.0.0.1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://%31%32%37.0.0.1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://１２７.0.0.1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://127。0。0。1:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://①②⑦.⓪.⓪.①:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://２１３０７０６４３３:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://ｌｏｃａｌｈｏｓｔ:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://0:$port/secret/ | | 1 refused the address 0.0.0.0 is not public
http://0.0.0.0:$port/secret/ | | 1 refused the address 0.0.0.0 is not public
http://10.0.0.1:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://10.1:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://0xa.1:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://167772161:$port/secret/ | | 1 refused the address 10.0.0.1 is not public
http://169.254.169.254:$port/secret/ | | 1 refused the address 169.254.169.254 is not public
http://2852039166:$port/secret/ | | 1 refused the address 169.254.169.254 is not public
http://100.64.0.1:$port/secret/ | | 1 refused the address 100.64.0.1 is not public
http://172.16.0.1:$port/secret/ | | 1 refused the address 172.16.0.1 is not public
http://192.168.0.1:$port/secret/ | | 1 refused the address 192.168.0.1 is not public
http://224.0.0.1:$port/secret/ | | 1 refused the address 224.0.0.1 is not public
http://255.255.255.255:$port/secret/ | | 1 refused the address 255.255.255.255 is not public
http://[::1]:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://[::]:$port/secret/ | | 1 refused the address :: is not public
http://[0:0:0:0:0:0:0:1]:$port/secret/ | | 1 refused the address 127.0.0.1 is not public
http://[::ffff:127.0.0.1]:$port/secret/ | | 1 refused the address ::ffff:127.0.0.1 is not public
http://[::ffff:a00:1]:$port/secret/ | | 1 refused the address ::ffff:10.0.0.1 is not public
http://[::ffff:1.2.3.4]:$port/secret/ | | 1 refused the address ::ffff:1.2.3.4 is not public
http://[::127.0.0.1]:$port/secret/ | | 1 refused the address ::127.0.0.1 is not public
http://[64:ff9b::10.0.0.1]:$port/secret/ | | 1 refused the address 64:ff9b::a00:1 is not public
http://[64:ff9b:1::a00:1]:$port/secret/ | | 1 refused the address 64:ff9b:1::a00:1 is not public
http://[2002:a00:1::1]:$port/secret/ | | 1 refused the address 2002:a00:1::1 is not public
http://[2001:0:a00:1::1]:$port/secret/ | | 1 refused the address 2001:0:a00:1::1 is not public
http://[fe80::1]:$port/secret/ | | 1 refused the address fe80::1 is not public
http://[fe80::1%25lo]:$port/secret/ | | 1 refused the address fe80::1 is not public
http://[fd00::1]:$port/secret/ | | 1 refused the address fd00::1 is not public
http://[ff02::1]:$port/secret/ | | 1 refused the address ff02::1 is not public

# ---- from a public host on ----
/r-loopback.png | HTTP/1.1 302 Found%ELocation: http://127.0.0.1:$port/secret/%E%l{%} | 1 refused redirected to http://127.0.0.1/secret/: the address 127.0.0.1 is not public
/r-metadata.png | HTTP/1.1 302 Found%ELocation: http://169.254.169.254:$port/secret/latest/meta-data/%E%l{%} | 1 refused redirected to http://169.254.169.254/secret/latest/meta-data/: the address 169.254.169.254 is not public
/r-private.png  | HTTP/1.1 307 Found%ELocation: http://private.test:$port/secret/%E%l{%} | 1 refused redirected to http://private.test/secret/: the address 10.0.0.1 is not public
/r-decimal.png  | HTTP/1.1 302 Found%ELocation: http://2130706433:$port/secret/%E%l{%} | 1 refused redirected to http://127.0.0.1/secret/: the address 127.0.0.1 is not public
/r-mapped.png   | HTTP/1.1 302 Found%ELocation: http://[::ffff:7f00:1]:$port/secret/%E%l{%} | 1 refused redirected to http://[::ffff:7f00:1]/secret/: the address ::ffff:127.0.0.1 is not public
/r-mixed.png    | HTTP/1.1 302 Found%ELocation: http://mixed.test:$port/secret/%E%l{%} | 1 refused redirected to http://mixed.test/secret/: the address 10.0.0.1 is not public
/r-public.png   | HTTP/1.1 302 Found%ELocation: http://other.test:$port/image/f.png%E%l{%} | 0 accepted
/r-twice.png    | HTTP/1.1 302 Found%ELocation: http://other.test:$port/r-private.png%E%l{%} | 1 refused redirected to http://private.test/secret/: the address 10.0.0.1 is not public
END
is "none was asked at all" "$(asked /secret)" 0

# ---- a page, robots.txt ----
printf '%s\n' "private.html %S%l{<img src=http://private.test:$port/secret/a.png><img src=//127.0.0.1:$port/secret/b.png><img src=/image/g.png>%}" \
	"r-private.html HTTP/1.1 302 Found%ELocation: http://private.test:$port/secret/%E%l{%}" >>pages/answers
public="scrape-images --quiet --rate 1000 --connections 64 --retries 0 --timeout 2"
run $public -o page --url "$origin/private.html" x
is "a page with images at private addresses" "$(rows page url status reason | sed "s|:$port||")" \
	"/image/g.png${tab}accepted$tab
http://127.0.0.1/secret/b.png${tab}refused${tab}the address 127.0.0.1 is not public (--allow-private)
http://private.test/secret/a.png${tab}refused${tab}the address 10.0.0.1 is not public (--allow-private)"
run $public -o page2 --url "$origin/r-private.html" x
stderr_is "scrape-images: $origin/r-private.html: x: redirected to http://private.test:$port/secret/: the address 10.0.0.1 is not public (--allow-private)"
run $public -o page3 --site mediawiki --api "http://private.test:$port/secret/api.php" x
stderr_has "not public"
printf '%s\n' "robots.txt HTTP/1.1 302 Found%ELocation: http://private.test:$port/secret/robots.txt%E%l{%}" >>pages/answers
is "robots.txt that leads to a private address" "$(outside /image/h.png)" "0 accepted"
http_proxy=http://127.0.0.1:$port all_proxy=http://127.0.0.1:$port
export http_proxy all_proxy
is "no proxy of the environment" "$(outside http://1.2.3.9/secret/ | cut -d ' ' -f 1,2)" "3 failed"
is "none was asked then either" "$(asked /secret) $(asked http)" "0 0"

# ---- what is the default ----
wait $slow_process
grep /hang/default- log | sort -t "$tab" -n -k 4 | cut -f 4 >started
ok "two requests a second by default" test $(($(sed -n 4p started) - $(sed -n 1p started))) -ge 1300
# That is when the first is given up for being slow, after a third of nine seconds.
ok "and four at once" test $(($(sed -n 5p started) - $(sed -n 1p started))) -ge 2600

# ---- names that resolve otherwise the next time (a name is looked up once for each port) ----
unset http_proxy all_proxy
"$BIN/../tests/server/faults" pages log 0.0.0.0 >second &
second_process=$!
: >names.log
"$BIN/../tests/server/names" names.log flip.test=1.2.3.4/10.0.0.1 back.test=10.0.0.1/1.2.3.4 later.test=1.2.3.4/127.0.0.1 \
	page.test=1.2.3.4/169.254.169.254 robots.test=1.2.3.4/10.0.0.1 both.test=10.0.0.1,1.2.3.9 six.test=1.2.3.9,::1 \
	mapped.test=::ffff:10.0.0.1 nat.test=64:ff9b::a00:1 turn.test=1.2.3.4/1.2.3.4,fd00::1/::1 >ready &
names_process=$!
trap 'kill $server_process $second_process $names_process; cd /; rm -rf "$scratch"' EXIT
echo nameserver 127.0.0.1 >resolver
echo hosts: files dns >switch
mount --bind resolver /etc/resolv.conf && mount --bind switch /etc/nsswitch.conf || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s ready ] && [ -s second ] || sleep 0.1; done
second=$(cat second) second=${second##*:}
: >log
printf '%s\n' "flip.png HTTP/1.1 302 Found%ELocation: http://flip.test:$second/secret/%E%l{%}" \
	"turn.png HTTP/1.1 302 Found%ELocation: http://turn.test:$second/image/o.png%E%l{%}" \
	"page.html %S%l{<img src=http://page.test:$second/secret/a.png><img src=/image/k.png>%}" >>pages/answers
# The rows of a list of two addresses that are asked one after the other.
in_turn() {
	rm -rf one
	printf '%s\tx\n' "$@" >list
	run $public --transfers 1 -o one --urls list
	rows one url status reason | sed "s|:$port||g; s|:$second|:other|g; s| (--allow-private)||" | sort
}
is "public, then private" "$(in_turn http://flip.test:$port/flip.png)" \
	"http://flip.test/flip.png${tab}refused${tab}redirected to http://flip.test:other/secret/: the address 10.0.0.1 is not public"
is "it was the second answer that was refused" "$(grep -c "^flip.test${tab}A${tab}10.0.0.1" names.log)" 1
# Which port is asked first is the fetcher's choice.
is "private, then public" "$(in_turn http://back.test:$port/image/l.png http://back.test:$second/image/l.png | cut -f 2- | sort)" \
	"accepted$tab
refused${tab}the address 10.0.0.1 is not public"
is "one picture was asked for" "$(asked /image/l.png)" 1
is "public in one run" "$(in_turn http://later.test:$port/image/m.png)" "http://later.test/image/m.png${tab}accepted$tab"
is "private in the next" "$(in_turn http://later.test:$port/secret/)" \
	"http://later.test/secret/${tab}refused${tab}the address 127.0.0.1 is not public"
run $public -o page4 --url "http://page.test:$port/page.html" x
is "public for a page, private for its image" "$(rows page4 status reason)" \
	"accepted$tab
refused${tab}the address 169.254.169.254 is not public (--allow-private)"
is "both in one answer, the public one dead" "$(in_turn http://both.test:$port/secret/)" \
	"http://both.test/secret/${tab}refused${tab}the address 10.0.0.1 is not public"
is "both, by IPv6" "$(in_turn http://six.test:$port/secret/)" \
	"http://six.test/secret/${tab}refused${tab}the address ::1 is not public"
is "a mapped address" "$(in_turn http://mapped.test:$port/secret/)" \
	"http://mapped.test/secret/${tab}refused${tab}the address ::ffff:10.0.0.1 is not public"
is "NAT64" "$(in_turn http://nat.test:$port/secret/)" \
	"http://nat.test/secret/${tab}refused${tab}the address 64:ff9b::a00:1 is not public"
is "public by IPv4, then beside a private IPv6" "$(in_turn http://turn.test:$port/turn.png | cut -f 2)" accepted
printf '%s\n' "robots.txt HTTP/1.1 302 Found%ELocation: http://robots.test:$second/secret/robots.txt%E%l{%}" >>pages/answers
is "private for robots.txt that is elsewhere" "$(in_turn http://robots.test:$port/image/n.png)" \
	"http://robots.test/image/n.png${tab}accepted$tab"
is "it was asked for" "$(grep -c "^robots.test${tab}A" names.log)" 2
is "none private was asked" "$(asked /secret)" 0

# ---- allowed, so that it is the check that refuses ----
more=--allow-private
is "a private name, allowed" "$(outside http://private.test:$port/image/i.png)" "0 accepted"
is "a mapped address, allowed" "$(outside "http://[::ffff:127.0.0.1]:$port/image/j.png")" "0 accepted"

# ---- politeness, where a host is not this machine's name ----
more=
# span PATTERN: milliseconds from the first request for it to the last, however they are ordered in the log.
span() { grep -e "$1" log | cut -f 4 | sort -n | sed -n '1p;$p' | tr '\n' ' ' | awk '{ print $2 - $1 }'; }
urls /image/p1.png /image/p2.png /image/p3.png >list
: >log
run scrape-images -q --rate 4 -o polite --urls list
ok "four requests at four a second take three quarters of one" test "$(span .)" -ge 650
is "robots.txt before the images" "$(cut -f 1 log | cut -c 1-7 | uniq -c | tr '\n' ' ' | tr -s ' ')" " 1 /robots 3 /image/ "
for at in public.test:$port public.test:$second public.test.:$port; do printf 'http://%s/image/%s.png\tx\n' $at q$at; done >list
: >log
run scrape-images -q --rate 8 -o ports --urls list
is "on two ports, with a dot or without" "$status $(rows ports status | uniq -c | tr -s ' ')" "0  3 accepted"
ok "a name is one host: robots.txt for each port and dot, and the images, at eight a second" test "$(span .)" -ge 540
{ cat "$MILLRACE_DATA/sites/page"; printf 'rate = 8\n'; } >rate.recipe
{ cat "$MILLRACE_DATA/sites/page"; printf 'connections = 1\n'; } >connections.recipe
for name in rate connections; do
	for i in 1 2 3 4 5; do echo "<img src='http://other.test:$port/slow/$name-$i.png'>"; done >saved.html
	run $public -o $name --site ./$name.recipe --page saved.html x
	is "a recipe with its own $name" "$status $(rows $name status | uniq -c | tr -s ' ')" "0  5 accepted"
done
ok "its rate holds for the host of its images" test "$(span /slow/rate)" -ge 420
ok "and so do its connections: one after the other" test "$(span /slow/connections)" -ge 100
finish
