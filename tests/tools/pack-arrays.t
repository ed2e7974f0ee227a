#!/bin/sh
# pack-tensors: .npy arrays as NumPy wrote them, and tables of files and classes.
. "$(dirname "$0")/tap.sh"
arrays=$fixtures/dataset
pictures=$fixtures/image

# ---- .npy: every type, byte order, layout and version against NumPy's own values ----
wrong=
while IFS='	' read -r name records checksums; do
	pack-tensors -q "$arrays/$name" | tensor-info --records >got 2>&1
	[ "$(cut -f 6 got | tr '\n' ' ')" = "$checksums " ] && [ "$(cut -f 4 got | tail -n 1)" = "$name#$((records - 1))" ] ||
		wrong="$wrong $name"
done <"$arrays/arrays.tsv"
is "$(wc -l <"$arrays/arrays.tsv") arrays hold what NumPy says" "$wrong" ''
info() { tensor-info --json "$1" | grep -o '"dtype":.*"labels":"[a-z]*"'; }
pack-tensors -q "$arrays/color.npy" >a.tens
is "bytes in colour" "$(info a.tens)" '"dtype":"u8","shape":[3,2,3],"range":[0.0,255.0],"labels":"index"'
pack-tensors -q "$arrays/b1-C.npy" >a.tens
is "booleans are bytes from 0 to 1" "$(info a.tens)" '"dtype":"u8","shape":[2,5,1],"range":[0.0,1.0],"labels":"index"'
pack-tensors -q "$arrays/f2-big-F.npy" >a.tens
is "floats up to 1" "$(info a.tens)" '"dtype":"f32","shape":[2,5,1],"range":[0.0,1.0],"labels":"index"'
pack-tensors -q "$arrays/i8-big-F.npy" >a.tens
is "whole numbers up to 255" "$(info a.tens)" '"dtype":"f32","shape":[2,5,1],"range":[0.0,255.0],"labels":"index"'
pack-tensors -q --range -1,128.5 "$arrays/i8-big-F.npy" >a.tens
is "a range given" "$(info a.tens)" '"dtype":"f32","shape":[2,5,1],"range":[-1.0,128.5],"labels":"index"'
run pack-tensors -q --range 0,50 "$arrays/i8-big-F.npy"
status_is 1
stderr_is "pack-tensors: $arrays/i8-big-F.npy: values from 1 to 99, outside of --range"
python3 - <<'END'
import struct
def write(name, kind, values):
    header = ("{'descr': '%s', 'fortran_order': False, 'shape': (1, 1, %d), }\n" % (kind, len(values))).encode()
    code = {"<f4": "f", "<i2": "h"}[kind]
    open(name, "wb").write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + struct.pack("<%d%s" % (len(values), code), *values))
write("nan.npy", "<f4", [0, float("nan")])
write("infinite.npy", "<f4", [0, float("inf")])
write("wide.npy", "<i2", [-300, 300])
END
for bad in nan infinite; do
	run pack-tensors -q --range 0,1 $bad.npy
	stderr_is "pack-tensors: $bad.npy: holds a value that is not finite"
done
run pack-tensors -q wide.npy
stderr_is 'pack-tensors: wide.npy: values from -300 to 300: give their range with --range'
pack-tensors -q --size 6x4 --channels 1 "$arrays/color.npy" >a.tens
is "bytes can be resized" "$(info a.tens)" '"dtype":"u8","shape":[4,6,1],"range":[0.0,255.0],"labels":"index"'
for array in five-channels f8-big-C; do
	run pack-tensors -q --size 6x4 "$arrays/$array.npy"
	status_is 1
	stderr_is "pack-tensors: $arrays/$array.npy: only bytes in 1 or 3 channels can be resized"
done
pack-tensors -q --shuffle --seed 2 --threads 1 "$arrays/u2-little-C.npy" >one.tens
pack-tensors -q --shuffle --seed 2 --threads 3 "$arrays/u2-little-C.npy" >three.tens
ok "one thread gives the bytes of three" cmp one.tens three.tens
pack-tensors -q "$arrays/color.npy" | tensor-info --npy back.npy
is "and NumPy's bytes come back" "$(tail -c 36 back.npy | cksum)" "$(tail -c 36 "$arrays/color.npy" | cksum)"

