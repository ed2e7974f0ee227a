#!/bin/sh
# scrape-images: servers that answer wrongly.
. "$(dirname "$0")/scrape.sh"

# Each line of standard input: the path of an image, then the exit status of a run that asks for it, and the status and
# reason of its row.
faults() {
	while read -r path expected; do
		case $path in ''|'#'*) continue ;; esac
		rm -rf one
		urls "$path" >list
		scrape -o one --urls list --max-bytes 30000 --retries 2 --timeout 1 --max-wait 3
		is "$path" "$(echo $status $(rows one status reason))" "$expected"
	done
}

faults <<END
/image/good.png 0 accepted
/status/404 1 refused HTTP status 404
/heal/1/429/a.png?after=1 0 accepted
/heal/2/503/b.png 0 accepted
/heal/9/500/c.png 1 failed HTTP status 500
/heal/1/429/d.png?after=3600 1 failed HTTP status 429: asked to wait 3600 seconds
/heal/1/429/e.png?after=-5 0 accepted
/heal/1/429/f.png?after=Thu,01Jan1970 0 accepted
/heal/1/408/g.png 0 accepted
/heal/9/401/h.png 1 refused HTTP status 401
/cut/cut.png 1 failed Transferred a partial file
/endless/x.png 1 refused larger than 30000 bytes
/huge/x.png 1 refused larger than 30000 bytes
/html/x.jpg 1 refused is no image of a known type
/image/tiny.png?size=63 1 refused a side is under 64 pixels
/optout/x.png 1 refused the server opts out (X-Robots-Tag)
/hang/x.png 1 failed Timeout was reached
/loop 1 refused redirected to /loop: too many redirects
/redirect/file:///etc/passwd 1 refused redirected to file:///etc/passwd: neither http nor https
/redirect/ftp://127.0.0.1/x 1 refused redirected to ftp://127.0.0.1/x: neither http nor https
/redirect/http://me@127.0.0.1/ 1 refused redirected to http://me@127.0.0.1/: a user name in an address is refused
/redirect/$origin/image/moved.png 0 accepted
END
is "a redirected image's row has the first address" "$(rows one url)" /redirect//image/moved.png
is "asked three times in all, with --retries 2" "$(asked /heal/9/500/)" 3
is "not again after a status that stays" "$(asked /status/404)" 1
is "five redirects at most" "$(asked /loop)" 6
finish
