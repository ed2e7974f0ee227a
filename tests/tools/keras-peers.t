#!/bin/sh
# Keras' files by h5py and PyTorch: what opens predicts what its layers compute, and what is written is what Keras' layouts
# ask for. The interpreter that has both is $PYTHON; a model of Teachable Machine is used where one is at hand.
#
#   PYTHON=/usr/bin/python3 TEACHABLE_MACHINE=.../keras_model.h5 make check T=tests/tools/keras-peers.t
root=$PWD
. "$(dirname "$0")/tap.sh"
PYTHON=${PYTHON:-/usr/bin/python3}
"$PYTHON" -c 'import h5py, torch' 2>/dev/null || skip_all "$PYTHON has not both h5py and PyTorch"
TEACHABLE_MACHINE=${TEACHABLE_MACHINE:-$root/../shared/pretrained/teachable-machine/keras_model.h5}
graphs=$fixtures/model/graphs

# peers.py: runs the tests of stdin, lines of FUNCTION NAME ARGUMENTS..., in one process, as PyTorch starts slowly; prints for
# each 0 or 1, its name, and what was found.
cat >peers.py <<'END'
import json, struct, sys
import numpy, keras_run

def outputs(model, samples, *bounds):
    return keras_run.built(*keras_run.opened(model), [])(keras_run.samples(samples, *bounds)).numpy()

def near(got, expected, limit):
    assert got.shape == expected.shape, (got.shape, expected.shape)
    worst = abs(got - expected).max()
    assert worst <= limit and numpy.ptp(expected) > 1e-3, worst
    return "largest difference %.2g" % worst

def of_keras(model, samples, expected):
    return near(outputs(model, samples), numpy.load(expected), 1e-6)

def predicted(model, samples, predictions, least="0", most="1", limit="1e-5"):
    found = [json.loads(line)["predictions"] for line in open(predictions)]
    expected = [[p["probability"] for p in sorted(line, key=lambda p: p["class"])] for line in found]
    return near(outputs(model, samples, float(least), float(most)), numpy.array(expected), float(limit))

def tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
        data = file.read()
    return {name: numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}

def layouts(model, safetensors):
    """Legacy attributes and groups; layers/CLASS_n/vars/i, which are the same objects; and no array is missing."""
    description, source = keras_run.opened(model)
    file, expected, count = source.group.file, tensors(safetensors), 0
    layers = [layer for layer in description["config"]["layers"] if layer["class_name"] != "InputLayer"]
    names = [layer["config"]["name"] for layer in layers]
    assert file.attrs["backend"] == b"tensorflow" and file.attrs["keras_version"].startswith(b"2.")
    assert [name.decode() for name in file.attrs["layer_names"]] == names and "vars" in file
    for name, layer, modern in zip(names, layers, keras_run.Keras3(file).below(layers)):
        variables = keras_run.variables(layer["class_name"], layer["config"])
        paths = [path.decode() for path in file[name].attrs["weight_names"]]
        assert [path.split("/")[-1] for path in paths] == variables, (paths, variables)
        for i, variable in enumerate(variables):
            array = file[name][paths[i]]
            assert array == modern.group["vars"][str(i)] and array.dtype == "<f4", array.name
            assert numpy.array_equal(array[()], expected.pop(name + "/" + variable)), array.name
            count += 1
    assert count and not expected, expected.keys()
    return "%d arrays" % count

def same_weights(original, written):
    found = [], []
    for path, weights in zip((original, written), found):
        keras_run.built(*keras_run.opened(path), weights)
    assert len(found[0]) == len(found[1]) > 0
    for (layer, variable, array), (_, other, copy) in zip(*found):
        assert variable == other and numpy.array_equal(array, copy), (layer, variable)
    return "%d arrays" % len(found[0])

for line in sys.stdin:
    test, name, *arguments = line.rstrip("\n").split("\t")
    try:
        print(0, "%s: %s" % (name, globals()[test](*arguments)))
    except Exception as error:
        print(1, "%s: %s" % (name, repr(error).replace("\n", " ")))
END
check() { # check FUNCTION NAME ARGUMENTS...: to be run at the end
	(IFS=$(printf '\t') && printf '%s\n' "$*") >>checks
}

for expected in "$graphs"/*.y.npy; do
	name=$(basename "$expected" .y.npy)
	for file in "$graphs/$name.h5" "$graphs/$name.keras"; do
		[ ! -e "$file" ] || check of_keras "$(basename "$file"): Keras' outputs" "$file" "$graphs/x.npy" "$expected"
	done
done

# ---- what cnn-train and cnn-export write ----
. "$here/graphs.sh"
trained trained <<END
Conv2D("c", "in", filters=4, kernel_size=3, padding="same", strides=2, activation="relu6")
DepthwiseConv2D("d", "c", kernel_size=3, depth_multiplier=2, padding="same")
BatchNormalization("bn", "d", scale=false)
LeakyReLU("l", "bn", alpha=0.1)
SeparableConv2D("s", "c", filters=4, kernel_size=3, depth_multiplier=2, padding="same", use_bias=false)
BatchNormalization("bn2", "s")
Concatenate("end", ["l", "bn2"], axis=-1)
$TOP
END
cnn-export -q -m model -o model.keras
cnn-export -q -m model -o model.safetensors
for model in model model.keras; do
	check predicted "$model: cnn-predict's probabilities" $model x.npy predicted
	check layouts "$model: weights in both layouts" $model model.safetensors
done

# ---- a model of Teachable Machine ----
if [ -e "$TEACHABLE_MACHINE" ]; then
	python3 - <<'END'
def save(name, inside):  # black on white: a stripe and a rectangle, of which the model is not all too sure
    open(name, "wb").write(b"P5 8 8 255\n" + bytes(0 if inside(i % 8, i // 8) else 255 for i in range(64)))

save("1.pgm", lambda x, y: 3 <= x < 5)
save("2.pgm", lambda x, y: 2 <= x < 6 and 2 <= y < 7)
END
	pack-tensors -q --size 224x224 --interpolation lanczos -o pictures.tens 1.pgm 2.pgm
	tensor-info -q --npy pictures.npy pictures.tens >/dev/null
	cnn-predict -q -m "$TEACHABLE_MACHINE" --top 2 --json pictures.tens >of_pictures
	cnn-export -q -m "$TEACHABLE_MACHINE" -o exported.keras
	check predicted "Teachable Machine: cnn-predict's probabilities" "$TEACHABLE_MACHINE" pictures.npy of_pictures -1 1 1e-4
	check same_weights "Teachable Machine: exported: its weights" "$TEACHABLE_MACHINE" exported.keras
fi

PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/.. "$PYTHON" peers.py <checks >results
while read -r code name; do result "$code" "$name"; done <results
is 'each was run' "$(grep -c . results)" "$(grep -c . checks)"
finish
