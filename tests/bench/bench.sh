#!/bin/sh
# usage: bench.sh [--json] SECTION...
# Runs sections (SECTION.sh beside this file), each beside what else is installed, and prints tables of medians, or JSON.
# Contestants run in turn, A B A B, ROUNDS times; a measure lasts SPAN seconds. QUICK=1 is for a first look.
set -e
here=$(dirname "$0")
. "$here/common/in_turn.sh"
format=table
[ "$1" != --json ] || { format=json; shift; }
: "${ROUNDS:=${QUICK:+1}}" "${SPAN:=${QUICK:+0.1}}"
export ROUNDS="${ROUNDS:-7}" SPAN="${SPAN:-1}"
IMAGES=${IMAGES:-$here/../../data/pokemon/train}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
processor="${processor:-$(uname -m)}, $(nproc) processors, $(uname -sr)"
for section; do
	results=$scratch/results
	: >"$results"
	. "$here/$section.sh"
	cat "$results" >>"$scratch/all"
	[ $format = json ] || awk -f "$here/common/table.awk" "$results"
done
if [ $format = json ]; then
	awk -v processor="$processor" -f "$here/common/json.awk" "$scratch/all"
else
	echo "on $processor; medians of $ROUNDS"
fi
