#!/bin/sh
# cnn-export: the archive of Keras 3, safetensors and the files of TensorFlow.js, read by Python's standard library, have what
# Keras wrote; which format is chosen; what is refused. cnn-export-peers.t runs the programs that they are for.
. "$(dirname "$0")/tap.sh"
graphs=$fixtures/model/graphs

for model in functional_add squeeze_excite concatenate rescaling_minus1_1; do
	mkdir $model
	cp "$graphs/$model.json" "$graphs/$model.weights.h5" $model/
	printf 'c%d\n' 0 1 2 3 >$model/labels.txt
	echo '{"input": {"minimum": 0, "maximum": 1}}' >$model/training.json
done
export_model() { # export_model FILE...: of squeeze_excite, to each of them
	for file; do
		run cnn-export -m squeeze_excite -o "$file"
		[ "$status" = 0 ] || note "status $status: $file: $(cat .err)"
	done
}

# ---- Keras ----
# keras.py ARCHIVE JSON: whether its config is that of Keras' own JSON: the same layers in the same order, with the same calls,
# and the same values of all keys that both have; and how the archive is made.
cat >keras.py <<'END'
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5", "labels.txt"], archive.namelist()
assert all(entry.compress_type == zipfile.ZIP_STORED and entry.date_time[0] == 1980 for entry in archive.infolist())
assert json.loads(archive.read("metadata.json"))["keras_version"].startswith("3.")
assert archive.read("model.weights.h5").startswith(b"\x89HDF\r\n\x1a\n")
assert archive.read("labels.txt") == b"c0\nc1\nc2\nc3\n"
got, expected = json.loads(archive.read("config.json")), json.load(open(sys.argv[2]))
input_names = [model["config"]["layers"][0]["config"]["name"] for model in (got, expected)]
compared = 0

def same(a, b, at):
    global compared
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a.keys() & b.keys():
            same(a[key], b[key], at + "/" + key)
    elif isinstance(a, list) and isinstance(b, list):
        assert len(a) == len(b), (at, a, b)
        for i in range(len(a)):
            same(a[i], b[i], "%s/%d" % (at, i))
    elif isinstance(a, float) or isinstance(b, float):
        assert abs(a - b) <= 1e-6 * max(abs(b), 1), (at, a, b)
    else:
        assert a == b or [a, b] in (input_names, ["swish", "silu"]), (at, a, b)
        compared += 1

def layers(model):
    # The channels of a normalization are its last axis, however that is counted.
    for layer in model["config"]["layers"]:
        if layer["class_name"] == "Normalization":
            for key in ("axis", "mean", "variance"):
                value = layer["config"][key]
                while isinstance(value, list) and len(value) == 1:
                    value = value[0]
                layer["config"][key] = -1 if key == "axis" else value
        yield layer

for a, b in zip(list(layers(got)), list(layers(expected)), strict=True):
    assert a["class_name"] == b["class_name"] and len(a.get("inbound_nodes", [])) == len(b.get("inbound_nodes", []))
    same(a, b, a["config"]["name"])
if got["class_name"] == "Model":
    same([got["config"][key] for key in ("input_layers", "output_layers")],
         [expected["config"][key] for key in ("input_layers", "output_layers")], "")
assert compared > 40, compared
END
for model in functional_add squeeze_excite concatenate rescaling_minus1_1; do
	run cnn-export -m $model -o $model.keras
	status_is 0
	stdout_is ''
	stderr_is ''
	ok "$model: config and entries of Keras" python3 keras.py $model.keras "$graphs/$model.json"
	mkdir unpacked
	python3 -m zipfile -e $model.keras unpacked
	(cd unpacked && rm metadata.json && mv config.json architecture.json && mv model.weights.h5 poids.h5)
	cnn-export -m unpacked -o unpacked.onnx && cnn-export -m $model -o $model.onnx
	ok "$model: the archive has the same model" cmp unpacked.onnx $model.onnx
	rm -r unpacked
done
cnn-export --format keras -m squeeze_excite >again.keras
ok "the same bytes on standard output" cmp again.keras squeeze_excite.keras

