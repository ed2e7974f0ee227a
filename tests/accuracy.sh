#!/bin/sh
# Accuracy of the original network, five seeds, as tests/RESULTS.md quotes it: for each seed the mean of
# val_accuracy over the last ten epochs, then the mean over the seeds.
#
#   IMAGES=FOLDER [BIN=build/release/bin] [EPOCHS=50] [SEEDS="1 2 3 4 5"] tests/accuracy.sh [OPTION OF cnn-train...]
#
# FOLDER holds train/ and validation/ with class folders. Takes some minutes a seed.
set -eu
: "${IMAGES:?names a folder that holds train/ and validation/}"
BIN=${BIN:-$(dirname "$0")/../build/release/bin}
EPOCHS=${EPOCHS:-50}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/accuracy.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP

# A picture that can't be read is named and left out; what is packed is then used all the same.
"$BIN/pack-tensors" -q -o "$scratch/train.tens" "$IMAGES/train" || [ -s "$scratch/train.tens" ]
"$BIN/pack-tensors" -q --classes-from "$scratch/train.tens" -o "$scratch/validation.tens" "$IMAGES/validation" ||
	[ -s "$scratch/validation.tens" ]
for seed in ${SEEDS:-1 2 3 4 5}; do
	"$BIN/augment" --preset keras --passes "$EPOCHS" --seed "$seed" "$scratch/train.tens" |
		"$BIN/cnn-train" -q --seed "$seed" --epochs "$EPOCHS" --validation "$scratch/validation.tens" \
			-o "$scratch/seed${seed}_model" "$@"
	tail -n 10 "$scratch/seed${seed}_model/history.tsv" |
		awk -F '\t' -v seed="$seed" '{ sum += $5; last = $5; rate += $7 }
			END { printf "seed %s\tlast %.4f\tlast ten %.4f\t%.0f images/s\n", seed, last, sum / NR, rate / NR }'
done | tee "$scratch/results"
awk -F '\t' '{ sub("last ten ", "", $3); sum += $3 } END { printf "mean of %d seeds\tlast ten %.4f\n", NR, sum / NR }' \
	"$scratch/results"
