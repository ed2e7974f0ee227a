# The original network beside PyTorch, onnxruntime (ONNXRUNTIME names the folder of npm's onnxruntime-node) and darknet.
ours() {
	"$B/tests/bench/engine" original 150
}

torch() {
	peer torch original 150
}

onnxruntime() {
	node "$here/peers/onnxruntime.js" "$ONNXRUNTIME" "$scratch/model.onnx"
}

darknet() {
	"$scratch/darknet" "$scratch/original.cfg" 2>/dev/null
}

contestants=millrace=ours
! has_module torch PyTorch || contestants="$contestants PyTorch=torch"
if [ -d "${ONNXRUNTIME:-}" ] && command -v node >/dev/null; then
	small_model
	"$BIN/cnn-export" -m "$scratch/model" -o "$scratch/model.onnx"
	contestants="$contestants onnxruntime=onnxruntime"
else
	skip onnxruntime "ONNXRUNTIME names no folder of it, or there is no node"
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
