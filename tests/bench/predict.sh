# Whole commands: a cold process loads a model from disk and says what one JPEG is. IMAGE= names the JPEG, else the first of
# IMAGES is taken, else a very small one.
IMAGE=${IMAGE:-$(find "$IMAGES" -name '*.jpg' 2>/dev/null | sort | head -n 1)}
IMAGE=${IMAGE:-$here/../fixtures/image/rgb.jpg}
row="cold prediction of one JPEG, $(($(wc -c <"$IMAGE") / 1024 + 1)) KiB"

predict_ours() {
	spent "$row" "$BIN/cnn-predict" -q -m "$scratch/model" "$IMAGE"
}

predict_torch() {
	spent "$row" "$PYTHON" "$here/peers/peers.py" predict "$scratch/weights.pt" "$IMAGE"
}

small_model
contestants=millrace=predict_ours
if has_module torch PyTorch && has_module PIL Pillow; then
	peer save "$scratch/weights.pt"
	contestants="$contestants PyTorch=predict_torch"
fi
in_turn "whole command" $contestants
