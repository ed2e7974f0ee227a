#!/bin/sh
# pack-tensors: what comes out for folders, lists, IDX files and single pictures, and what happens to bad ones.
. "$(dirname "$0")/tap.sh"
pictures=$fixtures/image

# records FILE: number, label, source and CRC-32 of the tensor of each, by an independent reader.
records() { python3 "$here/../tens_reader.py" "$1" | cut -f 2,3,4,6; }
# crc PICTURE: CRC-32 of the RGB that should come out of a fixture over the background #204060.
crc() {
	python3 -c 'import sys, zlib
for line in open(sys.argv[2]):
    fields = line.rstrip("\n").split("\t")
    pixels = pixels if fields[5] == "=" else bytes.fromhex(fields[5])
    if fields[0] == sys.argv[1]: print("%08x" % zlib.crc32(pixels))' "$1" "$pictures/pictures.tsv"
}
pack() { run pack-tensors --quiet --size 13x9 --background '#204060' "$@"; }

mkdir -p "set/Erza [1], Scarlet" set/goku/more
cp "$pictures/rgb.png" "set/Erza [1], Scarlet/été.png"
cp "$pictures/rgba.webp" "set/Erza [1], Scarlet/wrong.jpg"
cp "$pictures/flat.gif" set/goku/1.gif
cp "$pictures/rgb.bmp" set/goku/more/2.bmp
echo "no picture" >set/manifest.tsv

# ---- class folders ----
pack -o a.tens set
status_is 0
stdout_is ''
stderr_is ''
expected="0	Erza [1], Scarlet	Erza [1], Scarlet/wrong.jpg	$(crc rgba.webp)
1	Erza [1], Scarlet	Erza [1], Scarlet/été.png	$(crc rgb.png)
2	goku	goku/1.gif	$(crc flat.gif)
3	goku	goku/more/2.bmp	$(crc rgb.bmp)"
is "records: sorted, labelled, with the pixels they should have" "$(records a.tens)" "$expected"
is "the digest is the file's SHA-256" "$(python3 "$here/../tens_reader.py" a.tens | sed -n 3p | cut -f 5)" \
	"$(sha256sum <set/goku/1.gif | cut -c 1-32)"
pack set
status_is 0
ok "standard output gets the same bytes" cmp .out a.tens
mkdir set/predict && cp "$pictures/rgb.png" set/predict/later.png
pack -o one.tens set
ok "a folder predict is no class" cmp one.tens a.tens
rm -R set/predict
mkdir -p nothing/predict
pack nothing
stderr_is "pack-tensors: nothing: holds no class folders"
pack --threads 1 -o one.tens set
pack --threads 3 -o three.tens set
ok "one thread gives the bytes of three" cmp one.tens three.tens
pack --codec zlib -o z.tens set
is "compressed, the records are the same" "$(records z.tens)" "$expected"
run pack-tensors -o p.tens set
status_is 0
stderr_has '^pack-tensors: 4/4 pictures, [0-9]+/s, [0-9.]+ s$'
ok "the default size is 150x150, in colour" sh -c 'head -c 1000 p.tens | grep -aq "\[150, *150, *3\]"'

# ---- labels ----
mkdir -p validation/goku validation/empty
cp "$pictures/rgb.png" validation/goku/
pack --classes-from a.tens -o v.tens validation
status_is 1
stderr_is "pack-tensors: validation/empty: is not a known class"
ok "and nothing is written" test ! -e v.tens
rmdir validation/empty
pack --classes-from a.tens -o v.tens validation
status_is 0
ok "classes of a stream keep label numbers where a class has no pictures" \
	sh -c 'head -c 1000 v.tens | grep -aq "Erza \[1\], Scarlet"'
is "  and the record's class" "$(records v.tens | cut -f 2)" goku
mkdir model
printf 'goku\nErza [1], Scarlet\n' >model/labels.txt
pack --classes-from model -o m.tens set
ok "the order of a model's labels.txt is kept" sh -c 'head -c 1000 m.tens | grep -aq "\"goku\", *\"Erza"'
pack --classes goku -o m.tens set
status_is 1
pack --classes a,a set
status_is 2
stderr_is "pack-tensors: --classes: a: is given twice
pack-tensors: try 'pack-tensors --help'"

