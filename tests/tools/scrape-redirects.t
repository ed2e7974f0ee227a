#!/bin/sh
# scrape-images: redirects, connections that are used again, cookies, names.
. "$(dirname "$0")/scrape.sh"

cases image <<'END'
# ---- where a redirect may lead ----
/r-absolute.png  | HTTP/1.1 302 Found%ELocation: %O/image/a.png%E%l{%} | 0 accepted
/r-relative.png  | HTTP/1.1 301 Moved%ELocation: image/b.png%E%l{%} | 0 accepted
/r-303.png       | HTTP/1.1 303 See%ELocation: /image/c.png%E%l{%} | 0 accepted
/r-307.png       | HTTP/1.1 307 Temporary%ELocation: /image/d.png%E%l{%} | 0 accepted
/r-308.png       | HTTP/1.1 308 Permanent%ELocation: /image/e.png%E%l{%} | 0 accepted
/r-fragment.png  | HTTP/1.1 302 Found%ELocation: /image/f.png#part%E%l{%} | 0 accepted
/r-body.png      | HTTP/1.1 302 Found%ELocation: /image/g.png%E%l{<a href="ftp://x/">moved</a>%} | 0 accepted
/r5.png          | HTTP/1.1 302 Found%ELocation: /image/five.png%E%l{%} | 0 accepted
/r4.png          | HTTP/1.1 302 Found%ELocation: r5.png%E%l{%} | 0 accepted
/r3.png          | HTTP/1.1 302 Found%ELocation: r4.png%E%l{%} | 0 accepted
/r2.png          | HTTP/1.1 302 Found%ELocation: r3.png%E%l{%} | 0 accepted
/r1.png          | HTTP/1.1 302 Found%ELocation: r2.png%E%l{%} | 0 accepted
/r0.png          | HTTP/1.1 302 Found%ELocation: r1.png%E%l{%} | 1 refused redirected to /r5.png: too many redirects
/r-loop.png      | HTTP/1.1 302 Found%ELocation: /r-loop.png%E%l{%} | 1 refused redirected to /r-loop.png: too many redirects
/r-ping.png      | HTTP/1.1 302 Found%ELocation: /r-pong.png%E%l{%} | 1 refused redirected to /r-pong.png: HTTP status 404
/r-pong.png      | HTTP/1.1 302 Found%ELocation: /r-ping.png%E%l{%} | 1 refused redirected to /r-ping.png: too many redirects
/r-gone.png      | HTTP/1.1 302 Found%ELocation: /status/404%E%l{%} | 1 refused redirected to /status/404: HTTP status 404
/r-heals.png     | HTTP/1.1 302 Found%ELocation: /heal/2/503/r.png%E%l{%} | 0 accepted

