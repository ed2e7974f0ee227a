#!/bin/sh
# Which values a network takes: its card, its layers, an option; said where nothing says it. The tools agree, and so do
# pictures and their records.
. "$(dirname "$0")/tap.sh"

python3 - <<'END'
import os, random
random = random.Random(1)
for name, colour in (("red", (200, 40, 40)), ("blue", (40, 40, 200))):
    os.makedirs("images/" + name)
    for i in range(3):
        open("images/%s/%d.ppm" % (name, i), "wb").write(b"P6 32 24 255\n"
            + bytes(min(255, max(0, colour[k % 3] + random.randrange(-40, 40))) for k in range(32 * 24 * 3)))
END
pack-tensors --quiet --size 32x24 -o bytes.tens images
augment --quiet --rescale --preset none -o floats.tens bytes.tens
ok "a model" cnn-train --quiet --epochs 3 --schedule constant --warmup 0 --average 0 -o model bytes.tens
cp -r model bare
rm bare/training.json
cp -r bare carded

# card TEXT: the model "carded" has that card.
card() { printf '%s' "$1" >carded/training.json; }
# answers MODEL OPTION... OPERAND: the classes and probabilities.
answers() {
	model=$1
	shift
	cnn-predict --quiet -m "$model" --top 2 "$@" 2>&1 | cut -f 2-
}

# Who says it.
unsaid='does not say the range of its input: 0..1 is taken; see --input-range'
run cnn-predict -m bare --quiet images
stderr_is ''
cp .out assumed
run cnn-predict -m bare images/red/0.ppm
stderr_has "^cnn-predict: bare: $unsaid\$"
run cnn-predict -m model images/red/0.ppm
is "a card says it" "$(grep -c 'the range' .err)" 0
run cnn-predict -m bare --input-range 0,1 images
is "an option says it" "$(grep -c 'the range' .err)" 0
ok "0,1 is what is taken without it" cmp -s .out assumed
run saliency -m bare -o maps images/red/0.ppm
stderr_has "^saliency: bare: $unsaid\$"
run model-report -m bare --validation bytes.tens -o report.html
stderr_has "^model-report: bare: $unsaid\$"
run model-report -m bare -o report.html
stderr_is ''

# What it says counts.
unit=$(answers bare images)
bytes=$(answers bare --input-range 0,255 images)
tf=$(answers bare --input tf images)
ok "0..1, 0..255 and -1..1 have different answers" test "$unit" != "$bytes" -a "$unit" != "$tf" -a "$bytes" != "$tf"
is "tf is -1..1" "$(answers bare --input-range -1,1 images)" "$tf"
card '{"input": {"minimum": 0, "maximum": 255}}'
is "a card of 0..255" "$(answers carded images)" "$bytes"
card '{"input": {"minimum": -1, "maximum": 1.0}}'
is "a card of -1..1" "$(answers carded images)" "$tf"
is "an option comes first" "$(answers carded --input-range 0,255 images)" "$bytes"
card '{"input": {"mode": "caffe"}}'
caffe=$(answers carded images)
is "a card's mode" "$(answers bare --input caffe images)" "$caffe"
ok "caffe has other answers" test "$caffe" != "$unit" -a "$caffe" != "$bytes"
card '{"tool": "cnn-train", "data": {"records": 6}, "input": {"minimum": 0, "maximum": 255}}'
is "an older card of cnn-train has the stream's range" "$(answers carded images)" "$unit"

# Pictures and records.
for option in '--input-range -1,1' '--input-range 0,255' '--input torch'; do
	is "pictures and records: $option" "$(answers bare $option bytes.tens)" "$(answers bare $option images)"
done
is "records of bytes and of floats" "$(answers bare --input caffe floats.tens)" "$caffe"
run cnn-predict --quiet -m bare --input caffe --evaluate bytes.tens
cp .out evaluated
run cnn-predict --quiet -m bare --input caffe --evaluate images
ok "evaluation, too" cmp -s .out evaluated
ok "a report" model-report --quiet -m bare --input caffe --validation bytes.tens -o report.html
is "... of the same accuracy" "$(sed -n 's/.*<b>\([0-9.]*\) %<.b><span>accuracy.*/\1/p' report.html)" \
	"$(awk -F '\t' '$1 == "accuracy" { printf "%.1f", 100 * $2 }' evaluated)"

# Cards that make no sense.
while IFS='|' read -r text message; do
	card "$text"
	run cnn-predict -m carded images
	is "$text" "$status $(cat .err)" "1 cnn-predict: carded: training.json: $message"
done <<'END'
{"input": {"minimum": 1, "maximum": 0}}|minimum 1 and maximum 0 of its input are no range
{"input": {"minimum": 0}}|minimum and maximum of its input are not two numbers
{"input": {"mode": "vgg"}}|unknown mode 'vgg' of its input
END

# A network made for bytes gets bytes, in training and in prediction, with and without the card.
cat >rescaled.json <<'END'
{"class_name": "Sequential", "config": [{"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [null, 24, 32, 3]}},
 {"class_name": "Rescaling", "config": {"name": "r", "scale": 0.00784313725490196, "offset": -1}},
 {"class_name": "Conv2D", "config": {"name": "c", "filters": 4, "kernel_size": 3, "activation": "relu"}},
 {"class_name": "GlobalAveragePooling2D", "config": {"name": "g"}},
 {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "softmax"}}]}
END
ok "training" cnn-train --quiet --epochs 30 --learning-rate 0.02 --architecture rescaled.json -o rescaled bytes.tens
is "its card" "$(python3 -c 'import json
card = json.load(open("rescaled/training.json"))
print(card["input"]["minimum"], card["input"]["maximum"], card["data"]["range"])')" '0.0 255.0 [0.0, 255.0]'
with_card=$(answers rescaled images)
is "it has learned" "$(cnn-predict --quiet -m rescaled images | awk -F '[/\t]' '$2 == $4' | wc -l)" 6
rm rescaled/training.json
run cnn-predict -m rescaled images
is "its layers say it" "$(grep -c 'the range' .err)" 0
is "... the same" "$(answers rescaled images)" "$with_card"
finish
