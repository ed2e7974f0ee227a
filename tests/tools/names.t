#!/bin/sh
# Names with characters that steer a terminal, turn text around or aren't seen: whatever a tool prints shows them by their bytes.
. "$(dirname "$0")/tap.sh"
data=$here/../../data

# Class folders named so as far as classes may be, and files whose names hold all of it.
python3 - <<'END'
import os, random
turning = "\u202e\u2066\u200f\u061c"
hidden = "\u200b\ufeff\u2028\U000e0041\u3164"
steering = "\x1b[31m\x9b2J\x07\r"
for c in "ab":
    folder = "set/%s%s%s" % (c, turning, hidden)
    os.makedirs(folder)
    for i in range(6):
        pixels = random.Random(i + 600 * ord(c)).randbytes(1600)
        open("%s/%d%s%s%s.pgm" % (folder, i, turning, hidden, steering), "wb").write(b"P5 40 40 255\n" + pixels)
open("set/a%s%s/bad%s.pgm" % (turning, hidden, steering), "w").write("no picture")
open("odd%s%s%s.txt" % (turning, hidden, steering), "w").write("nothing")
open("picture%s%s%s.pgm" % (turning, hidden, steering), "wb").write(b"P5 40 40 255\n" + bytes(1600))
END
odd=$(ls odd*)
picture=$(ls picture*)
mkdir logs

# clean.py FILE: whether it has no such character but line ends and tabs.
cat >clean.py <<'END'
import sys, unicodedata
text = open(sys.argv[1], "rb").read().decode("utf-8")
found = {"U+%04X" % ord(c) for c in text if c not in "\n\t\u00ad\u200c\u200d" and
    (unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") or c == "\u3164")}
sys.exit(", ".join(sorted(found)) or 0)
END

# said COMMAND...: runs it, and looks at what it says; it may fail.
said() {
	command=$(printf %s "$*" | tr -cd ' a-z0-9.=-')
	"$@" >logs/out 2>logs/err </dev/null
	ok "$command: standard output" python3 clean.py logs/out
	ok "$command: standard error" python3 clean.py logs/err
	cat logs/out logs/err >logs/both
	case $1 in saliency | model-report) ;; *) ok "$command: says something" test -s logs/both ;; esac
}

said check-dataset set
said split-dataset --manifest - set parts
said split-dataset --audit parts
said split-dataset set "$odd"
said pack-tensors --size 32 -o one.tens set
said pack-tensors --list "$odd" -o none.tens
said pack-tensors --classes "$odd" -o none.tens set
said tensor-info one.tens
said tensor-info --records one.tens
said tensor-info --json one.tens
said tensor-info "$odd"
said tensor-cat --class "$odd" -o two.tens one.tens
cp one.tens "$odd"
said tensor-cat -o two.tens "$odd"
said tensor-info two.tens
said tensor-info --json two.tens
said tensor-info --json "$odd"
said augment --horizontal-flip 0.5 --record steps -o varied.tens one.tens
ok "what was done to each" python3 clean.py steps
said augment --replay "$odd" -o none.tens one.tens
said cnn-train --epochs 1 -o model one.tens
said cnn-predict -m model set "$picture"
said cnn-predict -m model --json "$picture"
said cnn-predict -m model --evaluate --predictions predictions.tsv set
ok "predictions" python3 clean.py predictions.tsv
said saliency -m model -o maps "$picture"
said model-report -m model -o report.html
ok "a report" python3 clean.py report.html
said cnn-export -m "$odd" -o x.onnx
said draw-characters -n 1 "$odd"
MILLRACE_DATA=$data
export MILLRACE_DATA
python3 -c 'print("title = A\nclass = a\u202e\nquery = b\u2066\nsite = s\u200b")' >"$odd"
said scrape-images --explain --dataset "$odd"
python3 -c 'import sys; print(open(sys.argv[1]).read() + "user-agent = \u202eme\nheader = X: \u2066\n")' "$data/sites/page" >odd.recipe
said fetch-network "$odd"
said fetch-network --file "$odd" -o made "./$odd"
said scrape-images --explain --site ./odd.recipe a=http://example.org/x
finish
