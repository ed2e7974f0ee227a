#!/bin/sh
# split-dataset: parts on disk, links and copies, a split that is there, and failures.
. "$(dirname "$0")/tap.sh"

tree() { (cd "$1" && find . -type f -o -type l | LC_ALL=C sort); }
sums() { (cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2); }
awkward='a [b] (c), é
f.jpg'
mkdir -p "in/Erza Scarlet/deeper" "in/l'été" in/predict
i=0
while [ $i -lt 10 ]; do
	noise "in/Erza Scarlet/$i.jpg" $i "in/l'été/$i.jpg" $((100 + i))
	i=$((i + 1))
done
noise "in/l'été/$awkward" 200 "in/Erza Scarlet/deeper/deep.png" 201
echo hidden >"in/l'été/.hidden"
echo later >in/predict/later.jpg
echo beside >in/manifest.tsv
touch -d '2001-02-03 04:05:06' "in/l'été/3.jpg"
sums in >before

run split-dataset --test-split 0.1 --seed 4 --manifest list.tsv in out
status_is 0
stdout_is ''
is "and says how many went where" "$(grep -v pictures, .err)" 'split-dataset: out: 16 train, 4 validation, 2 test'
is "the parts" "$(ls out)" "split.tsv
test
train
validation"
is "every file of a class once, and no other" "$(tree out | grep -v split.tsv | sed 's,^\./[^/]*/,./,' | sort)" \
	"$(tree in | grep -v -e hidden -e predict -e manifest | sort)"
ok "files are hard links" test "in/l'été/5.jpg" -ef "$(find out -path "*l'été/5.jpg")"
is "nothing is left beside" "$(ls -A | grep 'out\.')" ''
ok "--manifest is the same list" cmp list.tsv out/split.tsv
is "the list's head" "$(head -n 1 list.tsv)" "$(printf 'path\tsha256\tpixels\tphash\tgroup\tclass\tsplit')"
is "a line for each file" "$(wc -l <list.tsv)" 23
is "names in it are of one line" "$(grep -c 'a \[b\] (c), é\\nf.jpg' list.tsv)" 1
is "the list says what is there" "$(awk -F '\t' 'NR > 1 { print "./" $7 "/" $1 }' list.tsv | LC_ALL=C sort)" \
	"$(cd out && find . -type f ! -name split.tsv -printf '%p\n' | sed -z 's/é\nf/é\\nf/g' | LC_ALL=C sort)"
is "the list's digests are right" "$(awk -F '\t' '$1 ~ /3.jpg/ { print $2 }' list.tsv | sort)" \
	"$(sha256sum in/*/3.jpg | cut -d ' ' -f 1 | sort)"

run split-dataset -q --test-split 0.1 --seed 4 in again
stderr_is ''
ok "the same seed gives the same split" cmp out/split.tsv again/split.tsv
split-dataset -q --test-split 0.1 --seed 5 in again
ok "another seed another one" sh -c '! cmp -s out/split.tsv again/split.tsv'
is "and what was there is replaced" "$(tree again | sed 's,^\./[^/]*/,./,' | grep -c jpg)" "$(tree out | sed 's,^\./[^/]*/,./,' | grep -c jpg)"

# A second run: what is gone from in goes from out; what others put beside stays.
echo mine >out/notes.txt
rm "in/Erza Scarlet/0.jpg"
run split-dataset -q in out/
status_is 0
is "a stale link is removed" "$(find out -path '*Scarlet/0.jpg')" ''
is "a part no longer asked for too" "$(ls out)" "notes.txt
split.tsv
train
validation"
noise "in/Erza Scarlet/0.jpg" 0

mkdir real
ln -s real/deep alias
run split-dataset -q in alias/a/b/
status_is 1
stderr_has '^split-dataset: '
rm alias
ln -s real alias
run split-dataset -q in alias/a/b/
status_is 0
is "out may lie behind a link, in folders to be made" "$(ls real/a/b)" "split.tsv
train
validation"

run split-dataset -q --link symbolic in links
is "symbolic links lead to the files" "$(cat "links/train/Erza Scarlet/"*.jpg "links/validation/Erza Scarlet/"*.jpg | grep -ac 'P5 16 16')" 10
ok "  and are links" test -L "$(find links -path "*l'été/5.jpg")"
run split-dataset -q --link copy in copies
copy=$(find copies -path "*l'été/3.jpg")
ok "copies are files of their own" sh -c "! test \"in/l'été/3.jpg\" -ef \"$copy\" && test -f \"$copy\""
is "  with their time" "$(stat -c %Y "$copy")" "$(stat -c %Y "in/l'été/3.jpg")"
if [ "$(stat -c %d /dev/shm 2>/dev/null)" != "$(stat -c %d .)" ] && mkdir "/dev/shm/millrace-split.$$" 2>/dev/null; then
	run split-dataset -q in "/dev/shm/millrace-split.$$/out"
	status_is 0
	is "links that can't be made are copies" "$(find "/dev/shm/millrace-split.$$/out" -name '*.jpg' | wc -l)" 22
	rm -rf "/dev/shm/millrace-split.$$"
