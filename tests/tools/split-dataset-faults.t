#!/bin/sh
# split-dataset: whatever fails or kills it while it replaces a split, the old one or the new one is there, never parts of both,
# and what others put beside it stays.
# In memory where possible: it waits for the disk some hundred times.
[ -w /dev/shm ] && TMPDIR=/dev/shm
. "$(dirname "$0")/tap.sh"
needs_failing

mkdir -p in/a in/b
for i in 1 2 3 4; do noise in/a/$i.pgm $i in/b/$i.pgm $((10 + i)); done
tree() { (cd "$1" && find . ! -name notes.txt ! -name .hidden -type f | LC_ALL=C sort && cat split.tsv) 2>&1; }
split() { split-dataset -q --no-sandbox --threads 1 "$@" 2>message; code=$?; sed -i '/^split-dataset: --no-sandbox/d' message; }
split in old
split --seed 3 --test-split 0.2 in new
old=$(tree old) new=$(tree new)
ok "two splits differ" test "$old" != "$new"

: >bad
problem() { echo "$where: $*" >>bad; }
no_part() { [ -z "$(ls out 2>/dev/null | grep -v notes.txt)" ]; }
# No picture in train beside itself in validation or test, whichever split they are of.
leaks() { (cd out 2>/dev/null && find . -type f -name '*.pgm' -printf '%f %h\n' | sed 's, .*/, ,' | sort | uniq -d); }
judge() {
	got=$(tree out)
	[ -z "$(leaks)" ] || problem "leaks $(leaks)"
	case $code in
	0) [ "$got" = "$new" ] || problem "status 0 without the new split" ;;
	1) [ "$(wc -l <message)" = 1 ] || problem "not one line: $(cat message)" ;;
	esac
	[ "$got" = "$new" ] || [ "$got" = "$1" ] || {
		# Only where steps can't be taken back, or there was a kill among several, may the next run have to complete it.
		case $2$how in *FOREVER=1 | apart*KILL | moved*KILL) ;; *) problem "neither split: $(ls out)" ;; esac
	}
	[ "$(cat out/notes.txt .out.*/notes.txt 2>/dev/null)" = mine ] || problem "the notes are gone"
}
# try KIND CALLS [HOW...]: each position, once, for ever, and killed, or as said. KIND: whole (an earlier split), apart (the same where names can't be
# exchanged), moved (a folder without a split).
tried=0
try() {
	[ "$1" = apart ] && always=renameat2 || always=
	kind=$1 calls=$2
	shift 2
	for how in ${*:-FAIL_FOREVER=0 FAIL_FOREVER=1 FAIL_ERRNO=SIGKILL}; do
		position=1 reached=1
		while [ "$reached" ]; do
			where="$kind $calls $position $how"
			rm -rf out .out.* calls
			if [ $kind = moved ]; then mkdir out; before=$(tree out); else cp -al old out; before=$old; fi
			mkdir out/.hidden
			echo mine >out/notes.txt
			: >calls
			failing FAIL_CALL=$calls FAIL_PATH=out FAIL_AT=$position $how FAIL_ALWAYS=$always FAIL_LOG=calls \
				split-dataset -q --no-sandbox --threads 1 --seed 3 --test-split 0.2 in out 2>message </dev/null
			code=$?
			sed -i '/^split-dataset: --no-sandbox/d' message
			grep -q ^failed calls && reached=1 || reached=
			judge "$before" $kind
			if [ $code != 0 ]; then
				split --seed 3 --test-split 0.2 in out
				[ $code = 0 ] || problem "the next run fails: $(cat message)"
			fi
			[ "$(tree out)" = "$new" ] || problem "the next run leaves another split"
			[ "$(cat out/notes.txt)" = mine ] && [ -d out/.hidden ] || problem "the next run leaves no notes"
			[ -z "$(ls -A | grep '^\.out\.')" ] || problem "something is left: $(ls -A | grep '^\.out\.')"
			position=$((position + 1)) tried=$((tried + ${reached:-0}))
		done
	done
}
try whole rename,renameat2
try apart rename
try moved rename,renameat2
try whole unlinkat FAIL_FOREVER=1 FAIL_ERRNO=SIGKILL
try whole rmdir,fsync FAIL_FOREVER=0 FAIL_ERRNO=SIGKILL
try whole linkat,mkdir FAIL_FOREVER=0
is "every call fails at every position" "$(cat bad)" ''
note "$tried faults"
ok "there were some" test $tried -gt 90

# The working folder is never replaced; where it holds no split it becomes one.
mkdir here
echo mine >here/notes.txt
inode=$(stat -c %i here)
run sh -c 'cd here && split-dataset -q ../in .'
status_is 0
is "a working folder becomes a split" "$(ls here; stat -c %i here)" "notes.txt
split.tsv
train
validation
$inode"
before=$(tree here)
run sh -c 'cd here && split-dataset -q --seed 3 ../in .'
status_is 1
stderr_is 'split-dataset: .: is the working directory and has a split, which would be removed: run this in another directory'
run sh -c 'cd here && split-dataset -q --seed 3 ../in "$PWD/../here"'
status_is 1
is "and stays" "$(tree here)" "$before"
run split-dataset -q --seed 3 --test-split 0.2 in here
status_is 0
is "from elsewhere it is replaced" "$(tree here)" "$new"

# What a killed run left, while somebody's parts lie there.
rm -rf out
cp -al new .out.millrace-split-0
mkdir -p out/test
echo mine >out/test/precious
run split-dataset -q in out
status_is 1
stderr_is 'split-dataset: out: has test but no split.tsv: it was not written by split-dataset and is not replaced'
is "stays" "$(find out -type f)" out/test/precious
rm -r out
run split-dataset -q in out
status_is 0
ok "with these gone all is as ever" cmp out/split.tsv old/split.tsv
is "nothing is left" "$(ls -A | grep '^\.out\.')" ''

echo mine >.out.millrace-split-0
mkdir .out.millrace-split-x
run split-dataset -q in out
status_is 0
is "names that are somebody's stay" "$(ls -Ad .out.*)" ".out.millrace-split-0
.out.millrace-split-x"
finish
