# Varying images, one thread: the work itself beside SciPy's affine as Keras calls it, Pillow's, and torchvision; the whole
# tool, which reads, verifies and writes streams too; and what it takes from cnn-train in a pipe on two threads.

augment_ours() {
	"$B/tests/bench/augment"
}

augment_peer() {
	"$PYTHON" "$here/peers/augment.py" "$1"
}

augment_keras() { augment_peer keras; }
augment_pillow() { augment_peer pillow; }
augment_torchvision() { augment_peer torchvision; }

contestants=millrace=augment_ours
if has_module numpy NumPy; then
	! has_module scipy "SciPy, for Keras" || contestants="$contestants Keras=augment_keras"
	! has_module PIL Pillow || contestants="$contestants Pillow=augment_pillow"
	! has_module torchvision torchvision || contestants="$contestants torchvision=augment_torchvision"
fi
in_turn "varying 150x150x3, one thread" $contestants

images=${QUICK:+64}
images=${images:-640}
"$B/tests/bench/generate" $images >"$scratch/augment.tens"

augment_tool() {
	for preset in none keras strong; do
		taken=$("$B/tests/bench/resource_usage" "$BIN/augment" --threads 1 --preset $preset --passes 10 "$scratch/augment.tens")
		echo "$taken" | awk -v preset=$preset -v images=$((10 * images)) '{ print "preset " preset "\timages/s\t" images / $1 }'
	done
}
in_turn "the whole tool, one thread" millrace=augment_tool

# Two epochs from a file, and two passes through a pipe.
train_alone() {
	train_rate "$BIN/cnn-train" -q --threads 2 --epochs 2 -o "$scratch/trained" "$scratch/augment.tens"
}

train_augmented() {
	train_rate sh -c '"$1/augment" -q --threads 2 --preset strong --passes 2 "$2" | "$1/cnn-train" -q --threads 2 -o "$3"' \
		sh "$BIN" "$scratch/augment.tens" "$scratch/trained"
}

train_rate() {
	"$B/tests/bench/resource_usage" "$@" | awk -v images=$((2 * images)) '{ print "training, batch 16\timages/s\t" images / $1 }'
}
in_turn "cnn-train behind augment --preset strong, two threads" "piped=train_augmented" "from a file=train_alone"
rm "$scratch/augment.tens"
