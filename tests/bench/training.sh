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

# Training behind augment in a pipe, on two threads each, beside as many epochs from a file of the same images: whole commands,
# one after the other in every round, so that a machine that becomes slower changes both.
passes=3 images=$((5 * images))

seconds() {
	taken=$("$B/tests/bench/resource_usage" "$@")
	echo "${taken%% *}"
}

from_file() {
	seconds "$BIN/cnn-train" -q --threads 2 --architecture "$architecture" --epochs $passes -o "$scratch/trained" "$stream"
}

behind_augment() { # behind_augment PRESET
	seconds sh -c '"$1/augment" -q --threads 2 --preset "$2" --passes "$3" "$4" |
			"$1/cnn-train" -q --threads 2 --architecture "$5" -o "$6"' \
		sh "$BIN" "$1" $passes "$stream" "$architecture" "$scratch/trained"
}

against_file() { # against_file PRESET
	file=$(from_file)
	pipe=$(behind_augment "$1")
	awk -v file="$file" -v pipe="$pipe" -v images=$((passes * images)) 'BEGIN {
		print "from a file, ms an image\tms\t" 1000 * file / images
		print "piped, ms an image\tms\t" 1000 * pipe / images
		print "piped, % more\t%\t" 100 * (pipe / file - 1)
	}'
}

with_keras() { against_file keras; }
with_strong() { against_file strong; }

compare() { # compare NETWORK SIDE ARCHITECTURE
	architecture=$3 stream=$scratch/piped.tens
	"$B/tests/bench/generate" $images "$2" >"$stream"
	in_turn "$1 behind augment, ${2}x$2, batch 16" keras=with_keras strong=with_strong
	rm "$stream"
}

"$B/tests/bench/save_network" blocks 128 "$scratch/blocks"
compare "original network" 150 original
compare "five blocks" 128 "$scratch/blocks/architecture.json"
