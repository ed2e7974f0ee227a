# The original network beside PyTorch, onnxruntime (ONNXRUNTIME names the folder of npm's onnxruntime-node) and darknet.
ours() {
	"$B/tests/bench/engine" original 150
}

torch() {
	peer torch "$scratch/original"
}

onnxruntime() {
	node "$here/peers/onnxruntime.js" "$ONNXRUNTIME" "$scratch/original.onnx"
}

darknet() {
	"$scratch/darknet" "$scratch/original.cfg" 2>/dev/null
}

contestants=millrace=ours
"$B/tests/bench/save_network" original 150 "$scratch/original"
! has_module torch PyTorch || contestants="$contestants PyTorch=torch"
if has_onnxruntime; then
	"$BIN/cnn-export" -m "$scratch/original" -o "$scratch/original.onnx"
	contestants="$contestants onnxruntime=onnxruntime"
fi
if [ -e /usr/lib/darknet/include/darknet.h ]; then
	$CC -O2 -I/usr/lib/darknet/include -o "$scratch/darknet" "$here/peers/darknet.c" /usr/lib/darknet/libdarknet.so \
		-Wl,-rpath,/usr/lib/darknet -Wl,--allow-shlib-undefined
	cp "$here/peers/original.cfg" "$scratch"
	contestants="$contestants darknet=darknet"
else
	skip darknet "is not installed"
fi
in_turn "original network, 150x150" $contestants
