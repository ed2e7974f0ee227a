#!/bin/sh
# A tool ended in the middle of its work leaves what was there, and nothing else; a training its checkpoint, too.
. "$(dirname "$0")/bad-input.sh"
characters=$MILLRACE_DATA/pokemon/characters.json

augment -q --passes 900 -o long.tens train.tens
mkdir -p many/a many/b
python3 -c 'import random
for i in range(4000):
    open("many/%s/%d" % ("ab"[i % 2], i), "wb").write(b"P5 30 30 255\n" + random.Random(i).randbytes(900))'

# ended SIGNAL SECONDS COMMAND...: ends it so long after its start, or when it is done by itself.
ended() {
	signal=$1 seconds=$2
	shift 2
	env --default-signal=INT,TERM "$@" >/dev/null 2>.err &
	process=$!
	sleep "$seconds"
	kill "-$signal" $process 2>/dev/null
	wait $process 2>/dev/null
	status=$?
}
# interrupted SECONDS COMMAND...: it is hit, by either signal, and the folder results/ is as before.
interrupted() {
	seconds=$1
	shift
	for signal in INT TERM; do
		rm -rf results
		cp -R before results
		ended $signal "$seconds" "$@"
		is "$signal: $*" "$status $(cat .err)" "$([ $signal = INT ] && echo 130 || echo 143) "
		ok "nothing changed and nothing left: $*" diff -r before results
	done
}
mkdir before
cp train.tens before/x.tens
cp -R model before/model
split-dataset -q images before/split
for file in x.npy x.html x.tsv; do echo "mine" >before/$file; done

interrupted 0.2 augment -q --passes 1000000 -o results/x.tens train.tens
interrupted 0.2 pack-tensors -q --size 6000 -o results/x.tens images
for signal in INT TERM; do
	rm -rf results
	cp -R before results
	env --default-signal=INT,TERM cnn-train -q --epochs 1000000 --checkpoint-every 0 -o results/model train.tens 2>.err &
	process=$!
	until [ -e results/model.partial/checkpoint.safetensors ]; do sleep 0.02; done
	kill "-$signal" $process
	wait $process 2>/dev/null
	status=$?
	is "$signal: cnn-train" "$status $(cat .err)" "$([ $signal = INT ] && echo 130 || echo 143) cnn-train: results/model.partial: \
has the training so far; the same command goes on with it, with --resume"
	ok "what was trained is a usable model" cnn-predict -q -m results/model.partial "$picture"
	rm -rf results/model.partial
	ok "nothing else changed and nothing else is left: cnn-train" diff -r before results
done
interrupted 0.1 split-dataset -q --link copy many results/split
interrupted 0.1 split-dataset -q --link copy many results/new
interrupted 0.1 tensor-info --npy results/x.npy --labels results/y.npy long.tens long.tens long.tens long.tens
interrupted 0.1 cnn-predict -q -m model --evaluate --predictions results/x.tsv long.tens long.tens long.tens long.tens
interrupted 0.1 model-report -m model --validation long.tens -o results/x.html
rm -rf drawn maps
ended INT 0.4 draw-characters -q -n 9000 -o drawn "$characters"
is "INT: draw-characters" $status 130
ok "every drawing is whole" python3 -c 'import glob, os
for folder, folders, files in os.walk("drawn"):
    for name in files: assert name[0] != "." and open(os.path.join(folder, name), "rb").read()[-8:-4] == b"IEND", name'
ended TERM 0.3 saliency -q -m model --method integrated-gradients --samples 100000 -o maps "$picture"
is "TERM: saliency" "$status $(ls -A maps)" "143 "
printf 'http://127.0.0.1:9/picture.png\tshells\n' >list
ended INT 0.3 scrape-images -q --allow-private --retries 20 --backoff 60 -o scraped --urls list
is "INT: scrape-images, which had nothing yet" "$status $(ls -d scraped 2>/dev/null)" "130 "
for signal in INT TERM; do
	ended $signal 0.2 browse-dataset --port 0 images
	is "$signal: browse-dataset" $status "$([ $signal = INT ] && echo 130 || echo 143)"
