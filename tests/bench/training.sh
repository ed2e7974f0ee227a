# Whole training runs of the original network over the same number of images: few of them many times, and 100 times more once,
# from a file and through a pipe. Time per image and memory should not know the difference.
images=${QUICK:+16}
images=${images:-64}

few() {
	train_on 100 "$scratch/few.tens"
}

many() {
	train_on 1 "$scratch/many.tens"
}

piped() {
	"$B/tests/bench/generate" $((100 * images)) | train_on 1 -
}

train_on() { # train_on EPOCHS STREAM
	taken=$("$B/tests/bench/spend" "$BIN/cnn-train" -q --epochs "$1" -o "$scratch/trained" "$2")
	echo "$taken" | awk -v images=$((100 * images)) '
		{ print "ms an image\tms\t" 1000 * $1 / images; print "memory, MB\tMB\t" $3 }'
}

"$B/tests/bench/generate" $images >"$scratch/few.tens"
"$B/tests/bench/generate" $((100 * images)) >"$scratch/many.tens"
in_turn "training run, batch 16" "100 x $images=few" "1 x $((100 * images))=many" "1 x $((100 * images)), pipe=piped"
rm "$scratch/few.tens" "$scratch/many.tens"
