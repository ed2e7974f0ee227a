#!/bin/sh
# cnn-train: streams in, model folder out; the same bytes every time; nothing lost when it fails.
. "$(dirname "$0")/tap.sh"

# Pictures of 26x24 in two classes, told apart by their colour; the byte of each pixel varies with its number.
draw() { # draw FILE RED BLUE
	python3 - "$@" <<-'END'
	import sys
	name, red, blue = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	pixels = b"".join(bytes((red + i * 7 % 31, i * 13 % 50, blue + i * 11 % 29)) for i in range(26 * 24))
	open(name, "wb").write(b"P6 26 24 255\n" + pixels)
	END
}
mkdir -p "pictures/red shells" "pictures/blue shells" "more/red shells" "more/blue shells" three/a three/b three/c
for i in 0 1 2 3 4 5 6 7 8 9 10; do
	draw "pictures/red shells/$i.ppm" $((180 + 4 * i)) $((10 * i))
	draw "pictures/blue shells/$i.ppm" $((10 * i)) $((180 + 4 * i))
done
for i in 0 1 2; do
	draw "more/red shells/$i.ppm" $((190 + 5 * i)) $((7 * i))
	draw "more/blue shells/$i.ppm" $((7 * i)) $((190 + 5 * i))
done
for class in a b c; do cp "more/red shells/0.ppm" three/$class/; done
pack-tensors -q --size 26x24 -o train.tens pictures || exit 1
pack-tensors -q --size 26x24 --classes-from train.tens -o validation.tens more || exit 1
pack-tensors -q --size 30x30 --classes-from train.tens -o large.tens more || exit 1
pack-tensors -q --size 26x24 -o three.tens three || exit 1
augment -q --preset keras --passes 3 -o passes.tens train.tens || exit 1

# ---- a whole training ----
run cnn-train -q --epochs 8 --validation validation.tens -o models/a_model --notes source=drawings train.tens
status_is 0
stdout_is ''
stderr_is ''
is "files of the model" "$(ls models/a_model | tr '\n' ' ')" \
	'architecture.json curves.png history.tsv labels.txt poids.h5 training.json '
is "nothing beside it" "$(ls models)" a_model
is "labels" "$(cat models/a_model/labels.txt)" 'blue shells
red shells'
is "columns of the history" "$(head -n 1 models/a_model/history.tsv | tr '\t' ' ')" \
	'epoch loss accuracy val_loss val_accuracy learning_rate images_per_second seconds'
is "epochs of the history" "$(cut -f 1 models/a_model/history.tsv | tr '\n' ' ')" 'epoch 1 2 3 4 5 6 7 8 '
ok "it has learned" awk -F '\t' 'END { exit !($3 >= 0.9 && $5 >= 0.9) }' models/a_model/history.tsv
card() { python3 -c 'import json, sys; print(eval("card" + sys.argv[2], {"card": json.load(open(sys.argv[1]))}))' "$@"; }
is "card: notes" "$(card models/a_model/training.json '["notes"]["source"]')" drawings
is "card: images of a class" "$(card models/a_model/training.json '["data"]["classes"]["red shells"]')" 11
is "card: loss" "$(card models/a_model/training.json '["options"]["loss"]')" binary
is "card: how pictures were fitted" "$(card models/a_model/training.json '["input"]["fit"]')" stretch
is "card: last epoch" "$(card models/a_model/training.json '["results"]["last"]["epoch"]')" 8

# ---- the same bytes ----
same() { # same NAME FOLDER
	ok "$1: the same weights" cmp models/a_model/poids.h5 "$2/poids.h5"
}
for threads in 1 2 3; do
	cnn-train -q --epochs 8 --validation validation.tens --threads $threads -o t$threads train.tens
	same "$threads threads" t$threads
done
cnn-train -q --epochs 8 -o unvalidated train.tens
same "without validation" unvalidated
is "... whose columns are then empty" "$(sed -n 2p unvalidated/history.tsv | cut -f 4,5)" "$(printf '\t')"
cat train.tens | cnn-train -q --epochs 8 -o piped
same "a pipe" piped
cp "$(pwd)/train.tens" other.tens
cnn-train -q --epochs 8 --validation "$(pwd)/validation.tens" -o "$(pwd)/models/b_model" --notes source=drawings "$(pwd)/other.tens"
same "absolute paths" models/b_model
ok "no absolute path in any text" sh -c "! grep -r '$scratch' models/b_model/*.json models/b_model/*.t*"
is "card: one digest for one content" "$(card models/b_model/training.json '["data"]["sha256"]')" \
	"$(card models/a_model/training.json '["data"]["sha256"]')"