# ---- where it may not ----
/r-file.png      | HTTP/1.1 302 Found%ELocation: file:///etc/passwd%E%l{%} | 1 refused redirected to file:///etc/passwd: neither http nor https
/r-ftp.png       | HTTP/1.1 302 Found%ELocation: ftp://127.0.0.1/x%E%l{%} | 1 refused redirected to ftp://127.0.0.1/x: neither http nor https
/r-gopher.png    | HTTP/1.1 302 Found%ELocation: gopher://127.0.0.1/x%E%l{%} | 1 refused redirected to gopher://127.0.0.1/x: neither http nor https
/r-dict.png      | HTTP/1.1 302 Found%ELocation: dict://127.0.0.1/x%E%l{%} | 1 refused redirected to dict://127.0.0.1/x: neither http nor https
/r-smb.png       | HTTP/1.1 302 Found%ELocation: smb://127.0.0.1/x/y%E%l{%} | 1 refused redirected to smb://127.0.0.1/x/y: neither http nor https
/r-data.png      | HTTP/1.1 302 Found%ELocation: data:image/png;base64,iVBORw0KGgo=%E%l{%} | 1 refused redirected to data:image/png;base64,iVBORw0KGgo=: neither http nor https
/r-script.png    | HTTP/1.1 302 Found%ELocation: javascript:alert(1)%E%l{%} | 1 refused redirected to javascript:alert(1): neither http nor https
/r-upper.png     | HTTP/1.1 302 Found%ELocation: FILE:///etc/passwd%E%l{%} | 1 refused redirected to file:///etc/passwd: neither http nor https
/r-user.png      | HTTP/1.1 302 Found%ELocation: http://me@127.0.0.1/%E%l{%} | 1 refused redirected to http://me@127.0.0.1/: a URL with a user name is refused
/r-password.png  | HTTP/1.1 302 Found%ELocation: http://:secret@127.0.0.1/%E%l{%} | 1 refused redirected to http://:secret@127.0.0.1/: a URL with a user name is refused
/r-other-user.png | HTTP/1.1 302 Found%ELocation: //me@127.0.0.1/%E%l{%} | 1 refused redirected to http://me@127.0.0.1/: a URL with a user name is refused
/r-backslash.png | HTTP/1.1 302 Found%ELocation: http:\\\\127.0.0.1:1\\x%E%l{%} | 1 failed redirected to http://127.0.0.1:1/x: Couldn't connect to server
/r-port.png      | HTTP/1.1 302 Found%ELocation: http://127.0.0.1:99999/%E%l{%} | 1 refused redirected to http://127.0.0.1:99999/: Port number was not a decimal number between 0 and 65535
/r-nonsense.png  | HTTP/1.1 302 Found%ELocation: http://[::1/%E%l{%} | 1 refused redirected to http://[::1/: Bad IPv6 address
/r-empty.png     | HTTP/1.1 302 Found%ELocation: %E%l{%} | 1 refused HTTP status 302
/r-none.png      | HTTP/1.1 302 Found%E%l{%} | 1 refused HTTP status 302
/r-long.png      | HTTP/1.1 302 Found%ELocation: /%*{9000:x%}%E%l{%} | 1 refused redirected to /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: a URL of more than 8192 bytes
/r-huge.png      | HTTP/1.1 302 Found%ELocation: /%*{999999:x%}%E%l{%} | 1 failed out of memory, or a header of more than 100 kB
/r-endless.png   | HTTP/1.1 302 Found%ELocation: /image/x.png%E%E%*{999999:x%} | 1 refused larger than 30000 bytes
/r-two.png       | HTTP/1.1 302 Found%ELocation: /image/h.png%ELocation: file:///etc/passwd%E%l{%} | 0 accepted
/r-escape.png    | HTTP/1.1 302 Found%ELocation: /\e[31m%E%l{%} | 1 refused redirected to /\x1B[31m: Bad scheme
/r-cr.png        | HTTP/1.1 302 Found%ELocation: /image/i.png\rLocation: /image/j.png%E%l{%} | 0 accepted
/r-nul.png       | HTTP/1.1 302 Found%ELocation: /image/k\0.png%E%l{%} | 1 failed Weird server reply
/r-utf8.png      | HTTP/1.1 302 Found%ELocation: /image/\xc3\xa9.png%E%l{%} | 0 accepted
/r-broken-utf8.png | HTTP/1.1 302 Found%ELocation: /image/\xff\xfe.png%E%l{%} | 0 accepted
/r-blanks.png    | HTTP/1.1 302 Found%ELocation:    /image/with blanks.png  %E%l{%} | 0 accepted
/r-tls.png       | HTTP/1.1 302 Found%ELocation: https://127.0.0.1:1/%E%l{%} | 1 failed redirected to https://127.0.0.1:1/: Couldn't connect to server
/r-refresh.png   | %SRefresh: 0; url=file:///etc/passwd%E%l{%I%} | 0 accepted
/r-alternative.png | %SAlt-Svc: h2="127.0.0.1:1"%EStrict-Transport-Security: max-age=9999%E%l{%I%} | 0 accepted
END
is "five redirects at most" "$(asked /r-loop.png)" 6
image /r5.png >/dev/null
is "the row has the first address" "$(rows one url)" /r5.png

# ---- what was declared for the first host is not for another ----
port=${origin##*:}
printf 'moved.php HTTP/1.1 302 Found%%ELocation: http://localhost:%s/w/api.php%%E%%l{%%}\n' "$port" >>pages/answers
printf 'User-agent: *\nDisallow: /w/\nDisallow: /moved\n' >pages/robots.txt
: >log
scrape -o moved --site mediawiki --api "$origin/moved.php" x=Category:Y
stderr_has "x: redirected to http://localhost:$port/w/api.php: robots.txt disallows it"
is "nor is it asked" "$(asked /w/)" 0
rm pages/robots.txt

# ---- one connection for several requests ----
# Exit status and both statuses of a run that asks for an image and then, on the same connection if that can be, for another.
pair() {
	rm -rf one
	urls "$1" "/image/next-${1#/}" >list
	scrape -o one --urls list --transfers 1 --retries 0 --timeout 2
	echo $status $(rows one status) $(rows one reason)
}
cases pair <<'END'
/kept.png            | %S%l{%I%}%N%S%l{<h1>on the same connection</h1>%} | 0 accepted refused is not an image of a known type
/kept-closed.png     | %S%l{%I%}%N | 0 accepted accepted
/kept-reset.png      | %S%l{%I%}%N%R | 0 accepted accepted
/kept-cut.png        | %S%l{%I%}%N%SContent-Length: 9999%E%E%H | 4 accepted failed Transferred a partial file
/smuggled.png        | %S%l{%I%}%S%l{<h1>other</h1>%}%N | 0 accepted accepted
/smuggled-chunk.png  | %STransfer-Encoding: chunked%E%E%c{%I%}%c{%}%S%l{<h1>other</h1>%}%N | 0 accepted accepted
/closing.png         | %SConnection: close%E%l{%I%}%N | 0 accepted accepted
END

# ---- cookies, and whatever else a request could tell ----
printf 'cookie.png %%SSet-Cookie: session=1; Path=/%%ESet-Cookie: all=1; Domain=127.0.0.1%%E%%l{%%I%%}
cookie.html %%SSet-Cookie: page=1; Path=/%%E%%l{<img src=/cookie.png><img src=/image/after.png>%%}
robots.txt %%SSet-Cookie: robots=1; Path=/%%E%%l{%%}\n' >>pages/answers
urls /cookie.png /image/after.png /r5.png >list
scrape -o cookies --transfers 1 --urls list
scrape -o cookies --transfers 1 --url "$origin/cookie.html" x
is "no request ever has another header" "$(cut -f 3 log | LC_ALL=C sort -u)" "Host,User-Agent,Accept
Host,User-Agent,Accept,Accept-Encoding"

# ---- names on disk ----
printf 'name.png %%SContent-Disposition: attachment; filename="../../../name.png"%%E%%l{%%I%%}\n' >>pages/answers
urls /name.png /image/%2e%2e%2f%2e%2e%2fup2.png /image/%00.png '/image/a%0ab.png' /image/..%2f..%2fup3.png '/image/;touch x.png' \
	"/image/\$(touch x).png" '/image/manifest.tsv' "/image/$(printf '%0500d' 1).png" '/image/.hidden.png' >list
: >after
ls -A >before
scrape -o names --urls list
status_is 0
is "names on disk are hashes" "$(find names ! -type d | sed 's|/[0-9a-f]\{16\}\.png$|/HASH.png|' | sort | uniq -c | sed 's/^ *//')" \
	"1 names/manifest.tsv
10 names/shells/HASH.png"
rm -rf names
ls -A >after
ok "and nothing lies elsewhere" cmp before after
finish
