#!/bin/sh
. "$(dirname "$0")/tap.sh"
tab=$(printf '\t')

# Two classes of shells, red and blue, of three sizes; and a picture that is both.
python3 - <<'END'
import os, struct, zlib
def draw(name, left, right, width=40, height=32):
    rows = b"".join(b"\0" + b"".join(bytes((left if x < width / 2 else right) if (x - width / 2) ** 2 + (y - 16) ** 2 < 150
        else (255, 250, 240)) for x in range(width)) for y in range(height))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    os.makedirs(os.path.dirname(name), exist_ok=True)
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
for i in range(6):
    red, blue = (200 + i, 30, 40 + i), (30, 40 + i, 200 + i)
    draw("images/red shells/%d.png" % i, red, red, 40 + 10 * i)
    draw("images/écaille/%d.png" % i, blue, blue, 40, 32 + 10 * i)
draw("more/both.png", red, blue, 640, 32)
END
pack-tensors --quiet --size 32x24 --fit pad --background '#102030' -o train.tens images
ok "a model" cnn-train --quiet --epochs 12 --output-activation softmax --learning-rate 0.003 -o model train.tens

# A line each; pictures and their records in a stream have the same probabilities.
run cnn-predict -m model images
status_is 0
stderr_has "^cnn-predict: 12 pictures"
cp "$scratch/.out" of_files
is "a line for each" "$(wc -l <of_files)" 12
is "sorted by name, three columns" "$(head -n 1 of_files | cut -f 1,2)" "images/red shells/0.png${tab}red shells"
cnn-predict --quiet -m model train.tens >of_stream
sed -i 's|^images/||' of_files
ok "a stream has the same probabilities as its files" cmp of_files of_stream
ok "so has a pipe" sh -c 'cnn-predict --quiet -m model <train.tens | cmp - of_stream'
ok "and another fit other ones" sh -c '! cnn-predict --quiet --fit stretch -m model images | sed "s|^images/||" | cmp -s - of_stream'
ok "nothing changes by threads and batches" sh -c 'cnn-predict --quiet --threads 1 --batch-size 5 -m model train.tens | cmp - of_stream'
pack-tensors --quiet --size 32x24 --fit pad --background '#102030' --codec zlib images | augment --rescale >float.tens
cnn-predict --quiet -m model float.tens >of_floats
ok "nor, but for rounding, by floats" python3 -c 'import sys
a, b = ([line.split("\t") for line in open(name, encoding="utf-8")] for name in sys.argv[1:])
assert len(a) == len(b) == 12
assert all(x[:2] == y[:2] and abs(float(x[2]) - float(y[2])) < 3e-6 for x, y in zip(a, b))' of_floats of_stream

run cnn-predict --quiet -m model --header --top 2 'images/red shells/0.png'
stdout_has "^file${tab}class${tab}probability${tab}class_2${tab}probability_2$"
stdout_has "^images/red shells/0.png${tab}red shells${tab}0\.[0-9]{6}${tab}écaille${tab}0\.[0-9]{6}$"
run cnn-predict --quiet -m model --json --top 9 images
ok "JSON" python3 - "$scratch/.out" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(lines) == 12 and lines[0]["file"] == "images/red shells/0.png"
first, second = lines[0]["predictions"]
assert {first["class"], second["class"]} == {"red shells", "écaille"}
assert abs(first["probability"] + second["probability"] - 1) < 1e-6 and first["probability"] >= second["probability"]
END

