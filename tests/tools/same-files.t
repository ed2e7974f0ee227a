#!/bin/sh
# No output takes the place of an input or of another output: of every tool, by whatever name a file is reached.
. "$(dirname "$0")/tap.sh"

mkdir -p pics/red pics/blue split/train/red split/validation/red model keras sub
noise pics/red/0.png 1 pics/red/1.png 2 pics/blue/0.png 3 pics/blue/1.png 9 split/train/red/0.png 4 split/validation/red/0.png 5
cp "$fixtures/model/plain.json" model/architecture.json
cp "$fixtures/model/plain.weights.h5" model/poids.h5
cp "$fixtures/model/plain.json" "$fixtures/model/plain.weights.h5" keras
for folder in model keras; do printf '%s\n' a b c d >$folder/labels.txt; done
echo '{}' >model/training.json
printf 'epoch\tloss\n' >model/history.tsv
cp "$fixtures/stream/index.tens" t.tens
cp t.tens v.tens
cp t.tens t-00000-of-00002.tens
printf 'pics/red/0.png,red\n' >list.csv
printf 'path\tsha256\n' >split.tsv
echo '{}' >done.jsonl
echo '{}' >shapes.json
printf 'title = X\n' >recipe
echo '<html>' >page.html
echo 'a list' >pics/manifest.tsv
ln t.tens hard.tens
ln -s t.tens soft.tens
ln -s ../pics/red/0.png sub/link.png
ln -s new.file dangling
ln -s pics same-pics
mkdir linked && ln -s "$scratch/pics/red" linked/red
state() { find . -type f -not -name '.*' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cksum; find . -not -name '.*' | LC_ALL=C sort; }
state >.before

# A command with its shell's redirections, and what is said of it.
while IFS='|' read -r command message; do
	case $command in '' | '#'*) continue ;; esac
	tool=${command%% *}
	sh -c "$command" >.out 2>.err </dev/null
	is "$command" "$? $(head -n 1 .err)" "2 $tool: $message"
	state >.after
	ok "... and all is as it was" cmp .before .after
	echo "$command" >>.commands
