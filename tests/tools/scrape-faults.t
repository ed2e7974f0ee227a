#!/bin/sh
# scrape-images: servers that answer wrongly.
. "$(dirname "$0")/scrape.sh"

# What takes its time goes on while the cases do: late NAME PATH OPTION... asks for PATH, and a line of its status, milliseconds, and
# status and reason of its row will be in the file NAME.late.
late() (
	name=$1
	mkdir late-$name && cd late-$name || exit 1
	urls "$2" >list
	shift 2
	started=$(date +%s%N)
	scrape -o late --urls list "$@"
	echo $status $((($(date +%s%N) - started) / 1000000)) $(rows late status reason) >../$name.late
)
cat >pages/answers <<'END'
trickle.png %SContent-Length: 9999%E%E%*{999:xxxxxxxxx%W%}
drip.png %SContent-Length: 9999%E%E%*{99:x%W%}
drip-headers.png %S%*{99:X%W%}
silent.png %*{99:%W%}
END
# 90 bytes a second are too slow for a third of the time allowed in all.
late trickle /trickle.png --retries 0 --timeout 30 &
waiting=$!
for name in drip drip-headers silent; do
	late $name /$name.png --retries 2 --timeout 1 &
	waiting="$waiting $!"
done
for after in 1 1e3; do
	late after-$after "/heal/1/429/a.png?after=$after" --max-wait 3 &
	waiting="$waiting $!"
done

timeout=20
# A pause that was asked for by the last attempt holds for the next request.
urls "/heal/1/429/last.png?after=1" /image/after-last.png >last.list
(scrape -o last --transfers 1 --retries 0 --urls "$PWD/last.list") &
waiting="$waiting $!"
# Retry-After with a date; what is in the log by then is when it was asked again.
in_seconds() { LC_ALL=C date -u -d "+$1 seconds" '+%a, %d %b %Y %H:%M:%S GMT'; }
dated=$(($(date +%s) + 4))
printf 'dated.png HTTP/1.1 429 Slow%%ERetry-After: %s%%E%%l{%%}\n' "$(in_seconds 4)" >>pages/answers
(late dated /dated.png --retries 1 && date +%s >dated.end) &
waiting="$waiting $!"
printf 'distant.png HTTP/1.1 503 Ill%%ERetry-After: %s%%E%%l{%%}\n' "$(in_seconds 600)" >>pages/answers
# Five who begin together.
for i in 1 2 3 4 5; do
	late jitter-$i /heal/1/500/jitter-$i.png --backoff 0.6 &
	waiting="$waiting $!"
done
late doubled /heal/3/500/doubled.png --backoff 0.3 &
waiting="$waiting $!"

cases image <<'END'
# ---- as it should be, or nearly ----
/image/good.png     | | 0 accepted
/length.png         | %S%l{%I%} | 0 accepted
/until-close.png    | %S%E%I | 0 accepted
/chunked.png        | %STransfer-Encoding: chunked%E%E%c{%I%}%c{%} | 0 accepted
/chunked-none.png   | %STransfer-Encoding: chunked%E%E0;extension=x%E%E | 1 refused is empty
/no-reason.png      | HTTP/1.1 200\r\n%l{%I%} | 0 accepted
/bare-newlines.png  | HTTP/1.1 200 OK\nX: y\n\n%I | 0 accepted
/http10.png         | HTTP/1.0 200 OK\r\n%E%I | 0 accepted
/wrong-name.jpg     | %SContent-Type: text/html%E%l{%I%} | 0 accepted
/hesitant.png       | %S%W%l{%W%I%W%} | 0 accepted
/continued.png      | HTTP/1.1 100 Continue%E%EHTTP/1.1 103 Early Hints%E%E%S%l{%I%} | 0 accepted

# ---- lengths ----
/cut.png            | %SContent-Length: 9999%E%E%I | 1 failed Transferred a partial file
/longer.png         | %S%l{%I%}%*{1000:more%} | 0 accepted
/empty.png          | %SContent-Length: 0%E%E | 1 refused is empty
/negative.png       | %SContent-Length: -5%E%E%I | 1 failed Weird server reply
/overflow.png       | %SContent-Length: 99999999999999999999999%E%E%I | 1 refused larger than 30000 bytes
/no-number.png      | %SContent-Length: many%E%E%I | 1 failed Weird server reply
/two-lengths.png    | %SContent-Length: 10%EContent-Length: 9999%E%E%I | 1 failed Transferred a partial file
/huge.png           | %SContent-Length: 10000000000%E%E | 1 refused larger than 30000 bytes
/lies-small.png     | %SContent-Length: 30001%E%E%*{99999:x%} | 1 refused larger than 30000 bytes
/endless.png        | %S%E%*{9999999:endless%} | 1 refused larger than 30000 bytes

