#!/bin/sh
# Every tool and where its results go: a full disk, a closed pipe, a closed or locked place, and names of all kinds.
. "$(dirname "$0")/bad-input.sh"
characters=$MILLRACE_DATA/pokemon/characters.json
tab=$(printf '\t')

# ---- a full disk ----
for command in 'augment -q' 'pack-tensors -q --codec zlib' 'model-report -m model' 'cnn-export -m model' 'saliency -q -m model --chart' \
	'tensor-info --npy' 'tensor-info --labels' 'tensor-info --png' 'cnn-predict -q -m model --evaluate --predictions' \
	'cnn-predict -q -m model --evaluate --confusion' 'split-dataset -q --manifest'; do
	case $command in
	augment*) set -- $command -o /dev/full train.tens ;;
	pack*) set -- $command -o /dev/full images ;;
	model-report* | cnn-export*) set -- $command -o /dev/full ;;
	saliency*) set -- $command /dev/full ;;
	split*) set -- $command /dev/full images split ;;
	*) set -- $command /dev/full train.tens ;;
	esac
	run "$@"
	status_is 1
	stderr_is "$1: /dev/full: No space left on device"
done
rm -rf split
for command in 'augment train.tens' 'pack-tensors -q images' 'model-report -m model' 'cnn-export -m model' 'tensor-info train.tens' \
	'tensor-info --records train.tens' 'tensor-info --json train.tens' 'tensor-info --verify train.tens' \
	'cnn-predict -q -m model train.tens' 'cnn-predict -q -m model --json train.tens' \
	'cnn-predict -q -m model --evaluate train.tens' 'browse-dataset --port 0 images' 'split-dataset --version' \
	'fetch-network --recipes' 'cnn-train --help' 'saliency --help' 'scrape-images --help' 'draw-characters --help'; do
	is "full: $command" "$($command 2>&1 >/dev/full; echo $?)" "${command%% *}: standard output: No space left on device
1"
	is "closed: $command" "$($command 2>&1 >&-; echo $?)" "${command%% *}: standard output: Bad file descriptor
1"
done
tensor-info --records --npy closed.npy train.tens >&- 2>/dev/null
ok "what was meant for a closed output is in no file" sh -c '! grep -aqs "red shells" closed.npy'

if mkdir disk && mount -t tmpfs -o size=32k tmpfs disk 2>/dev/null; then
	trap 'umount "$scratch/disk"; rm -rf "$scratch"' EXIT
	echo before >disk/kept
	full() { # full NAME COMMAND...
		named=$1
		shift
		run timeout 20 "$@"
		is "full: $*" "$status $(cat .err)" "1 ${1}: $named: No space left on device"
		is "only what was there before: $*" "$(find disk -type f)" disk/kept
		find disk -mindepth 1 -type d -exec rm -r {} +
	}
	full disk/x.tens augment -q -o disk/x.tens train.tens
	full disk/x.tens pack-tensors -q -o disk/x.tens images
	full disk/x.onnx cnn-export -m model -o disk/x.onnx
	full disk/x.html model-report -m model -o disk/x.html
	full disk/x.npy tensor-info --npy disk/x.npy train.tens
	full disk/m/poids.h5 cnn-train -q --epochs 1 -o disk/m train.tens
	run split-dataset -q --link copy images disk/out
	is "full: split" "$status $(sed 's|out/.*ppm|out/FILE|' .err)" "1 split-dataset: disk/out/FILE: No space left on device"
	is "only what was there before: split" "$(find disk -mindepth 1)" disk/kept
	run cnn-predict -q -m model --sort-into disk/sorted images
	is "full: one line, though many would follow" "$status $(wc -l <.err)" "1 1"
	is "sorted whole or not at all" "$(find disk/sorted -type f ! -name '*.ppm' -o -type f ! -size "$(wc -c <"$picture")c")" ''
	rm -rf disk/sorted
	run draw-characters -q -n 9 --max-size 128 -o disk/drawn "$characters"
	is "full: drawings" "$status $(sed 's|n/.*png|n/FILE|' .err)" "1 draw-characters: disk/drawn/FILE: No space left on device"
	ok "the drawings that are there are whole" python3 -c 'import glob
for name in glob.glob("disk/drawn/*/*.png"): assert open(name, "rb").read()[-8:-4] == b"IEND"'
	is "and there is no other file" "$(find disk/drawn -name '.*')" ''
	rm -rf disk/drawn
	for command in 'augment -q --passes 2' 'cnn-train -q --epochs 1'; do
		run sh -c "cat train.tens | TMPDIR=disk $command -o made"
		is "a full place for temporary files: $command" "$status $(grep -c "^${command%% *}: .*: No space left on device" .err)" "1 1"
		ok "nothing was made" test ! -e made
	done
else
	echo "ok $((tests = tests + 1)) # SKIP no file system can be mounted"
fi

