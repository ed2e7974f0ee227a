# Varying images, one thread: the work itself beside SciPy's affine as Keras calls it, Pillow's, and torchvision; and the
# whole tool, which reads, verifies and writes streams too.

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
rm "$scratch/augment.tens"