# ---- safetensors ----
# Keras stores an array in one piece, so its bytes are in the file that it wrote.
cat >safetensors.py <<'END'
import json, struct, sys
data, keras = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read()
size, = struct.unpack("<Q", data[:8])
header, values = json.loads(data[8:8 + size]), data[8 + size:]
metadata = header.pop("__metadata__")
end = 0
for name, tensor in header.items():
    count = 1
    for side in tensor["shape"]:
        count *= side
    begin, stop = tensor["data_offsets"]
    assert tensor["dtype"] == "F32" and begin == end and stop == begin + 4 * count, (name, tensor)
    assert values[begin:stop] in keras, name
    end = stop
assert size % 8 == 0 and end == len(values) > 1000
assert all(isinstance(value, str) for value in metadata.values())
layers = json.loads(metadata.pop("architecture"))["config"]["layers"]
print(len(header), header["conv2d_8/kernel"]["shape"], len(layers))
print(*("%s=%s" % (key, value.replace("\n", " ")) for key, value in metadata.items()))
END
weights=$graphs/squeeze_excite.weights.h5
export_model x.safetensors again.safetensors
ok "safetensors: the same bytes" cmp x.safetensors again.safetensors
is "safetensors: tensors and metadata" "$(python3 safetensors.py x.safetensors "$weights" 2>&1)" \
	"11 [3, 3, 3, 8] 13
format=keras labels=c0 c1 c2 c3 input_width=26 input_height=24 input_minimum=0 input_maximum=1 input_fit=stretch input_interpolation=bilinear"

# ---- TensorFlow.js ----
cat >layers.py <<'END'
import json, os, sys
folder, keras = sys.argv[1], sys.argv[2:] and open(sys.argv[2], "rb").read()
model, metadata = (json.load(open(os.path.join(folder, name))) for name in ("model.json", "metadata.json"))
(group,) = model["weightsManifest"]
data = [open(os.path.join(folder, path), "rb").read() for path in group["paths"]]
assert all(len(shard) == 4 << 20 for shard in data[:-1]) and len(data[-1]) <= 4 << 20
at, data = 0, b"".join(data)
for weight in group["weights"]:
    count = 1
    for side in weight["shape"]:
        count *= side
    assert weight["dtype"] == "float32" and (not keras or data[at:at + 4 * count] in keras), weight
    at += 4 * count
assert at == len(data)
assert model["userDefinedMetadata"]["labels"] == metadata["labels"]
print(model["format"], *group["paths"], len(group["weights"]), *metadata["labels"])
print(*(layer["class_name"] for layer in model["modelTopology"]["config"]["layers"]))
END
export_model new/folder/model.json js/model.json
is "TensorFlow.js: files, weights, labels; a Normalization is a Rescaling" \
	"$(python3 layers.py new/folder "$weights" 2>&1)" \
	"layers-model group1-shard1of1.bin 11 c0 c1 c2 c3
InputLayer Rescaling Rescaling Conv2D BatchNormalization Activation GlobalAveragePooling2D Reshape Conv2D Conv2D Multiply \
GlobalAveragePooling2D Dense"
ok "TensorFlow.js: the same bytes" diff -r new/folder js
is "nothing else is there" "$(ls -A js | tr '\n' ' ')" 'group1-shard1of1.bin metadata.json model.json '

# ---- several shards, and the range of the input ----
cat >wide.json <<'END'
{"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [
{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 16, 16, 3]}},
{"class_name": "Flatten", "config": {"name": "f"}},
{"class_name": "Dense", "config": {"name": "wide", "units": 1500, "activation": "relu6"}},
{"class_name": "Dense", "config": {"name": "narrow", "units": 64, "activation": "leaky_relu"}},
{"class_name": "Dense", "config": {"name": "top", "units": 2, "activation": "softmax"}}]}}
END
mkdir -p pictures/a pictures/b
noise pictures/a/1.pgm 1 pictures/b/1.pgm 2
pack-tensors -q --size 16 -o t.tens pictures
ok "a network of 5 MB" cnn-train -q --epochs 1 --loss categorical --architecture wide.json -o wide t.tens
python3 - <<'END'
import json
card = json.load(open("wide/training.json"))
card["input"].update(minimum=-1, maximum=1)
json.dump(card, open("wide/training.json", "w"))
END
run cnn-export -m wide -o wide-js/model.json
status_is 0
is "TensorFlow.js: two shards; activations are layers" "$(python3 layers.py wide-js 2>&1)" \
	"layers-model group1-shard1of2.bin group1-shard2of2.bin 6 a b
InputLayer Flatten Dense ReLU Dense LeakyReLU Dense"
is "ONNX: the input's size and range, in ONNX' names too" "$(cnn-export -m wide | python3 "$here/../onnx_run.py" /dev/stdin --metadata)" \
	"labels=a b
