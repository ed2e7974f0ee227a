# Whole commands: a cold process loads a model from disk and says what one JPEG is. IMAGE= names the JPEG.
IMAGE=${IMAGE:-$here/../fixtures/image/rgb.jpg}

predict_ours() {
	spent "cold prediction of one JPEG" "$BIN/cnn-predict" -q -m "$scratch/model" "$IMAGE"
}

predict_torch() {
	spent "cold prediction of one JPEG" "$PYTHON" "$here/peers/peers.py" predict "$scratch/weights.pt" "$IMAGE"
}

small_model
contestants=millrace=predict_ours
if has_module torch PyTorch && has_module PIL Pillow; then
	peer save "$scratch/weights.pt"
	contestants="$contestants PyTorch=predict_torch"
fi
in_turn "whole command" $contestants
