#!/bin/sh
# cnn-train: what each option of length, optimizer and loss does to a training.
. "$(dirname "$0")/training.sh"

column() { tail -n +2 "$1/history.tsv" | cut -f "$2"; }
same_weights() { ok "$1" cmp "$2/poids.h5" "$3/poids.h5"; }
other_weights() { ok "$1" sh -c "! cmp -s '$2/poids.h5' '$3/poids.h5'"; }

# ---- schedules ----
# rates MODEL EXPRESSION: the learning rates are 0.001 times that of Python, of x, which is 0 to 1 after a warm-up of an epoch.
rates() {
	python3 - "$@" <<-'END'
	import sys
	from math import cos, pi
	rows = [float(row.split("\t")[5]) for row in open(sys.argv[1] + "/history.tsv").read().splitlines()[1:]]
	updates = 8
	for epoch, rate in enumerate(rows):
	    position, last = epoch + 1 - 1 / updates, len(rows)
	    x = (position - 1) / (last - 1) if epoch else 0
	    whole, step = position / last, 1 / updates / last
	    assert abs(rate / 0.001 - eval(sys.argv[2])) < 1e-5, (epoch, rate, eval(sys.argv[2]))
	END
}
half='(lambda a, b, x: b + (a - b) * (1 + cos(pi * x)) / 2)'
for schedule in constant:1 "cosine:(1 + cos(pi * x)) / 2" "step:1 if x < 1/3 else 0.1 if x < 2/3 else 0.01" plateau:1 \
	"one-cycle:$half(1/25, 1, whole / (0.3 - step)) if whole < 0.3 - step else $half(1, 1/250000, (whole - 0.3 + step) / 0.7)"; do
	train --epochs 7 --schedule "${schedule%%:*}" $([ "${schedule%%:*}" = one-cycle ] || echo --warmup 1) -o "s" t.tens
	ok "the rates of ${schedule%%:*}" rates s "${schedule#*:}"
done
train --epochs 4 --warmup 2 --schedule constant -o s t.tens
is "a warm-up of two epochs" "$(column s 6 | tr '\n' ' ')" '0.0005 0.001 0.001 0.001 '
train --epochs 2 --warmup 0 --schedule constant -o s t.tens
is "no warm-up" "$(column s 6 | tr '\n' ' ')" '0.001 0.001 '
train --epochs 26 --schedule plateau --learning-rate 1e-9 --weight-decay 0 --warmup 0 -o s t.tens
is "a plateau" "$(column s 6 | uniq | tr '\n' ' ')" '1e-09 1e-10 '

# ---- the length of a pipe ----
several() { augment -q --preset keras --passes "$1" --seed "${2:-0}" t.tens; }
several 4 >four.tens
train -o file four.tens 2>said
is "passes of a file are its length" "$(cat said)" ''
several 4 | train -o pipe 2>said
is "passes that are announced are the length of a pipe" "$(cat said)" ''
same_model "... the same training" file pipe
# The same stream, whose writer does not know yet how many passes will follow.
python3 - <<'END'
import hashlib, re, struct, zlib
data, out, at, head = open("four.tens", "rb").read(), b"", 0, b""
while at < len(data):
    header = bytearray(data[at:at + 64])
    size = struct.unpack("<Q", header[32:40])[0]
    payload = data[at + 64:at + 64 + size]
    padding = bytes(-size % 64)
    if header[8:12] == b"HEAD":
        payload = head = re.sub(rb',"passes":[0-9]+', lambda m: b" " * len(m.group()), payload)
    if header[8:12] == b"ENDS":
        payload = payload[:16] + hashlib.sha256(head).digest() + payload[48:]
    header[56:60] = struct.pack("<I", zlib.crc32(payload))
    header[60:64] = struct.pack("<I", zlib.crc32(bytes(header[:60])))
    out += header + payload + padding
    at += 64 + size + len(padding)
assert len(out) == len(data) and out != data
open("unknown.tens", "wb").write(out)
END
cat unknown.tens | cnn-train --architecture small.json --threads 1 -o unknown 2>said
is "an unknown length is said" "$(grep -v ' epoch ' said)" \
	'cnn-train: standard input: does not say how many passes follow: the learning rate is constant after the warm-up'
