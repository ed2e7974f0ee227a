#!/bin/sh
. "$(dirname "$0")/tap.sh"
streams=$fixtures/stream
reader=$here/../tens_reader.py
cp "$streams"/*.tens . && mkdir folder

run tensor-info passes.tens
status_is 0
stdout_is "passes.tens
  records   6, u8 2x3x1, values 0..255
  segments  2, passes 4..5
  labels    index, 3 classes
         2  red shells
         2  blue shells
         0  écaille
         2  records without a label
  history   make_streams 1, seed 7: make_streams.py"
stderr_is ""
cp "$scratch/.out" expected
run tensor-info --quiet passes.tens
ok "--quiet takes nothing away" cmp expected "$scratch/.out"
run tensor-info weights.tens
stdout_has "records   4, f32 2x3x1, values 0..1"
stdout_has "sha256    036d07d68233a172fbfee8564ba55a0618c0de858cae320e470f733ebeafb2c7"
run tensor-info --verify runs.tens run_cut.tens
status_is 1
stdout_is "runs.tens: OK"
stderr_is "tensor-info: run_cut.tens: ends after segment 2, which announces another one"
run python3 "$reader" run_cut.tens
is "the reader in Python sees it too" "$status $(cat .err)" '1 tens_reader: run_cut.tens: no end'
is "  and reads whole runs" "$(python3 "$reader" runs.tens)" "$(tensor-info --records runs.tens)"
run tensor-info --verify index.tens weights.tens passes.tens color.tens empty.tens
status_is 0
stdout_is "index.tens: OK
weights.tens: OK
passes.tens: OK
color.tens: OK
empty.tens: OK"
run tensor-info --json index.tens
ok "JSON" python3 -c 'import json, sys
o = json.load(open(sys.argv[1]))
assert o["shape"] == [2, 3, 1] and o["records"] == 5 and o["unlabelled"] == 2 and o["passes"] == [0, 0]
assert o["classes"][2] == {"name": "écaille", "records": 1} and o["history"][0]["seed"] == "7"
assert o["sha256"] == "4d0cd5bdfeaed47211bbb1d1950d0dc770c601d7e574363c178979dbb9cedb5a"' "$scratch/.out"

# An independent reader and writer: tests/tens_reader.py, and make_streams.py for the streams themselves.
for stream in index weights passes color empty; do
	run tensor-info --records $stream.tens
	python3 "$reader" $stream.tens >expected
	ok "python agrees: $stream" cmp expected "$scratch/.out"
done
ok "there is something to agree on" grep -q 'red shells=1,écaille=0.25' <<-END
	$(tensor-info --records weights.tens)
END
for stream in cut no_end changed future label; do
	ok "python refuses: $stream" sh -c "! python3 '$reader' $stream.tens >/dev/null"
done

# Damaged streams: one line, named; the others are still read.
run tensor-info --verify cut.tens no_end.tens changed.tens future.tens label.tens index.tens
status_is 1
stdout_is "index.tens: OK"
stderr_is "tensor-info: cut.tens: chunk 4: ends too early
tensor-info: no_end.tens: chunk 3: ends too early
tensor-info: changed.tens: chunk 2: header checksum differs
tensor-info: future.tens: chunk 0: needs an unknown feature
tensor-info: label.tens: chunk 1: a label is out of range"
printf 'no stream at all' >other.txt && : >nothing
run tensor-info missing.tens folder other.txt nothing
status_is 1
stdout_is ""
stderr_is "tensor-info: missing.tens: No such file or directory
tensor-info: folder: is a folder
tensor-info: other.txt: is not a tensor stream
tensor-info: nothing: is empty, not a tensor stream"
cat index.tens color.tens >mixed.tens
run tensor-info mixed.tens
status_is 1
stderr_is "tensor-info: mixed.tens: head: shape differs: 2x3x3 and 2x3x1"
odd='a [b] é
c.tens' && cp index.tens "$odd"
run tensor-info --verify "$odd"
stdout_is 'a [b] é\nc.tens: OK'

# Standard input, as a pipe and as a file; cut in the middle.
is "a pipe" "$(cat index.tens weights.tens | head -c 1088 | tensor-info --verify)" "standard input: OK"
is "a file as standard input" "$(tensor-info --verify - <index.tens)" "standard input: OK"
is "a cut pipe" "$(head -c 700 index.tens | tensor-info --verify 2>&1)" \
	"tensor-info: standard input: chunk 2: ends too early"
is "segments joined by cat" "$(cat index.tens index.tens | tensor-info --records | wc -l)" 10

# NumPy arrays: magic, version, dictionary, data.
run tensor-info --npy tensors.npy --labels labels.npy index.tens index.tens
status_is 0
stdout_is ""
cat >npy.py <<'END'
import ast, struct, sys
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    length, = struct.unpack("<H", data[8:10])
    assert (10 + length) % 64 == 0 and data[9 + length:10 + length] == b"\n"
    header = ast.literal_eval(data[10:10 + length].decode("ascii"))
    print(header["descr"], header["shape"], header["fortran_order"], data[10 + length:].hex())
END
is "arrays" "$(python3 npy.py tensors.npy labels.npy)" "|u1 (10, 2, 3, 1) False $(python3 -c '
print("".join("%02x" % ((40 * i + 7 * j) % 256) for i in range(5) for j in range(6)) * 2)')
<i4 (10,) False $(for i in 1 2; do printf 'ffffffff000000000100000002000000ffffffff'; done)"
run tensor-info --npy tensors.npy --labels labels.npy weights.tens
is "arrays of floats" "$(python3 npy.py tensors.npy labels.npy | cut -c 1-40)" "<f4 (4, 2, 3, 1) False 000000000000803d0
<f4 (4, 3) False 00000000000000000000000"
run tensor-info --npy tensors.npy --labels labels.npy empty.tens
is "arrays of nothing" "$(python3 npy.py tensors.npy labels.npy)" "|u1 (0, 2, 3, 1) False 
<i4 (0,) False "

# Contact sheets.
png() {
	python3 - "$1" <<'END'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
width, height, depth, color = struct.unpack(">IIBB", data[16:26])
print(width, height, depth, {0: "grey", 2: "RGB"}[color])
END
}
run tensor-info --png sheet.png color.tens
status_is 0
is "five pictures of 3x2 in colour" "$(png sheet.png)" "12 14 8 RGB"
run tensor-info --png sheet.png --count 1 weights.tens
is "one grey picture" "$(png sheet.png)" "7 6 8 grey"

# Class folders again.
mkdir -p set/a set/b && cp "$fixtures/image/rgb.png" set/a/one.png && cp "$fixtures/image/grey.png" "set/b/zwei [é].x.png" &&
	cp "$fixtures/image/rgb16.png" set/b/3
pack-tensors -q --size 13x9 -o set.tens set
run tensor-info --extract out set.tens
status_is 0
stdout_is ''
is "pictures in class folders" "$(cd out && find . -type f | sort)" "./a/00000000-one.png
./b/00000001-3.png
./b/00000002-zwei [é].x.png"
is "the same stream of them" "$(pack-tensors -q --size 13x9 out | tensor-info --records | cut -f 2,3,6)" \
	"$(tensor-info --records set.tens | cut -f 2,3,6)"
run tensor-info --extract out set.tens
status_is 1
stderr_is 'tensor-info: out: already exists'
run tensor-info --extract none index.tens color.tens
ok "nothing of streams that don't agree" test ! -e none
run tensor-info --extract none index.tens no_end.tens
ok "nothing of a bad stream" test ! -e none
run tensor-info --extract plain index.tens
is "records without a label wait" "$(ls plain; ls plain/predict | wc -l)" "blue shells
predict
red shells
écaille
2"
pack-tensors -q --size 13x9 --list - >several.tens <<-'END'
	set/a/one.png	a	b
	set/b/3
END
run tensor-info --extract several several.tens
status_is 0
is "several classes: a list" "$(cat several/list.tsv)" "several/pictures/00000000-one.png	a	b
several/pictures/00000001-3.png"
is "... that packs again" "$(pack-tensors -q --list several/list.tsv --size 13x9 | tensor-info --records | cut -f 3,6)" \
	"$(tensor-info --records several.tens | cut -f 3,6)"
run tensor-info --extract mixed weights.tens
status_is 1
stderr_has '^tensor-info: weights.tens: weights: 0.25 is neither 0 nor 1'
# Names from a stranger's stream.
printf '%s\n' '/../../../etc/passwd' '..' 'x/..' '.hidden' 'a/b/' 'c\x01\n\x7f\\' 'd\xff' "$(printf 'é%.0s' $(seq 150)).png" \
	"$(printf 'e%.0s' $(seq 4000))" >names
python3 - names strange.tens <<'END'
import hashlib, json, struct, sys, zlib
names = [line.rstrip("\n").encode().decode("unicode_escape").encode("latin-1") for line in open(sys.argv[1], encoding="utf-8")]
head = json.dumps({"dtype": "u8", "shape": [1, 1, 1], "range": [0, 255], "labels": "index", "classes": ["a"], "pass": 0, "history": []}).encode()
text, places = b"", []
for name in names:
    places.append(len(text))
    text += name + b"\0"
data = b"x" * len(names) + b"".join(struct.pack("<iQI16x", 0, i, at) for i, at in enumerate(places)) + text
sequence = 0
with open(sys.argv[2], "wb") as out:
    def chunk(kind, payload, records=0):
        global sequence
        header = b"\x89TENS\r\n\x1a" + kind + struct.pack("<HHIIQQQIII", 1, 0, 0, 0, sequence, len(payload), len(payload), records, 0, zlib.crc32(payload))
        out.write(header + struct.pack("<I", zlib.crc32(header)) + payload + bytes(-len(payload) % 64))
        sequence += 1
    chunk(b"HEAD", head)
    chunk(b"DATA", data, len(names))
    chunk(b"ENDS", struct.pack("<QQ", len(names), 1) + hashlib.sha256(head).digest() + hashlib.sha256(data).digest())
END
mkdir cage && cd cage && run tensor-info --extract inside ../strange.tens
status_is 0
is "stay inside, one file each" "$(find . -type f | wc -l) $(find .. -newer ../strange.tens -name '*.png' | grep -vc '^../cage/inside/a/0')" '9 0'
is "and are safe" "$(ls inside/a | cut -b 1-15)" "$(printf '%s\n' 00000000-passwd 00000001-..png 00000002-..png 00000003-.hidde 00000004.png 00000005-c____. \
	00000006-d_.png 00000007-ééé 00000008-eeeeee)"
cd ..
mkdir -p reserved && run sh -c 'tensor-cat -q --classes predict,x set.tens; pack-tensors -q --size 2 --list - <<-END | tensor-info --extract reserved/x
	set/a/one.png	predict
END'
stderr_has "class: 'predict' is the folder of unlabelled pictures"
run tensor-info --extract new/folder// set.tens
is "folders above are made, slashes at the end do no harm" "$status $(cat .err; cd new/folder && ls -d */)" '0 a/
b/'
run tensor-info --extract set.tens/folder set.tens
status_is 1
stderr_is 'tensor-info: set.tens: is not a folder'
run tensor-info --extract none --count 3 set.tens
is "--count is of contact sheets" "$status $(head -n 1 .err)" '2 tensor-info: --count: goes with --png'

