#!/bin/sh
# Every tool and what is no picture, no stream, no model: one line, status 1, and nothing is changed.
. "$(dirname "$0")/bad-input.sh"

mkdir empty-folder folders folders/a
: >empty
echo text >text.jpg
head -c 3000 model/curves.png >cut.png
head -c 5000 model/poids.h5 >garbage
cp train.tens wrong.tens
printf X | dd of=wrong.tens conv=notrunc 2>/dev/null
head -c 20000 train.tens >cut.tens
cp train.tens flipped.tens
printf X | dd of=flipped.tens bs=1 seek=30000 conv=notrunc 2>/dev/null
cat train.tens other.tens >two.tens
cp -R images strange
mv 'strange/red shells' 'strange/green shells'
pack-tensors -q --size 26x24 -o strange.tens strange

# ---- streams ----
for bad in missing empty-folder empty text.jpg cut.png garbage wrong.tens cut.tens flipped.tens two.tens; do
	one_line "$bad" augment -q -o out.tens $bad
	one_line "$bad" augment -q --passes 2 -o train.tens $bad
	one_line "$bad" cnn-train -q --epochs 1 -o model $bad
	one_line "$bad" cnn-train -q --epochs 1 -o model --validation $bad train.tens
	one_line "$bad" model-report -m model -o report.html --validation $bad
	one_line "$bad" tensor-info --npy other.tens --png picture.png $bad
done
for bad in missing empty-folder empty text.jpg cut.png garbage wrong.tens cut.tens flipped.tens; do
	one_line "$bad" tensor-info --verify $bad
	one_line "$bad" cnn-predict -q -m model $bad
done
says 1 'cnn-predict: other.tens: shape: 30x30x3; the model takes 24x26x3' cnn-predict -q -m model other.tens
says 1 'model-report: strange.tens: class '\''green shells'\'' is unknown to the model' \
	model-report -m model --validation strange.tens -o report.html
says 1 "cnn-predict: strange.tens: labels: unknown to the model: 'green shells'
cnn-predict: model: no labelled pictures to evaluate it on" cnn-predict -q -m model --evaluate strange.tens
says 1 "cnn-train: strange.tens: class 1 differs: 'red shells' and 'green shells'" \
	cnn-train -q --epochs 1 -o model --validation strange.tens train.tens
says 1 'augment: other.tens: head: shape differs: 24x26x3 and 30x30x3' augment -q -o out.tens train.tens other.tens

# Cut where chunks meet, just beside, and here and there within; wherever that is, the tools say the same of it.
python3 - <<'END' >cuts
import struct
data, at, places = open("train.tens", "rb").read(), 0, set()
while at < len(data):
    places |= {at, at + 1, at + 8, at + 12, at + 63, at + 64, at + 65, at - 1}
    at += 64 + -(-struct.unpack("<Q", data[at + 32:at + 40])[0] // 64) * 64
places |= set(range(977, len(data), 7919))
print(*sorted(place for place in places if 0 < place < len(data)))
END
wrong=
for at in $(cat cuts); do
	head -c "$at" train.tens >cut.tens
	rm -rf out.tens
	for command in 'augment -q -o out.tens' 'tensor-info --npy out.npy' 'cnn-predict -q -m model' 'cnn-train -q -o new --epochs 1' \
		'model-report -o out.html -m model --validation'; do
		$command cut.tens >/dev/null 2>.err
		[ "$? $(wc -l <.err) $(grep -c "^${command%% *}: cut.tens: " .err)" = '1 1 1' ] || wrong="$wrong $at:${command%% *}"
	done
done
is "a stream cut at $(wc -w <cuts) bytes" "$wrong" ''
ok "nothing came of it" sh -c '! ls -A | grep -E "^(out|new|[.](out|new)[.])"'

# ---- pictures ----
for bad in missing empty-folder empty text.jpg cut.png garbage; do
	one_line "$bad" pack-tensors -q --strict -o train.tens "$picture" "$bad"
	one_line "$bad" saliency -q -m model -o images "$bad"
	one_line "$bad" cnn-predict -q -m model --strict --sort-into images --annotate images "$bad"
done
says 1 'pack-tensors: folders/a: is a folder' pack-tensors -q --strict -o out.tens folders/a "$picture"
says 1 'pack-tensors: empty-folder: holds no class folders' pack-tensors -q -o out.tens empty-folder
says 1 'pack-tensors: folders: holds no files in class folders' pack-tensors -q -o out.tens folders
says 1 'cnn-predict: empty-folder: holds no files' cnn-predict -q -m model empty-folder
says 1 'cnn-predict: strange/green shells: is not a known class
cnn-predict: model: no labelled pictures to evaluate it on' cnn-predict -q -m model --evaluate strange

# ---- lists, descriptions, folders ----
for bad in missing empty-folder empty garbage; do
	one_line "$bad" pack-tensors -q -o out.tens --classes-from $bad images
	one_line "$bad" cnn-train -q --epochs 1 -o model --architecture $bad train.tens
	one_line "./$bad" draw-characters -q -o drawn ./$bad
	one_line "./$bad" scrape-images -q -o scraped --dataset ./$bad
	one_line "./$bad" scrape-images -q -o scraped --site ./$bad shells
	one_line "$bad" split-dataset -q $bad split
	one_line "$bad" check-dataset -q $bad
	one_line "$bad" cnn-predict -q -m model --evaluate --leaked $bad images
	one_line "$bad" model-report -m model -o report.html --validation train.tens --leaked $bad
	one_line "$bad" browse-dataset --port 0 --list $bad images
	rm -rf scraped
	[ $bad = empty-folder ] || one_line $bad browse-dataset --port 0 $bad
done
finish
