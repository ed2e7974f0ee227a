# Networks that people use (common/networks.h), or those that NETWORKS names; beside PyTorch and onnxruntime (ONNXRUNTIME names
# the folder of npm's onnxruntime-node). Forward at 224x224, training at 160x160, the blocks at 128x128.
NETWORKS=${NETWORKS:-mobilenet_v2-1.0 mobilenet_v2-0.35 efficientnet_b0 squeezenet_1.1 resnet18 blocks}

networks_ours() {
	"$B/tests/bench/engine" "$network" "$side" "$measure"
}

networks_torch() {
	peer torch "$scratch/network" "$measure"
}

networks_onnxruntime() {
	node "$here/peers/onnxruntime.js" "$ONNXRUNTIME" "$scratch/network.onnx"
}

measure_network() { # measure_network MEASURE SIDE
	measure=$1 side=$2 contestants=millrace=networks_ours
	"$B/tests/bench/save_network" "$network" "$side" "$scratch/network"
	[ -z "$has_torch" ] || contestants="$contestants PyTorch=networks_torch"
	if [ "$measure" = forward ] && [ -n "$has_onnxruntime" ]; then
		"$BIN/cnn-export" -m "$scratch/network" -o "$scratch/network.onnx"
		contestants="$contestants onnxruntime=networks_onnxruntime"
	fi
	in_turn "$network, ${side}x$side" $contestants
}

has_torch= has_onnxruntime=
! has_module torch PyTorch || has_torch=yes
! has_onnxruntime || has_onnxruntime=yes
for network in $NETWORKS; do
	case $network in
	blocks) sides="128 128" ;;
	*) sides="224 160" ;;
	esac
	measure_network forward "${sides% *}"
	measure_network training "${sides#* }"
done