pack --classes-from model -o m.tens set
is "classes from a pipe: a stream's" "$(bash -c 'pack-tensors -q --size 13x9 --classes-from <(cat m.tens) set | tensor-info --records | cut -f 2,3')" \
	"$(tensor-info --records m.tens | cut -f 2,3)"
is "... and text's" "$(pack-tensors -q --size 13x9 --classes-from - set <model/labels.txt | tensor-info --records | cut -f 2,3)" \
	"$(tensor-info --records m.tens | cut -f 2,3)"

# ---- lists ----
printf 'set/goku/1.gif\tgoku\nset/goku/more/2.bmp\tbulma\tgoku\n%s\n' "$pictures/rgb.png" >list
pack --list list -o l.tens
status_is 0
is "several classes make weights" "$(records l.tens | cut -f 2)" "goku=1
bulma=1,goku=1"
is "a list can come from a pipe" "$(cut -f 1,2 list | head -2 | pack-tensors -q --list - | records - | cut -f 2,3)" \
	"goku	set/goku/1.gif
bulma	set/goku/more/2.bmp"
printf 'a\tb\n\n' >bad
pack --list bad -o l2.tens
status_is 1
stderr_is "pack-tensors: bad: line 2: path: is missing"

# ---- single files and standard input ----
pack "$pictures/rgb.ppm" set/goku/1.gif
cp .out f.tens
is "single files have no class" "$(records f.tens | cut -f 2,4)" "	$(crc rgb.ppm)
	$(crc flat.gif)"
pack-tensors -q --size 13x9 <"$pictures/rgb.jpg" >s.tens
is "standard input is one picture" "$(records s.tens | cut -f 1,3)" "0	-"

# ---- IDX ----
python3 - <<'END'
import gzip, struct
pixels = bytes(range(24))
open("images", "wb").write(struct.pack(">IIII", 0x803, 4, 2, 3) + pixels)
gzip.open("labels.gz", "wb").write(struct.pack(">II", 0x801, 4) + bytes([1, 0, 1, 2]))
END
run pack-tensors -q --idx images labels.gz -o i.tens
status_is 0
idx_crc() { python3 -c 'import sys, zlib; print("%08x" % zlib.crc32(eval(sys.argv[1])))' "$1"; }
is "IDX: as stored, grey" "$(records i.tens | sed -n 2p)" "1	0	images#1	$(idx_crc 'bytes(range(6, 12))')"
run pack-tensors -q --idx --channels 3 --classes a,b,c --count 1 images labels.gz
cp .out i3.tens
is "IDX: in colour, with names, only one" "$(records i3.tens)" "0	b	images#0	$(idx_crc 'bytes(i // 3 for i in range(18))')"
run pack-tensors -q --idx --size 30x20 -o i30.tens images labels.gz
status_is 0
run pack-tensors -q --idx labels.gz images
status_is 1
stderr_is "pack-tensors: labels.gz: is not an IDX file of bytes in 3 dimensions"

# ---- order ----
pack --shuffle --seed 5 -o s1.tens set
pack --shuffle --seed 5 --threads 1 -o s2.tens set
ok "a shuffle repeats" cmp s1.tens s2.tens
is "and keeps every record" "$(records s1.tens | sort)" "$expected"
orders=$(for seed in 1 2 3 4 5 6 7 8; do
	pack-tensors -q --shuffle --seed $seed set | records - | cut -f 1 | tr '\n' ' '
	echo
done | sort -u | wc -l)
ok "other seeds give other orders ($orders of 8)" test "$orders" -gt 3

# ---- bad pictures ----
cp -R set bad-set
echo "Not Found" >bad-set/goku/0.jpg
head -c 200 "$pictures/rgb.png" >"bad-set/goku/cut
png"
: >bad-set/goku/empty
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\352\140\0\0\352\140\010\002\0\0\0' >bad-set/goku/huge.png
pack -o b.tens bad-set
status_is 4
stderr_is 'pack-tensors: bad-set/goku/0.jpg: is not an image of a known type
pack-tensors: bad-set/goku/cut\npng: cut short
pack-tensors: bad-set/goku/empty: is empty
pack-tensors: bad-set/goku/huge.png: 60000 x 60000 pixels, more than 64000000 in all
pack-tensors: b.tens: 4 of 8 pictures skipped'
is "the good ones are all there, numbered by their place" "$(records b.tens | cut -f 1,3,4)" \
	"$(printf '%s\n' "$expected" | cut -f 1,3,4 | sed 's/^2/3/; s/^3	goku\/more/7	goku\/more/')"