# ---- chunks ----
/endless-chunks.png | %STransfer-Encoding: chunked%E%E%*{99999:%c{%*{1000:x%}%}%} | 1 refused larger than 30000 bytes
/chunk-nonsense.png | %STransfer-Encoding: chunked%E%Ezz%E%I | 1 failed Failure when receiving data from the peer
/chunk-negative.png | %STransfer-Encoding: chunked%E%E-1%E%I | 1 failed Failure when receiving data from the peer
/chunk-overflow.png | %STransfer-Encoding: chunked%E%E%*{40:F%}%E%I | 1 failed Failure when receiving data from the peer
/chunk-cut.png      | %STransfer-Encoding: chunked%E%Effff%E%I | 1 failed Transferred a partial file
/chunk-no-end.png   | %STransfer-Encoding: chunked%E%E%c{%I%} | 1 failed Transferred a partial file
/chunk-size-flood.png | %STransfer-Encoding: chunked%E%E%*{9999999:0%} | 1 failed Failure when receiving data from the peer
/chunk-extension-flood.png | %STransfer-Encoding: chunked%E%E1;%*{9999999:x%} | 1 failed Transferred a partial file
/trailer-flood.png  | %STransfer-Encoding: chunked%E%E%c{%I%}0%E%*{999999:X: trailing%E%} | 1 refused headers of more than 500 kB
/length-and-chunks.png | %SContent-Length: 5%ETransfer-Encoding: chunked%E%E%c{%I%}%c{%} | 0 accepted
/unknown-coding.png | %STransfer-Encoding: gibberish%E%E%I | 1 refused unsupported coding 'gibberish'

# ---- encodings: nobody asked for one ----
/gzip.png           | %SContent-Encoding: gzip%E%l{%z{%I%}%} | 1 refused is not an image of a known type
/gzip-claimed.png   | %SContent-Encoding: gzip%E%l{%I%} | 0 accepted
/transfer-gzip.png  | %STransfer-Encoding: gzip%E%E%z{%I%} | 1 refused unsupported coding 'gzip'
/transfer-bomb.png  | %STransfer-Encoding: gzip%E%E%z{%*{99999:x%}%} | 1 refused unsupported coding 'gzip'
/transfer-codings.png | %STransfer-Encoding: gzip, chunked%E%E%c{%z{%I%}%}%c{%} | 1 refused unsupported coding 'gzip, chunked'

# ---- statuses and status lines ----
/status/404         | | 1 refused HTTP status 404
/no-content.png     | HTTP/1.1 204 None%E%E | 1 refused is empty
/partial.png        | HTTP/1.1 206 Partial%EContent-Range: bytes 0-9/999%E%l{%I%} | 1 refused HTTP status 206
/choices.png        | HTTP/1.1 300 Choices%E%l{%} | 1 refused HTTP status 300
/not-modified.png   | HTTP/1.1 304 Same%E%E | 1 refused HTTP status 304
/password.png       | HTTP/1.1 401 No%EWWW-Authenticate: Basic realm="x"%E%l{%} | 1 refused HTTP status 401
/gone.png           | HTTP/1.1 410 Gone%E%l{%I%} | 1 refused HTTP status 410
/legal.png          | HTTP/1.1 451 No%E%l{%I%} | 1 refused HTTP status 451
/status-999.png     | HTTP/1.1 999 Go away%E%l{%I%} | 1 refused HTTP status 999
/status-20.png      | HTTP/1.1 20 OK%E%l{%I%} | 1 failed the response is not HTTP
/status-2000.png    | HTTP/1.1 2000 OK%E%l{%I%} | 1 failed the response is not HTTP
/status-none.png    | HTTP/1.1 OK%E%l{%I%} | 1 failed the response is not HTTP
/status-000.png     | HTTP/1.1 000 OK%E%l{%I%} | 1 failed the response is not HTTP
/version-9.png      | HTTP/9.9 200 OK%E%l{%I%} | 1 failed the response is not HTTP
/http09.png         | just bytes | 1 failed the response is not HTTP
/http09-picture.png | %I | 1 failed the response is not HTTP
/tls.png            | \x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03 | 1 failed the response is not HTTP
/upgrade.png        | HTTP/1.1 101 Switching%EUpgrade: h2c%E%E%I | 1 refused HTTP status 101

