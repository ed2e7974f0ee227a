#!/bin/sh
# Networks that are no chains, and each kind of layer: what an independent program computes from the ONNX file are
# cnn-predict's probabilities.
. "$(dirname "$0")/tap.sh"
onnx_run=$here/../onnx_run.py

. "$here/graphs.sh"

check() { # check NAME OPERATORS <LAYERS
	trained "$1"
	cnn-export -q -m model -o model.onnx
	is "$1: operators" "$(python3 "$onnx_run" model.onnx | sed 2d)" "$2"
	python3 "$onnx_run" model.onnx x.npy >got
	ok "$1: cnn-predict's probabilities" python3 near.py
}
LAST='Transpose Flatten Gemm Softmax Identity'

check residual "Transpose Conv Relu Conv BatchNormalization Add Relu $LAST" <<END
Conv2D("c1", "in", filters=4, kernel_size=3, padding="same", activation="relu")
Conv2D("c2", "c1", filters=4, kernel_size=3, padding="same", use_bias=false)
BatchNormalization("bn", "c2", scale=false)
Add("sum", ["c1", "bn"])
ReLU("end", "sum")
$TOP
END

check squeeze-and-excite "Transpose Conv Relu GlobalAveragePool Flatten Gemm Relu Gemm Sigmoid Reshape Mul \
GlobalMaxPool Conv Sigmoid Mul Mul $LAST" <<END
Conv2D("c", "in", filters=5, kernel_size=3, strides=2, padding="same", activation="relu")
GlobalAveragePooling2D("squeeze", "c")
Dense("d1", "squeeze", units=4, activation="relu")
Dense("d2", "d1", units=5, activation="sigmoid")
Multiply("excited", ["c", "d2"])
GlobalMaxPooling2D("most", "excited", keepdims=true)
Conv2D("gate", "most", filters=5, kernel_size=1, activation="sigmoid")
Multiply("end", ["gate", "excited", "most"])
$TOP
END

check branches "Transpose Conv Conv Elu MaxPool AveragePool Concat $LAST" <<END
Conv2D("c1", "in", filters=4, kernel_size=[3, 2], dilation_rate=[1, 2], padding="same", strides=1)
Conv2D("c2", "in", filters=6, kernel_size=[2, 3], dilation_rate=2, groups=3, padding="same", activation="elu")
MaxPooling2D("p1", "c1", pool_size=3, strides=2, padding="same")
AveragePooling2D("p2", "c2", pool_size=[3, 2], strides=2, padding="same")
Concatenate("end", ["p1", "p2", "p1"], axis=-1)
$TOP
END

# The constants of a layer that is used twice are there once (onnx_run.py minds), but for those by channel, whose layout for
# pictures is another than for vectors.
STATISTICS='ReduceMean Sub Mul ReduceMean Add Sqrt Div Mul Add'
check shared "Transpose Conv Relu Conv Relu BatchNormalization BatchNormalization Sub $STATISTICS Transpose MatMul Add Transpose \
GlobalAveragePool Flatten $STATISTICS Gemm Reshape Mul $LAST" <<END
Conv2D("c", "in", "c", filters=3, kernel_size=3, padding="same", activation="relu")
BatchNormalization("bn", "c", second("c"), scale=false, center=false)
Subtract("difference", ["bn", second("bn")])
LayerNormalization("norm", "difference", "mean")
GlobalAveragePooling2D("mean", "dense")
Dense("dense", "norm", second("norm"), units=3)
Multiply("end", ["dense", second("dense")])
$TOP
END

check nested "Transpose Conv Relu Conv Add Conv Relu Conv Add Mean Max Min $LAST" <<END
Model("block", "in", [8, 9, 3], Conv2D("c", "in", filters=3, kernel_size=3, padding="same", activation="relu"), \
Model("inner", "c", [8, 9, 3], Conv2D("c", "in", filters=3, kernel_size=1)), Add("a", ["inner", "in"]))
Model("block_2", "block", [8, 9, 3], Conv2D("c", "in", filters=3, kernel_size=3, padding="same", activation="relu"), \
Model("inner", "c", [8, 9, 3], Conv2D("c", "in", filters=3, kernel_size=1)), Add("a", ["inner", "in"]))
Average("mean", ["in", "block", "block_2"])
Maximum("most", ["mean", "block"])
Minimum("end", ["most", "block_2", "in"])
$TOP
END

