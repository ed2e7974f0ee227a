#!/bin/sh
# cnn-train --architecture: what a Keras file says is done, refused by name, or said; cnn-predict goes on.
. "$(dirname "$0")/tap.sh"
mkdir -p pictures/a pictures/b
for i in 1 2 3 4; do noise pictures/a/$i.pgm $i pictures/b/$i.pgm 1$i; done
pack-tensors -q --size 32x32 --channels 3 -o t.tens pictures || exit 1

# A network of a convolution, then LAYERS, written to FILE.
network() { # network FILE CONVOLUTION LAYERS [SHAPE]
	cat >"$1" <<-END
	{"class_name": "Sequential", "config": {"name": "s", "layers": [
	{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": ${4:-[null, 32, 32, 3]}}},
	{"class_name": "Conv2D", "config": {"name": "c", "filters": 8, "kernel_size": [3, 3], $2}},
	$3]}}
	END
}
flatten='{"class_name": "Flatten", "config": {"name": "f"}},'
dense='{"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "softmax"}}'
trained() { # trained NAME: the digest of the weights
	cnn-train -q --epochs 2 --architecture "$1.json" -o "$1" t.tens && sha256sum <"$1/poids.h5"
}
# ---- done ----
network plain.json '"activation": "relu"' "$flatten $dense"
network frozen.json '"activation": "relu", "trainable": false' "$flatten $dense"
network decayed.json '"activation": "relu", "kernel_regularizer": {"class_name": "L2", "config": {"l2": 10.0}}' "$flatten $dense"
plain=$(trained plain) frozen=$(trained frozen) decayed=$(trained decayed)
ok "trainable: false has an effect" [ "$plain" != "$frozen" ]
ok "a regularizer has an effect" [ "$plain" != "$decayed" ]
ok "... and is in the loss" sh -c '[ "$(cut -f 2 decayed/history.tsv | sed -n 2p | cut -d . -f 1)" -ge 10 ]'
ok "both are written back" sh -c 'grep -q "\"trainable\": false" frozen/architecture.json && grep -q L2 decayed/architecture.json'
trained frozen >again
is "the same bytes again" "$(cat again)" "$frozen"

# ---- refused by name, one line ----
refused() { # refused MESSAGE ARCHITECTURE
	run cnn-train --epochs 1 --architecture "$2" -o no t.tens
	status_is 1
	stderr_is "cnn-train: $2: $1"
}
network typo.json '"fliters": 7' "$flatten $dense"
refused "layer 'c': 'fliters' is not known" typo.json
network null.json '"fliters": null' "$flatten $dense"
ok "... but for null" cnn-train -q --epochs 1 --architecture null.json -o null t.tens
network constraint.json '"kernel_constraint": {"class_name": "NonNeg", "config": {}}' "$flatten $dense"
refused "layer 'c': 'kernel_constraint' is not supported" constraint.json
network all.json '"trainable": false' "$flatten ${dense%\}\}}, \"trainable\": false}}"
refused "has nothing to train: no weights that are not frozen" all.json
network pixels.json '"activation": "relu"' '{"class_name": "Conv2D", "config": {"name": "d", "filters": 2, "kernel_size": 1, "activation": "softmax"}}'
refused "ends with 30x30 pixels of 2 values; classes need a vector" pixels.json
for kernel in 4097 1048577; do
	network wide.json '"dilation_rate": 1048576, "padding": "same"' \
		'{"class_name": "DepthwiseConv2D", "config": {"name": "w", "kernel_size": '$kernel', "padding": "same"}},'"$flatten $dense"
	refused "layer 'c': window size out of range" wide.json
done
network both.json '"dilation_rate": 2, "strides": 2' "$flatten $dense"
refused "layer 'c': strides and dilation are both above 1" both.json
network far.json '"dilation_rate": 4000, "padding": "same"' "$flatten $dense"
ok "taps that only see padding take no time" timeout 60 cnn-train -q --epochs 1 --architecture far.json -o far t.tens
ok "no folder is left by what is refused" [ ! -e no ]

# ---- said ----
network flip.json '"activation": "relu"' '{"class_name": "RandomFlip", "config": {"name": "r", "mode": "horizontal"}},'"$flatten $dense"
run cnn-train --epochs 1 --architecture flip.json -o flip t.tens
status_is 0
stderr_has "^cnn-train: flip.json: layer 'r': RandomFlip has no effect"
cp plain/poids.h5 plain/labels.txt null/ && cp typo.json null/architecture.json
run cnn-predict -q -m null pictures
status_is 0
stderr_is "cnn-predict: null: layer 'c': 'fliters' is not known"

# ---- pictures of any size ----
network any.json '"activation": "relu"' '{"class_name": "GlobalAveragePooling2D", "config": {"name": "g"}}, '"$dense" '[null, null, null, 3]'
ok "that of the stream" cnn-train -q --epochs 1 --architecture any.json -o any t.tens
cp any.json any/architecture.json
run cnn-predict -q -m any --size 40x20 pictures
status_is 1
stderr_is "cnn-predict: any: takes pictures of 32x32, not of 40x20"
rm any/training.json
run cnn-predict -m any pictures/a/1.pgm
status_is 0
stderr_has "^cnn-predict: any: takes pictures of any size: 224x224 is used; see --size$"
cp "$scratch/.out" default
run cnn-predict -q -m any --size 20 pictures/a/1.pgm
status_is 0
stderr_is ""
ok "another size, other probabilities" sh -c '! cmp -s default "$1"' sh "$scratch/.out"

# ---- built in ----
setting() { grep -o "\"$2\": [^,}]*" "$1/training.json" | head -n 1; }
for network in compact mobilenet_v2:0.1 efficientnet_b0; do
	ok "$network is trained" cnn-train -q --epochs 1 --batch-size 8 --architecture $network -o built t.tens
	is "... the card has its name" "$(setting built architecture)" "\"architecture\": \"$network\""
	is "... and its output activation" "$(setting built output_activation)" '"output_activation": "softmax"'
	case $network in compact) white=1.0 ;; *) white=255.0 ;; esac
	is "... and the range of its input" "$(setting built maximum)" "\"maximum\": $white"
	is "... a prediction for each image" "$(cnn-predict -q -m built t.tens | wc -l)" 8
done
ok "another output activation" cnn-train -q --epochs 1 --architecture compact --output-activation sigmoid -o sigmoid t.tens
ok "--like takes both" cnn-train -q --like sigmoid -o liked t.tens
is "... and gives the same bytes" "$(sha256sum <liked/poids.h5)" "$(sha256sum <sigmoid/poids.h5)"
list='original, compact, mobilenet_v2:ALPHA, efficientnet_b0, resnet18'
refused "is none of $list, and no file" mobilenet_v3
refused 'needs a width multiplier, as mobilenet_v2:1.0' mobilenet_v2
pack-tensors -q --size 31x15 -o small.tens pictures
run cnn-train --architecture compact -o no small.tens
stderr_is 'cnn-train: compact: takes images of at least 16x16; these have 31x15'

# The pipelines take the same names.
is "pipelines know all of them" "$(cnn-train --help | sed -n 's/.*architecture: \(.*\), or a Keras JSON file.*/\1/p')" "$list"
for network in $(echo "$list" | sed 's/ALPHA/0.35/' | tr -d ,); do set -- "$@" "ARCHITECTURE=$network"; done
is "... and take them" "$("$here/../../pipelines/check-variables" "$@")" ''
finish
