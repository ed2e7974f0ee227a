#!/bin/sh
# cnn-train: whatever fails or kills it while it puts a model in place, the old one or the new one is there, whole.
# In memory where possible: it waits for the disk some thousand times.
[ -w /dev/shm ] && TMPDIR=/dev/shm
. "$(dirname "$0")/tap.sh"
needs_failing

mkdir -p in/a in/b
noise in/a/0.pgm 1 in/b/0.pgm 2
pack-tensors -q --size 16x16 -o t.tens in
cat >small.json <<'END_OF_MODEL'
{"class_name": "Sequential", "config": {"name": "small", "layers": [
 {"class_name": "InputLayer", "config": {"name": "input", "batch_input_shape": [null, 16, 16, 3]}},
 {"class_name": "Flatten", "config": {"name": "flatten"}},
 {"class_name": "Dense", "config": {"name": "output", "units": 2, "activation": "sigmoid"}}]}}
END_OF_MODEL
train() { cnn-train -q --architecture small.json --epochs 1 --threads 1 "$@" t.tens; }
answer() { cnn-predict -q -m "$1" --top 2 --threads 1 t.tens 2>&1; }
files='architecture.json curves.png history.tsv labels.txt poids.h5 training.json '

ok "an old model" train -o m
mv m old
ok "a new one" train --seed 7 -o m
mv m new
old=$(answer old) new=$(answer new)
ok "they differ" test "$old" != "$new"

# Each call of a kind fails at each of its positions, once or for ever after, or kills: what is read then is one of both.
# attempt FOLDER VARIABLE=VALUE...: sets `code` and `reached`, whether there was such a call at all.
attempt() {
	folder=$1
	shift
	: >calls
	failing "$@" FAIL_LOG=calls cnn-train -q --architecture small.json --epochs 1 --threads 1 --seed 7 -o "$folder" t.tens \
		2>message </dev/null
	code=$?
	grep -q ^failed calls && reached=1 || reached=
}
# Bad outcomes are listed, and there must be none.
: >bad
same() { cmp -s m/poids.h5 "$1/poids.h5" && cmp -s m/training.json "$1/training.json"; }
read_as() { # old, new, or something else; what lies ready to be moved only a reader knows
	if [ -e m/.millrace-new ]; then
		got=$(answer m)
		[ "$got" = "$new" ] && echo new || echo "$got"
	else
		same new && echo new || { same old && echo old || echo neither; }
	fi
}
judge() { # judge WHERE
	got=$(read_as)
	case $code,$got in
	0,new | [1-9]*,old | [1-9]*,new) ;;
	*) echo "$1: status $code: $got" >>bad ;;
	esac
	[ "$(cat m/notes.txt 2>&1)" = mine ] || echo "$1: the notes are gone" >>bad
	[ "$code" != 1 ] || [ "$(ls -A m.1 2>/dev/null | grep -vc curves.png)" = 5 ] || [ ! -e m.1 ] || echo "$1: what is kept is not whole" >>bad
	[ "$code" != 1 ] || [ "$(grep -vc curves.png message)" -le 1 ] || echo "$1: not one line: $(cat message)" >>bad
}
tried=0
for call in rename,renameat2 fsync mkdir unlink rmdir; do
	for how in FAIL_FOREVER=0 FAIL_FOREVER=1 FAIL_ERRNO=SIGKILL; do
		[ $how = FAIL_FOREVER=1 ] && [ $call = fsync ] && continue
		position=1 reached=1
		while [ "$reached" ]; do
			rm -rf m m.*
			cp -R old m
			echo mine >m/notes.txt
			attempt m FAIL_CALL="$call" FAIL_AT=$position $how
			judge "$call $position $how"
			[ -z "$reached" ] || tried=$((tried + 1))
			if [ "$reached" ] && [ $how = FAIL_ERRNO=SIGKILL ]; then
				train --seed 7 -o m 2>>bad || echo "$call $position: the next run fails" >>bad
				same new || echo "$call $position: the next run makes another model" >>bad
			fi
			if [ "$code" = 0 ] || { [ "$reached" ] && [ $how = FAIL_ERRNO=SIGKILL ]; }; then
				[ "$(ls -A m | tr '\n' ' ')" = "$(echo "$files notes.txt" | tr ' ' '\n' | sort | tr -s '\n' ' ' | sed 's/^ //')" ] ||
					echo "$call $position $how: holds $(ls -A m | tr '\n' ' ')" >>bad
				[ -z "$(ls -A | grep '^\.m\.')" ] || echo "$call $position $how: something is left beside" >>bad
			fi
			position=$((position + 1))
		done
	done
done
# The same where there is no model yet: it is there whole, or it is not there.
for how in FAIL_FOREVER=0 FAIL_ERRNO=SIGKILL; do
	position=1 reached=1
	while [ "$reached" ]; do
		rm -rf m m.*
		attempt m FAIL_CALL=rename,renameat2,mkdir FAIL_AT=$position $how
		[ ! -e m ] && [ $code != 0 ] || same new || echo "new $position $how: status $code, neither" >>bad
		[ $code = 0 ] || train --seed 7 -o m || echo "new $position $how: the next run fails" >>bad
		same new && [ "$(ls -A m | tr '\n' ' ')$(ls -A | grep '^\.m\.')" = "$files" ] || [ "$(cat message | grep -c curves.png)" = 1 ] ||
			echo "new $position $how: holds $(ls -A m | tr '\n' ' ')" >>bad
		position=$((position + 1)) tried=$((tried + ${reached:-0}))
	done
done
is "every call fails at every position: the old model or the new one" "$(cat bad)" ''
note "$tried faults"
ok "there were some" test $tried -gt 60

# A picture of the curves that can't be drawn: the model is there.
rm -rf m m.*
ok "a new model" train -o m
attempt m FAIL_CALL=open FAIL_PATH=.curves.png. FAIL_AT=1 FAIL_ERRNO=ENOSPC
is "a curve that can't be written: status" $code 1
is "... is said" "$(cat message)" 'cnn-train: m/curves.png: No space left on device'
ok "... the model is there" same new
is "... without it, nor the old one" "$(ls -A m | tr '\n' ' ')" "$(echo "$files" | sed 's/curves.png //')"

# A folder that can't be read, when training begins and when it ends.
rm -rf m m.*
mkdir m
attempt m FAIL_CALL=readdir FAIL_AT=1
is "a folder that can't be listed: status" $code 1
is "... is said" "$(cat message)" 'cnn-train: m: Input/output error'
is "... and stays" "$(ls -A)" "$(ls -A | grep -v '^m\.')"
echo mine >m/notes.txt
attempt m FAIL_CALL=readdir FAIL_AT=3 FAIL_FOREVER=1
is "... in part: status" $code 1
is "... it stays" "$(ls -A m)" notes.txt
finish
