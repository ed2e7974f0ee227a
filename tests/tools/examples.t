#!/bin/sh
# The examples of the manual pages run, in a folder as they describe it.
. "$(dirname "$0")/tap.sh"
manuals=$here/../../man
MILLRACE_DATA=$here/../../data
export MILLRACE_DATA

# Two classes of small pictures: shells in red and in blue, each on ground of its own.
draw() { # draw FILE RED GREEN BLUE
	python3 - "$@" <<-'END'
	import random, struct, sys, zlib
	name, color, side = sys.argv[1], [int(v) for v in sys.argv[2:5]], 32
	ground = random.Random(name).choices((120, 180, 250), k=64)
	rows = b"".join(b"\0" + b"".join(bytes(color if (x - 16) ** 2 + (y - 16) ** 2 < 80 else (ground[y // 4 * 8 + x // 4],) * 3)
	    for x in range(side)) for y in range(side))
	def chunk(kind, data):
	    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
	open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
	    + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
	END
}
mkdir -p "images/red shells" "images/blue shells"
for i in 0 1 2 3 4 5 6 7; do
	draw "images/red shells/$i.png" $((200 + i)) 30 $((40 + i))
	draw "images/blue shells/$i.png" 30 $((40 + i)) $((200 + i))
done
cp "images/red shells/1.png" picture.png
ok "the folder of the examples is made" sh -ec '
	split-dataset --quiet --validation-split 0.25 images split
	pack-tensors --quiet --size 32x32 -o train.tens split/train
	pack-tensors --quiet --size 32x32 --classes-from train.tens -o validation.tens split/validation
	cnn-train --quiet --epochs 2 --validation validation.tens -o modele/shells_model train.tens'
# Downloads of Teachable Machine.
cp "$fixtures/model/graphs/nested_like_teachable.h5" keras_model.h5
printf '0 red\n1 blue\n2 green\n3 none\n' >labels.txt
python3 -m zipfile -c converted_keras.zip keras_model.h5 labels.txt
cp picture.png photo.jpg

# Commands of .Dl lines and literal blocks of a page's EXAMPLES, one a line; what a
# sentence ending "(needs the network):" introduces is left out.
commands() {
	awk '/^\.Sh/ { examples = /EXAMPLES/; next } !examples { next }
		/\(needs the network\):/ { skip = 1; next }
		/^\.Bd -literal/ { block = 1; next }
		/^\.Ed/ { block = 0; skip = 0; next }
		/^\.Dl / { if (!skip) print substr($0, 5); skip = 0; next }
		block && !skip { print }' "$1" |
		sed -e 's/\\&//g' -e 's/\\-/-/g' -e 's/\\e/\\/g' -e 's/\\(dq/"/g' -e 's/\\(aq/'"'"'/g' -e 's/\\(ti/~/g' -e 's/^\$ //'
}
for page in "$manuals"/*.1; do
	rm -rf work
	mkdir work
	cp -R images train.tens validation.tens picture.png modele keras_model.h5 labels.txt converted_keras.zip photo.jpg work/
	commands "$page" >script
	# A line that ends in a backslash or a pipe goes on: the page is one script.
	ok "$(basename "$page"): its examples run ($(wc -l <script) lines)" timeout 120 bash -o pipefail -ec "cd work; $(cat script)"
	ok "$(basename "$page"): and there are some" test -s script
done
finish