check depthwise "Transpose Conv Relu Conv Conv HardSigmoid Mul $LAST" <<END
DepthwiseConv2D("d", "in", kernel_size=3, depth_multiplier=2, padding="same", strides=2, activation="relu")
SeparableConv2D("end", "d", filters=4, kernel_size=3, depth_multiplier=2, activation="hard_silu")
$TOP
END

STATISTICS='ReduceMean Sub Mul ReduceMean Add Sqrt Div'
check normalisations "Transpose Sub Div Mul Add Sub Div Conv $STATISTICS Mul Add Reshape $STATISTICS Reshape Mul Add PRelu $STATISTICS Add \
PRelu Mul Add Transpose Flatten $STATISTICS Mul Add PRelu Reshape $STATISTICS Reshape Mul Gemm Softmax Identity" <<END
Normalization("n1", "in", mean=[0.1, 0.5, 0.7], variance=[0.04, 0.3, 0.1])
Normalization("n2", "n1", mean=0.3, variance=2, invert=true)
Normalization("n3", "n2")
Conv2D("c", "n3", filters=6, kernel_size=3)
LayerNormalization("l1", "c")
GroupNormalization("g1", "l1", groups=2)
PReLU("p1", "g1", shared_axes=[1, 2])
LayerNormalization("l2", "p1", scale=false)
PReLU("p2", "l2", shared_axes=[2])
Rescaling("r", "p2", scale=0.5, offset=-0.5)
Flatten("f", "r")
LayerNormalization("l3", "f")
PReLU("p3", "l3")
GroupNormalization("flat", "p3", groups=7, center=false)
Dense("top", "flat", units=3, activation="softmax")
END

check 'unit normalisations' "Transpose Conv ReduceL2 Max Div Transpose Flatten ReduceL2 Max Div Gemm Softmax Identity" <<END
Conv2D("c", "in", filters=5, kernel_size=3)
UnitNormalization("u1", "c", axis=[3])
Flatten("f", "u1")
UnitNormalization("u2", "f")
Dense("top", "u2", units=3, activation="softmax")
END

check places "Transpose Mul Add Pad Slice Resize Gather Gather Shape Slice Concat Resize Slice Resize Transpose MatMul Add Transpose \
Tanh Transpose Reshape Transpose Conv Softmax Transpose Reshape Reshape Transpose PRelu Transpose Flatten Gemm Softmax Identity" <<END
Rescaling("r0", "in", scale=[0.5, 1, 2], offset=[0.1, 0, -1])
ZeroPadding2D("pad", "r0", padding=[[1, 2], [0, 3]])
Cropping2D("crop", "pad", cropping=[[0, 1], [2, 1]])
UpSampling2D("up", "crop", size=[2, 3])
Resizing("r1", "up", height=11, width=16, interpolation="nearest")
Resizing("r2", "r1", height=7, width=9)
CenterCrop("cut", "r2", height=5, width=6)
UpSampling2D("up2", "cut", size=2, interpolation="bilinear")
Dense("dense", "up2", units=4, activation="tanh")
Reshape("shape", "dense", target_shape=[8, -1, 6])
Conv2D("c", "shape", filters=3, kernel_size=3, strides=3, activation="softmax")
Reshape("vector", "c", target_shape=[-1])
Reshape("picture", "vector", target_shape=[3, 2, 3])
PReLU("end", "picture")
$TOP
END

# What does nothing in prediction, and names that ONNX' input and output have.
check 'noise and names' "Transpose Conv Sigmoid Mul $LAST" <<END
RandomFlip("flip", "in", mode="horizontal")
Dropout("drop", "flip", rate=0.2)
SpatialDropout2D("spatial", "drop", rate=0.2)
GaussianNoise("noise", "spatial", stddev=0.1)
GaussianDropout("gaussian", "noise", rate=0.1)
ActivityRegularization("activity", "gaussian", l2=0.0)
Identity("same", "activity")
Conv2D("images", "same", filters=2, kernel_size=3)
Activation("probabilities", "images", activation="silu")
Flatten("flattened", "probabilities")
Dense("top", "flattened", units=3, activation="softmax")
END
finish
