#!/bin/sh
# Invented classes: their folders, that they depend on the seed and their number alone, and styles.
. "$(dirname "$0")/tap.sh"
data=$here/../../data
unset MILLRACE_DATA

sums() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum); }
draw() { run draw-characters -q --max-size 64 --min-size 48 "$@"; }

draw --invent 5 --objects 3 --patterns 2 -n 4 --style mixed --portraits -o one
status_is 0
stderr_is ''
is "a folder for each class" "$(ls one | tr '\n' ' ')" \
	"figure-001 figure-002 figure-003 figure-004 figure-005 object-001 object-002 object-003 pattern-001 pattern-002 portraits "
is "with its pictures" "$(find one -name '000?.png' | wc -l)" 40
is "no two of which are the same" "$(sha256sum one/*/*.png | cut -c1-64 | sort -u | wc -l)" 50
draw --invent 5 --objects 3 --patterns 2 -n 4 --style mixed --portraits --threads 1 -o two
is "one thread gives the same bytes" "$(sums two)" "$(sums one)"
draw --invent 5 --objects 3 --patterns 2 -n 4 --style mixed --portraits --threads 5 -o three
is "and so do five" "$(sums three)" "$(sums one)"
draw --invent 2 --patterns 1 -n 2 --style mixed -o few
for picture in figure-002/0002 pattern-001/0001; do
	ok "$picture does not depend on how many there are" cmp few/$picture.png one/$picture.png
done
draw --invent 2 -n 2 --style mixed --seed 1 -o other
ok "another seed gives others" sh -c '! cmp -s other/figure-001/0001.png one/figure-001/0001.png'
draw --invent 2 -n 0 --scenes 3 -o scenes
is "scenes of two invented characters" "$(cut -f2- scenes/scenes.tsv | head -n 1 | tr '\t' '\n' | grep -c figure)" 2

draw -n 2 -o plain "$data/pokemon"
draw -n 2 --style plain -o named "$data/pokemon"
is "plain is the style of a dataset" "$(sums named)" "$(sums plain)"
draw -n 2 --style line-art -o lines "$data/pokemon"
status_is 0
ok "which takes another" sh -c '! cmp -s lines/pikachu/0001.png plain/pikachu/0001.png'

run draw-characters --invent 0 -o none
status_is 2
stderr_is "draw-characters: DATASET: is missing
draw-characters: try 'draw-characters --help'"
run draw-characters --objects 1 -o nowhere "$data/pokemon"
status_is 2
stderr_has '^draw-characters: --objects: does not go with DATASET$'
ok "nothing is written then" test ! -e nowhere
finish
