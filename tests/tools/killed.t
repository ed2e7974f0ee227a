#!/bin/sh
# What a tool leaves when it is killed is removed by the next that writes the same; what is being written, and what is
# somebody's, stays.
. "$(dirname "$0")/tap.sh"

mkdir -p in/a in/b
for i in 1 2 3 4 5; do noise in/a/$i.pgm $i in/b/$i.pgm $((10 + i)); done
pack-tensors -q --size 16x16 -o small.tens in
for i in 1 2 3 4 5 6 7 8 9 10; do cat small.tens; done | tensor-cat -q -o large.tens
left() { ls -Ad .[!.]*.millrace-* 2>/dev/null; }
started() { # waits until the process has begun its file, and locked it
	for i in $(seq 1000); do
		readlink /proc/$process/fd/* | grep -q millrace-0 &&
			grep -q ":$(stat -c %i .out.tens.millrace-0) " /proc/locks && return 0
		sleep 0.02
	done
	return 1
}

# A writer that waits for its input is killed.
echo mine >.out.tens.123-0
echo mine >.out.tens.millrace-x
mkfifo pipe
for round in 1 2 3; do
	tensor-cat -q -o out.tens - <pipe &
	process=$!
	exec 3>pipe
	head -c 5000 large.tens >&3
	ok "$round: it has begun" started
	[ $round != 2 ] || {
		cp large.tens copy.tens
		tensor-cat -q -o out.tens small.tens
		is "another process leaves it alone" "$(left)" "$(printf '.out.tens.millrace-0\n.out.tens.millrace-x')"
	}
	kill -KILL $process
	wait $process 2>/dev/null
	exec 3>&-
	is "$round: it leaves a file" "$(left)" "$(printf '.out.tens.millrace-0\n.out.tens.millrace-x')"
done
run tensor-cat -q -o out.tens small.tens
status_is 0
is "the next removes it, and nobody else's" "$(left) $(ls -Ad .out.tens.1*)" '.out.tens.millrace-x .out.tens.123-0'

# Killed at any moment: in the end there is the file, and nothing else.
rm .out.tens.*
for pause in 0.001 0.003 0.006 0.01 0.015 0.02 0.03 0.05; do
	for tool in "tensor-cat -q -o out.tens large.tens" "pack-tensors -q --size 16x16 -o out.tens in" \
		"tensor-info -q --extract folder large.tens" "augment -q --passes 5 -o out.tens large.tens"; do
		rm -rf folder
		$tool 2>/dev/null >/dev/null &
		process=$!
		sleep $pause
		kill -KILL $process 2>/dev/null
		wait $process 2>/dev/null
	done
done
rm -rf folder
run tensor-info --extract folder large.tens
status_is 0
run tensor-cat -q -o out.tens small.tens
status_is 0
is "after 32 kills nothing is left" "$(left)" ''

# A file that cannot be looked at is an error, not a name that is taken.
if [ -e "$BIN/../tests/faults/fail_calls.so" ]; then
	for call in fstat lstat; do
		failing FAIL_CALL=$call FAIL_AT=1 FAIL_FOREVER=1 timeout 20 tensor-cat -q -o other.tens small.tens 2>said
		is "$call fails for ever: status, one line, nothing left" \
			"$? $(sed 's,small,other,' said) $(ls -A | grep other)" '1 tensor-cat: other.tens: Input/output error '
	done
fi
finish