# Ground truth: class folders and a labelled stream give the same evaluation.
run cnn-predict --quiet -m model --evaluate --confusion confusion.png --predictions lines.tsv --header images
status_is 0
stdout_has "^accuracy${tab}1.000000${tab}0.757[0-9]+${tab}1.000000$"
stdout_has "^red shells${tab}6${tab}6${tab}6${tab}1.000000${tab}0.609[0-9]+${tab}1.000000${tab}1.000000"
stdout_has "^écaille${tab}0${tab}6$"
cp "$scratch/.out" of_files
is "lines with the ground truth" "$(sed -n '1p;$p' lines.tsv | cut -f 1-3)" "file${tab}truth${tab}class
images/écaille/5.png${tab}écaille${tab}écaille"
ok "a picture of the matrix" sh -c 'head -c 8 confusion.png | cmp -s - "$1"' sh "$(printf '\211PNG\r\n\032\n' >magic; echo magic)"
ok "a stream gives the same" sh -c 'cnn-predict --quiet -m model --evaluate train.tens | cmp - of_files'
mkdir -p swapped && cp -R 'images/red shells' 'swapped/écaille' && cp -R images/écaille 'swapped/red shells'
mkdir swapped/predict && cp images/écaille/1.png swapped/predict/later.png
# Without what leaked: a list of split-dataset, by the content of files, be they in folders or in a stream.
digest() { sha256sum "$1" | cut -d ' ' -f 1; }
printf 'path\tsha256\tpixels\tphash\tgroup\tclass\tsplit\n' >split.tsv
for i in 0 1 2 3; do
	printf 'train/%s\t%064d\t0\t0\t%s\tred shells\ttrain\nvalidation/%s\t%s\t0\t0\t%s\tred shells\tvalidation\n' \
		$i $i $((i + 1)) $i "$(digest "images/red shells/$i.png")" $((i < 3 ? i + 1 : 7))
done >>split.tsv
run cnn-predict --quiet -m model --evaluate --leaked split.tsv images
status_is 0
is "two measures more" "$(sed -n '7,8s/\t.*//p' .out | tr '\n' ' ')$(sed -n '7s/.*leaked\t//p' .out | tr -d '\t')" "leaked accuracy_not_leaked 3"
grep -v -e '^leaked' -e '^accuracy_not' .out >without
cnn-predict --quiet -m model --evaluate images | cmp - without
is "and the others stay" $? 0
ok "a stream gives the same" sh -c 'cnn-predict --quiet -m model --evaluate --leaked split.tsv train.tens | cmp - .out'
run cnn-predict --quiet -m model --leaked split.tsv images
status_is 2
run cnn-predict --quiet -m model --evaluate --leaked images/écaille/1.png images
status_is 1
stderr_is 'cnn-predict: images/écaille/1.png: is not text'
run model-report -m model --leaked split.tsv
status_is 2
run cnn-predict --quiet -m model --evaluate swapped
stdout_has "^accuracy${tab}0.000000${tab}0.000000${tab}0.242[0-9]+$"
stdout_has "^red shells${tab}6${tab}6${tab}0${tab}0.000000"
run cnn-predict --quiet -m model --evaluate --multi-label images
stdout_has "^correct${tab}12"
stderr_has "softmax"
is "no matrix for sets" "$(grep -c '^truth' "$scratch/.out")" 0
mean=$(python3 - <<'END'
import math
total = [-math.log(float(line.split("\t")[3])) for line in list(open("lines.tsv", encoding="utf-8"))[1:]]
print("%.3f" % (sum(total) / len(total)))
END
)
is "the loss is the mean of -log p of the label" "$(sed -n 's/^loss'"$tab"'\([0-9.]\{5\}\).*/\1/p' of_files | cut -c 1-4)" "$(echo "$mean" | cut -c 1-4)"

