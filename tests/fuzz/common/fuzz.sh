#!/bin/sh
# Runs fuzzers in turn: fuzz.sh FOLDER SECONDS NAME... FOLDER is what they were built into. Each begins with its seeds and what it
# learnt before; kept there are what it learns (corpus), what it said (NAME.log) and every input that crashed it, leaked,
# took too much memory or more than five seconds (found). BIN is for seeds.sh.
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 seconds=$2 failed=0
shift 2
for name; do
	corpus=$folder/corpus/$name seeds=$folder/seeds/$name log=$folder/$name.log
	rm -rf "$seeds"
	mkdir -p "$corpus" "$folder/found"
	sh "$here/seeds.sh" "$name" "$seeds" || exit 1
	limit=1100 # MiB at once
	[ "$name" != weights ] || limit=1000000 # HDF5 asks for what a damaged file says, and does without
	ASAN_OPTIONS=allocator_may_return_null=1 LSAN_OPTIONS=suppressions=$here/../../leaks.supp:print_suppressions=0 \
		"$folder/tests/fuzz/$name" -max_total_time="$seconds" -timeout=5 -malloc_limit_mb="$limit" -print_final_stats=1 \
		-artifact_prefix="$folder/found/$name-" "$corpus" "$seeds/good" "$seeds/bad" >"$log" 2>&1 || failed=1
	awk -v name="$name" '/ cov: /{edges = $4} /number_of_executed/{runs = $2} /average_exec/{rate = $2}
		/ERROR|Assertion|runtime error/ && !wrong{wrong = ", " $0}
		END {printf "%s: %d runs, %d a second, %d edges%s\n", name, runs, rate, edges, wrong}' "$log"
done
exit $failed