# ---- headers ----
/header-flood.png   | %S%*{100000:X-Flood: %*{80:y%}%E%}%l{%I%} | 1 failed Failure when receiving data from the peer
/header-short-flood.png | %S%*{99999:a:%E%}%l{%I%} | 1 failed Failure when receiving data from the peer
/header-long.png    | %SX: %*{9999999:y%}%E%l{%I%} | 1 failed out of memory, or a header of more than 100 kB
/header-endless.png | %SX: %*{999999999:y%} | 1 failed out of memory, or a header of more than 100 kB
/header-nul.png     | %SX: a\0b%E%l{%I%} | 1 failed Weird server reply
/header-no-colon.png | %Snonsense%E%l{%I%} | 1 failed Weird server reply
/header-folded.png  | %SX: a%E b%E\tc%E%l{%I%} | 0 accepted
/header-nameless.png | %S : a%E%l{%I%} | 1 failed A libcurl function was given a bad argument
/header-cr.png      | %SX: a\rY: b%E%l{%I%} | 0 accepted
/continue-flood.png | %*{999999:HTTP/1.1 100 Continue%E%E%} | 1 failed Failure when receiving data from the peer
/cookie-flood.png   | %S%*{1000:Set-Cookie: a%*{4000:b%}=c%E%}%l{%I%} | 1 failed Failure when receiving data from the peer

# ---- connections ----
/close.png          | %W | 1 failed Server returned nothing (no headers, no data)
/reset.png          | %SContent-Length: 9999%E%E%H%W%R | 1 failed Failure when receiving data from the peer
/reset-at-once.png  | %R | 1 failed Failure when receiving data from the peer

# ---- servers that recover, and how long they ask to wait ----
/heal/2/503/a.png                     | | 0 accepted
/heal/1/408/b.png                     | | 0 accepted
/heal/9/500/c.png                     | | 1 failed HTTP status 500
/heal/1/429/e.png?after=0             | | 0 accepted
/heal/1/429/f.png?after=-5            | | 0 accepted
/heal/1/429/g.png?after=soon          | | 0 accepted
/heal/1/429/i.png?after=Thu,01Jan1970 | | 0 accepted
/heal/1/429/j.png?after=3600          | | 1 failed HTTP status 429: Retry-After of 3600 seconds
/heal/1/503/k.png?after=4             | | 1 failed HTTP status 503: Retry-After of 4 seconds
/heal/1/429/l.png?after=9223372036854775807   | | 1 failed HTTP status 429: Retry-After of 9223372036854775808 seconds
/heal/1/429/m.png?after=99999999999999999999  | | 1 failed HTTP status 429: Retry-After of 100000000000000000000 seconds

# ---- what is no image ----
/page.jpg           | %SContent-Type: image/jpeg%E%l{<!DOCTYPE html><title>not here</title>%} | 1 refused is not an image of a known type
/drawing.svg        | %SContent-Type: image/svg+xml%E%l{<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>%} | 1 refused is not an image of a known type
/document.png       | %S%l{%%PDF-1.4%} | 1 refused is not an image of a known type
/zeros.png          | %S%l{%*{9999:\0%}%} | 1 refused is not an image of a known type
/magic.png          | %S%l{\x89PNG\r\n\x1a\n%} | 1 refused cut short: the png header is not whole
/image/tiny.png?size=63 | | 1 refused width or height is less than 64 pixels
/opted-out.png      | %SX-Robots-Tag: noindex-not, NoAI%E%l{%I%} | 1 refused the server opts out (X-Robots-Tag)
/opted-out-late.png | %SX-Robots-Tag: none-of-it%EX-Robots-Tag: otherbot: noai%E%l{%I%} | 1 refused the server opts out (X-Robots-Tag)
END

urls '/heal/1/429/o.png?after=3600' /image/p.png >list
scrape -o waits --urls list --retries 1 --transfers 1
is "whose answer it was is told of the others" "$(rows waits reason | tail -n 1)" \
	"another of its URLs: HTTP status 429: Retry-After of 3600 seconds"
