#!/bin/sh
# cnn-train: an interrupted training goes on to the same bytes; what does not belong to it is refused by name.
. "$(dirname "$0")/training.sh"

goes_on='has the training so far; the same command goes on with it, with --resume'
cnn-train -q --architecture plain.json --epochs 1 -o before t.tens
status_of() { case $1 in INT) echo 130 ;; TERM) echo 143 ;; HUP) echo 129 ;; esac; }
options='-q --architecture small.json --threads 1 --batch-size 4 --checkpoint-every 0'
lasting() { cnn-train $options --epochs 80 "$@"; }

# ---- signals, from a file ----
lasting --validation v.tens -o whole t.tens
for name in INT TERM HUP; do
	case $name in INT) pause=0 ;; TERM) pause=0.015 ;; HUP) pause=0.03 ;; esac
	rm -rf m m.partial
	cp -R before m
	interrupt $name $pause m checkpoint.safetensors cnn-train $options --epochs 80 --validation v.tens -o m t.tens
	is "$name: status and message" "$status $(cat .err)" "$(status_of $name) cnn-train: m.partial: $goes_on"
	ok "... the model is as it was" diff -r before m
	is "... nothing else is left" "$(ls -d .[!.]*.millrace* m* 2>/dev/null | tr '\n' ' ')" 'm m.partial '
	is "... the checkpoint is not finished" "$(card m.partial 'card["finished"]')" False
	ok "... is a usable model" cnn-predict -q -m m.partial --evaluate v.tens
	run lasting --resume --validation v.tens -o m t.tens
	status_is 0
	stderr_is ''
	same_model "... goes on to the same bytes" whole m
	is "... and there is no checkpoint any more" "$(ls | grep "^m\.")" ''
done

# What else a training remembers: its plateau and moments; the best weights, and which of the passes of a file was used.
augment -q --preset keras --passes 6 t.tens >six.tens
while read -r others; do
	rm -rf m m.partial
	cnn-train $options --epochs 80 --validation v.tens $others -o other
	interrupt TERM 0.04 m checkpoint.safetensors cnn-train $options --epochs 80 --validation v.tens $others -o m
	run cnn-train $options --epochs 80 --validation v.tens $others --resume -o m
	same_model "$others" other m
	rm -rf other
done <<'END'
--optimizer sgd --momentum 0.9 --schedule plateau --learning-rate 1e-9 --accumulate 7 t.tens
--patience 70 --schedule one-cycle --average 0 --clip-norm 0.1 six.tens
END

# Both signals arrive while it is stopped: the first to be handled asks for an end, the second one is that.
env --default-signal=INT cnn-train $options --epochs 800000 -o m2 t.tens 2>.err &
process=$!
until [ -e m2.partial/checkpoint.safetensors ]; do sleep 0.01; done
kill -STOP $process
kill -INT $process
kill -TERM $process
kill -CONT $process
wait $process
code=$?
is "a second signal ends it at once" "$([ $code = 130 ] || [ $code = 143 ] && echo ended) $(cat .err)" 'ended '
ok "... the checkpoint is whole" cnn-predict -q -m m2.partial --evaluate v.tens

# ---- a pipe ----
many() { augment -q --preset keras --seed 3 --threads 1 --passes 40 t.tens; }
many >passes.tens
many | cnn-train $options -o piped
mkfifo pipe
# begin SECONDS: trains on two passes, whose writer has more to come; and waits so long after the first checkpoint.
begin() {
	rm -rf m m.partial
	cnn-train $options -o m - <pipe 2>.err &
	process=$!
	exec 3>pipe
	head -c "$(($(stat -c %s passes.tens) / 20))" passes.tens >&3
	until [ -e m.partial/checkpoint.safetensors ]; do sleep 0.005; done
	sleep "$1"
}
goes_on_with_pipe() { # goes_on_with_pipe NAME "STATUS MESSAGE"
	wait $process 2>/dev/null
	is "$1: status and message" "$? $(cat .err)" "$2"
	exec 3>&-
	many | cnn-train $options --resume -o m
	same_model "... goes on to the same bytes" piped m
}
for seconds in 0 0.1; do
	begin $seconds
	kill -TERM $process
	goes_on_with_pipe "TERM, $seconds" "143 cnn-train: m.partial: $goes_on"
