#!/bin/sh
# cnn-train --start: another model's layers, a new head for the classes of the stream.
. "$(dirname "$0")/training.sh"

# Three other classes, told apart by their brightness.
python3 - <<'END'
import os, random
for folder, count, offset in ("t3", 30, 0), ("v3", 10, 900):
    for k, c in enumerate("xyz"):
        os.makedirs("images/%s/%s" % (folder, c))
        for i in range(count):
            noise = random.Random(3 * (i + offset) + k)
            pixels = bytes(noise.randrange(100) + 70 * k for _ in range(64))
            open("images/%s/%s/%d.pgm" % (folder, c, i), "wb").write(b"P5 8 8 255\n" + pixels)
END
pack-tensors -q --size 8x8 -o t3.tens images/t3 && pack-tensors -q --size 8x8 -o v3.tens images/v3 || exit 1
train --epochs 6 -o first t.tens

# What a layer's weights are, before and after.
weights() { # weights MODEL LAYER
	cnn-export -m "$1" -o weights.safetensors && python3 - "$2" <<-'END'
	import hashlib, json, struct, sys
	data = open("weights.safetensors", "rb").read()
	size = struct.unpack("<Q", data[:8])[0]
	for name, entry in sorted(json.loads(data[8:8 + size]).items()):
	    if name.startswith(sys.argv[1] + "/") or name.startswith(sys.argv[1] + "."):
	        begin, end = entry["data_offsets"]
	        print(name, hashlib.sha256(data[8 + size + begin:8 + size + end]).hexdigest())
	END
	rm -f weights.safetensors
}
accuracy() { cut -f 5 "$1/history.tsv" | tail -n 1; }

# ---- the head alone ----
run cnn-train --start first --validation v3.tens -o second t3.tens
status_is 0
is "the classes are the stream's" "$(tr '\n' ' ' <second/labels.txt)" 'x y z '
is "history has a line" "$(wc -l <second/history.tsv)" 2
ok "it tells the new classes apart" sh -c 'awk "BEGIN { exit !($1 > 0.9) }"' - "$(accuracy second)"
ok "there are weights to compare" [ -n "$(weights first conv)" ]
is "the front is as it was" "$(weights second conv) $(weights second norm)" "$(weights first conv) $(weights first norm)"
is "the card says what it started from" "$(card second '[card["options"][k] for k in ("start", "epochs")]')" "['first', 1]"
is "validation is prediction" "$(cnn-predict -q -m second --evaluate v3.tens | awk '$1 == "accuracy" { printf "%.6f", $2 }')" \
	"$(accuracy second)"
is "the card says how it was cross-validated" "$(card second '[card["transfer"]["cross_validation"]["folds"],
	card["transfer"]["l2_penalty"] > 0, card["options"]["feature_layer"]]')" "[5, True, '$(
	cnn-train -q --start first --cross-validate t3.tens | sed -n 2p | cut -f 4)']"
for threads in 2 3; do
	cnn-train -q --start first --threads $threads --validation v3.tens -o again t3.tens
	same_model "the same bytes with $threads threads" second again
done
cnn-train -q --start first --feature-layer conv -o other t3.tens
ok "--feature-layer: fewer layers" sh -c '! grep -q BatchNormalization other/architecture.json'
cnn-train -q --start first --feature-layer conv,norm -o joined t3.tens
ok "layers, joined" grep -q Concatenate joined/architecture.json
ok "... whose model predicts" cnn-predict -q -m joined --evaluate v3.tens
augment -q --preset keras --passes 3 t3.tens >three.tens
cnn-train -q --start first -o file three.tens
cnn-train -q --start first -o pipe <three.tens
ok "from a pipe as from a file" cmp file/poids.h5 pipe/poids.h5
ok "all passes count" sh -c '! cmp -s file/poids.h5 second/poids.h5'
cnn-export -m second -o second.keras
cnn-train -q --start second.keras -o third t.tens
ok "a .keras file" cnn-predict -q -m third --evaluate v.tens
cnn-predict -q -m first --evaluate v.tens >one
cnn-train -q --start first --fine-tune-epochs 1 --freeze all --learning-rate 1e-12 --average 0 -o same t.tens
ok "a head for the same classes" cnn-predict -q -m same --evaluate v.tens

# ---- cross-validation ----
run cnn-train -q --start first --cross-validate t3.tens
status_is 0
is "a line for each choice of layers, after the header" "$(head -n 1 .out)" "$(printf 'loss\taccuracy\tl2 penalty\tfeature layer')"
ok "the best first" sh -c 'tail -n +2 .out | cut -f 1 | sort -nc'
ok "no model" [ ! -e .out.partial ]
cnn-train -q --start first --threads 3 --cross-validate t3.tens | cmp -s - .out
is "the same with 3 threads" $? 0
# Two copies of each picture, one of them a little different, and noise for labels: only a look-alike tells the label.
python3 - <<'END'
import os, random
for k, c in enumerate("pq"):
    os.makedirs("images/copies/%s" % c)
    for i in range(30):
        pixels = random.Random(1000 + 30 * k + i).choices(range(256), k=64)
        for copy in 0, 1:
            pixels[0] = (pixels[0] + copy) % 256
            open("images/copies/%s/%d-%d.pgm" % (c, i, copy), "wb").write(b"P5 8 8 255\n" + bytes(pixels))