done <<'END'
# by whatever name
augment -o t.tens t.tens|--output: would replace t.tens, which is read
augment -o ./t.tens t.tens|--output: would replace t.tens, which is read
augment -o sub/../t.tens t.tens|--output: would replace t.tens, which is read
augment -o "$PWD/t.tens" t.tens|--output: would replace t.tens, which is read
augment -o hard.tens t.tens|--output: would replace t.tens, which is read
augment -o soft.tens t.tens|--output: would replace t.tens, which is read
augment -o t.tens soft.tens|--output: would replace soft.tens, which is read
augment -o t.tens v.tens t.tens|--output: would replace t.tens, which is read
augment -o t.tens <t.tens|--output: would replace standard input, which is read
augment -o t.tens - <t.tens|--output: would replace standard input, which is read
augment -o t.tens /dev/stdin <t.tens|--output: would replace /dev/stdin, which is read
augment -o t.tens /dev/fd/7 7<t.tens|--output: would replace /dev/fd/7, which is read
augment -o /dev/fd/7 t.tens 7>>t.tens|--output: would replace t.tens, which is read
augment t.tens >>t.tens|standard output: is t.tens, which is read
augment <t.tens >>hard.tens|standard output: is standard input, which is read
augment -o - t.tens >>t.tens|standard output: is t.tens, which is read
augment -o /dev/stdout t.tens >>t.tens|standard output: is t.tens, which is read
# two outputs
augment -o new --record new t.tens|--record: and --output name one file
augment -o new --record ./new t.tens|--record: and --output name one file
augment -o new --record sub/../new t.tens|--record: and --output name one file
augment -o none/../new --record new t.tens|--record: and --output name one file
augment -o pics/new --record same-pics/new t.tens|--record: and --output name one file
augment -o dangling --record new.file t.tens|--record: and --output name one file
augment -o v.tens --record ./v.tens t.tens|--record: and --output name one file
augment -o - --record - t.tens|--record: needs a file of its own, or -o with one
augment -o - --record /dev/stdout t.tens|--record: and --output name one file
cnn-predict -m model --evaluate --predictions v.tens t.tens >>v.tens|--predictions: and standard output are one file
# each tool, each option
augment --record t.tens -o new t.tens|--record: would replace t.tens, which is read
augment --replay done.jsonl -o done.jsonl t.tens|--output: would replace done.jsonl, which is read
augment --replay done.jsonl --record done.jsonl -o new t.tens|--record: would replace done.jsonl, which is read
augment --preview t.tens t.tens|--preview: would replace t.tens, which is read
browse-dataset --list split.tsv pics >>split.tsv|standard output: is split.tsv, which is read
check-dataset -o pics/red/0.png pics|--output: would replace pics/red/0.png, which is read
check-dataset -o sub/link.png pics|--output: would replace pics/red/0.png, which is read
check-dataset -o pics/red/0.png same-pics|--output: would replace same-pics/red/0.png, which is read
check-dataset -o pics/red/1.png linked|--output: would replace linked/red/1.png, which is read
check-dataset -o split/train/red/0.png split|--output: would replace split/train/red/0.png, which is read
check-dataset pics >>pics/blue/0.png|standard output: is pics/blue/0.png, which is read
cnn-export -m model -o model/poids.h5|--output: would replace model/poids.h5, which is read
cnn-export -m model -o model/architecture.json|--output: would replace model/architecture.json, which is read
cnn-export -m model >>model/labels.txt|standard output: is model/labels.txt, which is read
cnn-export -m keras -o keras/plain.json|--output: would replace keras/plain.json, which is read
cnn-export -m keras -o keras/plain.weights.h5|--output: would replace keras/plain.weights.h5, which is read
cnn-export -m model --format onnx --labels split.tsv -o split.tsv|--output: would replace split.tsv, which is read
cnn-predict -m model --evaluate --predictions t.tens t.tens|--predictions: would replace t.tens, which is read
cnn-predict -m model --evaluate --confusion t.tens t.tens|--confusion: would replace t.tens, which is read
cnn-predict -m model --labels split.tsv --evaluate --confusion split.tsv t.tens|--confusion: would replace split.tsv, which is read
cnn-predict -m keras/plain.json --evaluate --confusion keras/plain.weights.h5 t.tens|--confusion: would replace keras/plain.weights.h5, which is read
cnn-predict -m keras/plain.weights.h5 --evaluate --confusion keras/labels.txt t.tens|--confusion: would replace keras/labels.txt, which is read
cnn-predict -m model --evaluate --confusion model/labels.txt t.tens|--confusion: would replace model/labels.txt, which is read
cnn-predict -m model --evaluate --leaked split.tsv --confusion split.tsv t.tens|--confusion: would replace split.tsv, which is read
cnn-predict -m model --evaluate --leaked split.tsv --predictions split.tsv t.tens|--predictions: would replace split.tsv, which is read
cnn-predict -m model --evaluate --confusion new --predictions new t.tens|--predictions: and --confusion name one file
cnn-predict -m model --evaluate --predictions pics/red/0.png pics|--predictions: would replace pics/red/0.png, which is read
cnn-predict -m keras -m model --evaluate --predictions model/poids.h5 t.tens|--predictions: would replace model/poids.h5, which is read
cnn-predict -m model --annotate pics pics|--annotate: would write into pics, which is read
cnn-predict -m model --annotate pics/new/deep pics|--annotate: would write into pics, which is read
cnn-predict -m model --annotate same-pics pics|--annotate: would write into pics, which is read
cnn-predict -m model --sort-into pics/red pics|--sort-into: would write into pics, which is read
cnn-predict -m model --sort-into . .|--sort-into: would write into ., which is read
cnn-predict -m model pics >>pics/red/1.png|standard output: is pics/red/1.png, which is read
cnn-train -o model model/poids.h5|--output: would replace model/poids.h5, which is read
cnn-train -o model --validation model/history.tsv t.tens|--output: would replace model/history.tsv, which is read
cnn-train -o model --class-weights model/history.tsv t.tens|--output: would replace model/history.tsv, which is read
cnn-train -o model --start small --groups model/history.tsv t.tens|--output: would replace model/history.tsv, which is read
cnn-train -o model --like model t.tens|--output: would replace model/architecture.json, which is read
cnn-train -o model --start model/poids.h5 t.tens|--output: would replace model/poids.h5, which is read
cnn-train --find-learning-rate t.tens t.tens|--find-learning-rate: would replace t.tens, which is read
evaluate-folds --confusion t.tens model t.tens|--confusion: would replace t.tens, which is read
evaluate-folds --confusion model/training.json model t.tens|--confusion: would replace model/training.json, which is read
evaluate-folds --calibrate model model t.tens|--calibrate: would replace model/training.json, which is read
draw-characters -o sub ./shapes.json >>shapes.json|standard output: is ./shapes.json, which is read
fetch-network --file model/poids.h5 -o . model|--output: would replace model/poids.h5, which is read
fetch-network --file keras/plain.weights.h5 --ca-file model/labels.txt -o sub/.. ./model|--output: would replace model/labels.txt, which is read
model-report -m model --labels split.tsv -o split.tsv|--output: would replace split.tsv, which is read
model-report -m model -o model/poids.h5|--output: would replace model/poids.h5, which is read
model-report -m model -o model/history.tsv|--output: would replace model/history.tsv, which is read
model-report -m model --validation v.tens -o v.tens|--output: would replace v.tens, which is read
model-report -m model --validation v.tens --leaked split.tsv -o split.tsv|--output: would replace split.tsv, which is read
model-report -m model --cross-validation split.tsv -o split.tsv|--output: would replace split.tsv, which is read
pack-tensors --classes-from v.tens -o v.tens pics|--output: would replace v.tens, which is read
pack-tensors --classes-from model -o model/labels.txt pics|--output: would replace model/labels.txt, which is read
pack-tensors -o pics/red/0.png pics|--output: would replace pics/red/0.png, which is read
pack-tensors -o pics/red/1.png pics/red/0.png pics/red/1.png|--output: would replace pics/red/1.png, which is read
pack-tensors --list list.csv -o list.csv|--output: would replace list.csv, which is read
pack-tensors -q --list list.csv -o pics/red/0.png|--output: would replace pics/red/0.png, which is read
pack-tensors --like model -o model/poids.h5 pics|--output: would replace model/poids.h5, which is read
pack-tensors -o v.tens <v.tens|--output: would replace standard input, which is read
saliency -m model --labels split.tsv --chart split.tsv|--chart: would replace split.tsv, which is read
saliency -m model --chart model/poids.h5|--chart: would replace model/poids.h5, which is read
saliency -m model --chart pics/red/0.png -o sub pics|--chart: would replace pics/red/0.png, which is read
saliency -m model --chart sub -o sub pics|--chart: and --output name one file
saliency -m model -o pics/maps pics|--output: would write into pics, which is read
saliency -m model .|--output: would write into ., which is read
scrape-images --urls pics/manifest.tsv -o pics|--output: would replace pics/manifest.tsv, which is read
scrape-images --page pics/manifest.tsv -o same-pics a|--output: would replace pics/manifest.tsv, which is read
scrape-images --dataset recipe -o sub >>recipe|standard output: is recipe, which is read
scrape-images --explain --site ./recipe --page page.html a >>recipe|standard output: is ./recipe, which is read
scrape-images --explain --page page.html a >>page.html|standard output: is page.html, which is read
scrape-images --ca-file pics/manifest.tsv -o pics --url https://127.0.0.1/ a|--output: would replace pics/manifest.tsv, which is read
split-dataset --manifest pics/red/0.png pics new|--manifest: would replace pics/red/0.png, which is read
split-dataset --audit --manifest split/validation/red/0.png split|--manifest: would replace split/validation/red/0.png, which is read
split-dataset --manifest ./new pics new|--manifest: and OUT name one file
tensor-cat -o t.tens t.tens v.tens|--output: would replace t.tens, which is read
tensor-cat --shards 2 -o t.tens t-00000-of-00002.tens|--output: would replace t-00000-of-00002.tens, which is read
tensor-cat --list split.tsv -o split.tsv t.tens|--output: would replace split.tsv, which is read
tensor-cat --folds 2 --fold 1 --groups split.tsv -o split.tsv t.tens|--output: would replace split.tsv, which is read
tensor-cat --classes-from v.tens -o v.tens t.tens|--output: would replace v.tens, which is read
tensor-info --npy t.tens t.tens|--npy: would replace t.tens, which is read
tensor-info --labels t.tens t.tens|--labels: would replace t.tens, which is read
tensor-info --png t.tens t.tens|--png: would replace t.tens, which is read
tensor-info --npy new --labels new t.tens|--labels: and --npy name one file
tensor-info --npy new --png new t.tens|--png: and --npy name one file
tensor-info --extract new --npy new t.tens|--extract: and --npy name one file
tensor-info t.tens >>t.tens|standard output: is t.tens, which is read
END

