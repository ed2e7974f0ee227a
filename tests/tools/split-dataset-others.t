#!/bin/sh
# split-dataset: what others put into OUT, beside the parts or in them, is never removed or replaced.
. "$(dirname "$0")/tap.sh"

mkdir -p in/a/deeper in/b
for i in 1 2 3 4 5; do noise in/a/$i.pgm $i in/b/$i.pgm $((10 + i)); done
noise in/a/deeper/6.pgm 6 "in/b/a	tab.pgm" 20
split-dataset -q in old
state() { find "$@" \( -type d -printf '%p/\n' -o -type f -exec sha256sum {} + -o -printf '%p %y %l\n' \) | LC_ALL=C sort; }
# refused NAME OUT MESSAGE [OPTIONS...]: with status 1 and one line, and nothing changed.
refused() {
	name=$1 folder=$2 message=$3
	shift 3
	before=$(state "$folder")
	run split-dataset -q "$@" in "$folder"
	is "$name" "$status $(cat .err)" "1 split-dataset: $message"
	is "  and nothing changes" "$(state "$folder") $(ls -A | grep millrace-)" "$before "
}
fresh() { rm -rf out .out.*; cp -al old out; rm out/split.tsv; cp old/split.tsv out/; }
unlisted='was not put there by split-dataset: move it away'
foreign='was not written by split-dataset: move it away'

# A split.tsv of others, with parts or without.
for kind in text header header-only cut columns part mixed upwards absolute other-class zero folder link pipe; do
	rm -rf out
	mkdir -p out/train out/test
	echo mine | tee out/train/notes >out/test/data
	header=$(head -n 1 old/split.tsv)
	row="a/1.pgm	0	0	0	1	a	train"
	case $kind in
	text) echo mine ;;
	header) echo "$header	more" ;;
	header-only) echo "$header" ;;
	cut) echo "$header"; printf 'a/1.pgm\t0\t0' ;;
	columns) echo "$header"; echo "$row	more" ;;
	part) echo "$header"; echo "${row%train}fold-21" ;;
	mixed) echo "$header"; echo "$row"; echo "${row%train}fold-1" ;;
	upwards) echo "$header"; echo "a/../../notes${row#a/1.pgm}" ;;
	absolute) echo "$header"; echo "/etc/passwd${row#a/1.pgm}" ;;
	other-class) echo "$header"; echo "b/1.pgm${row#a/1.pgm}" ;;
	zero) echo "$header"; echo "$row" | tr a '\0' ;;
	esac >out/split.tsv
	case $kind in
	folder) rm out/split.tsv; mkdir out/split.tsv; echo mine >out/split.tsv/x ;;
	link) rm out/split.tsv; ln -s ../old/split.tsv out/split.tsv ;;
	pipe) rm out/split.tsv; mkfifo out/split.tsv ;;
	esac
	refused "a split.tsv of others: $kind" out "out/split.tsv: $foreign"
	rm -rf out/train out/test
	refused "  without parts" out "out/split.tsv: $foreign"
done

# Folders that have the name of a part, and are none of the split.
fresh
mkdir out/test out/fold-9
echo mine | tee out/test/x >out/fold-9/x
run split-dataset -q in out
status_is 0
is "a folder with the name of a part is carried over" "$(cat out/test/x out/fold-9/x)" "mine
mine"
refused "unless the new split has that part" out "out/test: $unlisted" --test-split 0.2
mv out/fold-9 out/fold-1
refused "or that fold" out "out/fold-1: $unlisted" --folds 2
split-dataset -q --folds 3 in folds
mkdir folds/train folds/fold-4
echo mine | tee folds/train/x >folds/fold-4/x
run split-dataset -q --folds 2 in folds
is "beside folds too" "$status $(cd folds && echo * */x)" '0 fold-1 fold-2 fold-4 split.tsv train fold-4/x train/x'
refused "a part beside folds" folds "folds/train: $unlisted"
refused "a fold beside folds" folds "folds/fold-4: $unlisted" --folds 4

# Entries that others put into the parts.
put() { # KIND PATH
	case $1 in
	file) echo mine >"$2" ;;
	hidden) echo mine >"$2" ;;
	folder) mkdir "$2" ;;
	link) ln -s nowhere "$2" ;;
	pipe) mkfifo "$2" ;;
	esac
}
for place in train/x train/a/x train/a/deeper/x validation/.x train/a/1.pgm.bak; do
	for kind in file folder link pipe; do
		fresh
		mkdir -p out/train/a/deeper
		put $kind out/$place
		refused "$kind $place" out "out/$place: $unlisted"
	done
done
fresh
picture=$(cd out && find train -name '*.pgm' | LC_ALL=C sort | head -n 1)
for kind in folder pipe; do
	rm -rf "out/$picture"
	put $kind "out/$picture"
	refused "a $kind in place of a file" out "out/$picture: $unlisted"
done
fresh
mv "out/$picture" "out/validation/${picture#train/}"
refused "a file in the other part" out "out/validation/${picture#train/}: $unlisted"
fresh
mv out/train elsewhere
ln -s ../elsewhere out/train
refused "a link in place of a part" out "out/train: $unlisted"
rm -rf out/train elsewhere
run split-dataset -q in out
is "files that are missing are no problem" "$status $(diff -r old out)" '0 '
rm -rf folds
split-dataset -q --folds 3 in folds
for place in fold-2/x fold-2/test fold-2/train/x fold-2/validation/a/x; do
	mkdir -p "folds/${place%/*}"
	echo mine >folds/$place
	refused "$place" folds "folds/$place: $unlisted" --folds 3
	rm folds/$place