# ---- a file larger than the shell allows (ulimit -f, in 512 bytes): SIGXFSZ ends nothing ----
mkdir limit
limited() { # limited NAME COMMAND...
	named=$1
	shift
	run timeout 20 sh -c 'ulimit -f 8; exec "$@"' sh "$@"
	is "limited: $*" "$status $(grep -v ': --no-sandbox: ' .err | sed 's|/[0-9]*[.]png:|/FILE:|')" \
		"1 ${1}: $named: File too large"
	ok "no part of a file is left: $*" sh -c '! find limit -type f -size +7 | grep . && ! find limit -name ".*" | grep .'
	rm -r limit
	mkdir limit
}
limited limit/x.tens augment -q -o limit/x.tens train.tens
limited limit/x.tens pack-tensors -q --no-sandbox -o limit/x.tens images
limited limit/x.tens tensor-cat -o limit/x.tens train.tens
limited limit/x.onnx cnn-export -m model -o limit/x.onnx
limited limit/x.html model-report -m model -o limit/x.html
limited limit/x.npy tensor-info --npy limit/x.npy train.tens
limited limit/m/architecture.json cnn-train -q --epochs 1 -o limit/m train.tens
limited limit/x.png saliency -q --no-sandbox -m model --chart limit/x.png
limited limit/bulbasaur/FILE draw-characters -q -n 9 --max-size 128 -o limit "$characters"
is "limited: standard output" "$(sh -c 'ulimit -f 8; exec pack-tensors -q --no-sandbox images' 2>&1 >limit/out | grep -v sandbox)" \
	"pack-tensors: standard output: File too large"
rm -r limit

# ---- a closed pipe ----
augment -q --passes 300 -o long.tens train.tens
for command in 'augment --passes 1000000 train.tens' 'pack-tensors -q --size 800 images' 'cnn-export -m model' \
	'model-report -m model'; do
	is "closed pipe: $command" "$({ timeout 20 $command 2>.err; echo $? >.status; } | head -c 1 >/dev/null; cat .err .status)" \
		"${command%% *}: standard output: Broken pipe
1"
done
# What is lines ends as cat does.
for command in 'tensor-info --records long.tens' 'tensor-info --json train.tens' 'tensor-info --help' 'cnn-predict --version' \
	'cnn-predict -q -m model long.tens' 'cnn-predict -q -m model --json long.tens' 'cnn-predict -q -m model --evaluate train.tens' \
	'check-dataset -q images' 'check-dataset -q -o - images' 'browse-dataset -p 0 images'; do
	is "nobody reads lines: $command" "$({ sleep 0.2; timeout 20 $command 2>.err; echo $? >.status; } | true; cat .err .status)" 141
done

# ---- no permission ----
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
	as='env HOME=/root XDG_CACHE_HOME=/root setpriv --reuid=65534 --regid=65534 --clear-groups'
	chmod 755 .
elif [ "$(id -u)" != 0 ]; then
	as=env
else
	as=
fi
if [ "$as" ]; then
	mkdir locked open
	chmod 555 locked
	chmod 777 open
	cp train.tens secret.tens
	cp -R model sealed
	chmod 000 secret.tens sealed/poids.h5
	denied() { # denied NAME COMMAND...
		named=$1
		shift
		run timeout 20 $as "$@"
		is "denied: $*" "$status $(cat .err)" "1 $1: $named: Permission denied"
	}
	denied locked/x.tens augment -q -o locked/x.tens train.tens
	denied secret.tens augment -q -o open/x.tens secret.tens
	denied secret.tens tensor-info secret.tens
	denied secret.tens cnn-predict -q -m model --batch-size 2 secret.tens
	denied locked/x.tens pack-tensors -q -o locked/x.tens images
	denied sealed/poids.h5 cnn-export -m sealed -o open/x.onnx
	denied locked/x.onnx cnn-export -m model -o locked/x.onnx
	denied locked/x.html model-report -m model -o locked/x.html
	denied locked/x.png saliency -q -m model --chart locked/x.png
	denied locked/maps saliency -q -m model -o locked/maps "$picture"
	denied locked/1-gradient.png saliency -q -m model -o locked "$picture"
	denied locked/x.npy tensor-info --npy locked/x.npy train.tens
	denied locked/d cnn-predict -q -m model --annotate locked/d images
	denied 'locked/blue shells-0-annotated.png' cnn-predict -q -m model --annotate locked images
	denied locked/c.png cnn-predict -q -m model --evaluate --confusion locked/c.png train.tens
	denied locked/m cnn-train -q --epochs 1 -o locked/m train.tens
	denied locked/drawn draw-characters -q -n 1 -o locked/drawn "$characters"
	denied locked/out split-dataset -q images locked/out
	denied locked/manifest.tsv scrape-images -q -o locked --page "$picture" x
	is "nothing is there" "$(ls -A locked open)" 'locked:

open:'
	run $as model-report -m model -o open/report.html
	is "a font cache that can't be written is no matter" "$status $(cat .err)" "0 "
	chmod 755 locked
else
	echo "ok $((tests = tests + 1)) # SKIP root can't become another"
fi

# ---- names ----
odd=$(printf ' a [b]*?\n"\\é\377')
cp train.tens "$odd"
cp -R model "$odd model"
cp "$picture" "$odd.ppm"
cp "$picture" ./-p.ppm
works() {
	run timeout 20 "$@"
	is "an odd name: $1" "$status $(cat .err)" "0 "
}
works augment -q -o "$odd 1" "$odd"
works augment -q -o -1 -- "$odd"
works tensor-info --npy "$odd 2" --png "$odd 3" --labels "$odd 4" -- -1
works tensor-info --json "$odd"
works pack-tensors -q -o "$odd 5" "$odd.ppm"
works cnn-predict -q -m "$odd model" --annotate "$odd 6" --sort-into "$odd 6" -- "$odd.ppm" -p.ppm
works cnn-predict -q -m "$odd model" --json "$odd"
works cnn-export -m "$odd model" -o "$odd 7"
works model-report -m "$odd model" -o "$odd 8"
works saliency -q -m "$odd model" -o "$odd 9" -- "$odd.ppm" -p.ppm
works cnn-train -q --epochs 1 -o "$odd 10" "$odd"
works split-dataset -q --manifest "$odd 11" images "$odd 12"
works draw-characters -q -n 1 --max-size 32 -o "$odd 13" "$characters"
is "a name is printed on one line" "$(tensor-info "$odd/x" 2>&1)" 'tensor-info:  a [b]*?\n"\é\xFF/x: Not a directory'
long=$(printf '%0255d' 0)
works augment -q -o "$long" train.tens
works cnn-export -m model -o "${long}" && rm "$long"
works cnn-train -q --epochs 1 -o "$long" train.tens && rm -r "$long"
works split-dataset -q images "$long"

# Of an option an empty name is an error of usage; an operand is looked for and not found.
empty() { # empty STATUS OPTION COMMAND...
	expected=$1 option=$2
	shift 2
	look >.look.before
	run timeout 20 "$@"
	look >.look.after
	is "an empty name: $*" "$status $(grep -vc ": try '" .err) $(grep -c "^$1: $option: " .err)" "$expected 1 1"
	ok "nothing changed: $*" cmp .look.before .look.after
}
empty 2 --output augment -q -o '' train.tens
empty 2 --npy tensor-info --npy '' train.tens
empty 2 --model cnn-export -m '' -o x
empty 2 --output cnn-export -m model -o ''
empty 2 --output model-report -m model -o ''
empty 2 --output saliency -q -m model -o '' "$picture"
empty 2 --annotate cnn-predict -q -m model --annotate '' "$picture"
empty 2 --output cnn-train -q --epochs 1 -o '' train.tens
empty 2 --output draw-characters -q -o '' "$characters"
empty 2 --output fetch-network -q -o '' first
empty 2 --output scrape-images -q -o '' --page "$picture" x
empty 2 --manifest split-dataset -q --manifest '' images x
empty 1 "''" augment -q ''
empty 1 "''" tensor-info ''
empty 1 "''" pack-tensors -q --strict ''
empty 1 "''" cnn-predict -q -m model ''
empty 1 "''" saliency -q -m model ''
empty 1 "''" split-dataset -q '' x
empty 1 "''" split-dataset -q images ''
empty 1 "''" browse-dataset ''
empty 1 "''" fetch-network -q -o new ''

# ---- absurd values ----
for value in 99999999999999999999 -1 nan inf 1e400 '' x 0x10 '1 ' 5000000000; do
	wrong=
	for command in 'augment --passes' 'augment --fill-value' 'augment --threads' 'pack-tensors --size' 'cnn-train --batch-size' \
		'cnn-train --learning-rate' 'cnn-predict --threshold' 'cnn-predict --top' 'saliency --samples' 'model-report --mistakes' \
		'tensor-info --count' 'draw-characters --count' 'split-dataset --validation-split' 'browse-dataset --port' \
		'scrape-images --timeout'; do
		run timeout 20 $command "$value" x
		[ "$status $(wc -l <.err) $(grep -c -- "^$command: " .err | sed 's/1/1/')" = "2 2 0" ] &&
			grep -q "^${command%% *}: ${command#* }: '" .err || wrong="$wrong${command}; "
	done
	is "--option '$value'" "$wrong" ''
done
says 1 'pack-tensors: out.tens: a tensor of 12884508675 bytes is larger than 268435456' \
	pack-tensors -q --size 65535 -o out.tens images
says 2 "cnn-train: --notes: 'a=\\xFF' is not UTF-8
cnn-train: try 'cnn-train --help'" cnn-train -q -o new --notes "$(printf 'a=\377')" train.tens
finish