# What fails leaves what was there.
echo old >keep.npy && cp keep.npy keep.png
run tensor-info --npy keep.npy --png keep.png index.tens cut.tens
status_is 1
stderr_is "tensor-info: cut.tens: chunk 4: ends too early"
is "the old files stay" "$(cat keep.npy keep.png)" "old
old"
run tensor-info --png keep.png empty.tens
status_is 1
stderr_is "tensor-info: keep.png: there are no records to show"
run tensor-info --npy keep.npy index.tens color.tens
status_is 1
stderr_is "tensor-info: color.tens: head: shape differs: 2x3x3 and 2x3x1"
run tensor-info --npy missing/x.npy index.tens
status_is 1
stderr_has "^tensor-info: .*missing/x.npy: No such file or directory$"
run tensor-info --npy /dev/full index.tens
status_is 1
stderr_is "tensor-info: /dev/full: No space left on device"
ok "no temporary file is left" sh -c '! ls -A | grep -E "^\.(keep|tensors|labels|sheet)"'
tensor-info index.tens 2>full.err >/dev/full
is "full disk: status" $? 1
is "full disk: message" "$(cat full.err)" "tensor-info: standard output: No space left on device"

# Nothing that is read or written is written over.
for output in npy labels png; do
	run tensor-info --$output index.tens index.tens
	is "--$output: no input" "$status $(head -n 1 .err)" "2 tensor-info: --$output: would replace index.tens, which is read"
