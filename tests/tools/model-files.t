#!/bin/sh
# MODEL as one file of Keras, TensorFlow.js or Teachable Machine: every form has the same answers; models of other programs are
# named. Each form's numbers are compared with Keras' in tests/unit/model/open.c.
. "$(dirname "$0")/tap.sh"
tab=$(printf '\t')
graphs=$fixtures/model/graphs

cp "$graphs/x.npy" .
pack-tensors -q --range 0,1 -o x.tens x.npy
for tool in cnn-predict saliency cnn-export model-report; do
	run $tool --help
	stdout_has '^  -m, --model MODEL +model: a folder, or a file of Keras, TensorFlow.js or Teachable Machine'
done

# ---- one network in its forms ----
cp "$graphs/plain.h5" net.h5
cp "$graphs/plain.keras" net.keras
mkdir folder beside
cp "$graphs/plain.json" folder/architecture.json
cp "$graphs/plain.weights.h5" folder/poids.h5
cp "$graphs/plain.json" beside/net.json
cp "$graphs/plain.weights.h5" beside/net.weights.h5
printf '%s\n' '0 a' '1 b' '2 c' '3 d' >indexed
python3 - <<'END'
import zipfile
with zipfile.ZipFile("converted_keras.zip", "w", zipfile.ZIP_DEFLATED) as zip:
    zip.write("net.h5", "keras_model.h5")
    zip.write("indexed", "labels.txt")
END
cnn-predict -q -m folder --top 4 --labels indexed x.tens >expected
ok "it is Keras' answer" python3 - "$graphs/plain.y.npy" <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
raw = data[10 + struct.unpack("<H", data[8:10])[0]:]
rows = [struct.unpack_from("<4f", raw, 16 * i) for i in range(3)]
got = [line.rstrip("\n").split("\t")[1:] for line in open("expected")]
for row, fields in zip(rows, got, strict=True):
    values = dict(zip(fields[::2], map(float, fields[1::2])))
    assert all(abs(values[name] - value) < 1e-5 for name, value in zip("abcd", row)), (row, fields)
END
for model in net.h5 net.keras beside/net.json beside/net.weights.h5; do
	run cnn-predict -m $model --top 4 --labels indexed --input-range 0,1 x.tens
	ok "$model: the same answers" cmp expected "$scratch/.out"
	is "nothing is taken for granted" "$(grep -v ' 3 pictures, ' .err)" ''
done
ok "an archive has its labels" sh -c 'cnn-predict -q -m converted_keras.zip --top 4 x.tens | cmp expected -'
cp indexed labels.txt
ok "labels.txt beside a file" sh -c 'cnn-predict -q -m net.keras --top 4 x.tens | cmp expected -'
rm labels.txt
run cnn-predict -m net.keras x.tens
status_is 0
stderr_has '^cnn-predict: net.keras: has no labels: its classes are called class 0, class 1 and so on; see --labels$'
stdout_has "${tab}class [0-3]${tab}"
printf '%s\n' a b c >three
run cnn-predict -m net.keras --labels three x.tens
status_is 1
stderr_is 'cnn-predict: three: has 3 labels; the network has 4 outputs'

# ---- what is no model ----
mv net.h5 keep
run cnn-predict -m net.h5 x.tens
status_is 1
stderr_is 'cnn-predict: net.h5: there is no such file or folder'
head -c 9000 keep >net.h5
run cnn-predict -m net.h5 x.tens
status_is 1
stderr_has '^cnn-predict: net.h5: '
is "one line" "$(wc -l <.err)" 1
refused() { # refused FILE REASON
	for tool in 'cnn-predict x.tens' 'cnn-export -o x-out.onnx'; do
		run ${tool%% *} -m "$1" ${tool#* }
		status_is 1
		stderr_is "${tool%% *}: $1: $2"
	done
}
printf '\010\007\022\002tf' >x.onnx
refused x.onnx 'is an ONNX model, which is only written here; open the Keras model that it was made from'
printf '\034\000\000\000TFL3\000\000\000\000' >x.tflite
refused x.tflite 'is a TensorFlow Lite model; open the Keras model that it was made from (Teachable Machine: export as TensorFlow, Keras)'
cp x.tflite other
refused other 'is a TensorFlow Lite model; open the Keras model that it was made from (Teachable Machine: export as TensorFlow, Keras)'
printf '\010\001' >x.pb
refused x.pb 'is a TensorFlow SavedModel or graph; save it from Keras as .keras or .h5'
cp converted_keras.zip x.pt
refused x.pt 'is a PyTorch model; PyTorch files hold no architecture that can be read'
cp x.pt x.pth
refused x.pth 'is a PyTorch model; PyTorch files hold no architecture that can be read'
printf '\010\000\000\000\000\000\000\000{"a":{}}' >x.safetensors
refused x.safetensors 'is a safetensors file, which is only written here; open the model that it was made from'
cp "$fixtures/image/grey.png" x.png
refused x.png 'is not a model: neither HDF5, JSON, nor a zip archive such as .keras'

# ---- many classes ----
python3 - <<'END'
import os
for i in range(300):
    os.makedirs("many/class-%03d" % i)
    open("many/class-%03d/x.pgm" % i, "wb").write(b"P5 16 16 255\n" + bytes([i % 256]) * 256)
END
pack-tensors -q --size 16x16 -o many.tens many
cnn-train -q --architecture compact --epochs 1 -o many_model many.tens
cnn-export -m many_model -o many.keras
ok "300 classes, in an archive" sh -c 'cnn-predict -q -m many.keras many/class-007/x.pgm && cnn-predict -q -m many_model many/class-007/x.pgm'
finish