# Sorted and annotated.
run cnn-predict --quiet -m model --sort-into sorted --annotate sorted images
status_is 0
is "sorted into folders" "$(ls sorted | tr '\n' ' ')" "red shells écaille "
ok "unchanged" cmp sorted/écaille/5.png images/écaille/5.png
is "annotated pictures beside them" "$(ls sorted/écaille | grep -c annotated)" 6
cnn-predict --quiet -m model --sort-into sorted images >/dev/null
is "again: nothing new" "$(ls sorted/écaille | grep -vc annotated)" 6
mkdir other && cp images/écaille/4.png other/5.png
cnn-predict --quiet -m model --sort-into sorted other/5.png >/dev/null
ok "a namesake gets a number" cmp sorted/écaille/5-2.png images/écaille/4.png
ok "and the one there stays" cmp sorted/écaille/5.png images/écaille/5.png
run cnn-predict --quiet -m model --threshold 1 --sort-into strict images/écaille/5.png
is "unsure" "$(ls strict)" unsure
cp -R model unsure-model && printf 'unsure\nécaille\n' >unsure-model/labels.txt
run cnn-predict --quiet -m unsure-model --sort-into nothing --annotate nothing images
status_is 1
stderr_is "cnn-predict: unsure-model: has a class 'unsure', which is the folder of pictures below the threshold"
ok "nothing is sorted" test ! -e nothing
run cnn-predict --quiet -m model --annotate drawn --multi-label more train.tens
status_is 0
is "files and records annotated" "$(ls drawn | sed -n '1p;$p' | tr '\n' ' ')$(ls drawn | wc -l)" \
	"both-annotated.png train-9-annotated.png 13"
mkdir -p one two
for copy in one/train-3.png two/train-3.png two/train-0.png; do cp "images/red shells/0.png" $copy; done
cat train.tens train.tens >joined.tens
cnn-predict --quiet -m model --annotate namesakes train.tens one two joined.tens >/dev/null
is "a picture for each file and record, whatever their names" "$(ls namesakes | wc -l)" $((3 + 3 * $(tensor-info --records train.tens | wc -l)))
augment --passes 2 train.tens | cnn-predict --quiet -m model --annotate passes >/dev/null
is "records of two passes do not hide each other" "$(ls passes | wc -l)" 24
is "at the size of the picture, 32 enlarged to 128" "$(python3 -c 'import struct
print(*struct.unpack(">II", open("drawn/both-annotated.png", "rb").read()[16:24]))')" "2560 128"

# Bad pictures among good ones.
mkdir bad && cp images/écaille/5.png bad/good.png && head -c 100 images/écaille/5.png >bad/cut.png && echo text >bad/text.jpg
mkdir bad/empty
run cnn-predict --quiet -m model bad missing.png
status_is 4
is "the good one is predicted" "$(cut -f 1,2 "$scratch/.out")" "bad/good.png${tab}écaille"
is "each bad one has its line" "$(cut -d : -f 1,2 "$scratch/.err")" "cnn-predict: bad/cut.png
cnn-predict: bad/text.jpg
cnn-predict: missing.png
cnn-predict: pictures"
stderr_has '^cnn-predict: pictures: 3 skipped, 1 predicted$'
run cnn-predict -m model bad
stderr_has '^cnn-predict: 1 picture, [0-9.]+/s, [0-9.]+ s$'
run cnn-predict --strict -m model bad
is "no counts after an error" "$(wc -l <"$scratch/.err")" 1
run cnn-predict -m model --background puce bad
status_is 2
stderr_is "cnn-predict: --background: puce: is not a colour: white, black, grey or #rrggbb
cnn-predict: try 'cnn-predict --help'"
run cnn-predict --quiet --strict -m model bad
status_is 1
stdout_is ""
is "strict: one line" "$(wc -l <"$scratch/.err")" 1
run cnn-predict --quiet -m model bad/empty
status_is 1
stdout_is ""
stderr_is "cnn-predict: bad/empty: holds no files"
head -c 20000 train.tens >cut.tens
run cnn-predict --quiet -m model cut.tens
status_is 1
stderr_is "cnn-predict: cut.tens: chunk 1: ends too early"
pack-tensors --quiet --size 16x16 -o small.tens images
run cnn-predict --quiet -m model small.tens
status_is 1
stderr_is "cnn-predict: small.tens: shape: 16x16x3; the model takes 24x32x3"
run cnn-predict --quiet -m model --sort-into sorted train.tens
status_is 1
stderr_is "cnn-predict: train.tens: is a stream, without picture files to sort"
mkdir -p 'unknown/green shells' && cp images/écaille/5.png 'unknown/green shells'
run cnn-predict --quiet -m model --evaluate unknown
status_is 1
stderr_has "unknown/green shells: is not a known class"
pack-tensors --quiet --size 32x24 -o unknown.tens unknown
run cnn-predict --quiet -m model --evaluate unknown.tens
status_is 1
stderr_is "cnn-predict: unknown.tens: labels: unknown to the model: 'green shells'
cnn-predict: model: no labelled pictures to evaluate it on"
run cnn-predict --quiet -m model --evaluate images/écaille/5.png
status_is 1
stderr_has "images/écaille/5.png: has no label to compare with"

