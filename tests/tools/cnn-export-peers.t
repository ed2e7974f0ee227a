#!/bin/sh
# What cnn-export makes, in the programs that it is for: they load it, and compute Keras' predictions and cnn-predict's.
#
#   TFJS=.../node_modules/@tensorflow/tfjs ONNXRUNTIME=.../node_modules/onnxruntime-node make check T=tests/tools/cnn-export-peers.t
. "$(dirname "$0")/tap.sh"
command -v node >/dev/null || skip_all "no node"
files=
[ -e "${TFJS:-}/package.json" ] && files=js/model.json
[ -e "${ONNXRUNTIME:-}/package.json" ] && files="$files model.onnx"
[ -n "$files" ] || skip_all "neither TFJS nor ONNXRUNTIME names a folder of that program"
graphs=$fixtures/model/graphs

run_peer() { # run_peer MODEL FILE INPUT.npy: exports MODEL as FILE, and has it run: outputs in `got`, what is before in `head`
	rm -rf js
	cnn-export -q -m "$1" -o "$2"
	node "$here/../peer_run.js" "$2" "$3" >all 2>messages || sed 's/^/# /' messages
	head -n 1 all >head
	sed 1d all >got
}

# ---- models of Keras ----
cat >near_keras.py <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
raw = data[10 + struct.unpack("<H", data[8:10])[0]:]
expected = struct.unpack("<%df" % (len(raw) // 4), raw)
got = [float(word) for word in open("got").read().split()]
worst = max((abs(a - b) for a, b in zip(got, expected)), default=None)
print(len(got), len(expected), worst)
sys.exit(not (len(got) == len(expected) and worst <= 1e-5))
END
for model in concatenate functional_add functional_chain logits nested_like_teachable rescaling_minus1_1 shared_twice \
	squeeze_excite; do
	mkdir $model
	cp "$graphs/$model.json" "$graphs/$model.weights.h5" $model/
	printf 'c%d\n' 0 1 2 3 >$model/labels.txt
	for file in $files; do
		run_peer $model $file "$graphs/x.npy"
		ok "$model: $file: Keras' predictions" python3 near_keras.py "$graphs/$model.y.npy"
	done
done

# ---- networks of cnn-train ----
. "$here/graphs.sh"
check() { # check NAME CLASSES <LAYERS: those of TensorFlow.js
	trained "$1"
	for file in $files; do
		run_peer model $file x.npy
		[ $file = model.onnx ] || is "$1: layers" "$(cat head)" "InputLayer $2 Flatten Dense"
		ok "$1: $file: cnn-predict's probabilities" python3 near.py
	done
}
check activations "Conv2D ReLU DepthwiseConv2D LeakyReLU BatchNormalization SeparableConv2D LeakyReLU ReLU Concatenate Conv2D Add" <<END
Conv2D("c", "in", filters=4, kernel_size=3, padding="same", strides=2, activation="relu6")
DepthwiseConv2D("d", "c", kernel_size=3, depth_multiplier=2, padding="same", activation="leaky_relu")
SeparableConv2D("s", "c", filters=4, kernel_size=3, dilation_rate=2, depth_multiplier=2, padding="same", activation="relu6")
BatchNormalization("bn", "d", scale=false)
LeakyReLU("l", "bn", alpha=0.1)
Concatenate("joined", ["l", "s"], axis=-1)
Conv2D("c2", "joined", filters=4, kernel_size=1)
Add("end", ["c2", "s"])
$TOP
END

GATE='Rescaling ReLU Rescaling'
check 'of other layers' "Rescaling Rescaling Rescaling Activation Cropping2D Conv2D $GATE Multiply Conv2D $GATE $GATE Rescaling Add \
GlobalAveragePooling2D Reshape Activation Multiply Dense ZeroPadding2D UpSampling2D AveragePooling2D MaxPooling2D \
LayerNormalization PReLU Activation" <<END
Normalization("n1", "in", mean=[0.1, 0.5, 0.7], variance=[0.04, 0.3, 0.1])
Normalization("n2", "n1", mean=0.3, variance=2, invert=true)
Normalization("n3", "n2")
SpatialDropout2D("s", "n3", rate=0.2)
CenterCrop("cut", "s", height=5, width=6)
Conv2D("c", "cut", filters=4, kernel_size=3, padding="same", activation="hard_silu")
Conv2D("_c 2", "c", "_c 2", filters=4, kernel_size=3, padding="same", activation="hard_sigmoid")
Subtract("minus", [second("_c 2"), "c"])
GlobalAveragePooling2D("mean", "minus", keepdims=true)
Identity("same", "mean")
Multiply("most", ["same", "c"])
Dense("dense", "most", units=4, activation="selu")
ZeroPadding2D("pad", "dense", padding=[[1, 2], [0, 3]])
UpSampling2D("up", "pad", size=[2, 3])
AveragePooling2D("pool", "up", pool_size=3, strides=2, padding="same")
MaxPooling2D("max", "pool", pool_size=2, padding="same")
LayerNormalization("norm", "max")
PReLU("prelu", "norm", shared_axes=[1, 2])
Activation("end", "prelu", activation="log_softmax")
$TOP
END
ACTIVATIONS='elu selu gelu silu sigmoid tanh softplus softsign mish softmax relu'
check 'by name' "$(for activation in $ACTIVATIONS; do printf 'Conv2D '; done)Activation" <<END
$(last=in; for activation in $ACTIVATIONS; do
	echo "Conv2D('$activation', '$last', filters=6, kernel_size=1, activation='$activation')"
	last=$activation
done)
Activation("end", "relu", activation="swish")
$TOP
END
finish
