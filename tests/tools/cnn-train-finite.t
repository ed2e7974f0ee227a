#!/bin/sh
# cnn-train stops where numbers are first not finite: it says in which epoch, batch and layer, and the last good model stays.
. "$(dirname "$0")/tap.sh"

# Streams of floats: 24 images of 26x24 in each pass; one value of one image is what the name says.
mkdir streams
(cd streams && python3 -B - "$fixtures/stream" <<'END'
import struct, sys
sys.path.insert(0, sys.argv[1])
from make_streams import head, segment

SIZE = 24 * 26 * 3

def records(bad, at):
    for i in range(24):
        values = [((i * 7 + j * (3 + i % 2 * 4)) % 17) / 17 for j in range(SIZE)]
        if bad is not None and i == 13:
            values[at] = bad
        yield struct.pack("<%df" % SIZE, *values), i % 3, i, "image %d" % i

def stream(name, *passes):
    with open(name, "wb") as file:
        for number, (bad, at) in enumerate(passes):
            file.write(segment(head("f32", number=number, shape=(24, 26, 3)), [list(records(bad, at))]))

good = (None, 0)
stream("good.tens", good)
stream("nan.tens", (float("nan"), 500))
stream("infinity.tens", (float("inf"), 0))
stream("minus-infinity.tens", (float("-inf"), SIZE - 1))
stream("third.tens", good, good, (float("nan"), 7))
END
)
status_of() { is "$1: status" "$2" "$3"; }
train() {
	cnn-train -q --batch 8 --epochs 3 -o model "$@" 2>said
}
train streams/good.tens
status_of "good numbers" $? 0
first=$(python3 -c 'import json; print(json.load(open("model/architecture.json"))["config"]["layers"][1]["config"]["name"])')
cp -R model kept

for kind in nan infinity minus-infinity; do
	for threads in 1 3; do
		train --threads $threads streams/$kind.tens
		status_of "$kind, $threads threads" $? 1
		ok "$kind: in the first epoch and layer" grep -Eqx \
			"cnn-train: epoch 1, batch [123], layer '$first': has non-finite values \(NaN or infinity\); try a smaller --learning-rate" said
		is "$kind: said once" "$(wc -l <said | tr -d ' ')" 1
		ok "$kind: the last good model stays" diff -r kept model
	done
done
train --batch 24 streams/nan.tens
is "all in one batch" "$(cat said)" \
	"cnn-train: epoch 1, batch 1, layer '$first': has non-finite values (NaN or infinity); try a smaller --learning-rate"
train streams/third.tens
ok "a later pass of a file" grep -q "^cnn-train: epoch 3, batch [123], layer '$first': " said
cat streams/third.tens | train -
ok "a later pass of a pipe" grep -q "^cnn-train: epoch 3, batch [123], layer '$first': " said

# Steps so large that weights, and with them outputs or gradients, leave the numbers there are.
train --epochs 30 --optimizer sgd --learning-rate 1000 --schedule constant --warmup 0 streams/good.tens
status_of "a learning rate beyond all measure" $? 1
ok "... is named with epoch, batch and layer" grep -Eq "^cnn-train: epoch [0-9]+, batch [123], layer '[a-z0-9_]+': has non-finite values" said
ok "the last good model stays" diff -r kept model
is "nothing beside it" "$(ls -d model* | tr '\n' ' ')" "model "
train --validation streams/nan.tens streams/good.tens
status_of "what validates may hold anything" $? 0
finish
