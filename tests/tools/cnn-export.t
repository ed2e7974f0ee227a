#!/bin/sh
# cnn-export: an independent program reads the ONNX file, runs it, and gets Keras' predictions.
. "$(dirname "$0")/tap.sh"
onnx_run=$here/../onnx_run.py

# near FILE KERAS.npy: whether the numbers of FILE are those of the .npy, to 1e-5.
near() {
	python3 - "$@" <<-'END'
	import struct, sys
	data = open(sys.argv[2], "rb").read()
	raw = data[10 + struct.unpack("<H", data[8:10])[0]:]
	expected = struct.unpack("<%df" % (len(raw) // 4), raw)
	got = [float(word) for word in open(sys.argv[1]).read().split()]
	worst = max(abs(a - b) for a, b in zip(got, expected))
	print(len(got), len(expected), worst)
	sys.exit(not (len(got) == len(expected) and worst <= 1e-5))
	END
}

for model in plain modern; do
	mkdir $model
	cp "$fixtures/model/$model.json" "$fixtures/model/$model.weights.h5" $model/
	case $model in plain) classes='a b c d' ;; *) classes='x y z' ;; esac
	printf '%s\n' $classes >$model/labels.txt
	echo '{"input": {"minimum": 0, "maximum": 1}}' >$model/training.json
	run cnn-export -m $model -o $model.onnx
	status_is 0
	stdout_is ''
	stderr_is ''
	run cnn-export -q -m $model -o quiet.onnx
	ok "--quiet takes nothing away" cmp quiet.onnx $model.onnx
	python3 "$onnx_run" $model.onnx "$fixtures/model/${model}_input.npy" >$model.out
	ok "$model: Keras' predictions" near $model.out "$fixtures/model/${model}_output.npy"
	cnn-export -m $model >again.onnx
	ok "$model: the same bytes on standard output" cmp $model.onnx again.onnx
done
is "plain: operators, inputs, outputs, labels" "$(python3 "$onnx_run" plain.onnx)" \
	"Transpose Conv Relu MaxPool Conv Relu MaxPool Transpose Flatten Gemm Relu Gemm Sigmoid Identity
images ['N', 22, 18, 3] probabilities ['N', 4] ['a', 'b', 'c', 'd']"
is "modern: operators, inputs, outputs, labels" "$(python3 "$onnx_run" modern.onnx)" \
	"Transpose Conv BatchNormalization Relu Conv BatchNormalization Relu Conv Relu AveragePool Conv Relu \
GlobalAveragePool Flatten Gemm Softmax Identity
images ['N', 23, 19, 3] probabilities ['N', 3] ['x', 'y', 'z']"

# ---- what is refused ----
refused 2 "cnn-export: --model: is missing
cnn-export: try 'cnn-export --help'" cnn-export
refused 2 "cnn-export: plain: takes no operands; name the model with -m
cnn-export: try 'cnn-export --help'" cnn-export plain
refused 1 'cnn-export: missing: there is no such file or folder' cnn-export -m missing -o x.onnx
refused 1 'cnn-export: plain.onnx: is an ONNX model, which is only written here; open the Keras model that it was made from' cnn-export -m plain.onnx -o x.onnx
mkdir empty
refused 1 'cnn-export: empty: is not a model: it has no *.json, *.h5 or *.keras file (SavedModel and TensorFlow Lite are not read)' cnn-export -m empty -o x.onnx
cp plain/plain.json empty/architecture.json
refused 1 'cnn-export: empty: has neither poids.h5 nor another *.h5 file' cnn-export -m empty -o x.onnx
cp plain/plain.weights.h5 "$fixtures/model/modern.h5" empty/
refused 1 "cnn-export: empty: contains modern.h5 and plain.weights.h5; name one of them, or remove it" cnn-export -m empty -o x.onnx
rm empty/modern.h5
printf 'a\nb\n' >empty/labels.txt
refused 1 'cnn-export: empty/labels.txt: has 2 labels; the network has 4 outputs' cnn-export -m empty -o x.onnx
printf 'a\nb\nc\na\n' >empty/labels.txt
refused 1 "cnn-export: empty/labels.txt: 'a' occurs twice" cnn-export -m empty -o x.onnx
printf 'a\nb\n../c\nd\n' >empty/labels.txt
refused 1 "cnn-export: empty/labels.txt: line 3: '../c' is not a valid class name" cnn-export -m empty -o x.onnx
cp plain/labels.txt empty/
cp "$fixtures/model/hostile/external_storage.h5" empty/poids.h5
refused 1 'cnn-export: empty/poids.h5: /dense1/dense1/bias: has its values in another file (external storage), which is not supported' \
	cnn-export -m empty -o x.onnx
rm empty/poids.h5 && mkfifo empty/poids.h5
refused 1 'cnn-export: empty/poids.h5: is not a regular file' cnn-export -m empty -o x.onnx
rm empty/poids.h5
echo '{' >empty/training.json
run cnn-export -m empty -o x.onnx
status_is 1
stderr_has '^cnn-export: empty/training.json: not valid JSON: line [0-9]+: '
ok "nothing was written" sh -c '! ls x.onnx* 2>/dev/null | grep .'
is "a full disk" "$(cnn-export -m plain 2>&1 >/dev/full; echo $?)" 'cnn-export: standard output: No space left on device
1'
# A file that grew, or says that it did: only so much is read as the network could need.
cp -R plain huge
truncate -s 3G huge/*.h5
run timeout 20 cnn-export -m huge -o x.onnx
status_is 1
stderr_has '^cnn-export: huge/[a-z.]*h5: has 3072 MB, far more than the network.s weights take \([0-9]+ MB\)$'
finish