cnn-train -q --epochs 8 --seed 1 -o seed train.tens
ok "another seed gives other weights" sh -c '! cmp -s models/a_model/poids.h5 seed/poids.h5'

# ---- passes ----
epochs_of() { cut -f 1 "$1/history.tsv" | tail -n 1; }
run cnn-train -q -o passes passes.tens
status_is 0
is "an epoch for each pass" "$(epochs_of passes)" 3
bash -o pipefail -c 'augment -q --preset keras --passes 3 train.tens | cnn-train -q -o piped'
is "a pipe of passes" "$(epochs_of piped)" 3
ok "... the same weights" cmp passes/poids.h5 piped/poids.h5
run cnn-train --epochs 5 -o more_epochs passes.tens
status_is 0
is "more epochs than passes" "$(epochs_of more_epochs)" 5
stderr_has '^cnn-train: epoch 5/5: 22/22 images, .*/s, .* s, loss [0-9.]+, accuracy [0-9.]+$'
stderr_has '^cnn-train: passes.tens: has 3 passes; 2 epochs reused one of them$'
ok "fewer epochs than a pipe has passes" bash -o pipefail -c 'augment -q --passes 30 train.tens | cnn-train -q --epochs 1 -o fewer'
is "... are trained" "$(epochs_of fewer)" 1

# ---- other options ----
for optimizer in sgd rmsprop adamw lion; do
	ok "optimizer $optimizer" cnn-train -q --epochs 1 --optimizer $optimizer -o o train.tens
done
ok "softmax" cnn-train -q --epochs 1 --output-activation softmax --label-smoothing 0.1 -o softmax train.tens
is "... goes with categorical loss" "$(card softmax/training.json '["options"]["loss"]')" categorical
ok "a model's architecture for another" cnn-train -q --epochs 1 --architecture softmax/architecture.json -o again train.tens
ok "... is written as it was" cmp softmax/architecture.json again/architecture.json
printf 'more/red shells/0.ppm\tred shells\tblue shells\nmore/blue shells/1.ppm\tblue shells\n' |
	pack-tensors -q --size 26x24 --list - --classes 'blue shells,red shells' -o weights.tens
ok "labels that are weights" cnn-train -q --epochs 2 -o weights weights.tens
run cnn-train -q --output-activation softmax -o no weights.tens
status_is 1
stderr_is 'cnn-train: weights.tens: weights of a record add up to 2; categorical cross-entropy needs 1, --loss binary does not'

# ---- what is refused ----
refused 2 "cnn-train: --output: is missing
cnn-train: try 'cnn-train --help'" cnn-train train.tens
refused 2 "cnn-train: --notes: 'x' is not KEY=VALUE
cnn-train: try 'cnn-train --help'" cnn-train -o no --notes x train.tens
refused 1 'cnn-train: missing.tens: No such file or directory' cnn-train -o no missing.tens
refused 1 'cnn-train: large.tens: shape differs: 24x26x3 and 30x30x3' cnn-train -o no --validation large.tens train.tens
refused 1 'cnn-train: three.tens: number of classes differs: 2 and 3' cnn-train -o no --validation three.tens train.tens
refused 1 'cnn-train: softmax/architecture.json: takes images of 26x24x3 (width, height, channels); large.tens has 30x30x3' \
	cnn-train -o no --architecture softmax/architecture.json large.tens
refused 1 'cnn-train: softmax/architecture.json: has 2 outputs; three.tens has 3 classes' \
	cnn-train -o no --architecture softmax/architecture.json three.tens
refused 1 'cnn-train: nothing.json: is none of original, compact, mobilenet_v2:ALPHA, efficientnet_b0, resnet18, and no file' cnn-train -o no --architecture nothing.json train.tens
mkdir folder
: >empty.tens
echo text >text.tens
head -c 5000 train.tens >cut.tens
for input in folder empty.tens text.tens cut.tens; do
	run cnn-train -o no $input
	status_is 1
	is "$input: one line" "$(grep -c "^cnn-train: $input" .err)" 1
	run cnn-train -q --epochs 1 --validation $input -o no train.tens
	status_is 1
	is "$input as validation: one line" "$(grep -c "^cnn-train: $input" .err)" 1
done
run cnn-train -o no
status_is 1
stderr_is 'cnn-train: standard input: is empty, not a tensor stream'
ok "nothing was written" sh -c '! ls -d no* 2>/dev/null | grep .'
is "a spool without a place" "$(cat train.tens | TMPDIR=/nowhere/at/all cnn-train -q -o no 2>&1; echo $?)" \
	'cnn-train: /nowhere/at/all: No such file or directory
