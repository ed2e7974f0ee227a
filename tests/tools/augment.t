#!/bin/sh
# augment: passes, presets, pipes and failures. Its operations on pixels are tested in tests/unit/augment.
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

python3 - <<'END'
data = open("one.tens", "rb").read()
heads = [at for at in range(0, len(data), 64) if data[at:at + 12] == b"\x89TENS\r\n\x1aHEAD"] + [len(data)]
parts = [data[a:b] for a, b in zip(heads, heads[1:])]
for name, numbers in (("0", "0"), ("01", "01"), ("12", "12"), ("twice", "012012"), ("second", "0120"), ("first", "01012")):
    open("cut-%s.tens" % name, "wb").write(b"".join(parts[int(n)] for n in numbers))
END
is "a stream cut between passes is refused" "$(for f in 0 01 12 second first; do tensor-info --verify cut-$f.tens 2>&1; done)" \
	"tensor-info: cut-0.tens: ends after segment 1, which announces another one
tensor-info: cut-01.tens: ends after segment 2, which announces another one
tensor-info: cut-12.tens: chunk 0: is segment 2 of its run where segment 1 should be
tensor-info: cut-second.tens: ends after segment 4, which announces another one
tensor-info: cut-first.tens: segment 3, chunk 0: is segment 1 of its run where segment 3 should be"
is "two whole ones are one" "$(tensor-info --verify cut-twice.tens)" 'cut-twice.tens: OK'
passes_said() { grep -aoE '"passes":[0-9]+' "$1" | tr '\n' ' '; }
is "each pass says how many there are" "$(passes_said one.tens)" '"passes":3 "passes":3 "passes":3 '
augment --passes 2 one.tens >six.tens
is "also of a stream that has several" "$(passes_said six.tens)" "$(for i in 1 2 3 4 5 6; do printf '"passes":6 '; done)"
cat one.tens | augment --passes 2 - >other.tens
ok "... through a pipe too" cmp six.tens other.tens
augment --passes 2 cut-twice.tens >other.tens
is "... and of two, of which it learns while it reads" "$(passes_said other.tens | tr ' ' '\n' | uniq -c | tr -s ' ' | tr '\n' ' ')" \
	' 6 "passes":6  6 "passes":12 '
is "which is whole" "$(tensor-info --verify other.tens)" 'other.tens: OK'
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

