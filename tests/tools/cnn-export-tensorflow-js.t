#!/bin/sh
# cnn-export for TensorFlow.js: that loads the files, and computes Keras' predictions and cnn-predict's. TFJS is the folder of its
# package, node_modules/@tensorflow/tfjs.
. "$(dirname "$0")/tap.sh"
[ -e "${TFJS:-}/package.json" ] || skip_all "TFJS names no folder of TensorFlow.js"
command -v node >/dev/null || skip_all "no node"
graphs=$fixtures/model/graphs

in_tensorflow_js() { # in_tensorflow_js INPUT.npy: classes of js/model.json on the first line of `got.js`, outputs in `got`
	node "$here/../tfjs_run.js" js/model.json "$1" >got.js 2>messages || sed 's/^/# /' messages
	sed 1d got.js >got
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
	cnn-export -m $model -o js/model.json
	in_tensorflow_js "$graphs/x.npy"
	ok "$model: Keras' predictions" python3 near_keras.py "$graphs/$model.y.npy"
done

# ---- networks of cnn-train ----
. "$here/graphs.sh"
check() { # check NAME CLASSES <LAYERS
	trained "$1"
	rm -rf js
	run cnn-export -q -m model -o js/model.json
	status_is 0
	in_tensorflow_js x.npy
	is "$1: layers" "$(head -n 1 got.js)" "InputLayer $2 Flatten Dense"
	ok "$1: cnn-predict's probabilities" python3 near.py
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