cp a.tens kept.tens
pack --strict -o kept.tens bad-set
status_is 1
stderr_is 'pack-tensors: bad-set/goku/0.jpg: is not an image of a known type'
ok "--strict leaves what was there" cmp kept.tens a.tens
pack bad-set/goku/0.jpg bad-set/goku/empty
status_is 1
stdout_is ''
stderr_has '^pack-tensors: standard output: no picture could be read: nothing to write$'
pack -o none.tens bad-set/goku/0.jpg
status_is 1
ok "no good picture, no file" sh -c '! ls | grep none.tens'

mkdir set2 set2/a
cp "$pictures/rgb.png" "$(printf 'set2/a/\377 b.png')"
pack -o n.tens set2
status_is 0
is "a name that is no UTF-8 is kept byte by byte" "$(records n.tens 2>&1 | wc -l)$(grep -ac "$(printf 'a/\377 b.png')" n.tens)" 11

# ---- nothing that is read is written over ----
mkdir own own/a
cp set2/*/*.png own/a 2>/dev/null || cp "$pictures/rgb.png" own/a
cp "$pictures/rgb.png" own/a/1.png
cp "$pictures/rgb.png" own/a/2.png
cp "$pictures/rgb.png" kept.png
printf 'Path;Label\nown/a/1.png;a\n' >semicolons.csv
run pack-tensors -q --list semicolons.csv -o none.tens
status_is 1
stderr_is 'pack-tensors: semicolons.csv: line 1: fields: are separated by semicolons instead of commas'
printf 'own/a/1.png,a\n' >own.csv
for arguments in 'own/a/1.png own' 'own/a/2.png own/a/1.png own/a/2.png' 'own/a/1.png --list own.csv' 'own.csv --list own.csv'; do
	run pack-tensors -q -o $arguments
	is "not by -o $arguments" "$status $(head -n 1 .err)" "2 pack-tensors: --output: would replace ${arguments%% *}, which is read"
done
ok "the picture is as it was" cmp own/a/1.png kept.png

# ---- bad places ----
mkdir empty classes-only classes-only/a
pack -o x.tens empty
status_is 1
stderr_is "pack-tensors: empty: holds no class folders"
pack -o x.tens classes-only
status_is 1
stderr_is "pack-tensors: classes-only: holds no files in class folders"
pack nowhere
status_is 1
stderr_is 'pack-tensors: nowhere: No such file or directory'
pack set set
status_is 1
stderr_has '^pack-tensors: set: is a folder$'
pack -o nowhere/x.tens set
status_is 1
stderr_is "pack-tensors: nowhere/x.tens: No such file or directory"
pack -o set set
status_is 1
stderr_is "pack-tensors: set: is a folder"
pack -o /dev/full set
status_is 1
stderr_has '^pack-tensors: /dev/full: No space left on device$'
is "a full disk behind standard output" "$(pack-tensors -q set 2>&1 >/dev/full; echo $?)" \
	"pack-tensors: standard output: No space left on device
1"
is "a closed pipe" "$(bash -c 'pack-tensors -q --size 600 set 2>err | true; echo ${PIPESTATUS[0]}')" 1
if [ "$(id -u)" != 0 ]; then
	mkdir locked
	chmod 555 locked
	pack -o locked/x.tens set
	status_is 1
	stderr_is "pack-tensors: locked/x.tens: Permission denied"
fi

# ---- usage ----
for arguments in "--idx images" "--list list set" "--classes a --classes-from b set" "--size 0 set" "--fit wide set" \
	"--channels 2 set"; do
	run pack-tensors $arguments
	status_is 2
done
run pack-tensors -q --background mauve set
status_is 2
stderr_is "pack-tensors: --background: mauve: is not a colour: white, black, grey or #rrggbb
pack-tensors: try 'pack-tensors --help'"
ok "nothing half-made is left" sh -c '! ls -A | grep "^\..*tens"'
finish
