#!/bin/bash
# make NAME-model START=...: from another model, whose size the pictures get; trained again when it changes.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

for tool in saliency model-report; do echo exit | replace $tool; done
pictures pictures 1
data_set bugs
pictures drawn 5
pack-tensors -q --size 20x20 -o drawn.tens drawn
train_start() { cnn-train -q --architecture compact --epochs 2 --seed "$1" -o "$2" drawn.tens; }
train_start 1 first
train_start 2 second
mkdir -p own
cnn-export -m first -o own/compact.keras
ln -s "$root/data/pokemon" own/pokemon

make_model() { run pipeline bugs-model MILLRACE_DATA="$scratch/own" SOURCE="$scratch/pictures" BATCH=4 "$@"; }
card() { python3 -c 'import json, sys; card = json.load(open("modele/bugs_model/training.json")); print('"$1"')'; }
size() { tensor-info data/bugs/train.tens | sed -n 's/.*records.*u8 \([0-9x]*\),.*/\1/p'; }

make_model START=first/poids.h5 EPOCHS=2
is "weights without their architecture" "$([ "$status" != 0 ] && [ ! -e modele/bugs_model/poids.h5 ] && echo refused)" refused
make_model START="$scratch/first" EPOCHS=2
status_is 0
is "the pictures have its size" "$(size)" 20x20x3
is "the card has what it started from" "$(card '[card["options"][k] for k in ("start", "freeze", "epochs")]')" "['first', 'auto', 2]"
stderr_has 'modele/bugs_model: from first, --freeze auto'
hashes bugs >one
make_model START="$scratch/first" EPOCHS=2
is "nothing is done twice" "$status$(cat .err .out | grep -c 'train modele')" 00
hashes bugs | cmp -s - one
is "... and all is as it was" $? 0
mv first moved
make_model START="$scratch/moved" EPOCHS=2
is "its content counts, not its name" "$(hashes bugs | cmp - one && grep -c 'epoch 1' .err)" 0
mv moved first

# Whatever changes, the model is that of a fresh place.
for settings in "START=$scratch/second EPOCHS=2" "START=$scratch/first EPOCHS=0" "START=$scratch/second EPOCHS=0" \
	"START=compact EPOCHS=0" "START=compact EPOCHS=1" "START=compact EPOCHS=0" "START=none EPOCHS=1 SIZE=24" "START=compact EPOCHS=1 SIZE=24"; do
	hashes bugs >before
	# shellcheck disable=SC2086 # these are words
	make_model $settings
	is "$settings" "$status" 0
	hashes bugs >now
	cmp -s now before
	is "  another result" $? 1
	mv data/bugs kept_data
	mv modele kept_modele
	data_set bugs
	# shellcheck disable=SC2086
	make_model $settings
	is "  as in a fresh place" "$(hashes bugs)" "$(cat now)"
	rm -r data/bugs modele
	mv kept_data data/bugs
	mv kept_modele modele
done
is "compact is trained on whole, at another size too" "$(card 'card["options"]["freeze"], card["input"]["width"]')" 'none 24'

# ---- auto ----
make_model START=auto EPOCHS=1
status_is 0
is "auto: the choice is kept, with its figures" "$(cut -f 1 data/bugs/start | sort -u | tr '\n' ' ')" 'auto compared digest feature_layer images kind model '
mkdir -p modele/networks
cp -R second modele/networks/second_0.35
cp data/bugs/start start
make_model START=auto EPOCHS=1
ok "... as it is, whatever else is there by now" cmp start data/bugs/start
make_model START=none EPOCHS=1 && make_model START=auto EPOCHS=1
is "... until another was asked for: then all are compared" "$(grep -c '^compared' data/bugs/start)" 2
is "the least loss is taken" "$(sed -n 's/^model	//p' data/bugs/start)" "$(grep '^compared' data/bugs/start | LC_ALL=C sort -s -n -k 2,2 | head -n 1 | cut -f 4)"
make_model START=second_0.35 EPOCHS=0
is "a network by its name" "$status $(card 'card["options"]["start"]')" "0 second_0.35"
make_model START=auto ARCHITECTURE=original SIZE=24 EPOCHS=1
is "with an architecture: from scratch" "$status $(cat data/bugs/start)" '0 none'
make_model START=compact ARCHITECTURE=original EPOCHS=1
is "START and ARCHITECTURE" "$([ "$status" != 0 ] && grep -c 'ARCHITECTURE: does not go with START' .err)" 1
make_model START=nowhere/model EPOCHS=1
is "a model that is not there" "$status $(grep -c "START: 'nowhere/model' is no model" .err)" '2 1'
make_model START=none EPOCHS=0 SIZE=24
is "no epochs from scratch" "$status $(grep -c "EPOCHS: '0' fits the head of a START alone" .err)" '2 1'
finish