END
pack-tensors -q --size 8x8 -o copies.tens images/copies
{
	printf 'path\tsha256\tgroup\tsplit\n'
	for file in images/copies/*/*; do
		printf '%s\t%s\t%s\ttrain\n' "$file" "$(sha256sum <"$file" | cut -c 1-64)" "$(
			echo "$file" | sed 's/.*\(.\)\/\(.*\)-.*/\1 \2/; s/p/1/; s/q/2/' | awk '{ print ($1 - 1) * 30 + $2 + 1 }')"
	done
} >groups.tsv
loss() { cnn-train -q --start first --cross-validate "$@" copies.tens | sed -n 2p | cut -f 1; }
ok "look-alikes that cross make it look better than it is" awk "BEGIN { exit !($(loss) < $(loss --groups groups.tsv) - 0.02) }"
run cnn-train -q --start first --groups groups.tsv --cross-validate t3.tens
is "a list of other pictures" "$status $(head -n 1 .err)" \
	"1 cnn-train: groups.tsv: has none of the sources of the 90 records"

# ---- fine-tuning ----
tuned() { cnn-train -q --start first --fine-tune-epochs 4 --batch-size 4 --checkpoint-every 0 "$@"; }
tuned --freeze none -o none t3.tens
tuned --freeze norm -o norm t3.tens
tuned --freeze all -o all t3.tens
tuned --freeze conv -o part t3.tens
is "batch normalisation stays as it is where something is frozen" "$(weights part norm)" "$(weights first norm)"
is "history has a line for each epoch" "$(wc -l <none/history.tsv)" 5
ok "--freeze none: all of it is trained" [ "$(weights none conv)" != "$(weights first conv)" ]
is "--freeze LAYER: up to that layer nothing is" "$(weights norm conv) $(weights norm norm)" "$(weights first conv) $(weights first norm)"
is "--freeze all: the front stays" "$(weights all conv) $(weights all norm)" "$(weights first conv) $(weights first norm)"
ok "... and the head is trained" sh -c '! cmp -s all/poids.h5 second/poids.h5'
tuned --freeze none --threads 3 -o threads t3.tens
same_model "the same bytes with 3 threads" none threads

# A stream that breaks off leaves a checkpoint.
augment -q --preset keras --passes 4 t3.tens >four.tens
tuned -o piped <four.tens
head -c $(($(wc -c <four.tens) * 7 / 8)) four.tens | tuned -o broken 2>.err
ok "a stream that breaks off leaves a checkpoint" [ -e broken.partial/checkpoint.safetensors ]
tuned --resume -o broken <four.tens
same_model "... and the training goes on to the same bytes" piped broken

# ---- what is refused ----
refused() { # refused STATUS MESSAGE ARGUMENT...
	expected=$1 message=$2
	shift 2
	run cnn-train -q "$@" -o no t3.tens
	is "$message" "$status $(head -n 1 .err)" "$expected cnn-train: $message"
}
pack-tensors -q --size 9x8 -o wide.tens images/t3
run cnn-train -q --start first --feature-layer relu -o wide wide.tens
status_is 0
ok "another size, for layers that take any" grep -q '9' wide/architecture.json
ok "... whose model predicts" cnn-predict -q -m wide --evaluate wide.tens
python3 - <<'END'
import json
plain = json.load(open("plain.json"))
plain["config"]["layers"].insert(-1, {"class_name": "Dense", "config": {"name": "hidden", "units": 5, "activation": "relu"}})
json.dump(plain, open("hidden.json", "w"))
END
cnn-train -q --architecture hidden.json --epochs 1 -o hidden t.tens
run cnn-train -q --start hidden -o no wide.tens
is "another size, for one that does not" "$status $(cat .err)" \
	"1 cnn-train: hidden: takes images of 8x8x3 (width, height, channels); the stream has 9x8x3"
pack-tensors -q --size 8x8 --channels 1 -o grey.tens images/t3
run cnn-train -q --start first -o no grey.tens
is "other channels" "$status $(cat .err)" \
	"1 cnn-train: first: takes images of 8x8x3 (width, height, channels); the stream has 8x8x1"
refused 1 "first: has no layer 'nose'" --start first --feature-layer nose
refused 1 "first: has no layer 'nose' before its features" --start first --fine-tune-epochs 1 --freeze nose
refused 2 "--architecture: does not go with --start; see --fine-tune-epochs" --start first --architecture compact
refused 2 "--epochs: does not go with --start; see --fine-tune-epochs" --start first --epochs 3
refused 2 "--freeze: goes with --start" --freeze all
refused 2 "--groups: goes with --start" --groups groups.tsv
refused 2 "--cross-validate: goes with --start" --cross-validate
refused 2 "--output: does not go with --cross-validate" --start first --cross-validate
refused 1 "first: features of at most 3 layers" --start first --feature-layer conv,norm,conv,norm
refused 2 "--optimizer: goes with --fine-tune-epochs where there is --start" --start first --optimizer sgd
refused 1 "second: was started from another model; give it as --start" --like second
echo nonsense >nonsense.h5
run cnn-train -q --start nonsense.h5 -o no t3.tens
status_is 1
ok "a file that is not a model: one line" [ "$(wc -l <.err)" = 1 ]
ok "nothing is left by what is refused" [ ! -e no ]
finish
