#!/bin/sh
# make NAME-model, where pipelines/NAME.mk names IDX files in the place of images.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

idx() { # idx PREFIX NUMBER: 40 images of 24x24 in two classes
	python3 -c 'import random, struct, sys
prefix, number = sys.argv[1], int(sys.argv[2])
noise = random.Random(number)
labels = bytes(i % 2 for i in range(40))
open(prefix + "-images", "wb").write(struct.pack(">IIII", 0x803, 40, 24, 24) +
    b"".join(bytes(noise.randrange(128 * label, 128 * label + 128) for _ in range(24 * 24)) for label in labels))
open(prefix + "-labels", "wb").write(struct.pack(">II", 0x801, 40) + labels)' "$1" "$2"
}
mkdir files others data
idx files/train 1
idx files/validation 2
idx others/train 3
idx others/validation 4
cp -R "$root/pipelines" pipelines
cat >pipelines/digits.mk <<'END'
digits_FILES = files
digits_IDX_TRAIN = $(digits_FILES)/train-images $(digits_FILES)/train-labels
digits_IDX_VALIDATION = $(digits_FILES)/validation-images $(digits_FILES)/validation-labels
digits_IDX_SOURCE = some digits
digits_PACK = --classes "one or more,none"
digits_EPOCHS = 1
END
data_set digits
digits() { make -s -f pipelines/millrace.mk MILLRACE_BIN="$tools/" MILLRACE_DATA="$root/data" THREADS=2 START=none "$@"; }

run digits digits-model
status_is 0
is "classes" "$(cat modele/digits_model/labels.txt)" "one or more
none"
ok "the model card says where the images come from" grep -q 'some digits' modele/digits_model/training.json
ok "  and the default of pipelines/NAME.mk counts" grep -q '"epochs": *1\b' modele/digits_model/training.json
beginning=$(hashes digits)
for tool in saliency cnn-predict model-report; do echo exit | replace $tool; done
for change in SIZE=28 digits_EPOCHS=2 digits_FILES=others; do
	before=$(hashes digits)
	run digits digits-model $change
	status_is 0
	ok "  another result" test "$(hashes digits)" != "$before"
done
run digits digits-model
is "  and the one of the beginning again" "$(hashes digits)" "$beginning"
run digits digits-model SOURCE=files
status_is 2
stderr_has 'SOURCE: goes with images; digits is made from IDX files'
finish