done

# While a model or a split is put in place, it is the old one or the new one, and nothing beside it but a checkpoint.
cnn-train -q --epochs 1 --seed 5 -o fresh train.tens
split-dataset -q --link copy --seed 5 many both
wrong=
for seconds in 0.02 0.04 0.06 0.08 0.1 0.12 0.14 0.16 0.18 0.2 0.25 0.3; do
	rm -rf results
	cp -R before results
	ended TERM $seconds cnn-train -q --epochs 1 --seed 5 -o results/model train.tens
	cmp -s results/model/poids.h5 before/model/poids.h5 || cmp -s results/model/poids.h5 fresh/poids.h5 || wrong="$wrong $seconds"
	[ "$(ls -A results/model)" = "$(ls -A before/model)" ] || wrong="$wrong $seconds model"
	[ "$(ls -A results | grep -vx model.partial)" = "$(ls -A before)" ] || wrong="$wrong $seconds left"
	cnn-train -q --resume --epochs 1 --seed 5 -o results/model train.tens || wrong="$wrong $seconds resume"
	cmp -s results/model/poids.h5 fresh/poids.h5 && [ "$(ls -A results)" = "$(ls -A before)" ] || wrong="$wrong $seconds end"
done
is "cnn-train, TERM at twelve moments" "$wrong" ''

# It is the tool that creates and renames its files, never a child process. A training that is done is put in place.
for file in poids.h5 curves.png; do
	for call in open rename; do
		[ -e "$fail_calls" ] || continue
		rm -rf results
		cp -R before results
		run failing FAIL_CALL=$call FAIL_PATH=$file FAIL_AT=1 FAIL_ERRNO=SIGTERM \
			cnn-train -q --epochs 1 --seed 5 -o results/model train.tens
		is "TERM in the $call of $file" "$status $(ls -A results | tr '\n' ' ')" "143 $(ls -A before | tr '\n' ' ')"
		ok "... the new model is there" diff -r -x history.tsv -x training.json fresh results/model
	done
done

# Killed, it can't tidy up: hidden files may be left, but under its final name a result is whole.
wrong=
for seconds in 0.02 0.05 0.08 0.12 0.16 0.2 0.25; do
	rm -rf killed
	mkdir killed
	ended KILL $seconds cnn-train -q --epochs 1 --seed 5 -o killed/model train.tens
	[ ! -e killed/model ] || cmp -s killed/model/poids.h5 fresh/poids.h5 || wrong="$wrong model:$seconds"
	rm -rf killed/model
	ended KILL $seconds cnn-train -q --epochs 1000000 --checkpoint-every 0 -o killed/model train.tens
	[ ! -e killed/model.partial ] || cnn-predict -q -m killed/model.partial "$picture" >.out || wrong="$wrong checkpoint:$seconds"
	[ ! -e killed/model ] || wrong="$wrong unfinished:$seconds"
	ended KILL $seconds augment -q --passes 40 -o killed/x.tens train.tens
	[ ! -e killed/x.tens ] || tensor-info --verify killed/x.tens >/dev/null || wrong="$wrong stream:$seconds"
	ended KILL $seconds split-dataset -q --link copy --seed 5 many killed/split
	[ ! -e killed/split ] || diff -rq killed/split both >/dev/null || wrong="$wrong split:$seconds"
	ended KILL $seconds model-report -m model -o killed/x.html
	[ ! -e killed/x.html ] || tail -n 1 killed/x.html | grep -q '</html>' || wrong="$wrong report:$seconds"
	[ -z "$(ls killed | grep -v -e '^model$' -e '^model.partial$' -e '^x.tens$' -e '^split$' -e '^x.html$')" ] || wrong="$wrong names:$seconds"
done
is "killed at seven moments" "$wrong" ''
finish
