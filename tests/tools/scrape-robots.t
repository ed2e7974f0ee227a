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

# ---- a pause is one for the whole host ----
urls /heal/1/503/first.png /image/second.png /image/third.png >list
: >log
scrape -o pause --transfers 1 --backoff 0.4 --urls list
status_is 0
is "while one waits to be asked again, none is asked" "$(cut -f 1 log | tr '\n' ' ')" \
	"/robots.txt /heal/1/503/first.png /heal/1/503/first.png /image/second.png /image/third.png "

# ---- many hosts with long ones: those that were forgotten are asked for again ----
"$BIN/../tests/server/faults" pages many.log 0.0.0.0 >many &
trap 'kill $server_process $!; cd /; rm -rf "$scratch"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s many ] || sleep 0.1; done
many=$(cat many)
printf 'robots.txt %%SContent-Encoding: gzip%%E%%l{%%z{User-agent: *\\nDisallow: /image/secret\\n%%*{8000:allow:/%%*{53:x%%}\\n%%}%%}%%}\n' >pages/answers
for i in $(seq 100); do
	for path in redirect//image/$i image/secret-$i; do printf 'http://127.0.1.%s:%s/%s.png\tx\n' $i "${many##*:}" $path; done
done >list
: >many.log
python3 -c 'import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' \
	scrape-images --allow-private -q --hamming 0 --transfers 4 -o many-hosts --urls list >usage
is "of each host one allowed, one not" "$(rows many-hosts status reason | uniq -c | tr -s ' ')" \
	" 100 accepted$tab
 100 refused${tab}robots.txt disallows it"
read -r code megabytes <usage
# Sanitizers take memory of their own.
case $BIN in *asan*) megabytes=0 ;; esac
ok "of 45 MB of rules 32 are kept" test "$megabytes" -lt 90
ok "what was not is asked for again" test "$(grep -c ^/robots.txt many.log)" -gt 110

# ---- robots.txt that is slow, large, gone, elsewhere ----
rm -f pages/robots.txt
printf 'User-agent: *\nDisallow: /\n' >pages/other-robots.txt
# What becomes of an image where robots.txt is so answered (the path is only a name for the case).
robot() {
	grep "^${1#/} " pages/answers | sed 's/^[^ ]*/robots.txt/' >answer
	grep -v '^robots.txt ' pages/answers >others
	cat answer others >pages/answers
	image "/image${1%.txt}.png"
}
cases robot <<'END'
/none.txt        | HTTP/1.1 404 None%E%l{User-agent: *\nDisallow: /%} | 0 accepted
/forbidden.txt   | HTTP/1.1 403 No%E%l{%} | 0 accepted
/unauthorized.txt | HTTP/1.1 401 No%E%l{%} | 0 accepted
/broken.txt      | HTTP/1.1 500 Ill%E%l{%} | 1 failed robots.txt: HTTP status 500
/busy.txt        | HTTP/1.1 503 Ill%ERetry-After: 9%E%l{%} | 1 failed robots.txt: HTTP status 503: Retry-After of 9 seconds
/slowed.txt      | HTTP/1.1 429 Slow%E%l{%} | 1 failed robots.txt: HTTP status 429
/slow.txt        | %S%*{30:%W%} | 1 failed robots.txt: Timeout was reached
/cut.txt         | %SContent-Length: 99%E%EUser-agent: *\nAllow: /\n | 1 failed robots.txt: Transferred a partial file
/reset.txt       | %R | 3 failed Failure when receiving data from the peer
/garbage.txt     | nothing like it | 3 failed the response is not HTTP
/empty.txt       | %S%l{%} | 0 accepted
/html.txt        | %SContent-Type: text/html%E%l{<!DOCTYPE html><p>User-agent: *%} | 0 accepted
/picture.txt     | %S%l{%I%} | 0 accepted
/all.txt         | %S%l{User-agent: *\nDisallow: /%} | 1 refused robots.txt disallows it
/gzip.txt        | %SContent-Encoding: gzip%E%l{%z{User-agent: *\nDisallow: /%}%} | 1 refused robots.txt disallows it
/bomb.txt        | %SContent-Encoding: gzip%E%l{%z{User-agent: *\nDisallow: /\n%*{999999:x%}%}%} | 1 refused robots.txt disallows it
/twice.txt       | %SContent-Encoding: gzip, gzip%E%l{%z{%z{User-agent: *\nDisallow: /%}%}%} | 1 failed robots.txt: unsupported coding 'gzip, gzip'
/brotli.txt      | %SContent-Encoding: br%E%l{\x0b%} | 1 failed robots.txt: unsupported coding 'br'
/brotli-404.txt  | HTTP/1.1 404 None%EContent-Encoding: br%E%l{\x0b%} | 0 accepted
/blocks.txt      | %SContent-Encoding: gzip%E%E\x1f\x8b\x08\0\0\0\0\0\0\x03%*{200000:\0\0\0\xff\xff%} | 1 failed robots.txt: larger than 512000 bytes
/partial.txt     | HTTP/1.1 206 Partial%EContent-Range: bytes 0-9/99%E%l{User-agent%} | 1 failed robots.txt: HTTP status 206
/huge.txt        | %S%E%EUser-agent: *\nDisallow: /\n%*{9999999:x%} | 1 refused robots.txt disallows it
/huge-length.txt | %SContent-Length: 10000000000%E%EUser-agent: *\nDisallow: /\n%*{9999999:x%} | 1 refused robots.txt disallows it
/late.txt        | %S%E%*{600000:#%}\nUser-agent: *\nDisallow: /\n | 0 accepted
/returns.txt     | %S%l{User-agent: *\rDisallow: /%} | 1 refused robots.txt disallows it
/nul.txt         | %S%l{\0User-agent: *\0\nDisallow: /%} | 1 refused robots.txt disallows it
/moved.txt       | HTTP/1.1 301 Moved%ELocation: /pages/other-robots.txt%E%l{%} | 1 refused robots.txt disallows it
/loop.txt        | HTTP/1.1 301 Moved%ELocation: /robots.txt%E%l{%} | 0 accepted
/file.txt        | HTTP/1.1 301 Moved%ELocation: file:///etc/passwd%E%l{%} | 0 accepted
/stars.txt       | %S%l{User-agent: *\nDisallow: /%*{20000:*a%}%} | 0 accepted
/rules.txt       | %S%l{User-agent: *\n%*{40000:Disallow: /x\n%}%} | 0 accepted
END
finish
