#!/bin/sh
# tensor-cat --folds: every record in one fold, no group divided, the others with --exclude.
. "$(dirname "$0")/tap.sh"
names() { tensor-info --records "$1" | cut -f 4 | sort; }
digests() { tensor-info --records "$1" | cut -f 5 | sort -u; }
fold() { tensor-cat -q --folds "$@"; }

# 12 and 8 pictures in two streams; b/1 is a copy of a/1 across them.
mkdir -p train/a train/b validation/a validation/b
for i in 1 2 3 4 5 6; do
	noise train/a/$i.pgm $i train/b/$i.pgm 1$i
done
for i in 7 8 9; do
	noise validation/a/$i.pgm $i validation/b/$i.pgm 1$i
done
cp train/a/1.pgm validation/a/copy.pgm
cp train/b/2.pgm validation/b/copy.pgm
for part in train validation; do
	pack-tensors -q --size 8x8 -o $part.tens $part
done
tensor-cat -q -o all.tens train.tens validation.tens

# ---- folds ----
for i in 1 2 3 4; do
	fold 4 --fold $i -o fold-$i.tens train.tens validation.tens
	fold 4 --fold $i --exclude -o rest-$i.tens train.tens validation.tens
	is "fold $i and the others are all" "$(for part in fold rest; do tensor-info --records $part-$i.tens; done | cut -f 4 | sort)" "$(names all.tens)"
	is "  neither has a source of the other" "$(for part in fold rest; do digests $part-$i.tens; done | sort | uniq -d)" ''
	ok "  classes are even" sh -c "for class in a b; do
		n=\$(tensor-info --records fold-$i.tens | cut -f 3 | grep -c \$class); [ \$n -ge 2 ] && [ \$n -le 4 ] || exit 1; done"
done
is "every record is in one fold" "$(for i in 1 2 3 4; do tensor-info --records fold-$i.tens; done | cut -f 4 | sort)" "$(names all.tens)"
fold 4 --fold 2 -o again.tens train.tens validation.tens
ok "the same again" cmp fold-2.tens again.tens
fold 4 --fold 2 -o again.tens all.tens
is "... joined before" "$(names again.tens)" "$(names fold-2.tens)"
fold 4 --fold 2 --seed 1 -o other.tens train.tens validation.tens
ok "another seed, another fold" sh -c "[ \"\$(tensor-info --records other.tens | cut -f 4)\" != \"\$(tensor-info --records fold-2.tens | cut -f 4)\" ]"
is "a class of a fold" "$(fold 4 --fold 1 --class b train.tens validation.tens | tensor-info --records | cut -f 3 | sort -u)" b
is "the history has the fold" "$(tensor-info --json rest-3.tens | grep -o -e '--folds[^"]*')" \
	'--folds 4 --fold 3 --exclude train.tens validation.tens'

# ---- passes ----
augment -q --preset light --passes 2 -o passes.tens train.tens
fold 3 --fold 1 -o fold.tens passes.tens
fold 3 --fold 1 --exclude -o rest.tens passes.tens
is "no source of several passes is in two folds" "$(for file in fold rest; do digests $file.tens; done | sort | uniq -d)" ''
is "  and each pass has its records" "$(tensor-info --records fold.tens | cut -f 1 | sort | uniq -c | awk '{ print $1 }' | uniq | wc -l)" 1

# ---- groups of a list ----
# Sources 1 to 9 of a belong together by threes, as do those of b.
{
	printf 'path\tsha256\tgroup\tclass\tsplit\n'
	for class in a b; do
		for file in train/$class/*.pgm validation/$class/*.pgm; do
			number=$(basename "$file" .pgm)
			[ "$number" = copy ] && continue
			group=$(((number - 1) / 3 + 1))
			[ $class = b ] && group=$((group + 3))
			printf '%s\t%s\t%s\t%s\ttrain\n' "$file" "$(sha256sum <"$file" | cut -c 1-64)" $group $class
		done
	done
} >split.tsv
sort -k 2 split.tsv | awk -F '\t' 'length($2) == 64 { print substr($2, 1, 32) "\t" $3 }' >groups
for i in 1 2 3; do
	fold 3 --fold $i --groups split.tsv -o fold-$i.tens train.tens validation.tens
	digests fold-$i.tens | join -t "$(printf '\t')" - groups | cut -f 2 | sort -u >groups-$i
	is "fold $i has two groups, one of each class" "$(awk '{ print $1 <= 3 ? "a" : "b" }' groups-$i | tr -d '\n')" ab
done
is "no group is in two folds" "$(sort -n groups-[123] | tr '\n' ' ')" '1 2 3 4 5 6 '
refused 1 'tensor-cat: folds: 7 folds need as many groups of records, but there are 6' \
	tensor-cat -q --folds 7 --fold 1 --groups split.tsv train.tens validation.tens
grep -v "$(printf '\t')6$(printf '\t')" split.tsv >fewer.tsv
run tensor-cat -q --folds 8 --fold 8 --groups fewer.tsv -o eight.tens train.tens validation.tens
status_is 0
{ head -n 1 split.tsv; printf 'x\t%064d\t1\ta\ttrain\n' 0; } >others.tsv
refused 1 'tensor-cat: others.tsv: has none of the sources of the 20 records' \
	tensor-cat -q --folds 2 --fold 1 --groups others.tsv train.tens validation.tens
refused 1 'tensor-cat: groups: line 1: has no column sha256: not a list of split-dataset' \
	tensor-cat -q --folds 2 --fold 1 --groups groups train.tens

# ---- usage ----
for arguments in '--folds 1 --fold 1' '--folds 3' '--folds 3 --fold 4' '--folds 21 --fold 1' '--fold 1' '--groups split.tsv'; do
	run tensor-cat $arguments train.tens
	is "usage: $arguments" "$status $(wc -l <"$scratch/.err")" '2 2'
done
run sh -c 'tensor-cat --folds 3 --fold 1 <train.tens'
status_is 2
is "a pipe is refused in a line" "$(head -n 1 .err)" "tensor-cat: -: can't be read twice, as --folds does: give files"
finish