done
run tensor-info --npy x.npy --labels x.npy index.tens
is "nor two outputs of one name" "$status $(head -n 1 .err)" '2 tensor-info: --labels: and --npy name one file'
touch x.npy && ln x.npy y.npy
run tensor-info --npy x.npy --png y.npy index.tens
is "... or of two" "$status $(head -n 1 .err)" '2 tensor-info: --png: and --npy name one file'
ok "the input is as it was" tensor-info --verify index.tens
rm x.npy y.npy

# Usage.
run tensor-info --records --json index.tens
status_is 2
stderr_is "tensor-info: --records: can't be given together with --json
tensor-info: try 'tensor-info --help'"
run tensor-info --count 0 index.tens
status_is 2
run tensor-info --help
status_is 0
stdout_has "usage: tensor-info"

# The program in tens(5) compiles and counts.
sed -n '/^\.Bd -literal/,/^\.Ed/p' "$here/../../man/tens.5" | sed '1d;$d;s/\\e/\\/g' >count-labels.c
ok "the example of tens(5) compiles" "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -o count-labels count-labels.c
is "and counts labels" "$(cat index.tens color.tens | ./count-labels)" "$(printf -- '-1\t4\n0\t2\n1\t2\n2\t2')"
ok "and refuses a cut stream" sh -c '! ./count-labels <cut.tens'
ok "and weights" sh -c '! ./count-labels <weights.tens'
ok "and another file" sh -c '! ./count-labels <other.txt'
finish
