#!/bin/sh
# augment: passes, presets, pipes and failures. What it does to pixels is tested in tests/unit/augment.
. "$(dirname "$0")/tap.sh"

mkdir -p "pictures/Erza Scarlet" "pictures/l'été"
i=0
while [ $i -lt 6 ]; do
	for class in "Erza Scarlet" "l'été"; do
		{ printf 'P6 20 16 255\n'; head -c $((20 * 16 * 3)) "$BIN/augment" | tr '\0' "\\$(printf '%o' $((100 + i)))"; } \
			>"pictures/$class/$i.ppm"
	done
	i=$((i + 1))
done
pack-tensors --quiet --size 20x16 -o train.tens pictures || exit 1
cp train.tens "a [strange] name
é.tens"

run augment --preset keras --passes 3 --threads 1 -q -o one.tens train.tens
status_is 0
stdout_is ''
stderr_is ''
for threads in 2 7; do
	augment --preset keras --passes 3 --threads $threads -q -o other.tens train.tens
	ok "$threads threads give the same bytes" cmp one.tens other.tens
done
augment --preset keras --passes 3 <train.tens >other.tens
ok "so does standard input" cmp one.tens other.tens
cat train.tens | augment --preset keras --passes 3 - | cat >other.tens
ok "and a pipe, read three times" cmp one.tens other.tens
augment --horizontal-flip 0.5 --zoom 0.2 --shear 0.2 --passes 3 train.tens >other.tens
ok "and the preset spelled out" cmp one.tens other.tens
augment --preset keras --passes 3 "a [strange] name
é.tens" >other.tens
ok "and the same file by another name" cmp one.tens other.tens
augment --preset keras --passes 3 --seed 1 train.tens >other.tens
ok "another seed does not" sh -c '! cmp -s one.tens other.tens'
augment --shear 80 --preset keras --passes 3 train.tens >other.tens
ok "an operation given changes the preset's, also before it" sh -c '! cmp -s one.tens other.tens'

run tensor-info --verify one.tens
status_is 0
run tensor-info one.tens
stdout_has 'segments +3, passes 0..2'

augment --passes 2 train.tens | augment | augment -q -o three.tens
run tensor-info --verify three.tens
status_is 0
augment --rescale train.tens | tensor-info >info
ok "--rescale gives floats" grep -q f32 info

# Memory for the pipe's copy.
run sh -c 'cat train.tens | TMPDIR=/nowhere augment --passes 2 | cat >other.tens'
stderr_has '^augment: /nowhere/augment\.......: No such file or directory$'
run sh -c 'cat train.tens | TMPDIR=/nowhere augment | tensor-info --verify'
status_is 0

# What goes wrong.
run augment missing.tens
status_is 1
stderr_is 'augment: missing.tens: No such file or directory'
run augment pictures
status_is 1
stderr_has '^augment: pictures: [Ii]s a (folder|directory)$'
run augment -o pictures train.tens
status_is 1
stderr_is 'augment: pictures: is a folder'
run augment /dev/null
status_is 1
stderr_has '^augment: /dev/null: is empty'
printf 'These are no tensors, but a text that is long enough to be read as a head of sixty-four bytes.\n' >text
run augment text
status_is 1
stderr_is 'augment: text: is not a tensor stream'
run augment --zoom 2 train.tens
status_is 2
stderr_is "augment: --zoom: '2' is not a number from 0 to 0.95
augment: try 'augment --help'"
run augment --preset keras --passes 0 train.tens
status_is 2
stderr_has "^augment: --passes: '0' is not a whole number from 1 to"
run augment --preset best train.tens
status_is 2
stderr_is "augment: --preset: 'best' is none of none, keras, light, strong
augment: try 'augment --help'"
is "a full disk" "$(augment train.tens 2>&1 >/dev/full; echo $?)" "augment: standard output: No space left on device
1"
is "a closed pipe" "$({ augment --passes 1000 train.tens 2>err; echo $? >status; } | head -c 100 >/dev/null; cat err status)" \
	"augment: standard output: Broken pipe
1"
pack-tensors --quiet --size 8x8 -o small.tens pictures
run augment -o new.tens train.tens small.tens
status_is 1
stderr_has '^augment: small.tens: .*(8|shape|height|width)'
ok "no output is left of a failure" test ! -e new.tens
printf before >new.tens
run augment -o new.tens missing.tens
is "and what was there stays" "$(cat new.tens)" before

# A stream that ends too early fails wherever it ends, and no end is written.
size=$(wc -c <train.tens) at=1 wrong=0
while [ $at -lt $size ]; do
	head -c $at train.tens >cut.tens
	augment cut.tens >out.tens 2>err && wrong=$((wrong + 1))
	[ "$(wc -l <err)" = 1 ] || wrong=$((wrong + 1))
	at=$((at + 199))
done
is "a cut stream is an error of one line" $wrong 0
ok "and what was written of it is no stream" sh -c '! tensor-info --verify out.tens'
finish
