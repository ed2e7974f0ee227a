# A small network of the layers that residual networks have: strided, padded, 1x1 and depthwise convolutions, batch
# normalisation, global average pooling; on images of 96x96.
NETWORK="c3/1x32 c3/2x64 d3/1 c1/1x64 c3/1x64 d3/2 c1/1x128 c3/1x128 d3/2 c1/1x128 c1/1x256"

residual_ours() {
	"$B/tests/bench/engine" "$NETWORK" 96
}

residual_torch() {
	peer torch "$scratch/residual"
}

contestants=millrace=residual_ours
if has_module torch PyTorch; then
	"$B/tests/bench/save_network" "$NETWORK" 96 "$scratch/residual"
	contestants="$contestants PyTorch=residual_torch"
fi
in_turn "residual-style network, 96x96" $contestants