done
picture=$(cd folds/fold-1/validation && find . -name '*.pgm' | sed 's,^\./,,' | LC_ALL=C sort | head -n 1)
mkdir -p "folds/fold-1/train/${picture%/*}"
echo mine >"folds/fold-1/train/$picture"
refused "a validation picture in train" folds "folds/fold-1/train/$picture: $unlisted"
rm "folds/fold-1/train/$picture"
run split-dataset -q --folds 2 in folds
is "folds of the list alone are replaced" "$status $(ls folds | tr '\n' ' ')" '0 fold-1 fold-2 split.tsv '

# Of every kind of split all that it wrote is in its list, also of one that was split before, and of odd names.
split-dataset -q --test-split 0.2 --link symbolic in given
mkdir -p odd/train/train odd/test/train odd/fold-1
for i in 1 2 3 4 5; do noise odd/train/train/$i 4$i odd/test/train/$i 5$i odd/fold-1/"$(printf 'a\\b\n\351%s' $i)" 6$i; done
for options in '' '--folds 3' '--test-split 0.3' '--folds 20' '--link symbolic' '--link copy'; do
	for source in in given odd; do
		case $source$options in *20 | given--folds*) continue ;; esac
		rm -rf again
		split-dataset -q $options $source again 2>/dev/null
		run split-dataset -q $source again
		is "$source with '$options' is replaced" "$status $(grep -v 'split already' .err) $(ls -A | grep millrace)" '0  '
	done
done

# While it runs: the list of an audit is longer than a pipe holds, and its first line comes after OUT was looked at.
long=$(printf '%0200d' 0)
mkdir -p leaky/train/a leaky/validation/a
for i in $(seq 20); do
	cp in/a/1.pgm leaky/train/a/$long$i
	cp in/a/1.pgm leaky/validation/a/$long$i
done
meanwhile() { # COMMAND OUT: once it has begun; prints its status and its last line
	python3 -c '
import subprocess, sys
tool = subprocess.Popen(["split-dataset", "-q", "--audit", "leaky", sys.argv[2]], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
tool.stdout.read(1)
subprocess.run(sys.argv[1], shell=True, check=True)
rest, errors = tool.communicate()
assert len(rest) > 100000
print(tool.returncode, errors.decode().splitlines()[-1])' "$@"
}
fresh
is "a file that comes meanwhile" "$(meanwhile 'echo mine >out/train/x' out)" "1 split-dataset: out/train/x: $unlisted"
is "  stays, with the split" "$(cat out/train/x; rm out/train/x; diff -r old out)" mine
is "a part that comes meanwhile" "$(meanwhile 'rm -rf out/validation; mkdir out/test; echo mine >out/test/x' out)" \
	"4 split-dataset: leaky: 80 more pairs of files that have 16 already are not listed"
is "  stays" "$(cat out/test/x)" mine
mkdir -p user/notes
is "a split.tsv that comes meanwhile" "$(meanwhile 'echo mine >user/split.tsv' user)" "1 split-dataset: user/split.tsv: $foreign"
is "  stays" "$(cat user/split.tsv) $(ls user)" 'mine notes
split.tsv'
fresh
is "in place of the list too" "$(meanwhile 'echo mine >out/split.tsv' out)" "1 split-dataset: out/split.tsv: $foreign"
is "nothing is left" "$(ls -A | grep millrace)" ''

# What killed runs left: the earlier split, whose removal has begun or not.
for list in split.tsv split.tsv.removed; do
	fresh
	cp -al old .out.millrace-split-0
	mv .out.millrace-split-0/split.tsv .out.millrace-split-0/list
	mv .out.millrace-split-0/list .out.millrace-split-0/$list
	echo mine >.out.millrace-split-0/train/x
	run split-dataset -q in out
	is "a file in the leftovers ($list)" "$status $(cat .err)" "1 split-dataset: $PWD/.out.millrace-split-0/train/x: $unlisted"
	is "  is all that stays" "$(cat .out.millrace-split-0/train/x) $(find .out.millrace-split-0 -type f | wc -l)" 'mine 2'
	run split-dataset -q in out
	status_is 1
	rm .out.millrace-split-0/train/x
	run split-dataset -q in out
	is "  without it they are removed" "$status $(diff -r old out; ls -A | grep millrace)" '0 '
done
cp -al old .out.millrace-split-0
mkdir .out.millrace-split-0/test
echo mine >.out.millrace-split-0/test/x
run split-dataset -q in out
is "a folder in them that is none of their parts is moved back" "$status $(cat out/test/x; ls -A | grep millrace)" '0 mine'

# Where nothing can be replaced.
fresh
for folder in train train/a; do
	up=$(echo $folder | sed 's,[^/]*,..,g')
	run sh -c "cd out/$folder && split-dataset -q $up/../in $up"
	is "the working directory is out/$folder" "$status $(cat .err)" "1 split-dataset: $up: contains the working directory and \
has a split, which would be removed: run this in another directory"
done
is "  and stays" "$(diff -r old out)" ''
if mountpoint -q /proc 2>/dev/null; then
	run split-dataset -q in /proc
	status_is 1
	stderr_is "split-dataset: /proc: is a mount point, which can't be replaced as a whole: give a folder in it"
fi
finish