is "... and constant after the warm-up" "$(column unknown 6 | tr '\n' ' ')" '0.001 0.001 0.001 0.001 '
cat unknown.tens | train --epochs 4 -o given 2>said
ok "--epochs gives it" grep -q . given/history.tsv
is "... the same rates" "$(cat said; column given 6)" "$(column file 6)"
is "... is in the card" "$(card unknown 'card["options"]["epochs"]')" 4
cat four.tens four.tens | cnn-train --architecture small.json --threads 1 -o more 2>said
is "more passes than were announced are said" "$(grep -v ' epoch ' said)" \
	'cnn-train: standard input: has more passes than the 4 that it announced, which were used; --epochs takes more'
same_weights "... and not used" file more

# ---- patience ----
run cnn-train --architecture small.json --threads 1 --schedule constant --warmup 1 --learning-rate 0.05 --epochs 50 --patience 3 --validation v.tens -o p t.tens
best=$(card p 'card["results"]["best"]["epoch"]')
is "patience ends three epochs after the best" "$(column p 1 | tail -n 1)" $((best + 3))
is "... whose weights are kept" "$(card p 'card["results"]["kept"]["epoch"]')" "$best"
is "... which the card explains" "$(card p 'card["results"]["kept"]["why"]')" \
	'it has the highest validation accuracy, which is optimistic because it chose the epoch'
stderr_has "^cnn-train: p: has the weights of epoch $best of $((best + 3)), the best by validation accuracy\$"
train --learning-rate 0.05 --schedule constant --warmup 1 --epochs "$best" -o cut t.tens
same_weights "... they are those of a training that ends there" cut p

# ---- a limit of time ----
train --epochs 100000 --time-limit 0.5s -o limited t.tens
is "a time limit: why" "$(card limited 'card["results"]["kept"]["why"], card["finished"]')" \
	"('it is the last within the time limit', True)"
ok "... as many epochs as there is time for" test "$(column limited 1 | tail -n 1)" -gt 1
ok "... which is a model" cnn-predict -q -m limited --evaluate v.tens
ok "... the rate has fallen" awk 'END { exit !($4 < 0.0005) }' limited/history.tsv
train --time-limit 1h --epochs 2 -o unlimited t.tens
is "enough time: all epochs" "$(column unlimited 1 | tail -n 1) $(card unlimited 'card["results"]["kept"]["why"]')" '2 it is the last'

augment -q --passes 1000000 t.tens 2>/dev/null | timeout 20 cnn-train --architecture small.json --threads 1 --time-limit 0.5s -o piped 2>.err
is "a pipe is not read to its end" "$(card piped 'card["results"]["kept"]["why"], card["data"]["sha256"]')" \
	"('it is the last within the time limit', None)"
is "... of which that is said alone" "$(grep -v ' epoch [0-9]*/[0-9]*: ' .err | sed 's/[0-9]*$/N/')" \
	'cnn-train: piped: ended by its time limit in epoch N'

# ---- averaged weights ----
train --epochs 3 -o average t.tens
train --epochs 3 --average 0 -o last t.tens
other_weights "averaged weights are others" average last
is "... of the same training" "$(column average 2-3)" "$(column last 2-3)"
is "... the card says which" "$(card average 'card["results"]["kept"]["average"]') $(card last 'card["results"]["kept"]["average"]')" 'True False'

# ---- the options of another model ----
train --optimizer sgd --momentum 0.9 --nesterov --weight-decay 0.01 --clip-norm 1 --schedule step --epochs 6 --batch-size 8 \
	--accumulate 2 --average 0.9 --label-smoothing 0.1 --class-weights balanced --seed 5 --patience 4 --validation v.tens -o a t.tens
run cnn-train -q --threads 1 --like a --validation v.tens -o b t.tens
status_is 0
same_weights "--like repeats a training" a b
is "... its history" "$(column b 1-6)" "$(column a 1-6)"
options() { card "$1" '{name: value for name, value in card["options"].items() if name != "architecture"}'; }
is "... its options" "$(options b)" "$(options a)"
train --like a --validation v.tens --seed 6 --optimizer adam -o c t.tens 2>.err
is "momentum that was not given is no error of usage" "$(cat .err)" ''
is "the command line's options win" "$(options c | tr ',' '\n' | grep -e seed -e optimizer)" " 'optimizer': 'adam'
 'seed': '6'}"
is "what goes with an option that is given is not taken" \
	"$(card c '[card["options"][name] for name in ("momentum", "nesterov", "weight_decay")]')" '[0.0, False, 0.0]'
