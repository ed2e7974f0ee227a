#!/bin/sh
# The drawings: output files, independence of threads, and clean failures.
. "$(dirname "$0")/tap.sh"
data=$here/../../data
unset MILLRACE_DATA

sums() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum); }
draw() { run draw-characters -q --max-size 96x96 --min-size 64x48 "$@"; }

for dataset in pokemon dragonball fairytail; do
	draw -n 3 --portraits -o "$dataset" "$data/$dataset"
	status_is 0
	stderr_is ''
	is "$dataset: four classes of three" "$(find $dataset -name '000?.png' | wc -l)" 12
	is "$dataset: their portraits" "$(find $dataset/portraits -name '*.png' | wc -l)" 4
done
ok "a class with a space in its name" test -s "fairytail/Erza Scarlet/0001.png"
ok "no two pictures are the same" sh -c '[ $(sha256sum pokemon/*/*.png | cut -c1-64 | sort -u | wc -l) = 16 ]'

mkdir -p data && cp -R "$data/pokemon" data/
draw --threads 1 -n 3 --portraits -o again pokemon
status_is 0
is "a name is found in ./data, and one thread gives the same bytes" "$(sums again)" "$(sums pokemon)"
rm -r data
MILLRACE_DATA=$data draw --threads 5 -n 3 --portraits -o again pokemon
is "in MILLRACE_DATA too, and so do five threads" "$(sums again)" "$(sums pokemon)"
draw -n 2 --seed 1 -o other "$data/pokemon/characters.json"
ok "another seed gives others" sh -c '! cmp -s other/pikachu/0001.png pokemon/pikachu/0001.png'
ok "and number 3 is not written" test ! -e other/pikachu/0003.png

python3 - "$data/pokemon/characters.json" <<'END'
import json, sys
file = json.load(open(sys.argv[1]))
file["characters"] = {"aardvark": file["characters"]["squirtle"], "pikachu": file["characters"]["pikachu"]}
json.dump(file, open("two.json", "w"))
END
draw -n 2 -o two two.json
ok "the pictures of a class do not depend on other classes" cmp two/pikachu/0002.png pokemon/pikachu/0002.png
ok "a picture is not the same for a class of another name" sh -c '! cmp -s two/aardvark/0001.png pokemon/squirtle/0001.png'

draw -n 0 --scenes 12 --predict 9 -o sets "$data/fairytail"
status_is 0
is "no class folders with -n 0" "$(ls sets | tr '\n' ' ')" "predict predict.tsv scenes scenes.tsv "
is "a line per scene" "$(wc -l <sets/scenes.tsv)" 12
ok "each with two classes that differ" awk -F'\t' 'NF != 3 || $2 == $3 { exit 1 }' sets/scenes.tsv
ok "whose picture is there" sh -c 'cut -f1 sets/scenes.tsv | xargs -d "\n" ls'
is "a line per picture to predict" "$(wc -l <sets/predict.tsv)" 9
is "whose names do not contain the class" "$(cut -f1 sets/predict.tsv | head -n 1)" sets/predict/picture-0001.png
ok "of several classes" sh -c '[ $(cut -f2 sets/predict.tsv | sort -u | wc -l) -gt 1 ]'
ok "all of them in the description" sh -c 'cut -f2 sets/predict.tsv | sort -u | while read -r class; do test -d "fairytail/$class" || exit 1; done'
ok "pictures have sizes in the range asked for" python3 - <<'END'
import glob, struct
for name in glob.glob("*/*/*.png"):
    head = open(name, "rb").read(33)
    width, height, depth, kind = struct.unpack(">IIBB", head[16:26])
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and (depth, kind) == (8, 2), name
    assert "portraits" in name or (64 <= width <= 96 and 48 <= height <= 96), (name, width, height)
END

run draw-characters
status_is 2
stderr_is "draw-characters: DATASET: is missing
draw-characters: try 'draw-characters --help'"
run draw-characters one two
status_is 2
stderr_has '^draw-characters: DATASET: is more than one$'
run draw-characters --max-size 16 pokemon
status_is 2
run draw-characters nowhere
status_is 1
stderr_has '^draw-characters: nowhere/characters.json: not found in '
run draw-characters ./nowhere.json
status_is 1
stderr_is "draw-characters: ./nowhere.json: No such file or directory"
mkdir empty
run draw-characters ./empty
stderr_is "draw-characters: ./empty/characters.json: No such file or directory"
head -c 500 two.json >cut.json
run draw-characters -o none cut.json
status_is 1
stderr_has '^draw-characters: cut.json: not valid JSON: line 1: '
echo '{"characters": {}}' >none.json
run draw-characters -o none none.json
stderr_is "draw-characters: none.json: characters: not an object of 1 to 256"
ok "nothing is written for a description that cannot be read" test ! -e none

touch file
draw -n 1 -o file two.json
status_is 1
stderr_is "draw-characters: file: is not a folder"
mkdir -p taken/pikachu/0001.png
draw -n 1 -o taken two.json
status_is 1
stderr_is "draw-characters: taken/pikachu/0001.png: is a folder"
is "no half file stays" "$(find taken -name '.*.png*')" ''
mkdir -p taken/scenes.tsv
draw -n 0 --scenes 1 -o taken two.json
status_is 1
stderr_is "draw-characters: taken/scenes.tsv: is a folder"
cat two.json | draw-characters -q -n 1 --max-size 64 -o "odd [né]
name" -
ok "a description from a pipe, into a folder of odd name" test -s "odd [né]
name/pikachu/0001.png"
finish