done
begin 0
exec 3>&-
goes_on_with_pipe "a writer that is killed" "1 cnn-train: standard input: segment 3, chunk 0: ends too early
cnn-train: m.partial: $goes_on"
begin 0.1
kill -TERM $process
exec 3>&-
goes_on_with_pipe "both are" "143 cnn-train: m.partial: $goes_on"

# ---- what is refused ----
interrupt TERM 0 r history.tsv cnn-train $options --epochs 1000000 --class-weights balanced --validation v.tens -o r t.tens
cp -R r.partial kept
other_data="was trained with another"
ours="--epochs 1000000 --class-weights balanced --validation v.tens"
refuses() { # refuses MESSAGE ARGUMENT...: of cnn-train beside -o
	message=$1
	shift
	run cnn-train --threads 1 "$@" -o r
	is "refused: $*" "$status $(cat .err)" "1 cnn-train: $message"
	diff -r kept r.partial && [ ! -e r ] || result 1 "$* changes something"
}
refuses_option() { # refuses_option NAME BEFORE NOW ARGUMENT...
	message="r.partial: was trained with --$1 $2, not $3"
	shift 3
	refuses "$message" $options $ours --resume "$@" t.tens
}
refuses "r.partial: an unfinished training is there; go on with --resume, or remove it" $options $ours t.tens
refuses_option seed 0 7 --seed 7
refuses_option learning-rate 0.001 0.002 --learning-rate 0.002
refuses_option epochs 1000000 7 --epochs 7
refuses_option batch-size 4 5 --batch-size 5
refuses_option schedule cosine constant --schedule constant
refuses_option average 0.999 0 --average 0
refuses_option weight-decay 0 0.1 --weight-decay 0.1
refuses_option optimizer adam sgd --optimizer sgd
refuses_option accumulate 1 2 --accumulate 2
refuses_option clip-norm 0 1 --clip-norm 1
refuses_option patience 0 3 --patience 3
refuses_option label-smoothing 0 0.1 --label-smoothing 0.1
printf 'class\tweight\na\t1\nb\t2\n' >weights.tsv
refuses_option class-weights balanced weights.tsv --class-weights weights.tsv
mkdir elsewhere
cp plain.json elsewhere/small.json
refuses "r.partial: $other_data network" $options $ours --resume --architecture elsewhere/small.json t.tens
refuses "r.partial: $other_data data set" $options $ours --resume v.tens
refuses "r.partial: $other_data validation set" $options $ours --resume --validation t.tens t.tens
refuses "r.partial: $other_data validation set" $options --epochs 1000000 --class-weights balanced --resume t.tens
interrupt TERM 0 w checkpoint.safetensors cnn-train $options --epochs 1000000 --class-weights weights.tsv -o w t.tens
printf 'class\tweight\na\t1\nb\t3\n' >weights.tsv
run cnn-train $options --epochs 1000000 --class-weights weights.tsv --resume -o w t.tens
is "refused: another table of the same name" "$status $(cat .err)" \
	"1 cnn-train: w.partial: $other_data table of class weights"

# Of a pipe its passes are compared.
begin 0.1
kill -TERM $process
wait $process
exec 3>&-
cp -R m.partial waited
augment -q --preset keras --seed 4 --passes 40 t.tens 2>/dev/null | cnn-train $options --resume -o m 2>.err
is "other passes" "$? $(cat .err)" \
	'1 cnn-train: standard input: pass 1 is not the one that m.partial was trained on'
ok "... change nothing" diff -r waited m.partial

