# Sourced by the tests of the pipelines, after tap.sh.
#
#   pipeline GOAL... VARIABLE=VALUE...        what the installed command `millrace` runs, from scratch unless START is given
#   pictures FOLDER NUMBER                    two classes, ant and bee, of ten pictures each, unlike those of other numbers
#   data_set NAME                             a folder data/NAME/ with a recipe
#   replace TOOL <<SCRIPT                     from now on a script in the place of a tool; $REAL is the folder of the real ones
#   interrupted GOAL VARIABLE=VALUE...        pipeline with EPOCHS=3 and Ctrl-C, which reaches all processes, after two of these;
#                                             sets `status`
#   hashes NAME                               of the streams and the weights of data set NAME
root=$(cd "$here/../.." && pwd)
REAL=$BIN
export REAL
unset MAKEFLAGS MAKELEVEL MFLAGS MILLRACE_BIN MILLRACE_DATA
tools=$scratch/.tools
mkdir "$tools"
ln -s "$BIN"/* "$tools"

pipeline() { make -s -f "$root/pipelines/millrace.mk" MILLRACE_BIN="$tools/" THREADS=2 START=none "$@"; }
pictures() {
	mkdir -p "$1/ant" "$1/bee"
	python3 -c 'import random, sys
folder, number = sys.argv[1:]
for name, light in ("ant", 64), ("bee", 192):
    for i in range(10):
        noise = random.Random(f"{number} {name} {i}")
        with open(f"{folder}/{name}/{i}.ppm", "wb") as picture:
            picture.write(b"P6 24 24 255\n" + bytes(light + noise.randrange(-60, 60) for _ in range(24 * 24 * 3)))' "$1" "$2"
}
data_set() {
	mkdir -p "data/$1"
	printf 'title = %s\nclass = ant\nclass = bee\n' "$1" >"data/$1/recipe"
}
replace() {
	rm -f "$tools/$1"
	{ echo '#!/bin/bash'; cat; } >"$tools/$1"
	chmod +x "$tools/$1"
}
interrupted() {
	export LOG=$scratch/.log ALL=$scratch/.all.tens
	replace augment <<'STUB'
"$REAL/augment" "$@" >"$ALL"
head -c $(($(stat -c %s "$ALL") * 5 / 6)) "$ALL"
until grep -q 'epoch 2/3' "$LOG"; do sleep 0.02; done
kill -INT 0
sleep 60
STUB
	set -m
	pipeline "$@" EPOCHS=3 >"$LOG" 2>&1 &
	set +m
	wait $! 2>/dev/null
	status=$?
	ln -sf "$REAL/augment" "$tools"
}
hashes() { for file in "data/$1/train.tens" "data/$1/validation.tens" "modele/$1_model/poids.h5"; do sha256sum <"$file"; done; }
