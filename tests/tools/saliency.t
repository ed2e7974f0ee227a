#!/bin/sh
# saliency: what is written and under which name, where maps lie, and failures.
. "$(dirname "$0")/tap.sh"

cat >draw.py <<'END'
"""draw.py FILE RED GREEN BLUE WIDTH HEIGHT: a disc at the left of a pale picture."""
import os, struct, sys, zlib
def draw(name, color, width=48, height=32):
    rows = b"".join(b"\0" + b"".join(bytes(color if (x - height / 2) ** 2 + (y - height / 2) ** 2 < height * height / 6
        else (255, 250, 240)) for x in range(width)) for y in range(height))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
if __name__ == "__main__":
    draw(sys.argv[1], [int(v) for v in sys.argv[2:5]], *[int(v) for v in sys.argv[5:]])
else:
    for i in range(8):
        draw("images/red shells/%d.png" % i, (200 + i, 30, 40 + i), 32 + 6 * i)
        draw("images/écaille/%d.png" % i, (30, 40 + i, 200 + i), 32 + 6 * i)
END
python3 -c 'import draw'
cat >read.py <<'END'
"""Pictures that our tools write: width, height and rows of (red, green, blue)."""
import struct, zlib
def read(name):
    data = open(name, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[-8:-4] == b"IEND"
    place, packed = 8, b""
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place:place + 8])
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", data[place + 8:place + 18])
            assert (depth, color) == (8, 2)
        if kind == b"IDAT":
            packed += data[place + 8:place + 8 + size]
        place += size + 12
    raw, above, rows = zlib.decompress(packed), bytes(3 * width), []
    for y in range(height):
        kind, line = raw[y * (3 * width + 1)], bytearray(raw[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for i in range(3 * width):
            a, b, c = line[i - 3] if i > 2 else 0, above[i], above[i - 3] if i > 2 else 0
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = (line[i] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
        above = bytes(line)
        rows.append([tuple(above[i:i + 3]) for i in range(0, 3 * width, 3)])
    return width, height, rows
def colored(pixel):
    return max(pixel) - min(pixel) > 60
END
PYTHONPATH=.
export PYTHONPATH
pack-tensors --quiet --size 32 -o train.tens images
ok "a model" cnn-train --quiet --epochs 8 --seed 3 -o model train.tens
picture='images/red shells/6.png'

run saliency --quiet -m model -o maps --map "$picture"
status_is 0
stdout_is ''
stderr_is ''
is "an overlay and a map" "$(ls maps)" "6-gradient-map.png
6-gradient.png"
ok "the overlay has the picture's size, the map the network's" python3 -c '
from read import *
assert read("maps/6-gradient.png")[:2] == (68, 32)
assert read("maps/6-gradient-map.png")[:2] == (32, 32)'
ok "colour lies where the disc is, and not at the empty right" python3 -c '
from read import *
width, height, rows = read("maps/6-gradient.png")
left = sum(colored(p) for row in rows for p in row[:36])
right = sum(colored(p) for row in rows for p in row[50:])
print(left, right)
assert left > 40 and right < left / 10'

# The same bytes whatever the threads; noise goes by the seed.
for threads in 1 2; do
	saliency -q -m model -o "t$threads" --threads $threads --method smoothgrad --samples 4 --seed 7 "$picture" images/*/1.png
done
ok "threads change nothing" diff -r t1 t2
saliency -q -m model -o t3 --method smoothgrad --samples 4 --seed 8 "$picture"
ok "another seed, another noise" sh -c '! cmp -s t1/6-smoothgrad.png t3/6-smoothgrad.png'

for method in gradient-x-input integrated-gradients grad-cam layer-cam; do
	run saliency -q -m model -o methods --method $method --colormap viridis "$picture"
	status_is 0
	ok "$method is written" test -s methods/6-$method.png
done
is "and nothing else" "$(ls methods | wc -l)" 4

# Names: pictures of one name in two folders, odd names, standard input.
awkward='odd [name] é, (2)
line.png'
cp "$picture" "$awkward"
run saliency -q -m model -o names images/*/2.png "$awkward" "$picture"
status_is 0
is "no two alike" "$(ls names | tr '\n' '|')" "$(printf '%s|' 6-gradient.png 'odd [name] é, (2)' line-gradient.png \
	'red shells-2-gradient.png' 'écaille-2-gradient.png')"
mkdir -p album/deeper
cp "$picture" album/one.png
cp 'images/écaille/3.png' album/deeper/two.png
ln "$picture" album/deeper/one.gif
run saliency -q -m model -o folders album "$picture"
status_is 0
is "a folder stands for its files, and an extension tells namesakes apart" "$(ls folders | tr '\n' ' ')" \
	'6-gradient.png one.gif-gradient.png one.png-gradient.png two-gradient.png '
run sh -c 'saliency -q -m model </dev/null'
status_is 1
stderr_is 'saliency: standard input: is empty'
ok "standard input" sh -c "saliency -q -m model -o in <'$picture' && cmp in/stdin-gradient.png maps/6-gradient.png"

# Sheets.
run saliency -q -m model -o sheets --strip "$picture"
status_is 0
run saliency -q -m model -o sheets --feature-maps "$picture"
status_is 0
run saliency -q -m model -o sheets --feature-maps --layer pool1 "$picture"
status_is 0
is "a strip and the maps of two layers" "$(ls sheets | tr '\n' ' ')" "6-pool1.png 6-relu3.png 6-strip.png "
run saliency -q -m model --chart sheets/chart.png
status_is 0
ok "the flow chart is higher than wide" python3 -c '
import struct
width, height = struct.unpack(">II", open("sheets/chart.png", "rb").read(24)[16:])
assert height > width'
is "without a picture nothing else is written" "$(ls sheets | wc -l)" 4

# Classes and filters.
saliency -q -m model -o chosen --class 0 "$picture"
saliency -q -m model -o chosen --class écaille "$picture"
ok "classes differ" sh -c '! cmp -s "chosen/6-gradient-class-red shells.png" chosen/6-gradient-class-écaille.png'
for options in '--layer conv1 --filter 3' '--layer conv1 --filter 4' '--method layer-cam' '--method layer-cam --layer relu1' \
	'--method layer-cam --layer relu1 --class écaille' '--map --class écaille' '--strip' '--strip --class écaille' \
	'--strip --method grad-cam'; do
	before=$(ls chosen | wc -l)
	run saliency -q -m model -o chosen $options "$picture"
	is "$options: a file of its own" "$status $(ls chosen | wc -l)" "0 $((before + 1))"
done
is "which says what was chosen" "$(ls chosen)" "6-gradient-class-red shells.png
6-gradient-class-écaille.png
6-gradient-layer-conv1-filter-3.png
6-gradient-layer-conv1-filter-4.png
6-gradient-map-class-écaille.png
6-layer-cam-layer-relu1-class-écaille.png
6-layer-cam-layer-relu1.png
6-layer-cam.png
6-strip-class-écaille.png
6-strip-grad-cam.png
6-strip.png"

# Black times any gradient is nothing: that is said, on standard error and in the picture.
python3 - <<'END'
import struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
open("black.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 160, 80, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(481 * 80))) + chunk(b"IEND", b""))
END
run saliency -q -m model -o none --method gradient-x-input --class écaille black.png
status_is 0
stderr_is 'saliency: black.png: no positive evidence for écaille'
ok "the picture says it in white" python3 -c '
from read import *
width, height, rows = read("none/black-gradient-x-input-class-écaille.png")
assert (width, height) == (160, 80) and sum(p[0] > 200 for row in rows for p in row) > 50'

# Failures: reported, left out, counted.
echo text >text.jpg
head -c 200 "$picture" >cut.png
run saliency -q -m model -o bad missing.png text.jpg "$picture" cut.png
status_is 4
stderr_has '^saliency: missing.png: No such file or directory$'
stderr_has '^saliency: text.jpg: '
stderr_has '^saliency: cut.png: '
stderr_has '^saliency: pictures: 3 of 4 failed$'
is "the good one is there, and no half of another" "$(ls -A bad)" 6-gradient.png
run saliency -q -m model --strict -o strict missing.png "$picture"
status_is 1
stderr_is 'saliency: missing.png: No such file or directory'
ok "--strict stops at the first" test ! -e strict
run saliency -q -m model -o text.jpg "$picture"
status_is 1
stderr_has '^saliency: text.jpg: '
ok "what was in its way is unchanged" grep -q '^text$' text.jpg
run saliency -q -m nowhere "$picture"
status_is 1
stderr_is 'saliency: nowhere: there is no such file or folder'
run saliency -q -m model --class ant "$picture"
status_is 1
stderr_is "saliency: model: has no class 'ant', but red shells, écaille"
run saliency -q -m model --layer conv9 --feature-maps "$picture"
status_is 1
stderr_has "^saliency: model: has no layer 'conv9', but conv1, relu1, pool1, .*dense1.*$"
run saliency -q -m model --layer dense1 --feature-maps "$picture"
status_is 1
stderr_is 'saliency: model: layer dense1 has no spatial dimensions'
run saliency -q -m model --layer conv1 --filter 32 "$picture"
status_is 1
stderr_is "saliency: model: has no filter '32'"
run saliency -q -m model --chart /dev/full
status_is 1
stderr_is 'saliency: /dev/full: No space left on device'

# Usage.
for wrong in '' '-m model --strip --feature-maps' '-m model --map --strip' '-m model --filter 1' '-m model --method magic' \
	'-m model --filter 1 --layer conv1 --class 0' '-m model --samples 0'; do
	run saliency $wrong "$picture"
	status_is 2
	stdout_is ''
done
echo no picture >no-picture
run saliency -q -m model -o fresh no-picture
status_is 1
ok "no result, no folder" test ! -e fresh
mkdir here && run saliency -q -m model -o here no-picture
ok "but one that was there stays" test -d here

run saliency -q -m model --chart /dev/full -o beside "$picture"
status_is 1
stderr_is 'saliency: /dev/full: No space left on device'
ok "a chart that can't be drawn costs no other picture" sh -c 'ls beside/*.png'
finish
