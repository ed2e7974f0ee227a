#!/bin/sh
# The audit of real images that were split by hand, where they are: every pair was looked at, and shows one picture.
. "$(dirname "$0")/tap.sh"
images=$here/../../../shared/datasets
[ -d "$images" ] || images=$here/../../../../shared/datasets # from a work tree
[ -d "$images" ] || skip_all "no ../shared/datasets"

for name in dragonball pokemon; do
	(cd "$images/$name" && find train validation -type f -printf '%P\t%s\t%T@\n' | LC_ALL=C sort) >before
	run split-dataset -q --audit --manifest "$name.tsv" "$images/$name"
	status_is 4
	is "$name: pairs across, and no other" "$(sed '/^$/,$d' .out | diff "$fixtures/dataset/$name-audit.tsv" -)" ''
	is "$name: no class shares a picture with another" "$(sed '1,/^$/d' .out | wc -l)" 1
	cut -f 1,5 "$name.tsv" >all
	is "$name: groups of several" "$(awk -F '\t' 'NR == FNR { n[$2]++; next } n[$2] > 1' all all | diff "$fixtures/dataset/$name-groups.tsv" -)" ''
	(cd "$images/$name" && find train validation -type f -printf '%P\t%s\t%T@\n' | LC_ALL=C sort) >after
	ok "$name: the images are as they were" cmp before after
done
is "validation images that leak" "$(for name in dragonball pokemon; do sed 1d "$fixtures/dataset/$name-audit.tsv" | cut -f 1 | sort -u | wc -l; done | tr '\n' ' ')" "4 19 "
run check-dataset -q --min-side 150 "$images/dragonball"
is "extension against content" "$(grep -c extension .out)" 2
is "sides under 150, besides the one in predict" "$(grep -c "	tiny	" .out)" 2
finish
