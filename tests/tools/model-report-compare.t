#!/bin/bash
# model-report --compare: a table of models by their cards, whatever these have.
. "$(dirname "$0")/tap.sh"

card() { # card FOLDER <<JSON
	mkdir -p "$1"
	cat >"$1/training.json"
}
card a <<'JSON'
{"options": {"epochs": 9, "optimizer": "adam", "learning_rate": 0.001, "average": 0.9999995, "class_weights": null, "seed": "7"},
 "input": {"width": 24, "height": 16},
 "data": {"history": [{"tool": "pack-tensors", "arguments": "x"}, {"tool": "augment", "arguments": "--zoom 0.2"}]},
 "validation": {"sha256": "0123456789abcdef0123"},
 "results": {"last": {"epoch": 9, "loss": 0.25, "accuracy": 0.5, "val_loss": 0.123456789, "val_accuracy": 0.75},
             "best": {"epoch": 6, "loss": 0.5, "accuracy": 0.625, "val_loss": 0.375, "val_accuracy": 0.875},
             "kept": {"epoch": 6}},
 "notes": {"source": "a\tb"}, "finished": true}
JSON
sed 's/"adam"/"sgd", "nesterov": true/; s/"kept": {"epoch": 6}/"more": []/; s/true}$/false}/' a/training.json | card b
columns="model	finished	epochs_done	kept_epoch	kept_loss	kept_accuracy	kept_val_loss	kept_val_accuracy	best_epoch	best_val_accuracy"

run model-report --compare a
status_is 0
stderr_is ''
is "one model: the epoch that was kept, and all settings" "$(cat .out)" \
	"$columns	epochs	optimizer	learning_rate	average	class_weights	seed	width	height	augment	validation	source
a	yes	9	6	0.5	0.625	0.375	0.875	6	0.875	9	adam	0.001	0.9999995		7	24	16	--zoom 0.2	0123456789ab	a\\tb"
run model-report --compare a b
status_is 0
stdout_is "$columns	optimizer	nesterov
a	yes	9	6	0.5	0.625	0.375	0.875	6	0.875	adam	
b	no	9	9	0.25	0.5	0.123457	0.75	6	0.875	sgd	yes"

# A checkpoint before the end of the first epoch, and cards of others.
echo '{"options": {"seed": "7"}, "results": null, "finished": false}' | card begun
echo '{"options": [1], "results": 3, "data": {"history": {}}, "validation": "x"}' | card odd
run model-report --compare begun odd
status_is 0
stdout_is "$columns	seed
begun	no									7
odd	yes									"

# Bad inputs.
mkdir bare
echo '{' | card broken
touch file
run model-report --compare bare a broken missing file
status_is 4
is "the good one is listed" "$(tail -n +2 .out | cut -f 1)" a
is "and the others are named" "$(cat .err)" "model-report: bare: has no model card
model-report: broken/training.json: not valid JSON: line 2: string or '}' expected near end of file
model-report: missing: has no model card
model-report: file: has no model card"
run model-report --compare bare
status_is 1
stdout_is ''
ok "a full disk is a failure" sh -c '! model-report --compare a >/dev/full'
finish
