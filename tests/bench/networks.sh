# Networks that people use (common/networks.h), or those that NETWORKS names; beside PyTorch, onnxruntime (ONNXRUNTIME names
# the folder of npm's onnxruntime-node) and NCNN (NCNN names a folder with its benchncnn and *.param; one image at a time).
# Forward at 224x224, training at 160x160, the blocks at 128x128.
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

has_benchncnn() {
	[ -x "${NCNN:-}/benchncnn" ] || { skip NCNN "NCNN names no folder with its benchncnn"; false; }
}

# Milliseconds of a forward pass: the mean of PASSES.
ncnn_mean() { # ncnn_mean PASSES THREADS
	"$NCNN/benchncnn" "$1" "$2" 0 -1 0 "param=$scratch/ncnn.param" "shape=[$side,$side,3]" 2>&1 |
		awk -v name="$scratch/ncnn.param" '$1 == name { mean = $NF } { said = said $0 "\n" }
			END { if (mean > 0) print mean; else { printf "%s", said >"/dev/stderr"; exit 1 } }'
}

networks_ncnn() {
	for threads in 1 2; do
		mean=$(ncnn_mean 1 $threads)
		mean=$(ncnn_mean "$(awk -v mean="$mean" 'BEGIN { print int(1000 * ENVIRON["SPAN"] / mean) + 1 }')" $threads)
		awk -v mean="$mean" -v threads=$threads \
			'BEGIN { printf "forward, batch 1, threads %d\timages/s\t%.2f\n", threads, 1000 / mean }'
	done
}

# NCNN's file of the network, with four classes as ours has instead of 1000: of SqueezeNet they are over a quarter of the work.
has_ncnn_network() {
	case $network in
	mobilenet_v2-1.0) param=mobilenet_v2.param ;;
	squeezenet_1.1) param=squeezenet.param ;;
	*) param=$network.param ;;
	esac
	[ -e "$NCNN/$param" ] || { skip "NCNN's $network" "there is no $NCNN/$param"; return 1; }
	awk '/ 0=1000 / { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+=[0-9]*000$/) {
			split($i, part, "="); $i = part[1] "=" part[2] / 1000 * 4 } } 1' "$NCNN/$param" >"$scratch/ncnn.param"
}

measure_network() { # measure_network MEASURE SIDE
	measure=$1 side=$2 contestants=millrace=networks_ours
	"$B/tests/bench/save_network" "$network" "$side" "$scratch/network"
	[ -z "$has_torch" ] || contestants="$contestants PyTorch=networks_torch"
	if [ "$measure" = forward ] && [ -n "$has_onnxruntime" ]; then
		"$BIN/cnn-export" -m "$scratch/network" -o "$scratch/network.onnx"
		contestants="$contestants onnxruntime=networks_onnxruntime"
	fi
	if [ "$measure" = forward ] && [ -n "$has_ncnn" ] && has_ncnn_network; then
		contestants="$contestants NCNN=networks_ncnn"
	fi
	in_turn "$network, ${side}x$side" $contestants
}

has_torch= has_onnxruntime= has_ncnn=
! has_module torch PyTorch || has_torch=yes
! has_onnxruntime || has_onnxruntime=yes
! has_benchncnn || has_ncnn=yes
for network in $NETWORKS; do
	case $network in
	blocks) sides="128 128" ;;
	*) sides="224 160" ;;
	esac
	measure_network forward "${sides% *}"
	measure_network training "${sides#* }"
done
