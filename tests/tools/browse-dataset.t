#!/bin/sh
. "$(dirname "$0")/tap.sh"
MILLRACE_DATA=$here/../../data
export MILLRACE_DATA

# Requests by hand, so that nothing is tidied up: get PATH [METHOD [HOST]] -> status line, headers, body
get() {
	python3 - "$(cat address)" "$@" <<-'END'
	import socket, sys
	port = sys.argv[1].rstrip("/").rsplit(":", 1)[1]
	path, method, host = (sys.argv[2:] + [""] * 3)[:3]
	host = (host or "127.0.0.1:PORT").replace("PORT", port)
	for one in path.split("\n"):
	    s = socket.create_connection(("127.0.0.1", int(port)))
	    s.sendall(f"{method or 'GET'} {one} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("utf-8", "surrogateescape"))
	    while piece := s.recv(65536):
	        sys.stdout.buffer.write(piece)
	END
}
status_of() { get "$@" | head -n 1 | cut -d ' ' -f 2; }

make_picture() { # make_picture FILE NUMBER
	python3 - "$@" <<-'END'
	import struct, sys, zlib
	def chunk(kind, data):
	    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
	for number in range(int(sys.argv[2])):
	    rows = (b"\0" + bytes([number % 256, number // 256, 99]) * 70) * 70
	    with open(sys.argv[1].replace("#", f"{number:03d}"), "wb") as file:
	        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 70, 70, 8, 2, 0, 0, 0))
	            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
	END
}
odd=$(printf 'a & <b>"%%41\303\251\n'\''.png')
mkdir -p "dir/red shells" "dir/blue & <shells>" dir/empty dir/.hidden outside
make_picture "dir/red shells/#.png" 150
make_picture dir/#.png 151
mv dir/150.png "dir/blue & <shells>/$odd"
rm dir/*.png
make_picture outside/secret.png 1
make_picture dir/.hidden/secret.png 1
echo text >"dir/red shells/notes.txt"
ln -s ../outside dir/away
ln -s "$scratch/outside/secret.png" "dir/red shells/away.png"
ln -s 003.png "dir/red shells/inside.png"
mkfifo "dir/red shells/pipe.png"
mkdir 'dir/blue & <shells>/back\slash'
make_picture 'dir/blue & <shells>/back\slash/a\b.png' 1

run browse-dataset
status_is 2
run browse-dataset nowhere
stderr_is "browse-dataset: nowhere: No such file or directory"
status_is 1
run browse-dataset "dir/red shells/000.png"
stderr_is "browse-dataset: dir/red shells/000.png: is not a folder"
browse-dataset --port 0 dir >/dev/full 2>err
is "an address that can't be printed ends it" "$? $(cat err)" "1 browse-dataset: standard output: No space left on device"

printf 'path\tclass\nx\\q\tshells\n' >wrong.tsv
run browse-dataset --port 0 --list wrong.tsv dir
stderr_is 'browse-dataset: wrong.tsv: line 2: path: has an unknown escape'
run browse-dataset --port 0 --list outside/secret.png dir
stderr_is 'browse-dataset: outside/secret.png: is not text'
printf 'path\tclass\nx\tshe\\lls\n' >wrong.tsv
run browse-dataset --port 0 --list wrong.tsv dir
stderr_is 'browse-dataset: wrong.tsv: line 2: note: has an unknown escape'
printf 'name\n' >wrong.tsv
run browse-dataset --port 0 --list wrong.tsv dir
stderr_is 'browse-dataset: wrong.tsv: line 1: has no column path'
python3 - "$odd" <<'END'
import sys
odd = sys.argv[1].replace("\n", "\\n")
with open("list.tsv", "w", encoding="utf-8") as file:
    print("path\tclass\tfinding\tdetail", file=file)
    print("blue & <shells>/%s\tblue\tblurred\t<b>7</b>" % odd, file=file)
    print("../outside/secret.png\tblue\tdark\t", file=file)
    for i in range(70): print("red shells/%03d.png\tred\tback\\\\slash\t70 x 70" % i, file=file)
    print("\nclass\tpictures\nred\t151", file=file)
END

browse-dataset --port 0 --list list.tsv dir >address &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s address ] || sleep 0.1; done
ok "the address is one line" grep -Eqx 'http://127\.0\.0\.1:[0-9]+/' address
port=$(sed 's/.*:\([0-9]*\).*/\1/' address)
run browse-dataset --port "$port" dir
stderr_is "browse-dataset: 127.0.0.1: port $port: Address already in use"

for path in / '/?listed' '/?listed&page=2' '/red%20shells/' '/red%20shells/?page=3' '/blue%20%26%20%3cshells%3E/' /empty/; do
	get "$path" | sed '1,/^.$/d' >page.html
	ok "$path: well-formed" python3 -c '
import html.parser, sys
void = {"meta", "link", "img"}
class Check(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attributes):
        if tag not in void: self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
check = Check()
check.feed(open("page.html", encoding="utf-8").read())
assert not check.open, check.open'
done
get / >page.html
ok "counts" grep -q 'red shells <small>151</small>' page.html
ok "names are escaped" grep -q 'blue &amp; &lt;shells&gt; <small>1</small>' page.html
ok "nothing hidden, nothing outside" sh -c '! grep -q -e hidden -e away page.html'
is "page 1, 2, 3: pictures" "$(for n in 1 2 3; do get "/red%20shells/?page=$n" | grep -c '<li>'; done | tr '\n' ' ')" "60 60 31 "
is "links to other pages" "$(get '/red%20shells/?page=2' | grep -o 'href="?page=[^>]*' | tr '\n' ' ')" \
	'href="?page=1" rel="prev" href="?page=1" href="?page=3" href="?page=3" rel="next" '
ok "the first page leads to the list" grep -q 'href="/?listed">72 listed<' page.html
get '/?listed' | sed '1,/^.$/d' >page.html
is "the list: pictures" "$(grep -c '<li>' page.html) $(get '/?listed&page=2' | grep -c '<li>')" "60 12"
ok "what is said of them, escaped" grep -q '<span class="name">blue, blurred, &lt;b&gt;7&lt;/b&gt;</span>' page.html
ok "  a backslash as it is" grep -q '<span class="name">red, back\\slash, 70 x 70</span>' page.html
is "their addresses lead to them" "$(status_of "$(grep -o 'href="/blue[^"]*' page.html | cut -c 7-)")" 200
is "  and not outside" "$(status_of "$(grep -o 'href="/\.\.[^"]*' page.html | cut -c 7-)")" 404
is "links to other pages of it" "$(grep -o 'href="?listed[^>]*' page.html | tr '\n' ' ')" 'href="?listed&amp;page=2" href="?listed&amp;page=2" rel="next" '
get '/blue%20%26%20%3Cshells%3E/' >page.html
ok "a folder's name with a backslash" grep -q '<span class="name">back\\slash <small>1</small>' page.html
get '/blue%20%26%20%3Cshells%3E/back%5Cslash/' >page.html
ok "and a picture's" grep -q '<span class="name">a\\b.png</span>' page.html
mkdir dir/closed && chmod 0 dir/closed
if ls dir/closed >/dev/null 2>&1; then
	echo "# a folder that can't be read: not tested as root"
else
	get / >page.html
	ok "a folder that can't be read is an empty one" grep -q 'closed <small>0</small>' page.html
fi
chmod 700 dir/closed && rmdir dir/closed
get '/red%20shells/007.png' | sed '1,/^.$/d' >picture
ok "a picture, byte for byte" cmp picture "dir/red shells/007.png"
get '/red%20shells/007.png' HEAD >head
is "HEAD has headers alone" "$(sed '1,/^.$/d' head | wc -c | tr -d ' ')" 0
ok "media type" grep -q '^Content-Type: image/png' head
ok "nosniff" grep -q '^X-Content-Type-Options: nosniff' head
is "a link that stays inside" "$(status_of '/red%20shells/inside.png')" 200
is "a folder without its slash" "$(get '/red%20shells' | grep -a '^Location' | tr -d '\r')" "Location: /red%20shells/"
is "not to another host" "$(get '//red%20shells' | grep -a '^Location' | tr -d '\r')" "Location: /red%20shells/"

# Every path of these is not found; the answers come in their order.
cat >refused <<'END'
/nothing
/red%20shells/away.png
/away/
/away/secret.png
/.hidden/
/.hidden/secret.png
/red%20shells/notes.txt
/red%20shells/pipe.png
/../outside/secret.png
/%2e%2e/outside/secret.png
/red%20shells/..%2f..%2foutside%2fsecret.png
/red%20shells%2f007.png
/red%20shells/007.png%00.png
/red%20shells/007.png/
/%zz
/%
/red%20shells/?page=0
/red%20shells/?page=4
/red%20shells/?page=x
/red%20shells/?page=99999999999999999999
/?listed&page=3
END
get "$(cat refused)" | grep -a '^HTTP/1.1' | cut -d ' ' -f 2 | paste -d ' ' - refused >statuses
is "not found: all of $(wc -l <refused | tr -d ' ')" "$(grep -v '^404 ' statuses; wc -l <statuses | tr -d ' ')" "$(wc -l <refused | tr -d ' ')"
is "POST" "$(status_of / POST)" 405
is "another Host" "$(status_of / GET evil.example)" 403
is "another port" "$(status_of / GET 127.0.0.1:1)" 403
is "localhost" "$(status_of / GET localhost:PORT)" 200
is "the style" "$(get '/?style' | grep -a '^Content-Type' | tr -d '\r')" "Content-Type: text/css; charset=utf-8"
ok "on loopback alone" sh -c "! grep -q ' 00000000:$(printf %04X "$port") ' /proc/net/tcp"

# ---- with scrape-images ----
run scrape-images --quiet --allow-private -o collected --url "$(cat address)red%20shells/" "red shells"
status_is 0
is "scraped: every picture of every page" "$(find "collected/red shells" -type f | wc -l | tr -d ' ')" 150
run scrape-images --quiet --allow-private -o collected --url "$(cat address)blue%20%26%20%3Cshells%3E/" blue
status_is 0
{ kill $server; wait $server; code=$?; } 2>/dev/null # the shell's "Terminated"
is "ends by its signal" $code 143
finish