is "asked three times in all, with --retries 2" "$(asked /heal/9/500/)" 3
is "not again after a status that stays" "$(asked /status/404)" 1
ok "no part of an answer is left in the folder" test "$(find one -type f ! -name manifest.tsv | wc -l)" = 0

# ---- pages, which may be coded once, in gzip's or zlib's format ----
# Exit status of a run that reads a page, and what was said, or that its image came.
page() {
	rm -rf one
	scrape -o one --url "$origin$1" --retries 0 x
	echo $status $(rows one status) $(sed "s|.*$1: x: ||" .err)
}
# Half a coding: the head of a gzip file, and as many blocks without a byte in them.
head='\x1f\x8b\x08\0\0\0\0\0\0\x03' image='<img src=/image/a.png>' twice="unsupported coding 'gzip, gzip'"
cases page <<END
/page-gzip.html      | %SContent-Encoding: gzip%E%l{%z{$image%}%} | 0 accepted
/page-x-gzip.html    | %SContent-Encoding: x-GZIP%E%l{%z{$image%}%} | 0 accepted
/page-identity.html  | %SContent-Encoding: identity%E%l{$image%} | 0 accepted
/page-twice.html     | %SContent-Encoding: gzip, gzip%E%l{%z{%z{$image%}%}%} | 1 $twice
/page-lines.html     | %SContent-Encoding: gzip%EContent-Encoding: deflate%E%l{%z{%z{$image%}%}%} | 1 unsupported coding 'deflate'
/page-transfer.html  | %SContent-Encoding: gzip%ETransfer-Encoding: gzip%E%E%z{%z{$image%}%} | 1 unsupported coding 'gzip'
/page-brotli.html    | %SContent-Encoding: br%E%l{\\x0b%*{9999:\\x06%}%} | 1 unsupported coding 'br'
/page-zstd.html      | %SContent-Encoding: zstd%E%l{\\x50\\x2a\\x4d\\x18\\xf8\\xff%} | 1 unsupported coding 'zstd'
/page-nested.html    | %SContent-Encoding: gzip, gzip, gzip, gzip, gzip%E%E%z{%z{%z{%z{$head%*{999999:\\0\\0\\0\\xff\\xff%}%}%}%}%} | 1 unsupported coding 'gzip, gzip, gzip, gzip, gzip'
/page-empty-blocks.html | %SContent-Encoding: gzip%E%E$head%*{4000000:\\0\\0\\0\\xff\\xff%} | 1 larger than 16777216 bytes
/page-long-name.html | %SContent-Encoding: gzip%E%E\\x1f\\x8b\\x08\\x08\\0\\0\\0\\0\\0\\x03%*{20000000:a%} | 1 larger than 16777216 bytes
END

wait $waiting
for name in trickle drip drip-headers silent; do
	read -r code milliseconds outcome <$name.late
	is "/$name.png" "$code $outcome" "1 failed Timeout was reached"
	[ $name = trickle ] || is "/$name.png was asked for three times" "$(asked /$name.png)" 3
	[ $name != trickle ] || ok "a trickle is given up after ten seconds, not thirty" test $milliseconds -ge 10000 -a $milliseconds -lt 29000
done
for after in 1 1e3; do
	read -r code milliseconds outcome <after-$after.late
	is "Retry-After: $after" "$code $outcome" "0 accepted"
	ok "is kept to, as a second" test $milliseconds -ge 1000
done
read -r code milliseconds outcome <dated.late
is "a date" "$code $outcome" "1 failed HTTP status 429"
ok "is kept to, as well" test "$(cat dated.end)" -ge $dated
is "and then it is asked again" "$(asked /dated.png)" 2
is "one too far away" "$(image /distant.png | sed 's/[0-9]* seconds/N seconds/')" "1 failed HTTP status 503: Retry-After of N seconds"
ok "a pause is kept to by what comes after the last attempt" test "$(gap '/[hi][em]a.*/.*last.png')" -ge 900

# ---- pauses ----
for i in 1 2 3 4 5; do gap /heal/1/500/jitter-$i.png; done | sort -n >jitter
ok "a pause is no less than half of what it is" test "$(head -n 1 jitter)" -ge 270
ok "and other in each run" test $(($(tail -n 1 jitter) - $(head -n 1 jitter))) -ge 20
ok "three, doubled each time" test "$(gap /heal/3/500/doubled.png)" -ge 950
finish