# Mixing: the tensors of a pipe and of a compressed file are copied.
augment --preset strong --mixup 0.2:0.5 --cutmix 1 --passes 2 --threads 1 -q -o mixed.tens train.tens
cat train.tens | augment --preset strong --mixup 0.2:0.5 --cutmix 1 --passes 2 --threads 3 | cat >other.tens
ok "mixing: a pipe gives the same bytes" cmp mixed.tens other.tens
pack-tensors --quiet --size 20x16 --codec zlib -o packed.tens pictures
augment --preset strong --mixup 0.2:0.5 --cutmix 1 --passes 2 packed.tens | tensor-info --npy other.npy >/dev/null
tensor-info --npy mixed.npy --labels mixed-labels.npy mixed.tens >/dev/null
ok "and a compressed file the same images" cmp mixed.npy other.npy
run tensor-info mixed.tens
stdout_has 'labels +weights'
mkdir unlabelled
cp "pictures/Erza Scarlet"/*.ppm unlabelled
pack-tensors --quiet --size 20x16 -o unlabelled.tens unlabelled/*.ppm
run augment --mixup 1 -o other.tens unlabelled.tens
status_is 1
stderr_is 'augment: --mixup, --cutmix: need records with labels'

# The log, and replaying it.
run augment --preset strong --policy randaugment --mixup 0.2:0.5 --cutmix 1 --gaussian-noise 0.1:0.5 --perspective 0.3 --passes 2 \
	--fill reflect --record done.jsonl -q -o one.tens train.tens
status_is 0
is "a line for each record and pass, and one for the options" "$(wc -l <done.jsonl)" 25
augment --preset strong --policy randaugment --mixup 0.2:0.5 --cutmix 1 --gaussian-noise 0.1:0.5 --perspective 0.3 --passes 2 \
	--fill reflect --threads 7 --record again.jsonl -q -o other.tens train.tens
ok "the same on seven threads" cmp done.jsonl again.jsonl
ok "every line is JSON" python3 -c 'import json; [json.loads(line) for line in open("done.jsonl")]'
run augment --replay done.jsonl --seed 9 --passes 2 --record again.jsonl -q -o other.tens train.tens
status_is 0
ok "a replay writes the same log" cmp done.jsonl again.jsonl
for stream in one other; do
	tensor-info --npy $stream.npy --labels $stream-labels.npy $stream.tens >/dev/null
done
ok "replayed: the same images" cmp one.npy other.npy
ok "and labels" cmp one-labels.npy other-labels.npy
augment --policy randaugment --policy-operations 16 --policy-magnitude 8 --record drawn.jsonl -q -o one.tens train.tens
ok "a policy posterizes by a part of a bit" grep -q '"posterize",6\.9' drawn.jsonl
run augment --replay drawn.jsonl -q -o other.tens train.tens
status_is 0
run augment --preset none --record - -o other.tens train.tens
stdout_has '^\{"pass":0,"id":0,"source":"Erza Scarlet/0.ppm","steps":\[\]\}$'
augment --passes 3 --replay done.jsonl -o new.tens train.tens 2>err
is "a missing line" "$(cat err)" "augment: done.jsonl: line 26: is missing: there are more records"
is "a surplus line" "$(augment --replay done.jsonl -o new.tens train.tens 2>&1)" \
	"augment: done.jsonl: line 14: is unexpected: there are fewer records"
sed '3s/"id":1/"id":2/' done.jsonl >bad.jsonl
is "another record" "$(augment --replay bad.jsonl -o new.tens train.tens 2>&1)" \
	"augment: bad.jsonl: line 3: is not that of pass 0, record 1, Erza Scarlet/1.ppm"
sed '3s/"source":"[^"]*"/"source":"x"/' done.jsonl >bad.jsonl
is "another picture" "$(augment --replay bad.jsonl -o new.tens train.tens 2>&1)" \
	"augment: bad.jsonl: line 3: is not that of pass 0, record 1, Erza Scarlet/1.ppm"
cp train.tens kept.tens
for arguments in "--record train.tens -o new.tens train.tens" "--record new.tens -o new.tens train.tens" \
	"--preview train.tens train.tens"; do
	run augment $arguments
	status_is 2
done
ok "an input is not written over" cmp train.tens kept.tens
ok "a tiny alpha terminates" timeout 20 augment -q --mixup 1e-9 -o mixed.tens train.tens
n=0
for change in 's/"zoom",[-0-9.]*/"zoom",1e300/' 's/"zoom",/"zoom",1,/' 's/\["zoom"/["zum"/' 's/"steps":\[/"steps":[[],/' \
	's/"zoom",[-0-9.]*/"zoom","1"/' 's/"zoom",[-0-9.]*/"zoom",null/' 's/"steps"/"stops"/'; do
	sed "3$change" done.jsonl >bad.jsonl
	augment --replay bad.jsonl -o new.tens train.tens 2>err
	[ "$(cat err)" = "augment: bad.jsonl: line 3: contains an invalid step" ] && n=$((n + 1))
done
is "invalid steps" $n 7
sed '2s/$/ x/' done.jsonl >bad.jsonl
is "invalid JSON" "$(augment --replay bad.jsonl -o new.tens train.tens 2>&1)" "augment: bad.jsonl: line 2: is not a JSON object"
sed '1s/reflect/wrap/' done.jsonl >bad.jsonl
is "no options" "$(augment --replay bad.jsonl -o new.tens train.tens 2>&1)" "augment: bad.jsonl: line 1: contains no options"
sed 's/"partner":{"id":[0-9]*/"partner":{"id":77/' done.jsonl >bad.jsonl
is "a mixing partner that is missing" "$(augment --replay bad.jsonl -o new.tens train.tens 2>&1)" \
	"augment: image to mix with: there is no record 77"
ok "no output is left of any" test ! -e new.tens
run augment --replay missing.jsonl train.tens
status_is 1
stderr_is 'augment: missing.jsonl: No such file or directory'
run augment --record - train.tens
status_is 2
stderr_has '^augment: --record: needs a file'
is "a full disk for the log" "$(augment --preset keras --passes 500 --record /dev/full -o new.tens train.tens 2>&1; ls new.tens 2>&1)" \
	"augment: /dev/full: No space left on device
ls: cannot access 'new.tens': No such file or directory"
run augment --preset keras --record missing/done.jsonl -o new.tens train.tens
status_is 1
stderr_has '^augment: missing/done.jsonl.*: No such file or directory$'

# The preview.
run augment --preset strong --policy trivial-augment --mixup 0.2 --preview sheet.png train.tens
status_is 0
stdout_is ''
stderr_is ''
ok "a preview is a PNG file" sh -c 'head -c 8 sheet.png | od -c | grep -q "211   P   N   G"'
augment --preset strong --policy trivial-augment --mixup 0.2 --preview other.png <train.tens
ok "and the same each time" cmp sheet.png other.png
run augment --preview sheet.png -o x.tens train.tens
status_is 2
stderr_has '^augment: --preview: writes a picture and no stream: there is no -o beside it$'
run augment --preview missing/sheet.png train.tens
status_is 1
stderr_has '^augment: missing/sheet.png.*: No such file or directory$'

# Alpha.
run augment --random-background 1 train.tens
status_is 1
stderr_is 'augment: --random-background: needs images with alpha (pack-tensors --channels 4), not of 3 channels'
pack-tensors --quiet --size 20x16 --channels 4 -o alpha.tens pictures
augment --random-background 1 -q -o opaque.tens alpha.tens
tensor-info --npy other.npy opaque.tens >/dev/null
tensor-info --npy plain.npy train.tens >/dev/null
ok "nothing shows through what is opaque" cmp plain.npy other.npy
run tensor-info opaque.tens
stdout_has ' u8 16x20x3,'

# Failures.
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
run augment --rotate 15:2 train.tens
status_is 2
stderr_is "augment: --rotate: '2' is not a number from 0 to 1
augment: try 'augment --help'"
run augment --preset keras --passes 0 train.tens
status_is 2
stderr_has "^augment: --passes: '0' is not a whole number from 1 to"
run augment --preset best train.tens
status_is 2
stderr_is "augment: --preset: 'best' is not one of none, keras, light, strong
augment: try 'augment --help'"
is "a full disk" "$(augment train.tens 2>&1 >/dev/full; echo $?)" "augment: standard output: No space left on device
1"
is "a closed pipe" "$({ augment --passes 1000 train.tens 2>err; echo $? >status; } | head -c 100 >/dev/null; cat err status)" \
	"augment: standard output: Broken pipe
1"
augment --passes 2000 -q -o long.tens train.tens
mkfifo pipe
augment --zoom 0.1 long.tens 2>err >pipe &
process=$!
{ head -c 3000000; truncate -s 4096 long.tens; cat; } <pipe >out.tens
wait $process
is "a stream that is cut while it is read" "$? $(sed 's/ .* became/ became/; s/read.*/read/' err)" \
	"1 augment: became shorter while it was read"
ok "... makes no stream" sh -c '! tensor-info --verify out.tens'
rm long.tens
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