# Bad models, a full disk, wrong usage.
run cnn-predict -m missing images
status_is 1
stderr_is "cnn-predict: missing: there is no such file or folder"
cp -R model broken && rm broken/poids.h5
run cnn-predict -m broken images
status_is 1
stderr_has "^cnn-predict: broken"
head -c 500 model/poids.h5 >broken/poids.h5
run cnn-predict -m broken --header images
status_is 1
stdout_is ''
stderr_is "cnn-predict: broken/poids.h5: is not an HDF5 file, or a damaged one"
cp -R model three && echo third >>three/labels.txt
run cnn-predict -m three images
status_is 1
stderr_has "^cnn-predict: three/labels.txt: has 3 labels; the network has 2 outputs$"
run cnn-predict --quiet -m model --evaluate --predictions /dev/full images
status_is 1
stderr_has "/dev/full: No space left on device"
is "a full disk" "$(cnn-predict --quiet -m model images 2>&1 >/dev/full)" "cnn-predict: standard output: No space left on device"
run cnn-predict images
status_is 2
stderr_is "cnn-predict: --model: is missing
cnn-predict: try 'cnn-predict --help'"
run cnn-predict -m model --confusion x.png images
status_is 2

# A picture on standard input or in a pipe, told from a stream by its first bytes.
one="images/red shells/0.png"
said() { cut -f 2-; }
cnn-predict -q -m model "$one" | said >expected
for way in '<"$one"' '- <"$one"' '<(cat "$one")'; do
	is "a picture: $way" "$(one=$one bash -c "cnn-predict -q -m model $way" | said)" "$(cat expected)"
done
is "a picture in a pipe, by name" "$(cat "$one" | cnn-predict -q -m model | cut -f 1)" 'standard input'
is "a stream in a pipe still" "$(cat train.tens | cnn-predict -q -m model | wc -l)" "$(cnn-predict -q -m model train.tens | wc -l)"
cnn-predict -q -m model --sort-into from-pipe --annotate drawn <"$one" >/dev/null
ok "it can be sorted" sh -c 'cmp from-pipe/*/stdin.png "images/red shells/0.png"'
ok "and drawn on" sh -c 'ls drawn/*/stdin-annotated.png'
run sh -c 'echo no picture | cnn-predict -q -m model'
status_is 1
stderr_is 'cnn-predict: standard input: is not an image of a known type'
run sh -c 'head -c 100 "images/red shells/0.png" | cnn-predict -q -m model'
stderr_has '^cnn-predict: standard input: '
run sh -c 'printf "" | cnn-predict -q -m model'
stderr_is 'cnn-predict: standard input: is empty'
run cnn-predict -m model
is "... and no count of none" "$status $(cat .err)" '1 cnn-predict: standard input: is empty'

# A confusion matrix that can't be drawn: all else is there.
cnn-predict -q -m model --evaluate --predictions lines.tsv images >expected
run cnn-predict -q -m model --evaluate --confusion /dev/full --predictions without.tsv images
status_is 1
stderr_is 'cnn-predict: /dev/full: No space left on device'
stdout_is "$(cat expected)"
ok "without its picture the evaluation is whole" cmp lines.tsv without.tsv
finish