# ---- what is not a checkpoint ----
rm -rf m m.partial
run lasting --resume --validation v.tens -o m t.tens
is "--resume without a checkpoint begins" "$status $(cat .err)" '0 '
same_model "... and trains the same" whole m
checkpoint=r.partial/checkpoint.safetensors
damaged() { # damaged NAME MESSAGE: r.partial, which is as before afterwards
	rm -rf kept
	cp -R r.partial kept
	run cnn-train $options $ours --resume -o r t.tens
	is "$1" "$status $(cat .err)" "1 cnn-train: $checkpoint: $2"
	ok "... changes nothing" diff -r kept r.partial
}
size=$(stat -c %s $checkpoint)
cp $checkpoint good
: >$checkpoint
damaged "an empty checkpoint" 'is not a safetensors file, or not all of it'
for length in 7 100 1000; do
	head -c $length good >$checkpoint
	damaged "a checkpoint of $length bytes" 'is not a safetensors file, or not all of it'
done
head -c $((size - 4)) good >$checkpoint
damaged "a checkpoint without its end" 'is damaged: its digest differs'
python3 - <<'END'
import json, struct
whole = open("good", "rb").read()
length = struct.unpack("<Q", whole[:8])[0]
open("bit", "wb").write(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
header = json.loads(whole[8:8 + length])
state = header["__metadata__"]["training"]
header["__metadata__"]["training"] = state.replace('"steps":', '"steps":1', 1)
changed = json.dumps(header).encode()
open("state", "wb").write(struct.pack("<Q", len(changed)) + changed + whole[8 + length:])
del header["__metadata__"]["training"]
changed = json.dumps(header).encode()
open("none", "wb").write(struct.pack("<Q", len(changed)) + changed + whole[8 + length:])
END
cp bit $checkpoint
damaged "a bit of its weights" 'is damaged: its digest differs'
cp state $checkpoint
damaged "a digit of its state" 'is damaged: its digest differs'
cp none $checkpoint
damaged "weights alone" 'is not a checkpoint'
rm $checkpoint
for resume in '' --resume; do
	run cnn-train $options $ours $resume -o r t.tens
	is "somebody's model is not replaced, ${resume:-without --resume}" "$status $(cat .err)" \
		'1 cnn-train: r.partial: is a model without a checkpoint, which is not replaced; move it away'
done
ok "... and is as it was" cnn-predict -q -m r.partial --evaluate v.tens

# ---- a checkpoint that can't be written ----
if [ -e "$fail_calls" ]; then
	# The disk fails in the second epoch: at the first batch of an update, and at its second.
	cnn-train $options --accumulate 3 --average 0 --epochs 3 -o summed t.tens
	for read in 157 162; do
		rm -rf m m.partial
		run failing FAIL_CALL=pread FAIL_AT=$read FAIL_ERRNO=EIO \
			cnn-train $options --accumulate 3 --average 0 --epochs 3 -o m t.tens
		is "read $read fails" "$status $(sed -n 1p .err)" '1 cnn-train: t.tens: Input/output error'
		run cnn-train $options --accumulate 3 --average 0 --epochs 3 --resume -o m t.tens
		same_model "... goes on to the same bytes" summed m
	done
	for call in open:checkpoint mkdir:.partial rename,renameat2:.partial; do
		rm -rf m m.partial
		run failing FAIL_CALL=${call%:*} FAIL_PATH=${call#*:} FAIL_AT=1 FAIL_FOREVER=1 FAIL_ERRNO=ENOSPC \
			cnn-train $options --epochs 80 --validation v.tens -o m t.tens
		is "no space in $call: training goes on" "$status $(wc -l <.err) $(grep -c 'No space left on device; without a new checkpoint training goes on$' .err)" '0 1 1'
		stderr_has '^cnn-train: m.partial.*: No space'
		same_model "... to the same model" whole m
	done
fi
finish