1'

# ---- the old model stays ----
cp -R models/a_model kept
run cnn-train -q --optimizer sgd --learning-rate 1000 --epochs 20 -o models/a_model train.tens
status_is 1
stderr_has "^cnn-train: epoch [0-9]+, batch [0-9]+, layer '[a-z0-9_]+': has non-finite values"
ok "values that are not finite: the old model stays" diff -r kept models/a_model
mkdir things
echo mine >things/letter.txt
refused 1 'cnn-train: things: contains files but no model; it is not replaced' cnn-train -o things train.tens
is "somebody's folder stays" "$(cat things/letter.txt)" mine
refused 1 'cnn-train: train.tens: is a file; a model must be a folder' cnn-train -o train.tens train.tens
cnn-train -q --epochs 1000000 --checkpoint-every 0 -o models/a_model train.tens 2>.err &
process=$!
until [ -e models/a_model.partial/history.tsv ]; do sleep 0.02; done
kill -TERM $process
wait $process 2>/dev/null
is "a signal ends it" $? 143
ok "... and the old model stays" diff -r kept models/a_model
is "... with nothing beside it but the checkpoint" "$(ls models | tr '\n' ' ')" 'a_model a_model.partial b_model '
refused 1 'cnn-train: models/a_model.partial: an unfinished training is there; go on with --resume, or remove it' \
	cnn-train -q --epochs 1000000 -o models/a_model train.tens
rm -r models/a_model.partial

# ---- what is not the model's stays ----
all_files='architecture.json curves.png history.tsv labels.txt poids.h5 training.json '
is_a_model() { is "$1" "$(ls "$2" | grep -v -e tens -e txt -e labels | tr '\n' ' ')" "$(echo "$all_files" | sed 's/labels.txt //')"; }
cp train.tens models/a_model/
mkdir models/a_model/.git
inode=$(stat -c %i models/a_model)
run cnn-train -q --epochs 1 -o models/a_model models/a_model/train.tens
status_is 0
ok "an input in the model's folder" cmp train.tens models/a_model/train.tens
ok "... a hidden folder" test -d models/a_model/.git
is "... and the folder itself stay" "$(stat -c %i models/a_model)" "$inode"
run sh -c 'cd models/a_model && cnn-train -q --epochs 2 -o . ../../train.tens && cat history.tsv'
status_is 0
is "the working folder may be the model" "$(wc -l <.out)" 3
rm -r models/a_model/.git models/a_model/train.tens
is "nothing else is left" "$(ls -A models/a_model | tr '\n' ' ')" "$all_files"
is "... nor beside it" "$(ls -A models | tr '\n' ' ')" 'a_model b_model '

# What appears while training goes on: a pipe holds less than this stream, so that all of it is written after the start.
{ cat passes.tens; mkdir late late/.git; echo mine >late/thesis.txt; } | cnn-train -q -o late
is "a folder that appears" $? 0
ok "... keeps what is in it" sh -c 'test -d late/.git && grep -q mine late/thesis.txt'
is_a_model "... beside the model" late
{ cat passes.tens; mkdir taken; echo mine >taken/labels.txt; } | cnn-train -q -o taken 2>.err
is "a folder whose file has a name of the model's" $? 1
is "... is said" "$(cat .err)" 'cnn-train: taken: contains labels.txt, which is not part of a model; the new model is in taken.1'
is "... and stays" "$(ls -A taken; cat taken/labels.txt)" "$(printf 'labels.txt\nmine')"
is "... and the model is not lost" "$(ls -A taken.1 | tr '\n' ' ')" "$all_files"
{ cat passes.tens; echo mine >other; } | cnn-train -q -o other 2>.err
is "a file that appears: the model is beside it" "$(cat .err; cat other)" "cnn-train: other: is a file; a model must be a folder; the new model is in other.1
mine"
for seed in 1 2 3 4; do cnn-train -q --epochs 1 --seed $seed -o both train.tens 2>>.both & done
wait
is "several at once: no word" "$(cat .both)" ''
is "... one model" "$(ls -A both | tr '\n' ' ')" "$all_files"
cnn-train -q --epochs 1 --seed "$(card both/training.json '["options"]["seed"]')" -o one train.tens
ok "... is whole" cmp one/poids.h5 both/poids.h5
if [ "$(id -u)" != 0 ]; then
	mkdir locked
	chmod a-w locked
	refused 1 'cnn-train: locked/x: Permission denied' cnn-train -o locked/x train.tens
fi
finish
