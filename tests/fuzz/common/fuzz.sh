#!/bin/sh
# Runs fuzzers in turn: fuzz.sh FOLDER SECONDS NAME... FOLDER is what they were built into. Each begins with its seeds and what it
# learnt before; kept there are what it learns (corpus), what it said (NAME.log) and every input that crashed it, leaked,
# took too much memory or more than five seconds (found). HDF5 crashes on damaged files, for which the tools have a process of
# their own: inputs on which it did, or that do no harm alone, are kept apart (found/hdf5). BIN is for seeds.sh.
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 seconds=$2 failed=0
shift 2
export LSAN_OPTIONS="suppressions=$here/../../leaks.supp:print_suppressions=0"

# Whether the last call before those of the sanitizer, libFuzzer and the C library, in the stack that FILE shows, is HDF5's.
is_in_hdf5() {
	awk '/^ *#[0-9]+ / && $4 !~ /^(__|fuzzer::|mem|str|[mc]alloc|free)/ && !/libc\.so/ {found = $4 ~ /^H5/; exit} END {exit !found}' "$1"
}

for name; do
	corpus=$folder/corpus/$name seeds=$folder/seeds/$name log=$folder/$name.log
	rm -rf "$seeds"
	mkdir -p "$corpus" "$folder/found"
	sh "$here/seeds.sh" "$name" "$seeds" || exit 1
	limit=1100 crashing= # MiB at once
	export ASAN_OPTIONS=allocator_may_return_null=1
	case $name in
	weights) limit=1000000 ;; # HDF5 asks for what a damaged file says, and does without
	whole_model | keras_archive)
		limit=1000000 crashing='-fork=1 -ignore_crashes=1 -ignore_timeouts=1'
		ASAN_OPTIONS=$ASAN_OPTIONS:max_allocation_size_mb=300 ;;
	esac
	"$folder/tests/fuzz/$name" -max_total_time="$seconds" -timeout=5 -malloc_limit_mb="$limit" -print_final_stats=1 \
		$crashing -artifact_prefix="$folder/found/$name-" "$corpus" "$seeds/good" "$seeds/bad" >"$log" 2>&1 || failed=1
	for found in ${crashing:+"$folder/found/$name-"*}; do
		case $found in *.log | *'*') continue ;; esac
		if "$folder/tests/fuzz/$name" -timeout=5 "$found" >"$found.log" 2>&1 || is_in_hdf5 "$found.log"; then
			mkdir -p "$folder/found/hdf5" && mv "$found" "$found.log" "$folder/found/hdf5"
		else
			failed=1
		fi
	done
	awk -v name="$name" -v crashing="$crashing" '/ cov: /{edges = $4} /^#.* job: /{runs = substr($1, 2); edges = $3; rate = runs / ($13 + 1)}
		/number_of_executed/{runs = $2} /average_exec/{rate = $2}
		/ERROR|Assertion|runtime error/ && !wrong && !crashing{wrong = ", " $0}
		END {printf "%s: %d runs, %d a second, %d edges%s\n", name, runs, rate, edges, wrong}' "$log"
done
exit $failed
