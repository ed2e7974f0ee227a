#!/bin/bash
# Means of probabilities: over variants of each picture, and over models.
. "$(dirname "$0")/training.sh"

train --epochs 3 --learning-rate 0.02 -o model t.tens
python3 - <<'END'
import os
os.makedirs("mirrored/a")
for i in range(10):
    head, pixels = open("images/v/a/%d.pgm" % i, "rb").read().split(b"255\n", 1)
    rows = [pixels[8 * y:8 * y + 8][::-1] for y in range(8)]
    open("mirrored/a/%d.pgm" % i, "wb").write(head + b"255\n" + b"".join(rows))
END

# all NAME ARGUMENT...: the probabilities of every picture of images/v/a.
all() { cnn-predict -q --json --top 2 -m model "${@:2}" >"$1"; }
all plain images/v/a
all mirror mirrored/a
all one --tta 1 images/v/a
all two --tta 2 images/v/a
all ten --tta 10 images/v/a
ok "--tta 1 changes nothing" cmp one plain
ok "--tta 2 is the mean of the picture's and its mirror image's" python3 - <<'END'
import json
def read(name):
    return [{x["class"]: x["probability"] for x in json.loads(line)["predictions"]} for line in open(name)]
plain, mirrored, two, ten = map(read, ("plain", "mirror", "two", "ten"))
assert len(plain) == 10 and plain != mirrored
for p, q, mean in zip(plain, mirrored, two):
    assert all(abs((p[c] + q[c]) / 2 - mean[c]) < 1e-7 for c in p)
assert any(abs(a[c] - b[c]) > 1e-3 for a, b in zip(two, ten) for c in a)
END
for n in 2 10; do
	cnn-predict -q -m model --tta $n --json --threads 1 --batch-size 3 v.tens | sed 's/^{"file":"[^"]*"//' >stream
	cnn-predict -q -m model --tta $n --json --threads 2 images/v | sed 's/^{"file":"[^"]*"//' >files
	ok "--tta $n: the same of files and streams, whatever threads and batches" cmp stream files
done
cnn-predict -q -m model --tta 2 --evaluate --predictions lines v.tens >measures
cnn-predict -q -m model --tta 2 --json --top 2 v.tens >all
ok "the evaluation is of the means" python3 - <<'END'
import json, math
measures = dict(line.split("\t")[:2] for line in open("measures").read().split("\n\n")[0].split("\n"))
truth = [line.split("\t")[1] for line in open("lines")]
right = total = 0
for line, t in zip(open("all"), truth):
    best = json.loads(line)["predictions"]
    right += best[0]["class"] == t
    total -= sum(math.log(x["probability"] if x["class"] == t else 1 - x["probability"]) for x in best) / 2
assert int(measures["correct"]) == right
assert abs(float(measures["loss"]) - total / len(truth)) < 1e-5
END
# Of another size, other values, another order of the classes, calibrated.
sed 's/\[null, 8, 8, 3\]/[null, 6, 6, 3]/' small.json >six.json
pack-tensors -q --size 6x6 --classes b,a -o six.tens images/t
train --architecture six.json --epochs 3 --learning-rate 0.02 -o six six.tens
python3 - <<'END'
import json
card = json.load(open("six/training.json"))
card["calibration"] = {"temperature": 2}
card["input"]["minimum"] = -1
json.dump(card, open("six/training.json", "w"))
END
is "the classes are in another order" "$(cat model/labels.txt six/labels.txt | tr -d '\n')" abba
for tta in 1 2; do
	cnn-predict -q --tta $tta --json --top 2 -m model images/v >first
	cnn-predict -q --tta $tta --json --top 2 -m six images/v >second
	cnn-predict -q --tta $tta --json --top 2 -m model -m six images/v >both
	ok "two models, --tta $tta: the mean, class by class" python3 - <<'END'
import json
def read(name):
    return [{x["class"]: x["probability"] for x in json.loads(line)["predictions"]} for line in open(name)]
first, second, both = map(read, ("first", "second", "both"))
assert len(both) == 20 and first != second
for p, q, mean in zip(first, second, both):
    assert all(abs((p[c] + q[c]) / 2 - mean[c]) < 1e-7 for c in "ab"), (p, q, mean)
END
	cnn-predict -q --tta $tta --json --top 2 -m model -m six --threads 1 --batch-size 3 images/v >again
	ok "  whatever threads and batches" cmp both again
done
ok "evaluated, drawn, sorted" cnn-predict -q -m model -m six --evaluate --confusion c.png --predictions lines images/v
ok "annotated" cnn-predict -q -m model -m six --annotate shown --sort-into sorted images/v
is "  every one" "$(ls shown/*/* | wc -l) $(ls sorted/*/* | wc -l)" "20 20"
refused 1 'cnn-predict: v.tens: shape: 8x8x3; the model takes 6x6x3' cnn-predict -q -m model -m six v.tens
cp -r six other && printf 'b\nc\n' >other/labels.txt
refused 1 "cnn-predict: other: has a class 'c', which the first model lacks" cnn-predict -q -m model -m other images/v
run cnn-predict $(printf -- '-m model %.0s' $(seq 17)) images/v
status_is 2
stderr_has '^cnn-predict: --model: 17 are too many: at most 16$'
run cnn-predict -m model --tta 11 images/v
status_is 2
stderr_has "^cnn-predict: --tta: '11' is not a whole number from 1 to 10$"
finish
