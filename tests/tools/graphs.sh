# Sourced by tests that compare the exports of trained networks with cnn-predict, after tap.sh: pictures in t.tens, and as x.npy.
#
#   trained NAME <LAYERS    trains a network for a few steps, as `model`; its probabilities are in `predicted`
#   python3 near.py         whether those of `got`, a line per sample, are the same

python3 - <<'END'
import os, random
for i, name in enumerate("abc"):
    os.makedirs("pictures/" + name)
    open("pictures/%s/1.ppm" % name, "wb").write(b"P6 9 8 255\n" + random.Random(i).randbytes(3 * 9 * 8))
END
pack-tensors -q --size 9x8 -o t.tens pictures
tensor-info -q --npy x.npy t.tens >/dev/null

# model.py <LAYERS: the JSON of a functional model. A layer is CLASS(name, uses..., keys...); a use is the name of its input,
# a list of them, or second(name): what a layer gives when it is used for the second time.
cat >model.py <<'END'
import json, sys

def tensor(use):
    return [use, 0, 0, {}] if isinstance(use, str) else list(use) + [{}]

def layer(kind, name, uses, config):
    calls = [[tensor(use) for use in (call if isinstance(call, list) else [call])] for call in uses]
    return {"class_name": kind, "name": name, "config": config, "inbound_nodes": calls}

def graph(name, shape, layers):
    layers = [layer("InputLayer", "in", [], {"name": "in", "batch_shape": [None] + shape})] + layers
    return {"name": name, "layers": layers, "input_layers": [["in", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}

class Names(dict):
    def __missing__(self, kind):
        return lambda name, *uses, **keys: layer(kind, name, uses, dict(keys, name=name))

names = Names(second=lambda name: (name, 1, 0), true=True, false=False,
              Model=lambda name, use, shape, *layers: layer("Functional", name, [use], graph(name, shape, list(layers))))
layers = [eval(line, names) for line in sys.stdin.read().strip().split("\n")]
print(json.dumps({"module": "keras", "class_name": "Functional", "config": graph("m", [8, 9, 3], layers)}))
END

# near: whether the probabilities in `got` are those of cnn-predict, to 1e-5, and not all alike.
cat >near.py <<'END'
import json
expected = []
for line in open("predicted"):
    found = json.loads(line)["predictions"]
    expected.append([value for _, value in sorted((p["class"], p["probability"]) for p in found)])
got = [list(map(float, line.split())) for line in open("got")]
worst = max(abs(a - b) for g, e in zip(got, expected) for a, b in zip(g, e))
print("largest error", worst, "first", got[0], expected[0])
raise SystemExit(not (len(got) == len(expected) == 3 and all(len(e) == 3 for e in expected) and worst <= 1e-5
                      and max(expected[0]) - min(expected[0]) > 1e-3))
END

trained() { # trained NAME <LAYERS: at a high rate, so that no weight is what it was
	python3 model.py >m.json
	rm -rf model
	ok "$1: trains" cnn-train -q --epochs 4 --batch-size 2 --learning-rate 0.03 --loss categorical --architecture m.json -o model t.tens
	cnn-predict -q -m model --top 3 --json t.tens >predicted
}
TOP='Flatten("flat", "end")
Dense("top", "flat", units=3, activation="softmax")'