fi

# The same picture in two classes, and twice in one.
cp -R in twins
cp "twins/l'été/1.jpg" "twins/l'été/1 again.jpg"
cp "twins/l'été/2.jpg" "twins/Erza Scarlet/2 again.jpg"
for seed in 1 2 3 4 5; do
	split-dataset -q --validation-split 0.5 --seed $seed twins twins-out 2>.err
	is "seed $seed: no content in two parts" \
		"$(awk -F '\t' 'p[$5] && p[$5] != $7 { n++ } { p[$5] = $7 } END { print n + 0 " of " NR - 1 }' twins-out/split.tsv)" "0 of 24"
done

# Two labels: the same bytes, the same pixels in another format, a third class; twins within a class and look-alikes of
# another class are none.
mkdir -p labels/a labels/b labels/c
for i in 1 2 3 4 5; do noise labels/a/$i 31$i labels/b/$i 32$i labels/c/$i 33$i; done
cp labels/a/1 labels/b/copy
cp labels/a/1 labels/c/copy
cp labels/a/1 "labels/a/1 again"
cp labels/a/5 "labels/a/5 again"
python3 - <<'END'
def read(name): return open("labels/" + name, "rb").read()[-256:]
def write(name, kind, pixels): open("labels/" + name, "wb").write(kind + b" 16 16 255\n" + pixels)
write("c/in colour", b"P6", b"".join(bytes((v, v, v)) for v in read("b/2")))
write("c/alike", b"P5", bytes(min(v + 3, 255) for v in read("b/3")))
END
run split-dataset -q labels two
status_is 0
stderr_is "split-dataset: labels/b/copy: two labels: the same picture is labels/a/1
split-dataset: labels/c/copy: two labels: the same picture is labels/a/1
split-dataset: labels/c/in colour: two labels: the same picture is labels/b/2
split-dataset: labels: 6 files have two labels"
is "all are split" "$(wc -l <two/split.tsv)" 22
run split-dataset --conflicts drop --manifest two.tsv labels two
status_is 0
is "--conflicts drop says what is left out" "$(tail -n 2 .err)" \
	'split-dataset: labels: 6 files have two labels and are left out
split-dataset: two: 12 train, 3 validation, 0 test'
kept='a/2 a/3 a/4 a/5 a/5 again b/1 b/3 b/4 b/5 c/1 c/2 c/3 c/4 c/5 c/alike '
is "the parts hold the others, twins and look-alikes too" \
	"$(find two/train two/validation -type f | cut -d / -f 3- | LC_ALL=C sort | tr '\n' ' ')" "$kept"
is "and so does the list" "$(tail -n +2 two.tsv | cut -f 1 | tr '\n' ' ')" "$kept"
is "groups are numbered without gaps" "$(tail -n +2 two.tsv | cut -f 5 | tr '\n' ' ')" '1 2 3 4 4 5 6 7 8 9 10 11 12 13 6 '
run split-dataset -q --folds 3 --conflicts drop labels two
is "folds leave them out too" "$(tail -n +2 two/split.tsv | wc -l) $(find two -name copy | wc -l)" '15 0'
mkdir -p parted/train parted/validation
cp -R labels/a labels/b parted/train
cp -R labels/a labels/c parted/validation
run split-dataset -q --audit --conflicts drop parted two
status_is 4
is "of a split that is there all parts" "$(find two/train two/validation -name '*copy' -o -path '*/a/1*')" ''
run split-dataset -q --audit parted
stderr_has '^split-dataset: parted/validation/a/1: two labels: the same picture is parted/train/b/copy$'
for i in $(seq 20); do cp labels/a/1 labels/b/copy$i; done
run split-dataset -q labels two
is "of many some are named" "$(grep -c 'two labels: ' .err) $(tail -n 1 .err)" '10 split-dataset: labels: 26 files have two labels'
mkdir -p alone/a alone/b
cp labels/a/1 alone/a/
cp labels/a/1 alone/b/
run split-dataset -q --conflicts drop alone none
status_is 1
stderr_has '^split-dataset: alone: holds only pictures with two labels$'
ok "and makes nothing" test ! -e none
run split-dataset -q --audit --conflicts drop parted
status_is 2

