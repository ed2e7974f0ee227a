#!/bin/sh
# Text that a user may have edited: saved by an editor on Windows (byte order mark, CR LF) it says the same, and a pipe with a
# name is read as a file is, once.
. "$(dirname "$0")/tap.sh"
data=$here/../../data
tab=$(printf '\t')

windows() { printf '\357\273\277'; sed 's/$/\r/' "$1"; }

# same LIST COMMAND...: has the command read the list, its argument @, as it is, as Windows saves it, and from a pipe that has a
# name; whatever it prints, and all it writes to "written" or the folder "made", is the same, and it goes well.
outcome() { "$@" >printed 2>complaint </dev/null && { cat printed complaint; find made -type f -exec cat {} + 2>/dev/null; cat written 2>/dev/null; } | cksum; }
same() {
	list=$1
	shift
	name=$(echo "$*" | cut -c 1-60)
	for kind in plain windows pipe; do
		rm -rf written made @
		case $kind in
		plain) cp "$list" @ ;;
		windows) windows "$list" >@ ;;
		pipe) mkfifo @ && { timeout 20 sh -c 'cat "$1" >@' - "$list" & } ;;
		esac
		got=$(outcome timeout 60 "$@")
		[ $kind = plain ] && expected=$got
		is "$list, $kind: $name" "${got:-$(cat complaint)}" "${expected:-something}"
		wait
	done
}

mkdir -p set/a set/b
for i in 1 2 3 4; do noise set/a/$i 40$i set/b/$i 50$i; done
printf 'set/%s\n' "a/1${tab}a" "b/2${tab}b${tab}a" "a/3" >list
printf '%s\n' path,class set/a/1,a '"set/b/2",b' '"set/a/3","a"' >list.csv
printf '%s\n' b a >classes
printf '%s\n' a/1 3 >records
same list pack-tensors -q --size 8 -o written --list @
same classes pack-tensors -q --size 8 -o written --classes-from @ set
pack-tensors -q --size 8 -o one.tens set
same records tensor-cat -q -o written --list @ one.tens
same classes tensor-cat -q -o written --classes-from @ one.tens
augment -q --horizontal-flip 0.5 --rotate 9 --record steps -o /dev/null one.tens
same steps augment -q --replay @ -o written one.tens
cp -R "$data/pokemon/characters.json" .
same characters.json draw-characters -q -n 1 --max-size 96x96 --min-size 64x48 -o made ./@

# Names with the extension that says what they are, and those beside a model.
windows list.csv >windows.csv
for name in list.csv windows.csv; do pack-tensors -q --size 8 --list $name | tensor-info --records >$name.records; done
ok "a list of commas" cmp list.csv.records windows.csv.records
is "  which holds three" "$(wc -l <list.csv.records)" 3
pack-tensors -q --size 32 -o large.tens set
ok "a model" cnn-train -q --epochs 1 -o model large.tens
split-dataset -q set parts
same parts/split.tsv cnn-predict -q -m model --evaluate --leaked @ parts/validation
cp model/labels.txt model/history.tsv .
for file in labels.txt history.tsv; do
	model-report -q -m model -o plain.html
	windows $file >model/$file
	model-report -q -m model -o windows.html
	ok "a model's $file" cmp plain.html windows.html
done
printf '# addresses\n\nhttp://127.0.0.1:9/x.png\ta\n' >urls
MILLRACE_DATA=$data
export MILLRACE_DATA
same urls sh -c 'scrape-images -q --allow-private --retries 0 --backoff 0.01 --urls @ -o made 2>/dev/null; cut -f 1,10,16 made/manifest.tsv; rm -r made'
printf 'title = A\nclass = a\nquery = b\n  and more\n' >recipe
windows recipe >windows.recipe
printf 'title = A\narchitecture = compact\nsize = 32x32\nrange = 0,1\n' >network.recipe
windows network.recipe >windows.recipe
printf x >weights
is "a recipe of a network" "$(fetch-network -q --file weights -o made ./windows.recipe 2>&1)" \
	'fetch-network: windows.recipe: weights: is not an HDF5 file, or a damaged one'
windows recipe >windows.recipe
is "a recipe" "$(scrape-images -q --dataset windows.recipe -o made 2>&1 | sed 's/windows.//')" "$(scrape-images -q --dataset recipe -o made 2>&1)"

# A picture in a list is a file: nobody waits for a pipe that is named there.
mkfifo pipe
printf '%s\n' "pipe${tab}a" "set/a/1${tab}a" /dev/null >list
run timeout 20 pack-tensors -q --size 8 -o out.tens --list list
status_is 4
stderr_is "pack-tensors: pipe: is not a regular file
pack-tensors: /dev/null: is not a regular file
pack-tensors: out.tens: 2 of 3 pictures skipped"
finish
