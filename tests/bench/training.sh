# Whole training runs of the original network over the same number of images: few of them many times, and 100 times more once,
# from a file and through a pipe; and twice through a pipe, which spools. An image's time in an epoch and the memory should not
# know the difference; a whole command also checks every image once, and starts and ends.
images=${images:-${QUICK:+16}}
images=${images:-64}

few() {
	train_on 100 "$scratch/few.tens"
}

many() {
	train_on 1 "$scratch/many.tens"
}

piped() {
	cat "$scratch/many.tens" | train_on 1 -
}

spooled() {
	cat "$scratch/many.tens" | train_on 2 -
}

train_on() { # train_on EPOCHS STREAM
	taken=$("$B/tests/bench/resource_usage" "$BIN/cnn-train" -q --epochs "$1" -o "$scratch/trained" "$2")
	awk -v taken="$taken" '
		BEGIN { FS = "\t" }
		FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		{ each += 1000 / $column["images_per_second"]; epochs++ }
		END {
			split(taken, part, " ")
			print "in an epoch, ms an image\tms\t" each / epochs
			print "whole command, ms an image\tms\t" 1000 * part[1] / (epochs * '"$images"' * (epochs == 100 ? 1 : 100))
			print "memory, MB\tMB\t" part[3]
		}' "$scratch/trained/history.tsv"
}

"$B/tests/bench/generate" $images >"$scratch/few.tens"
"$B/tests/bench/generate" $((100 * images)) >"$scratch/many.tens"
in_turn "training run, batch 16" "100 x $images=few" "1 x $((100 * images))=many" "1 x $((100 * images)), pipe=piped" \
	"2 x $((100 * images)), pipe=spooled"
rm "$scratch/few.tens" "$scratch/many.tens"
