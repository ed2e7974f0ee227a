#!/bin/sh
# Options that contradict each other, or mean nothing beside the others, are errors of usage: a line for each, before
# anything is read.
. "$(dirname "$0")/tap.sh"

mkdir -p set/a
noise set/a/1 1 set/a/2 2
python3 - <<'END'
import struct
shape = "(2, 3, 3, 1)"
head = ("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % shape).ljust(117).encode() + b"\n"
open("floats.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + struct.pack("<18f", *[0.5] * 18))
END

while IFS='|' read -r command message; do
	[ "$command" ] || continue
	tool=${command%% *}
	run $command
	is "$command" "$status $(cat .err)" "2 $tool: $message
$tool: try '$tool --help'"
done <<'END'
draw-characters --invent 4 pokemon|--invent: does not go with DATASET
draw-characters --patterns 4 pokemon|--patterns: does not go with DATASET
draw-characters --invent 1000|--invent: '1000' is not a whole number from 0 to 999
draw-characters --style sketchy pokemon|--style: 'sketchy' is not one of plain, mixed, line-art, photo, white, dark, texture, clutter, recolored, crop, cover, light, print, grey, blur, noise
split-dataset --folds 4 --validation-split 0.2 in out|--validation-split: does not go with --folds
split-dataset --folds 4 --test-split 0 in out|--test-split: does not go with --folds
split-dataset --audit --folds 4 in|--folds: does not go with --audit
split-dataset --audit --validation-split 0.2 in out|--validation-split: does not go with --audit
split-dataset --audit --test-split 0.2 in|--test-split: does not go with --audit
split-dataset --audit --link copy in|--link: goes with OUT
split-dataset --exact --hamming 8 in out|--hamming: does not go with --exact
check-dataset --hamming 4 --exact in|--hamming: does not go with --exact
augment --fill-value 0 --rotate 5 x|--fill-value: goes with --fill constant
augment --fill-value 0 --fill reflect --preset keras x|--fill-value: goes with --fill constant
augment --fill reflect --brightness 0.2 x|--fill: goes with an operation that moves pixels
augment --interpolation bicubic --rotate 0 x|--interpolation: goes with an operation that moves pixels
augment --crop-ratio 2 --preset keras x|--crop-ratio: goes with --random-resized-crop
augment --crop-ratio 2 --preset strong --random-resized-crop 0 x|--crop-ratio: goes with --random-resized-crop
augment --policy-magnitude 9 x|--policy-magnitude: goes with --policy randaugment
augment --policy-operations 2 --policy trivial-augment x|--policy-operations: goes with --policy randaugment
augment --posterize 2.5 x|--posterize: '2.5' is not a whole number from 0 to 7
augment --pad-crop 3.5:0.5 x|--pad-crop: '3.5' is not a whole number from 0 to 1000
augment --jpeg-quality 50.1 x|--jpeg-quality: '50.1' is not a whole number from 0 to 95
augment --replay f --preset none x|--preset: does not go with --replay, whose log determines it
augment --replay f --fill-value 0 x|--fill-value: does not go with --replay, whose log determines it
augment --replay f --policy none x|--policy: does not go with --replay, whose log determines it
augment --replay f --mixup 0 x|--mixup: does not go with --replay, whose log determines it
augment --preview f --passes 1 x|--passes: does not go with --preview, which shows six
augment --preview f --rescale x|--rescale: does not go with --preview, where it looks the same
augment --preset best x|--preset: 'best' is not one of none, keras, light, strong
pack-tensors --range 0,1 set|--range: goes with arrays, not with pictures
pack-tensors --fit pad floats.npy|--fit: goes with pictures, not with arrays that can't be resized
pack-tensors --interpolation bilinear floats.npy|--interpolation: goes with pictures, not with arrays that can't be resized
pack-tensors --background white floats.npy|--background: goes with pictures, not with arrays that can't be resized
tensor-info --verify --json x|--json: does not go with --verify
tensor-info --verify --records x|--records: does not go with --verify
tensor-info --count 3 x|--count: goes with --png
cnn-predict -m m --threshold 0.9 x|--threshold: goes with --sort-into, --annotate, or --evaluate with --multi-label
cnn-predict -m m --evaluate --threshold 0.9 x|--threshold: goes with --sort-into, --annotate, or --evaluate with --multi-label
cnn-predict -m m --evaluate --header x|--header: goes with --predictions where there is --evaluate
cnn-predict -m m --evaluate --top 2 x|--top: goes with --predictions or --annotate where there is --evaluate
cnn-predict -m m --input caffe --input-range 0,255 x|--input: does not go with --input-range
cnn-predict -m m --input-range 255,0 x|--input-range: '255,0' is not two numbers A,B, the first below the second
cnn-predict -m m --input-range 0,1e300 x|--input-range: '0,1e300' is not two numbers A,B, the first below the second
cnn-predict -m m --input vgg x|--input: 'vgg' is not one of caffe, tf, torch
saliency -m m --input tf --input-range -1,1 x|--input: does not go with --input-range
saliency -m m --input-range nan,1 x|--input-range: 'nan,1' is not two numbers A,B, the first below the second
model-report -m m --validation s --input tf --input-range -1,1|--input: does not go with --input-range
model-report -m m --input caffe|--input: goes with --validation
model-report -m m --validation s --input-range 0|--input-range: '0' is not two numbers A,B, the first below the second
cnn-train -o m --architecture a.json --output-activation sigmoid x|--output-activation: goes with a built-in --architecture, or with --start
cnn-train x|--output: is missing
cnn-train -o m --find-learning-rate r.png x|--output: does not go with --find-learning-rate
cnn-train -o m --momentum 0.9 x|--momentum: goes with --optimizer sgd
cnn-train -o m --optimizer sgd --nesterov x|--nesterov: goes with --optimizer sgd and --momentum
cnn-train -o m --schedule one-cycle --warmup 1 x|--warmup: does not go with --schedule one-cycle, which has its own
cnn-train -o m --patience 3 x|--patience: goes with --validation
cnn-train -o m --schedule linear x|--schedule: 'linear' is not one of constant, cosine, step, one-cycle, plateau
cnn-train -o m --accumulate 0 x|--accumulate: '0' is not a whole number from 1 to 65536
cnn-train -o m --patience -1 x|--patience: '-1' is not a whole number from 0 to 1000000
cnn-train -o m --warmup -1 x|--warmup: '-1' is not a number from 0 to 1000000
cnn-train -o m --weight-decay 2 x|--weight-decay: '2' is not a number from 0 to 1
cnn-train -o m --clip-norm nan x|--clip-norm: 'nan' is not a number from 0 to 1000000000
cnn-train -o m --average 1 x|--average: '1' is not a number from 0 to 0.999999
cnn-train -o m --optimizer sgd --momentum 1 x|--momentum: '1' is not a number from 0 to 0.9999
cnn-train -o m --time-limit soon x|--time-limit: 'soon' is not a time in seconds, or with s, m or h, from 0 to 1000000000
cnn-train -o m --checkpoint-every 5x x|--checkpoint-every: '5x' is not a time in seconds, or with s, m or h, from 0 to 1000000000
fetch-network|NAME: is missing; see --recipes
fetch-network --recipes a|NAME: does not go with --recipes
fetch-network --recipes --file f|--file: does not go with --recipes
fetch-network --recipes -o d|--output: does not go with --recipes
fetch-network --file f a b|--file: goes with one NAME
model-report -m m --leaked f|--leaked: goes with --validation
model-report -m m --mistakes 6|--mistakes: goes with --validation
evaluate-folds|MODEL: is missing
evaluate-folds m s m|m: has no STREAM: they come in pairs, MODEL STREAM
tensor-cat --folds 3 x|--folds: needs --fold, from 1 to 3
tensor-cat --fold 3 x|--fold: goes with --folds
tensor-cat --groups f x|--groups: goes with --folds
model-report --compare|--compare: takes models as operands, without -m
model-report --compare -m m x|--compare: takes models as operands, without -m
model-report --compare -o f x|--output: does not go with --compare
model-report -m m --method gradient|--method: goes with --validation
saliency -m m --feature-maps --class a x|--class: does not go with --feature-maps
saliency -m m --feature-maps --method gradient x|--method: does not go with --feature-maps
saliency -m m --layer conv1 x|--layer: goes with --filter, --feature-maps, or a method that explains at a layer
saliency -m m --samples 25 x|--samples: goes with --method smoothgrad or integrated-gradients
saliency -m m --noise 0.1 --method integrated-gradients x|--noise: goes with --method smoothgrad
END

# What goes together is taken.
while read -r command; do
	run $command
	is "$command" "$status $(grep -c 'try ' .err)" '1 0'
done <<'END'
split-dataset --folds 0 --validation-split 0.2 missing out
split-dataset --audit --exact --seed 3 missing
augment --fill constant --fill-value 0.5 --rotate 5 missing
augment --fill reflect --policy trivial-augment missing
augment --crop-ratio 2 --preset strong missing
augment --policy randaugment --policy-magnitude 3 missing
augment --posterize 3.0 --pad-crop 4:0.5 --jpeg-quality 50 missing
augment --replay missing --seed 3 --passes 2 x
pack-tensors --range 0,0.1 --codec zlib floats.npy
cnn-train -o m --optimizer sgd --momentum 0.9 --nesterov --schedule plateau --warmup 0 missing
cnn-train --find-learning-rate r.png --clip-norm 1 --class-weights balanced missing
tensor-info --png x.png --count 3 missing
cnn-predict -m missing --evaluate --predictions p.tsv --header --top 2 x
cnn-predict -m missing --threshold 0.9 --annotate d x
saliency -m missing --layer conv1 --method layer-cam x
saliency -m missing --samples 3 --noise 0.1 --method smoothgrad x
END
finish