# A card may be anybody's: of its options those of a training are taken, and no names of files to write.
cp -R a odd
python3 - <<'END'
import json
card = json.load(open("odd/training.json"))
card["options"].update(find_learning_rate="victim", output="victim", notes="victim", resume=True)
json.dump(card, open("odd/training.json", "w"))
END
train --like odd --validation v.tens -o d t.tens
ok "a card's other members are not options" cmp a/poids.h5 d/poids.h5
ok "... and name no file" test ! -e victim
sed -i 's/"batch_size": 8/"batch_size": 0/' odd/training.json
refused 1 "cnn-train: odd: --batch-size: '0' is not a whole number from 1 to 65536" \
	cnn-train -q --like odd --validation v.tens -o e t.tens
refused 1 'cnn-train: nothere: No such file or directory' cnn-train -q --like nothere -o e t.tens
refused 2 "cnn-train: --like: has a --patience, which goes with --validation
cnn-train: try 'cnn-train --help'" cnn-train -q --like a -o e t.tens
mkdir bare
refused 1 'cnn-train: bare: has no model card with options' cnn-train --like bare -o x t.tens

# ---- the loss ----
mkdir -p few/a
cp -R images/t/b few/
cp images/t/a/1*.pgm images/t/a/20.pgm images/t/a/21.pgm images/t/a/22.pgm images/t/a/23.pgm few/a/
pack-tensors -q --size 8x8 -o few.tens few
check-dataset -q few >table
for weights in balanced table; do train --epochs 2 --class-weights $weights -o $weights.model few.tens; done
train --epochs 2 -o unweighted few.tens
same_weights "balanced weights are those of check-dataset" balanced.model table.model
other_weights "... and not those without" balanced.model unweighted
plain() { cnn-train -q --threads 1 --architecture plain.json --epochs 2 "$@" t.tens; }
plain --batch-size 8 --accumulate 2 -o accumulated
plain --batch-size 16 -o whole
ok "two batches of 8 are one of 16" python3 - <<'END'
rows = [[float(n) for n in open(name + "/history.tsv").read().split("\n")[2].split("\t")[1:3]] for name in ("accumulated", "whole")]
assert all(abs(a - b) < 1e-5 for a, b in zip(*rows)), rows
END

# ---- running statistics of batch normalisation ----
# Of a network that begins with it they do not depend on weights: after few updates the average has those of the pictures, 15
# batches of 8, which with the momentum of 0.99 take hundreds.
cnn-train -q --architecture norm.json --batch-size 8 --epochs 1 -o norm t.tens
cnn-export -q -m norm -o norm.safetensors
ok "the averaged weights have the statistics of the pictures" python3 - <<'END'
import glob, json, struct
bytes_ = open("norm.safetensors", "rb").read()
size = struct.unpack("<Q", bytes_[:8])[0]
header = json.loads(bytes_[8:8 + size])
def values(name):
    begin, end = header["norm/" + name]["data_offsets"]
    return struct.unpack("<%df" % ((end - begin) // 4), bytes_[8 + size + begin:8 + size + end])
pixels = [b / 255 for path in glob.glob("images/t/*/*.pgm") for b in open(path, "rb").read()[-64:]]
mean = sum(pixels) / len(pixels)
variance = sum((p - mean) ** 2 for p in pixels) / len(pixels)
for c in range(3):
    assert abs(values("moving_mean")[c] - mean) < 1e-5, (values("moving_mean"), mean)
    # Within batches there is less of it than in all: what their means vary by.
    assert 0.9 * variance < values("moving_variance")[c] <= variance, (values("moving_variance"), variance)
END

# ---- a learning rate ----
python3 - <<'END'
import os, random
for c, least in ("a", 0), ("b", 190):
    os.makedirs("clear/" + c)
    for i in range(64):
        noise = random.Random(i + least)
        open("clear/%s/%d.pgm" % (c, i), "wb").write(b"P5 8 8 255\n" + bytes(least + noise.randrange(60) for _ in range(64)))
END
pack-tensors -q --size 8x8 -o clear.tens clear
run cnn-train -q --architecture plain.json --find-learning-rate rates.png clear.tens
status_is 0
stdout_has '^learning rate	[0-9.e-]+$'
is "... in one line" "$(wc -l <.out)" 1
is "... with a picture" "$(head -c 8 rates.png | od -An -c | tr -d ' ')" '211PNG\r\n032\n'
run cnn-train -q --architecture plain.json --find-learning-rate none/rates.png clear.tens
is "a picture that can't be written: the rate is printed all the same" "$status $(cat .err) $(wc -l <.out)" \
	'1 cnn-train: none/rates.png: No such file or directory 1'
finish
