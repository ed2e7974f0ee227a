#!/bin/sh
# Each activation, read from Keras' JSON and exported as ONNX operators: its values are those of its definition.
. "$(dirname "$0")/tap.sh"
onnx_run=$here/../onnx_run.py

# A model with one activation at its end, over values of both signs; all of them have the same weights.
architecture() { # architecture CLASS CONFIG
	cat <<-END
	{"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [
	{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 1, 8, 3]}},
	{"class_name": "Flatten", "config": {"name": "f"}},
	{"class_name": "Dense", "config": {"name": "d", "units": 8}},
	{"class_name": "$1", "config": {"name": "x", $2}}]}}
	END
}
for class in 1 2 3 4 5 6 7 8; do
	mkdir -p pictures/$class
	noise pictures/$class/1.pgm $class
done
pack-tensors -q --size 8x1 -o t.tens pictures
architecture Activation '"activation": "linear"' >linear.json
ok "a model" cnn-train -q --epochs 1 --loss categorical --architecture linear.json -o model t.tens
python3 - >x.npy <<'END'
import struct, sys
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (40, 1, 8, 3), }".ljust(117) + "\n"
values = [((i * 7919) % 2003 - 1001) / 250 for i in range(40 * 24)]
sys.stdout.buffer.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + struct.pack("<960f", *values))
END

outputs() { # outputs CLASS CONFIG: those of the exported model
	architecture "$1" "$2" >model/architecture.json
	cnn-export -q --output-activation linear -m model -o model.onnx && python3 "$onnx_run" model.onnx x.npy
}
outputs Activation '"activation": "linear"' >linear

cat >near.py <<'END'
import sys
from math import erf, exp, expm1, log, log1p, pi, sqrt, tanh
def softplus(x): return log1p(exp(x))
def sigmoid(x): return 1 / (1 + exp(-x))
def clip(x, low, high): return min(max(x, low), high)
function = eval("lambda x, row: " + sys.argv[1])
read = lambda path: [list(map(float, line.split())) for line in open(path)]
pairs = [(function(x, row), y) for row, out in zip(read("linear"), read("got")) for x, y in zip(row, out)]
print("largest error", max(abs(a - b) for a, b in pairs))
sys.exit(len(pairs) != 320 or any(abs(a - b) > 1e-6 * max(abs(a), 1) for a, b in pairs))
END

check() { # check DEFINITION CLASS CONFIG
	outputs "$2" "$3" >got
	ok "$2 $3" python3 near.py "$1"
}
named() { # named NAME DEFINITION
	check "$2" Activation "\"activation\": \"$1\""
}
named relu 'max(x, 0)'
named relu6 'clip(x, 0, 6)'
named leaky_relu 'x if x > 0 else 0.2 * x'
named elu 'x if x > 0 else expm1(x)'
named selu '1.05070098 * (x if x > 0 else 1.67326324 * expm1(x))'
named gelu 'x / 2 * (1 + erf(x / sqrt(2)))'
named gelu_approximate 'x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))'
named silu 'x * sigmoid(x)'
named swish 'x * sigmoid(x)'
named hard_silu 'x * clip(x / 6 + 0.5, 0, 1)'
named hard_swish 'x * clip(x / 6 + 0.5, 0, 1)'
named sigmoid 'sigmoid(x)'
named hard_sigmoid 'clip(x / 6 + 0.5, 0, 1)'
named tanh 'tanh(x)'
named softplus 'softplus(x)'
named softsign 'x / (1 + abs(x))'
named mish 'x * tanh(softplus(x))'
named exponential 'exp(x)'
named softmax 'exp(x) / sum(map(exp, row))'
named log_softmax 'x - log(sum(map(exp, row)))'
check 'max(x, 0)' ReLU '"max_value": null'
check 'clip(x, 0, 1.5)' ReLU '"max_value": 1.5'
check 'clip(x, 0, 6)' ReLU '"max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0'
check 'x if x > 0.5 else 0' ReLU '"threshold": 0.5'
check 'min(x, 2) if x > 0.5 else 0.25 * (x - 0.5)' ReLU '"max_value": 2, "negative_slope": 0.25, "threshold": 0.5'
check 'x if x > 0 else 0.25 * x' ReLU '"negative_slope": 0.25'
check 'x if x > 0 else 0.3 * x' LeakyReLU '"trainable": true'
check 'x if x > 0 else 0.5 * expm1(x)' ELU '"alpha": 0.5'
check 'max(x, 0)' ELU '"alpha": 0'
finish