# No option that names a path is left out above.
for path in "$BIN"/*; do
	tool=$(basename "$path")
	for names in $("$path" --help | sed -nE 's/^  (-.|  )[, ] (--[a-z-]+) (FILE|DIR|MODEL|STREAM|RECIPE)( .*)?$/\1\2/p' | tr -d ' '); do
		letter=$(expr "$names" : '\(-[^-]\)') long=--${names#*--}
		ok "$tool $long stands in the table" grep -Eq -e "^$tool .*(${letter:+$letter |}$long )" .commands
	done
done

# Names that are found out while pictures are worked on: the picture stays, what can't be written is said.
kept() { # kept FILE COMMAND...: fails, says what would be replaced, leaves FILE alone
	file=$1 before=$(cksum <"$1")
	shift
	run "$@"
	is "$*" "$status $(grep -c 'would replace .*, which is read$' .err) $(cksum <"$file")" "1 1 $before"
}
mkdir generated && noise generated/a.png 6 generated/a-gradient.png 7 generated/a-annotated.png 8
kept generated/a-gradient.png saliency -q -m model -o generated generated/a.png generated/a-gradient.png
kept generated/a-annotated.png cnn-predict -q -m model --annotate generated generated/a.png generated/a-annotated.png
mkdir drawn && cp "$here/../../data/pokemon/characters.json" drawn/scenes.tsv
kept drawn/scenes.tsv draw-characters -q -n 1 --scenes 1 -o drawn drawn/scenes.tsv

# What harms nothing is allowed.
allowed() { # allowed STATUS COMMAND...
	expected=$1
	shift
	run "$@"
	status_is "$expected"
}
pack-tensors -q --size 26 -o pictures.tens pics
cnn-train -q --epochs 1 -o learnt pictures.tens
check-dataset -q -o pics/report.tsv pics
allowed 4 check-dataset -q -o pics/report.tsv pics
allowed 4 check-dataset -q -o split/train/report.tsv split
allowed 4 check-dataset -q -o split/train/report.tsv split
for tool in 'pack-tensors -q --size 22x18 -o pics/all.tens pics' 'split-dataset -q --manifest pics/split.tsv pics parts' \
	'cnn-export -m model -o model/model.onnx' 'model-report -q -m learnt -o learnt/report.html' \
	'saliency -q -m model --chart model/architecture.png -o model/saliency generated/a.png' \
	'saliency -q -m model -o generated generated/a.png' 'cnn-predict -q -m model --annotate generated --sort-into generated generated/a.png' \
	'augment -q -o /dev/null --record /dev/null t.tens' 'tensor-info --npy /dev/null --labels /dev/null t.tens' \
	'augment -q -o /dev/null /dev/null' 'tensor-cat --shards 2 -o t.tens t.tens'; do
	for time in first second; do
		allowed $([ "$tool" = "${tool#*/dev/null /dev/null}" ]; echo $?) $tool
	done
done
ok "to and from devices and pipes" sh -c 'cat t.tens | augment -q -o /dev/stdout | tensor-info --npy - >array.npy'
ok "a redirected output by its name" sh -c 'tensor-info --npy /dev/stdout t.tens >named.npy && cmp named.npy array.npy'
allowed 0 cnn-train -q --epochs 1 --architecture learnt/architecture.json -o learnt pictures.tens

finish