# A split that is there.
mkdir -p "given/train/a b" given/train/c "given/validation/a b" given/validation/c given/predict
for f in "train/a b/1" "train/a b/2" train/c/3 "validation/a b/4" validation/c/5; do noise "given/$f.png" "${f##*/}"; done
cp given/train/c/3.png given/validation/c/6.png
echo p >given/predict/p.png
run split-dataset -q --test-split 0.3 given kept
status_is 0
stderr_is 'split-dataset: given: is split already: kept as it is
split-dataset: given: 1 of 3 validation pictures are in train too'
is "it is kept" "$(tree kept)" "./split.tsv
$(tree given | grep -v predict)"

# The audit: the same bytes, the same pixels in another format, a mirrored picture, two classes, and a chain.
run split-dataset -q --audit kept
status_is 4
stdout_is "$(printf 'path\talso\thow\tphash\tdhash
validation/c/6.png\ttrain/c/3.png\tfile\t\t

class\tclass\tpairs\tpath\talso\thow\tphash\tdhash')"
stderr_is 'split-dataset: kept: 1 of 3 validation pictures are in train too'
cp -R given leaky
rm leaky/validation/c/6.png
python3 - <<'END'
def read(name): return open(name, "rb").read()[-256:]
def write(name, kind, pixels): open(name, "wb").write(kind + b" 16 16 255\n" + pixels)
one, two, three = (read("leaky/train/%s.png" % name) for name in ("a b/1", "a b/2", "c/3"))
write("leaky/validation/a b/1 in colour.ppm", b"P6", b"".join(bytes((v, v, v)) for v in one))
write("leaky/validation/a b/mirrored.pgm", b"P5", b"".join(two[i:i + 16][::-1] for i in range(0, 256, 16)))
write("leaky/validation/a b/of the other class.pgm", b"P5", bytes(min(v + 3, 255) for v in three))
END
run split-dataset --audit --manifest leaky.tsv leaky
status_is 4
stdout_is "$(printf 'path\talso\thow\tphash\tdhash
validation/a b/1 in colour.ppm\ttrain/a b/1.png\tpixels\t\t
validation/a b/mirrored.pgm\ttrain/a b/2.png\tmirrored\t0\t0
validation/a b/of the other class.pgm\ttrain/c/3.png\talike\t0\t0

class\tclass\tpairs\tpath\talso\thow\tphash\tdhash
a b\tc\t1\tvalidation/a b/of the other class.pgm\ttrain/c/3.png\talike\t0\t0')"
is "the list has the groups" "$(awk -F '\t' '$5 == 1 { print $1 }' leaky.tsv)" "train/a b/1.png
validation/a b/1 in colour.ppm"
run split-dataset -q --audit --exact leaky
is "--exact: the same pixels alone" "$(head -n 2 .out | tail -n 1 | cut -f 1,3; wc -l <.out)" "$(printf 'validation/a b/1 in colour.ppm\tpixels\n4')"
mkdir -p many/train/a many/train/b many/validation/a many/validation/b
cp "in/l'été/1.jpg" many/validation/a/1
for i in $(seq 20); do cp "in/l'été/1.jpg" many/train/a/$i; done
noise many/train/b/1 2 many/validation/b/2 3
run split-dataset -q --audit many
is "of many copies some pairs are named" "$(grep -c '^validation/a/1	train/a/.*file' .out)" 16
stderr_is 'split-dataset: many: 1 of 2 validation pictures are in train too
split-dataset: many: 4 more pairs of files that have 16 already are not listed'
ok "an audit makes nothing" test ! -e leaky/split.tsv
run split-dataset -q --audit out
status_is 0
stderr_is ''
run split-dataset -q --audit in
status_is 1
stderr_is 'split-dataset: in: is not split: it has no train and validation'
mkdir -p unread/a
echo text >unread/a/x.jpg
run split-dataset --audit unread
stderr_is 'split-dataset: unread: is not split: it has no train and validation'
run split-dataset --folds 2 leaky new
status_is 1
stderr_is 'split-dataset: leaky: is split already: folds need a folder that is not split'
run split-dataset -q --audit leaky audited
status_is 4
ok "with OUT it is split too" test -s audited/split.tsv

# Folds.
run split-dataset --folds 3 in folds
status_is 0
is "and says how many went where" "$(grep -v pictures, .err)" 'split-dataset: folds: fold 1: 14 train, 8 validation
split-dataset: folds: fold 2: 15 train, 7 validation
split-dataset: folds: fold 3: 15 train, 7 validation'
is "there is a folder for each" "$(ls folds)" "fold-1
fold-2
fold-3
split.tsv"
is "every file judges once" "$(for k in 1 2 3; do tree folds/fold-$k/validation; done | sort)" "$(tree in | grep -v -e hidden -e predict -e manifest | sort)"
for k in 1 2 3; do
	is "fold $k: what judges is not learnt, and all else is" "$( (tree folds/fold-$k/validation; tree folds/fold-$k/train) | sort)" \
		"$(tree in | grep -v -e hidden -e predict -e manifest | sort)"
