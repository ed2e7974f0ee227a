#!/bin/sh
# tensor-cat: what is joined, picked, sampled, shuffled and cut into shards, against the records that went in.
. "$(dirname "$0")/tap.sh"
reader=$here/../tens_reader.py
cp "$fixtures/stream"/*.tens .
records() { python3 "$reader" "$1"; }
sha() { tensor-info --json "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["sha256"])'; }
cat_of() { run tensor-cat --quiet "$@"; cp "$scratch/.out" out.tens; }

# numbered FILE COUNT SIDE [OPTIONS...]: grey images through IDX, of classes 0 to 9 in turn, each its own source.
numbered() {
	python3 - "$2" "$3" <<-'END'
	import struct, sys
	count, side = int(sys.argv[1]), int(sys.argv[2])
	with open("images.idx", "wb") as images:
	    images.write(struct.pack(">IIII", 0x803, count, side, side))
	    for i in range(count):
	        images.write((struct.pack("<I", i) * (side * side // 4 + 1))[:side * side])
	open("labels.idx", "wb").write(struct.pack(">II", 0x801, count) + bytes(i % 10 for i in range(count)))
	END
	file=$1
	shift 3
	pack-tensors -q --idx "$@" -o "$file" images.idx labels.idx
}

# ---- joining ----
tensor-info --records index.tens >expected
cat_of index.tens
status_is 0
stderr_is ''
ok "one stream: the same records" sh -c 'tensor-info --records out.tens | cmp - expected'
ok "... which another reader reads too" sh -c "python3 '$reader' out.tens | cmp - expected"
for kind in weights color empty passes; do
	records $kind.tens >expected
	cat_of $kind.tens
	records out.tens >got
	ok "kind of stream: $kind" cmp expected got
done
cat index.tens >twice.tens && cat index.tens >>twice.tens
cat_of index.tens index.tens
is "two streams make one segment" "$(tensor-info --json out.tens | grep -o '"segments":[0-9]*,"records":[0-9]*')" '"segments":1,"records":10'
is "... and so do two segments of a pass" "$(cat_of twice.tens; sha out.tens)" "$(cat_of index.tens index.tens; sha out.tens)"
is "a pipe, a file and a pipe by its name" "$(tensor-cat -q - index.tens <index.tens | sha -)" "$(sha out.tens)"
is "... in whatever order" "$(bash -c 'tensor-cat -q <(cat index.tens) index.tens | tensor-info --verify')" 'standard input: OK'
is "the history holds every entry once, and its own" \
	"$(tensor-info --json out.tens | python3 -c 'import json, sys
for entry in json.load(sys.stdin)["history"]: print(entry["tool"], entry["arguments"])')" "make_streams make_streams.py
tensor-cat index.tens index.tens"
run tensor-cat -q -o index.tens index.tens index.tens
is "a stream that is read is not replaced" "$status $(records index.tens | wc -l)" '2 5'

# Passes stay together: 4, 5 of one stream and 4, 5 of the other become 4, 4, 5, 5.
cat_of passes.tens passes.tens
is "passes come together, a segment each" "$(records out.tens | cut -f 1 | uniq -c | tr -s ' ')" " 6 4
 6 5"
is "... and their number is right" "$(tensor-info --json out.tens | grep -o '"segments":[0-9]*')" '"segments":2'
cat_of passes.tens index.tens
is "the lowest pass comes first" "$(records out.tens | cut -f 1 | uniq | tr '\n' ' ')" '0 4 5 '

# ---- classes ----
numbered ten.tens 20 8
numbered named.tens 20 8 --classes a,b,c,d,e,f,g,h,i,9
cat_of ten.tens named.tens
status_is 1
stderr_is "tensor-cat: named.tens: head: class 0 differs: 'a' and '0'"
stdout_is ''
cat_of --merge-classes ten.tens named.tens
status_is 0
is "classes merged, in the order of their coming up" "$(tensor-info --json out.tens | python3 -c 'import json, sys
print(*(c["name"] + str(c["records"]) for c in json.load(sys.stdin)["classes"]))')" "02 12 22 32 42 52 62 72 82 94 a2 b2 c2 d2 e2 f2 g2 h2 i2"
cat_of --class 1 --class 3 --classes 3,1 ten.tens
status_is 0
is "fewer classes, in another order" "$(records out.tens | cut -f 2,3 | tr '\t\n' '  ')" '1 1 3 3 11 1 13 3 '
cat_of --classes 3,1 ten.tens
status_is 1
stderr_is 'tensor-cat: ten.tens: 0: is not one of the classes, but a record has it'
cat_of --class nothing ten.tens
status_is 1
stderr_is 'tensor-cat: nothing: is a class of no stream'
cat_of --merge-classes --class 'red shells' weights.tens
is "of weights, what has a weight for a class" "$(records out.tens | cut -f 3)" "$(records weights.tens | cut -f 3 | grep 'red shells')"
cat_of --classes-from color.tens index.tens
status_is 0

for seed in 1 2 3 4 5 6; do
	tensor-cat -q --classes 0,1,2,3,4,5,6,7,8 --sample 1 --seed $seed ten.tens >out.tens 2>err
	is "an error doesn't depend on what is sampled" "$? $(cat err)" \
		'1 tensor-cat: ten.tens: 9: is not one of the classes, but a record has it'
	tensor-cat -q --classes 0,1,2,3,4,5,6,7,8 --sample 0.01 --seed $seed ten.tens >out.tens 2>err
	is "... nor on its part" "$? $(cat err)" '1 tensor-cat: ten.tens: 9: is not one of the classes, but a record has it'
done

# ---- picking ----
cat_of --class 3 --exclude ten.tens
is "all but a class" "$(records out.tens | cut -f 3 | sort -u | tr -d '\n')" 012456789
printf '4\nimages.idx#7\tand more\nimages.idx#nothing\n19\n' >list
cat_of --list list ten.tens
is "a list of ids and names" "$(records out.tens | cut -f 2 | tr '\n' ' ')" '4 7 19 '
status_is 4
stderr_is 'tensor-cat: list: line 3: images.idx#nothing: is the source name of no record'
printf '99\n3\nimages.idx#3\n3\nb\n98\n99\na\n' >list
for kind in '' --exclude --shuffle '--sample 1' '--class 0'; do
	run tensor-cat -q $kind --list list -o listed.tens ten.tens
	[ "$kind" = '--class 0' ] && stderr_has 'none of 20 records was selected$' && status_is 1 || status_is 4
	is "lines that no record is of: $kind" "$(grep line .err)" 'tensor-cat: list: line 1: 99: is the id of no record
tensor-cat: list: line 5: b: is the source name of no record
tensor-cat: list: line 6: 98: is the id of no record
tensor-cat: list: line 8: a: is the source name of no record'
done
is "... and the others are done all the same" "$(tensor-cat -q --exclude --list list ten.tens 2>/dev/null | records - | wc -l)" 19
run tensor-cat -q --list list -o listed.tens ten.tens
is "... as a whole file" "$(tensor-info --verify listed.tens; records listed.tens | cut -f 2)" 'listed.tens: OK
3'
printf '4\nimages.idx#7\t\n19\n' >list
cat_of --list list ten.tens
status_is 0
stderr_is ''
run tensor-cat --list list -o listed.tens ten.tens
stderr_has '^tensor-cat: 20 records, .*, 3 written$'
cat_of --list list --class 9 ten.tens
is "a list and a class" "$(records out.tens | cut -f 2)" 19
is "a list from a pipe, the stream too by its name" "$(tensor-info --records ten.tens | cut -f 4 | head -n 3 | tensor-cat -q --list - ten.tens | records - | wc -l)" 3
echo nowhere >list
cat_of --list list ten.tens
status_is 1
stderr_is 'tensor-cat: list: line 1: nowhere: is the source name of no record
tensor-cat: standard output: none of 20 records was selected'
run tensor-info --verify out.tens
stderr_is 'tensor-info: out.tens: chunk 1: ends too early'
cat_of --list list passes.tens
ok "none of several passes: what was begun is not whole" sh -c '! tensor-info --verify out.tens'
cat_of --shuffle --list list ten.tens
ok "... nor is it shuffled" sh -c '! tensor-info --verify out.tens'
printf 'a\\q\n' >list
run tensor-cat --list list ten.tens
status_is 1
stderr_is 'tensor-cat: list: line 1: source name: has an unknown escape'
cat_of --renumber ten.tens ten.tens
is "new ids" "$(records out.tens | cut -f 2 | tr '\n' ' ')" "$(seq -s ' ' 0 39) "

# ---- order ----
numbered many.tens 3000 20
records many.tens | sort >expected
for memory in 1 512; do
	tensor-cat -q --shuffle --seed 3 --memory $memory -o shuffled$memory.tens many.tens
done
ok "with 1 MiB of memory as with 512" cmp shuffled1.tens shuffled512.tens
records shuffled1.tens | sort >got
ok "a shuffle is a permutation" cmp expected got
is "... through a pipe too" "$(cat many.tens | tensor-cat -q --shuffle --seed 3 --memory 1 - | sha -)" "$(sha shuffled1.tens)"
ok "... that mixes: records of the first tenth are everywhere" sh -c "python3 '$reader' shuffled1.tens | cut -f 2 |
	awk '\$1 < 300 { tenth[int((NR - 1) / 300)]++ } END { for (i = 0; i < 10; i++) if (tenth[i] < 10 || tenth[i] > 60) exit 1 }'"
tensor-cat -q --shuffle --seed 4 -o other.tens many.tens
ok "another seed, another order" sh -c '! cmp -s other.tens shuffled1.tens'
tensor-cat -q --shuffle --seed 3 passes.tens >passed.tens
is "passes are shuffled each by itself" "$(records passed.tens | cut -f 1 | uniq | tr '\n' ' ')$(records passed.tens | sort | cksum)" \
	"4 5 $(records passes.tens | sort | cksum)"

# ---- sampling ----
cat_of --sample 250 --seed 1 many.tens
records out.tens >got
is "a sample of so many" "$(wc -l <got) $(cut -f 2 got | sort -n | uniq | wc -l)" '250 250'
ok "... in the order of the stream" sh -c 'cut -f 2 got | sort -nc'
is "... whatever the memory" "$(tensor-cat -q --sample 250 --seed 1 --memory 1 many.tens | sha -)" "$(sha out.tens)"
ok "... from all over" awk '{ if ($2 < 1500) low++ } END { exit low < 85 || low > 165 }' got
cat_of --sample 250 --seed 1 --shuffle many.tens
is "... shuffled, the same sample" "$(records out.tens | sort | cksum)" "$(sort got | cksum)"
cat_of --sample 250 --seed 2 many.tens
ok "another seed, another sample" sh -c "! python3 '$reader' out.tens | cmp -s - got"
cat_of --sample 5000 many.tens
is "more than there are: all" "$(records out.tens | wc -l)" 3000
cat_of --sample 0.1 many.tens
ok "a part: about that many" sh -c "n=\$(python3 '$reader' out.tens | wc -l); [ \$n -gt 230 ] && [ \$n -lt 370 ]"

# ---- shards ----
for count in 2 7; do
	run tensor-cat -q --shards $count -o part.tens many.tens
	status_is 0
	is "$count shards, in order, are the whole" "$(tensor-cat -q part-*-of-000*"$count".tens | sha -)" "$(sha many.tens)"
	is "$count shards are whole, of one size" "$(for f in part-*-of-000*"$count".tens; do tensor-info --verify "$f" >&2; records "$f" | wc -l; done 2>/dev/null |
		sort -u | awk 'NR == 1 { least = $1 } END { print $1 - least < 2 }')" 1
done
ok "their names" test -f part-00000-of-00007.tens -a -f part-00006-of-00007.tens
run tensor-cat -q --shards 3 -o p.tens passes.tens
is "each shard holds its part of every pass" "$(for i in 0 1 2; do records p-0000$i-of-00003.tens | cut -f 1,2 | tr '\t\n' ', '; echo; done)" \
	"$(for i in 1 2 3; do records passes.tens | grep ^4 | sed -n ${i}p | cut -f 1,2 | tr '\t\n' ', '; records passes.tens | grep ^5 | sed -n ${i}p | cut -f 1,2 | tr '\t\n' ', '; echo; done)"
run tensor-cat -q --shards 8 -o p.tens index.tens
is "more shards than records" "$(cat p-*-of-00008.tens | tensor-cat -q | sha -)" "$(tensor-cat -q index.tens | sha -)"
mkdir 'odd [é].d' && run tensor-cat -q --shards 2 -o 'odd [é].d/.a b' index.tens
ok "a name without extension, in an odd folder" test -f 'odd [é].d/.a b-00001-of-00002'

# ---- compression ----
tensor-cat -q --codec zlib -o packed.tens many.tens
ok "compressed is smaller" sh -c '[ $(wc -c <packed.tens) -lt $(($(wc -c <many.tens) / 4)) ]'
is "... of the same data" "$(sha packed.tens)" "$(sha many.tens)"
is "... and back" "$(tensor-cat -q packed.tens | sha -)" "$(sha many.tens)"

# ---- runs ----
# What is written is a run of its own, whatever was read; cut after a segment of it, it is refused.
cut_at_segments() {
	python3 - "$1" <<-'END'
	import sys
	data = open(sys.argv[1], "rb").read()
	heads = [at for at in range(0, len(data), 64) if data[at:at + 12] == b"\x89TENS\r\n\x1aHEAD"]
	for number, at in enumerate(heads[1:]):
	    open("%s.cut%d" % (sys.argv[1], number), "wb").write(data[:at])
	END
}
# Shards get their names when all are written: with the last one's write failing there is none.
if [ -e "$BIN/../tests/faults/fail_calls.so" ]; then
	failing FAIL_CALL=fsync FAIL_AT=3 FAIL_ERRNO=ENOSPC tensor-cat -q --shards 3 -o full.tens index.tens 2>full.err
	is "a shard that can't be written: status, and no shard" "$? $(ls full* .full* 2>/dev/null | tr '\n' ' ')" '1 full.err '
fi
for options in '' --shuffle '--class red\ shells' '--shards 3'; do
	eval "tensor-cat -q $options -o run-.tens passes.tens runs.tens"
	for out in run-*.tens; do
		is "tensor-cat $options: $out is whole" "$(tensor-info --verify $out)" "$out: OK"
		cut_at_segments $out
		is "  and no cut between its passes is" "$(for cut in $out.cut*; do tensor-info --verify $cut 2>&1; done | grep -c 'announces another one$')" \
			"$(ls $out.cut* | wc -l)"
	done
	rm run-*
done
tensor-cat -q -o run-.tens runs.tens
ok "cat of what was written is whole" sh -c 'cat run-.tens run-.tens | tensor-info --verify'
rm run-*
run tensor-cat -q run_cut.tens
status_is 1
stderr_is "tensor-cat: run_cut.tens: ends after segment 2, which announces another one"

# ---- bad streams and places ----
# A whole first pass says nothing of the second.
size=$(wc -c <passes.tens)
for order in '' --shuffle; do
	head -c $((size - 100)) passes.tens | tensor-cat -q $order - >broken.tens 2>err
	is "a bad second pass${order:+, shuffled}: the first has no end either, or the second begins" \
		"$? $(tensor-info --verify broken.tens 2>&1 >/dev/null | grep -c 'ends too early')" '1 1'
done
for bad in cut no_end changed future label; do
	cp index.tens kept.tens
	run tensor-cat -q -o kept.tens index.tens $bad.tens
	status_is 1
	stderr_has "^tensor-cat: $bad.tens: chunk [0-9]: "
	ok "$bad: what was there stays" cmp kept.tens index.tens
	run tensor-cat -q --shards 2 -o none.tens index.tens $bad.tens
	ok "$bad: no shard" sh -c '! ls -A | grep none'
done
run tensor-cat -q index.tens color.tens
stderr_is 'tensor-cat: color.tens: head: shape differs: 2x3x3 and 2x3x1'
stdout_is ''
mkdir folder && run tensor-cat folder
stderr_is 'tensor-cat: folder: is a folder'
run tensor-cat missing.tens
stderr_is 'tensor-cat: missing.tens: No such file or directory'
: >nothing && run tensor-cat nothing
stderr_is 'tensor-cat: nothing: is empty, not a tensor stream'
wrong=
size=$(wc -c <index.tens)
for end in $(seq 1 97 $((size - 1))); do
	head -c "$end" index.tens | tensor-cat -q >cut.out 2>cut.err && wrong="$wrong $end"
	[ "$(wc -l <cut.err)" = 1 ] || wrong="$wrong message:$end"
	! tensor-info --verify cut.out >/dev/null 2>&1 || wrong="$wrong whole:$end"
done
is "a stream cut anywhere gives none" "$wrong" ''
run tensor-cat -q -o /dev/full index.tens
stderr_is 'tensor-cat: /dev/full: No space left on device'
is "a full disk behind standard output" "$(tensor-cat -q index.tens 2>&1 >/dev/full; echo $?)" \
	"tensor-cat: standard output: No space left on device
1"
is "a closed pipe" "$(bash -c 'tensor-cat -q many.tens 2>err | true; echo ${PIPESTATUS[0]}')" 1
run env TMPDIR=/nowhere/at/all tensor-cat -q --memory 1 --shuffle many.tens
status_is 1
stderr_is 'tensor-cat: /nowhere/at/all: No such file or directory'
# The sanitizer's own memory knows no such limit.
if ! ldd "$BIN/tensor-cat" | grep -q asan; then
	numbered large.tens 150 400
	is "more than memory holds" "$(ulimit -v 40000
		for i in 1 2 3; do cat large.tens; done | tensor-cat -q --memory 4 --shuffle --sample 440 | records - | cut -f 2 | sort | uniq -c |
			awk '{ n += $1 } END { print n, NR }')" '440 150'
	is "... as the stream is" "$(for i in 1 2 3; do cat large.tens; done | wc -c | awk '{ print ($1 > 60000000) }')" 1
fi

# ---- usage ----
for arguments in '--shards 2' '--shards 0 -o x' '--exclude' '--sample 0' '--sample 1.5' '--sample -3' '--sample x' '- -' '--list - -' \
	'--classes a --merge-classes' '--classes a,a' '--classes a,' '--memory 0'; do
	run tensor-cat $arguments
	is "usage: $arguments" "$status $(wc -l <"$scratch/.err")" '2 2'
done
ok "nothing half-made is left" sh -c '! ls -A | grep "^\..*tens"'
finish
