#!/bin/sh
# scrape-images: only pictures come in, each once, however it is packed, scaled or mirrored.
. "$(dirname "$0")/scrape.sh"

# Pictures of a landscape that a number decides: NAME NUMBER SIDE LEVEL [mirrored], as PNG of zlib's LEVEL.
landscape() {
	python3 -c 'import math, struct, sys, zlib
name, number, side, level = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
def light(x, y):
    return sum(math.sin(k * number * 1.7 + k * x * 3.1 + (k * 7 * number % 5) * y) * 30 for k in range(1, 5)) + 128
rows = b""
for y in range(side):
    row = [int(max(0, min(255, light(x / side, y / side)))) for x in range(side)]
    rows += b"\0" + bytes(row[::-1] if len(sys.argv) > 5 else row)
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows, level)) + chunk(b"IEND", b""))' "$@"
}
# One picture of those served, and the exit status, status and reason that it gets.
judged() {
	rm -rf one
	urls "/pages/$1" >list
	scrape -o one --min-size 1 --urls list
	is "$1" "$(echo $status $(rows one status reason))" "$2"
}

# ---- whole pictures, whatever they are called ----
for picture in rgb.jpg progressive.jpg cmyk.jpg rgb.webp flat.gif rgb.bmp rgb.ppm rgb.psd rgb.png; do
	cp "$fixtures/image/$picture" pages/whole.html
	judged whole.html "0 accepted"
	ok "$picture: the bytes as they were served" cmp pages/whole.html one/shells/*
done

# ---- what is none, or not whole; a GIF's last byte only says that there is no further picture ----
for picture in rgb.jpg progressive.jpg rgb.webp flat.gif rgb.bmp rgb.ppm rgb.psd rgb.png; do
	size=$(wc -c <"$fixtures/image/$picture")
	for cut in $((size - 1)) $((size - 20)) $((size / 2)) 20; do
		[ "$picture $cut" != "flat.gif $((size - 1))" ] || continue
		head -c $cut "$fixtures/image/$picture" >pages/cut
		rm -rf one
		urls /pages/cut >list
		scrape -o one --min-size 1 --urls list
		is "$picture cut to $cut of $size bytes" "$status $(rows one status)" "1 refused"
	done
done
landscape pages/whole.png 1 96 6
size=$(wc -c <pages/whole.png)
lost=0
for at in 50 100 $((size / 2)) $((size - 40)); do
	{ head -c $at pages/whole.png; tail -c +$((at + 2)) pages/whole.png; } >pages/lost
	rm -rf one
	urls /pages/lost >list
	scrape -o one --urls list
	lost=$((lost + $(rows one status | grep -c refused)))
done
is "a byte lost anywhere, of which the length says nothing" $lost 4
printf '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>' >pages/drawing.svg
judged drawing.svg "1 refused is not an image of a known type"
printf '<!DOCTYPE html><img src="x.png">' >pages/page.jpg
judged page.jpg "1 refused is not an image of a known type"
: >pages/empty.png
judged empty.png "1 refused is empty"
cp "$fixtures/image/flat-mapped.tga" pages/flat.tga
judged flat.tga "1 refused has no magic number of an image type"
python3 -c 'import struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
open("pages/bomb.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(2700000), 9)) + chunk(b"IEND", b""))'
judged bomb.png "1 refused 30000 x 30000 pixels, more than 64000000 in all"
printf 'P5 300 100 255\n%030000d' 0 >pages/banner.pgm
judged banner.pgm "0 accepted"
rm -rf one
urls /pages/banner.pgm >list
scrape -o one --max-aspect 3 --urls list
is "an aspect at the limit" "$(rows one status reason)" "accepted$tab"
rm -rf one
scrape -o one --max-aspect 2.9 --urls list
is "and beyond it" "$(rows one status reason)" "refused${tab}the aspect ratio of 300 x 100 is more than 2.9"

# ---- none twice ----
landscape pages/a.png 1 96 6
landscape pages/packed.png 1 96 1
landscape pages/small.png 1 70 6
landscape pages/mirrored.png 1 90 6 mirrored
landscape pages/other.png 2 96 6
cp pages/a.png pages/copy.png
alike() { run scrape-images --allow-private --quiet --transfers 1 "$@"; }
{ urls /pages/a.png /pages/copy.png /pages/other.png; printf '%s/pages/packed.png\tothers\n' "$origin"; } >list
alike -o looks --urls list
{ printf '%s/pages/small.png\tothers\n' "$origin"; urls /pages/mirrored.png; } >list
alike -o looks --urls list
name=$(awk -F '\t' '$10 ~ /a.png$/ { print $2 }' looks/manifest.tsv)
is "copies in all classes and an earlier run" "$(rows looks class url status reason | sed "s|$name|A|; s/distance [0-9]*/distance N/")" \
	"others${tab}/pages/packed.png${tab}refused${tab}duplicate: the same pixels as A
others${tab}/pages/small.png${tab}refused${tab}look-alike of A: Hamming distance N
shells${tab}/pages/a.png${tab}accepted${tab}
shells${tab}/pages/copy.png${tab}refused${tab}duplicate: the same bytes as A
shells${tab}/pages/mirrored.png${tab}accepted${tab}mirror image of A: Hamming distance N
shells${tab}/pages/other.png${tab}accepted${tab}"
is "what came and what is kept" "$(find looks -name '*.png' | wc -l | tr -d ' ')" 3
urls /pages/a.png /pages/small.png /pages/packed.png >list
alike -o all --hamming 0 --urls list
is "--hamming 0: looks do not count, pixels do" "$(rows all url status)" \
	"/pages/a.png${tab}accepted
/pages/packed.png${tab}refused
/pages/small.png${tab}accepted"
is "rows of what was decoded have its hashes" \
	"$(cut -f 3-5 all/manifest.tsv | grep -cE '^[0-9a-f]{64}	[0-9a-f]{32}	[0-9a-f]{16}(-[0-9a-f]{16}){3}$')" 3
printf 'P5 80 80 255\n%06400d' 0 >pages/plain.pgm
printf 'P5 90 90 255\n%08100d' 0 >pages/plain2.pgm
urls /pages/plain.pgm /pages/plain2.pgm >list
alike -o plain --urls list
is "what shows nothing is like no other" "$(rows plain status phash)" "accepted${tab}plain
accepted${tab}plain"
finish
