#!/bin/bash
# Means of probabilities: over variants of each picture.
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
run cnn-predict -m model --tta 11 images/v
status_is 2
stderr_has "^cnn-predict: --tta: '11' is not a whole number from 1 to 10$"
finish