# ---- labels ----
labels() { pack-tensors -q "$@" | tensor-info --records | cut -f 3 | tr '\n' ' '; }
is "labels of whole numbers" "$(labels "$arrays/u1-C.npy" "$arrays/labels.npy")" '2  0 '
is "... as a column of floats, with names" "$(labels --classes a,b,c "$arrays/u1-C.npy" "$arrays/labels-column.npy")" 'b a c '
is "weights" "$(labels "$arrays/u1-F.npy" "$arrays/weights.npy")" '0=1,2=0.5  0=0.25,1=1,2=1 '
printf 'pear\n"apple","fig, green"\n\n' >names.csv
is "names in a table, several in a row, none in another" "$(labels "$arrays/u1-C.npy" names.csv)" 'pear=1 apple=1,fig, green=1  '
run pack-tensors -q --classes a,b "$arrays/u1-C.npy" "$arrays/labels.npy"
stderr_is "pack-tensors: $arrays/labels.npy: label 2, but only 2 classes are given"
python3 - <<'END'
import struct
header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }".ljust(117) + b"\n"
open("large.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack("<3q", 0, 1099511627776, 1))
END
run pack-tensors -q "$arrays/u1-C.npy" large.npy
stderr_is 'pack-tensors: large.npy: label 1 is 1099511627776, not a class index'
run pack-tensors -q "$arrays/color.npy" "$arrays/labels.npy"
stderr_is "pack-tensors: $arrays/labels.npy: 3 labels for 2 images"
run pack-tensors -q "$arrays/color.npy" names.csv
stderr_is 'pack-tensors: names.csv: 3 rows for 2 images'
run pack-tensors -q "$arrays/u1-C.npy" "$arrays/f4-little-C.npy"
stderr_is "pack-tensors: $arrays/f4-little-C.npy: has 3 dimensions; labels have 1 or 2"
run pack-tensors -q "$arrays/labels.npy"
stderr_is "pack-tensors: $arrays/labels.npy: has 1 dimension; images have 3 or 4"
run pack-tensors -q "$arrays/u1-C.npy" missing.npy
stderr_is 'pack-tensors: missing.npy: No such file or directory'
head -c 100 "$arrays/u1-C.npy" >cut.npy
run pack-tensors -q -o out.tens cut.npy
status_is 1
stderr_is 'pack-tensors: cut.npy: cut short: incomplete .npy header'
ok "... and nothing is written" test ! -e out.tens

# ---- given in another way than arrays are ----
run pack-tensors -q -o out.tens "$arrays/u1-C.npy" "$arrays/labels.npy" "$arrays/weights.npy"
stderr_is "pack-tensors: $arrays/u1-C.npy: is an array: give it alone or with its labels"
printf '\0\0\010\003\0\0\0\001\0\0\0\001\0\0\0\001x' >one.idx
gzip -k one.idx
for file in one.idx one.idx.gz; do
	run pack-tensors -q -o out.tens $file one.idx
	stderr_is "pack-tensors: $file: is an IDX file: give --idx IMAGES LABELS"
done
printf '\0\0\010\003\0\0\0\0\0\0\0\001\0\0\0\001' >none.idx
run pack-tensors -q -o out.tens --idx none.idx one.idx
stderr_is 'pack-tensors: none.idx: is an empty array'
printf '\0\0\010\003\377\377\377\377\0\0\0\001\0\0\0\001' >huge.idx
run pack-tensors -q -o out.tens --idx huge.idx one.idx
stderr_is 'pack-tensors: huge.idx: holds more than 1073741824 bytes'
python3 -c 'import struct
head = ("{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (1, 1, 1, 1, 1)}").ljust(117).encode() + b"\n"
open("five.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + b"x")'
run pack-tensors -q -o out.tens five.npy
stderr_is 'pack-tensors: five.npy: has more than 4 dimensions'
printf 'path,class\n' >none.csv
run pack-tensors -q -o out.tens --list none.csv
stderr_is 'pack-tensors: none.csv: contains no pictures'

# ---- cut while it is read ----
python3 -c 'import struct, sys
head = ("{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (4000, 64, 64)}").ljust(117).encode() + b"\n"
open("long.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(4000 * 64 * 64))'
mkfifo pipe
pack-tensors -q long.npy 2>err >pipe &
process=$!
{ head -c 100000; truncate -s 4096 long.npy; cat; } <pipe >out.tens
wait $process
is "an array that is cut while it is read" "$? $(cat err)" \
	"1 pack-tensors: input: a file became shorter while it was read, or its disk failed"
ok "... makes no stream" sh -c '! tensor-info --verify out.tens'

# ---- lists as CSV ----
mkdir 'a, "b"' && cp "$pictures/rgb.png" 'a, "b"/1.png' && cp "$pictures/rgb.bmp" 2.bmp && cp "$pictures/rgb.ppm" 'd
e.ppm'
list() { pack-tensors -q --size 13x9 --list "$1" | tensor-info --records | cut -f 3,4; }
printf '"a, ""b""/1.png",goku\r\n2.bmp,vegeta\r\n"d\ne.ppm",\r\n' >list.csv
expected="goku	a, \"b\"/1.png
vegeta	2.bmp
	d\\ne.ppm"
is "CSV: quotes, commas, newlines, no class" "$(list list.csv)" "$expected"
printf '\357\273\277Width,Label,Image\n3,goku,"a, ""b""/1.png"\n4,vegeta,2.bmp\n5,,"d\ne.ppm"\n' >list.csv
is "with a header: the columns that count" "$(list list.csv)" "$expected"
printf 'path,class,class\n2.bmp,goku,vegeta\n"d\ne.ppm",goku,\n' >list.csv
is "several classes" "$(list list.csv)" "goku=1,vegeta=1	2.bmp
goku=1	d\\ne.ppm"
printf '2.bmp,a\n"x\ny",b,"c\n' >bad.csv
run pack-tensors -q --list bad.csv
status_is 1
stderr_is 'pack-tensors: bad.csv: line 2: field: has no closing quote'
printf 'class,path\na\n' >bad.csv
run pack-tensors -q --list bad.csv
stderr_is 'pack-tensors: bad.csv: line 2: path: is missing'
printf 'path,class\n2.bmp,a/b\n' >bad.csv
run pack-tensors -q --list bad.csv
stderr_is 'pack-tensors: bad.csv: line 2: a/b: is not a valid class name'

for range in 1 1,1 2,1 a,b 0,nan ,1; do
	run pack-tensors -q --range "$range" wide.npy
	is "usage: --range $range" "$status $(wc -l <"$scratch/.err")" '2 2'
done
finish