input_width=16
input_height=16
input_minimum=-1
input_maximum=1
input_fit=stretch
input_interpolation=bilinear
Image.BitmapPixelFormat=Rgb8
Image.ColorSpaceGamma=SRGB
Image.NominalPixelRange=Normalized_1_1"
cnn-export -m wide -o wide.keras
is "Keras 3's keys of layers that Keras 2 has others for" "$(python3 -c 'import json, zipfile
layers = json.loads(zipfile.ZipFile("wide.keras").read("config.json"))["config"]["layers"]
print(layers[0]["config"]["batch_shape"], layers[3]["config"]["max_value"], layers[5]["config"]["negative_slope"], layers[5]["config"]["name"])
print("batch_input_shape" in str(layers), "alpha" in str(layers))')" \
	"[None, 16, 16, 3] 6.0 0.2 narrow_leaky_relu
False False"
ok "relu6 and leaky_relu are layers in what cnn-train writes" \
	test "$(grep -c '"class_name": "\(ReLU\|LeakyReLU\)"' wide/architecture.json)$(grep -c relu6 wide/architecture.json)" = 21

# ---- which format ----
cp -R squeeze_excite named
for file in x.onnx plain ./x.y/plain; do
	mkdir -p x.y
	cnn-export -m named -o $file
	ok "ONNX by the name $file" cmp $file squeeze_excite.onnx
done
cnn-export -m named --format onnx -o other.bin
ok "--format says it whatever the name is" cmp other.bin squeeze_excite.onnx
refused 2 "cnn-export: js/other.json: must be called model.json; its shards lie beside it
cnn-export: try 'cnn-export --help'" cnn-export -m named --format tensorflow-js -o js/other.json
# What the network takes of a picture comes back.
echo '{"input": {"minimum": -1, "maximum": 1, "fit": "crop", "interpolation": "lanczos"}}' >named/training.json
for file in back.keras back/model.json; do
	cnn-export -m named -o $file
	is "the input of $file" "$(cnn-export -m $file | python3 "$here/../onnx_run.py" /dev/stdin --metadata | grep '^input_[mfi]')" \
		"input_minimum=-1
input_maximum=1
input_fit=crop
input_interpolation=lanczos"
done
refused 2 "cnn-export: x.h5: its ending names no format; see --format
cnn-export: try 'cnn-export --help'" cnn-export -m named -o x.h5
refused 2 "cnn-export: --output: is missing; tensorflow-js is several files
cnn-export: try 'cnn-export --help'" cnn-export -m named --format tensorflow-js
refused 2 "cnn-export: --format: 'tflite' is not one of onnx, keras, tensorflow-js, safetensors
cnn-export: try 'cnn-export --help'" cnn-export -m named --format tflite

# ---- complete or not at all ----
mkdir -p kept/metadata.json
refused 1 'cnn-export: kept/metadata.json: is a folder' cnn-export -m named -o kept/model.json
is "nothing was written" "$(ls -A kept)" metadata.json
for format in keras safetensors; do
	is "a full disk: $format" "$(cnn-export --format $format -m named 2>&1 >/dev/full; echo $?)" \
		'cnn-export: standard output: No space left on device
1'
done

# ---- what TensorFlow.js lacks ----
cp -R wide lacking
lacks() { # lacks REASON LAYER: which has no weights, between the input and the rest
	sed "s/^{\"class_name\": \"Flatten\"/$2,\n&/" wide.json >lacking/architecture.json
	refused 1 "cnn-export: layer 'x': TensorFlow.js has no $1" cnn-export -m lacking -o lacking-js/model.json
}
lacks GroupNormalization '{"class_name": "GroupNormalization", "config": {"name": "x", "groups": 3, "center": false, "scale": false}}'
lacks UnitNormalization '{"class_name": "UnitNormalization", "config": {"name": "x"}}'
lacks 'Resizing as Keras has it' '{"class_name": "Resizing", "config": {"name": "x", "height": 16, "width": 16}}'
lacks exponential '{"class_name": "Activation", "config": {"name": "x", "activation": "exponential"}}'
lacks 'ReLU with these numbers' '{"class_name": "ReLU", "config": {"name": "x", "negative_slope": 0.5, "max_value": 1}}'
ok "nothing was written" test ! -e lacking-js
finish
