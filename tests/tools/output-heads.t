#!/bin/sh
# Networks that end with logits, or with one sigmoid for two labels: every tool has the probabilities that Keras' outputs
# stand for.
. "$(dirname "$0")/tap.sh"
onnx_run=$here/../onnx_run.py
graphs=$fixtures/model/graphs

# Keras' inputs as a stream of cat, dog, dog, and for the network of four as one of a, b, d.
python3 - <<'END'
import struct
for name, labels in ("two", (0, 1, 1)), ("four", (0, 1, 3)):
    head = "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }".ljust(117).encode() + b"\n"
    open(name + ".npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + struct.pack("<3i", *labels))
END
cp "$graphs/x.npy" .
pack-tensors -q --range 0,1 --classes cat,dog -o two.tens x.npy two.npy
pack-tensors -q --range 0,1 --classes a,b,c,d -o four.tens x.npy four.npy
for name in logits one_sigmoid; do
	mkdir $name && cp "$graphs/$name.json" "$graphs/$name.weights.h5" $name/
	echo '{"input": {"minimum": 0, "maximum": 1}}' >$name/training.json
done
printf '%s\n' a b c d >logits/labels.txt
printf '%s\n' cat dog >one_sigmoid/labels.txt

# check KERAS HOW FILE: notes that FILE, JSON lines of cnn-predict or numbers of onnx_run.py, is to have the probabilities of
# Keras' outputs y: softmax(y), sigmoid(y), y itself (linear), or (1 - y, y) (pair); for HOW/LABELS, that the table of
# --evaluate has the mean of -log of the probabilities of the labels, and their accuracy.
checks=
check() {
	count=$((${count:-0} + 1))
	cp "$3" "check.$count"
	checks="$checks $graphs/$1.y.npy $2 check.$count"
}
cat >near.py <<'END'
import json, math, struct, sys
how = {"softmax": lambda row: [math.exp(v) / sum(map(math.exp, row)) for v in row],
       "sigmoid": lambda row: [1 / (1 + math.exp(-v)) for v in row], "linear": list, "pair": lambda row: [1 - row[0], row[0]]}
def outputs(path):
    data = open(path, "rb").read()
    raw = data[10 + struct.unpack("<H", data[8:10])[0]:]
    size = len(raw) // 12
    return [struct.unpack_from("<%df" % size, raw, 4 * size * i) for i in range(3)]
def values(line):
    if line[0] != "{":
        return list(map(float, line.split()))
    return [value for _, value in sorted((p["class"], p["probability"]) for p in json.loads(line)["predictions"])]
checks = list(zip(sys.argv[1::3], sys.argv[2::3], sys.argv[3::3]))
for keras, name, path in checks:
    name, _, labels = name.partition("/")
    expected = list(map(how[name], outputs(keras)))
    if labels:
        table = dict(line.split("\t")[:2] for line in open(path).read().split("\n\n")[0].split("\n"))
        chosen = [(row[int(label)], max(row)) for row, label in zip(expected, labels)]
        assert abs(float(table["loss"]) - sum(-math.log(p) for p, _ in chosen) / 3) < 2e-6, (path, table)
        assert abs(float(table["accuracy"]) - sum(p == most for p, most in chosen) / 3) < 1e-5, (path, table)
        continue
    got = list(map(values, open(path)))
    assert [len(row) for row in got] == [len(row) for row in expected], (path, got)
    assert all(abs(a - b) < 1e-5 for g, e in zip(got, expected) for a, b in zip(g, e)), (path, got, expected)
print(len(checks))
END

# ---- logits ----
said='ends without softmax or sigmoid: softmax is taken; see --output-activation'
answers() { # answers MODEL HOW SAID OPTIONS...: what cnn-predict says; and a check
	model=$1 how=$2 expected=$3
	shift 3
	run cnn-predict -m $model --top 4 --json "$@" four.tens
	is "what is said: $command_line" "$(grep -v ' 3 pictures, ' .err)" "$expected"
	check logits "$how" .out
}
answers logits softmax "cnn-predict: logits: $said"
answers logits softmax '' -q
answers logits softmax '' --output softmax
answers logits sigmoid '' --output-activation sigmoid
answers logits linear '' --output linear
cnn-predict -q -m logits --evaluate four.tens >table
check logits softmax/013 table
cp -R logits carded
echo '{"options": {"loss": "binary"}, "input": {"minimum": 0, "maximum": 1}}' >carded/training.json
answers carded sigmoid ''
answers carded softmax '' --output softmax
echo '{"options": {"loss": "categorical"}, "input": {"minimum": 0, "maximum": 1}}' >carded/training.json
answers carded softmax ''

for tool in 'cnn-export -o logits.onnx' 'saliency -o maps logits.png --chart chart.png' 'model-report -o logits.html'; do
	tensor-info -q --png logits.png --count 1 four.tens >/dev/null
	run ${tool%% *} -m logits ${tool#* }
	is "said: $tool" "$status $(grep -v ' 1/1 picture' .err)" "0 ${tool%% *}: logits: $said"
	ok "but not if quiet" sh -c "$tool -q -m logits 2>&1 | cmp - /dev/null"
done
python3 "$onnx_run" logits.onnx x.npy >got
check logits softmax got
cnn-export -q -m logits --output-activation linear | cat >linear.onnx
ok "as it is wished" sh -c 'grep -q Softmax logits.onnx && ! grep -q Softmax linear.onnx'

# ---- one sigmoid, two labels ----
cnn-predict -q -m one_sigmoid --top 2 --json two.tens >predicted
check one_sigmoid pair predicted
cnn-predict -q -m one_sigmoid --evaluate two.tens >table
check one_sigmoid pair/011 table
echo '{"options": {"loss": "binary"}, "input": {"minimum": 0, "maximum": 1}}' >one_sigmoid/training.json
cnn-predict -q -m one_sigmoid --evaluate two.tens >carded.table
echo '{"input": {"minimum": 0, "maximum": 1}}' >one_sigmoid/training.json
run cnn-export -m one_sigmoid -o one.onnx
stderr_is ''
python3 "$onnx_run" one.onnx x.npy >got
check one_sigmoid pair got
run model-report -q -m one_sigmoid -o one.html --validation two.tens
status_is 0
for class in cat dog; do
	ok "saliency of $class" saliency -q -m one_sigmoid --map --class $class -o $class logits.png
	ok "and where it is positive" saliency -q -m one_sigmoid --map --class $class --method grad-cam -o positive-$class logits.png
done
ok "what one depends on, the other does" cmp cat/*-gradient-map-* dog/*-gradient-map-*
ok "with the other sign" sh -c '! cmp -s positive-cat/*-map-* positive-dog/*-map-*'
printf '%s\n' cat dog bird >one_sigmoid/labels.txt
run cnn-predict -m one_sigmoid two.tens
stderr_is 'cnn-predict: one_sigmoid/labels.txt: has 3 labels; the network has 1 outputs'
echo cat >one_sigmoid/labels.txt
cnn-predict -q -m one_sigmoid --json two.tens >predicted
check one_sigmoid linear predicted
run cnn-predict -m one_sigmoid --output softmax two.tens
status_is 1
stderr_is 'cnn-predict: one_sigmoid: its outputs are probabilities already: no softmax can follow'

is "Keras' probabilities" "$(python3 near.py $checks)" 14

# ---- training ----
network() { # network UNITS ACTIVATION
	cat >"$1-$2.json" <<-END
	{"class_name": "Sequential", "config": {"name": "s", "layers": [
	{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 24, 26, 3]}},
	{"class_name": "Conv2D", "config": {"name": "c", "filters": 4, "kernel_size": 3, "activation": "relu"}},
	{"class_name": "Flatten", "config": {"name": "f"}},
	{"class_name": "Dense", "config": {"name": "d", "units": $1, "activation": "$2"}}]}}
	END
}
trained() { # trained ARCHITECTURE STREAM OPTIONS...: the saved layers
	rm -rf model
	run cnn-train --epochs 12 --architecture $1.json -o model "$2.tens" "$3" "$4"
	grep 'see --' .err
	grep -o '"class_name": "[A-Za-z0-9]*"\|"activation": "[a-z]*"' model/architecture.json | cut -d '"' -f 4 | sed 1d | paste -s -d ' '
}
front='InputLayer Conv2D relu Flatten Dense linear'
network 4 linear
network 4 softmax
network 1 linear
network 1 sigmoid
is "categorical" "$(trained 4-linear four --loss categorical)" "$front Activation softmax"
cp -R model categorical
is "the card has its loss" "$(grep -c '"loss": "categorical"' model/training.json)" 1
trained 4-softmax four --loss categorical >/dev/null
for model in model categorical; do cnn-predict -m $model --top 4 four.tens >$model.out 2>$model.err; done
ok "predicts as one that ended with softmax" cmp model.out categorical.out
is "nothing is said then" "$(grep -c 'see --' categorical.err)" 0
is "binary" "$(trained 4-linear four --loss binary)" "$front Activation sigmoid"
is "auto" "$(trained 4-linear four --loss auto)" \
	"cnn-train: 4-linear.json: ends without softmax or sigmoid: softmax is taken; see --loss
$front Activation softmax"
pair="$front Rescaling Rescaling Concatenate Activation softmax"
is "one sigmoid, two classes" "$(trained 1-sigmoid two --loss auto)" "$pair"
cp -R model pair
is "a binary loss" "$(trained 1-sigmoid two --loss binary)" "$pair"
ok "is the same" cmp model/poids.h5 pair/poids.h5
is "one logit" "$(trained 1-linear two --loss auto)" \
	"cnn-train: 1-linear.json: ends without softmax or sigmoid: sigmoid is taken; see --loss
$pair"
ok "is the same too" cmp model/poids.h5 pair/poids.h5
cnn-predict -q -m pair --json --top 2 two.tens >predicted
ok "it was trained" python3 - <<'END'
import json
got = [{p["class"]: p["probability"] for p in json.loads(line)["predictions"]} for line in open("predicted")]
assert all(abs(p["cat"] + p["dog"] - 1) < 1e-6 for p in got), got
assert got[0]["cat"] > 0.5 and got[1]["dog"] > 0.5 and got[2]["dog"] > 0.5, got
END
run cnn-train -q --epochs 1 --architecture 1-sigmoid.json -o no four.tens
stderr_is 'cnn-train: 1-sigmoid.json: has 1 outputs; four.tens has 4 classes'
finish