done
is "the list names the folds" "$(tail -n +2 folds/split.tsv | cut -f 7 | sort | uniq -c | tr -s ' ')" " 8 fold-1
 7 fold-2
 7 fold-3"
run split-dataset -q --folds 2 in folds
is "fewer replace more" "$(ls folds)" "fold-1
fold-2
split.tsv"
run split-dataset -q in folds
is "and parts replace folds" "$(ls folds)" "split.tsv
train
validation"
split-dataset -q --threads 1 in one
split-dataset -q --threads 7 in seven
ok "threads change nothing" cmp one/split.tsv seven/split.tsv
run split-dataset --folds 1 in new
status_is 2
run split-dataset --folds 3 --test-split 0.2 in new
status_is 2
run split-dataset -q --folds 12 in new
stderr_has 'has 11 different pictures in 11 files: none is left for fold-'

# What is no picture.
mkdir -p mixed/a mixed/b
noise mixed/a/1 1 mixed/a/2 2 mixed/b/3 3 mixed/b/4 4
echo text >mixed/a/notes.txt
head -c 100 mixed/b/3 >mixed/b/cut.pgm
run split-dataset -q mixed new
status_is 4
stderr_is 'split-dataset: mixed/a/notes.txt: is not an image of a known type
split-dataset: mixed/b/cut.pgm: cut short'
is "the others are split" "$(wc -l <new/split.tsv)" 5
rm -rf new
run split-dataset -q --strict mixed new
status_is 1
stderr_is 'split-dataset: mixed/a/notes.txt: is not an image of a known type'
rm mixed/a/[12]
run split-dataset -q mixed new
status_is 1
stderr_has 'split-dataset: a: has 0 different pictures in 0 files: none is left for train'
rm mixed/b/[34]
run split-dataset -q mixed new
stderr_has 'split-dataset: mixed: holds no picture that can be decoded'

# What goes wrong.
run split-dataset in
status_is 2
stderr_is "split-dataset: operands: give IN and OUT, not 1
split-dataset: try 'split-dataset --help'"
run split-dataset --validation-split 0.6 --test-split 0.6 in new
status_is 2
run split-dataset missing new
status_is 1
stderr_is 'split-dataset: missing: No such file or directory'
run split-dataset in/manifest.tsv new
status_is 1
run split-dataset in in/new
status_is 2
stderr_is "split-dataset: in/new: lies inside in
split-dataset: try 'split-dataset --help'"
run split-dataset in ./in/../in
status_is 2
stderr_is "split-dataset: ./in/../in: is the same folder as in
split-dataset: try 'split-dataset --help'"
run split-dataset in .
status_is 2
stderr_is "split-dataset: in: lies inside .
split-dataset: try 'split-dataset --help'"
ln -s in/predict link
run split-dataset in link/new
status_is 2
stderr_is "split-dataset: link/new: lies inside in
split-dataset: try 'split-dataset --help'"
run split-dataset in before
stderr_is 'split-dataset: before: is not a folder'
mkdir -p own/train
echo precious >own/train/picture
run split-dataset in own
status_is 1
stderr_is 'split-dataset: own: has train but no split.tsv: it was not written by split-dataset and is not replaced'
is "and stays" "$(tree own)" ./train/picture
mkdir -p small/one small/two empty nothing/class
noise small/one/1 1 small/one/2 2 small/two/3 3 small/two/4 3
run split-dataset -q small new
status_is 1
stderr_is 'split-dataset: two: has 1 different picture in 2 files: none is left for train'
run split-dataset empty new
stderr_is 'split-dataset: empty: holds no class folders'
run split-dataset nothing new
stderr_is 'split-dataset: nothing: holds no files in class folders'
run split-dataset -q --manifest /dev/full in new
status_is 1
stderr_is 'split-dataset: /dev/full: No space left on device'
rm -rf new
if [ "$(id -u)" != 0 ]; then
	chmod 0 "in/l'été/7.jpg"
	run split-dataset in new
	status_is 1
	stderr_has "^split-dataset: in/l'été/7.jpg: Permission denied$"
	is "the others are split" "$(tree new | grep -c jpg)" 21
	rm -rf new
	run split-dataset --strict in new
	status_is 1
	ok "or nothing" test ! -e new
	chmod 644 "in/l'été/7.jpg"
	mkdir sealed
	chmod 555 sealed
	run split-dataset in sealed/new
	status_is 1
	stderr_has 'Permission denied$'
fi
is "no failure left anything behind" "$(ls -A | grep new)" ''
sums in >after
is "in is as it was" "$(diff before after)" ''
finish
