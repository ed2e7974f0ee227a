#!/bin/sh
# make NAME-model VARIABLE=VALUE: the same bytes as in a fresh place, whatever was asked for before.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

# What comes after training is not looked at here.
for tool in saliency cnn-predict model-report; do echo exit | replace $tool; done
pictures pictures 1
pictures others 2
mkdir used
(cd used && data_set bugs)

train_in() { # train_in FOLDER VARIABLE=VALUE...
	(cd "$1" && shift && pipeline bugs-model SOURCE="$scratch/pictures" SIZE=24x24 EPOCHS=2 BATCH=4 "$@" && hashes bugs >../now)
}
# The hashes of a run beside, which had none before it.
fresh() {
	rm -rf fresh
	mkdir -p fresh/data/bugs
	cp used/data/bugs/recipe used/data/bugs/characters.json fresh/data/bugs/ 2>/dev/null
	train_in fresh "$@" >/dev/null 2>&1
	cat now
}
# changes VARIABLE=VALUE...: in used/, where all the others ran before, gives other bytes.
changes() {
	cp now before
	run train_in used "$@"
	status_is 0
	ok "  another result" sh -c '! cmp -s now before'
}
# The bytes now are those of a fresh place.
like_fresh() {
	cp now used_now
	is "as in a fresh place: $*" "$(fresh "$@")" "$(cat used_now)"
}

# One picture in two classes.
cp pictures/ant/3.ppm pictures/bee/again.ppm
run train_in used
status_is 0
beginning=$(cat now)
cp used/modele/bugs_model/architecture.json net.json
for setting in CONFLICTS=keep VALIDATION=0.4 SEED=7 SIZE=28 EPOCHS=1 PRESET=none BATCH=5; do
	changes $setting
done
changes CONFLICTS=keep VALIDATION=0.4 SEED=7 SIZE=28 EPOCHS=1 PRESET=none BATCH=5 SOURCE="$scratch/others"
like_fresh CONFLICTS=keep VALIDATION=0.4 SEED=7 SIZE=28 EPOCHS=1 PRESET=none BATCH=5 SOURCE="$scratch/others"

# An architecture is what the file says.
sed -i 's/"filters": *32/"filters": 8/' net.json
changes ARCHITECTURE="$scratch/net.json"
sed -i 's/"filters": *8/"filters": 16/' net.json
changes ARCHITECTURE="$scratch/net.json"
like_fresh ARCHITECTURE="$scratch/net.json"

# Variables of the environment are another program's.
SEED=9 SOURCE=nowhere EPOCHS=many BATCH=0 run train_in used
status_is 0
is "back at the beginning, whatever the environment holds" "$(cat now)" "$beginning"

# Drawings: of a seed, and of what characters.json says. Small and few here.
replace draw-characters <<'END'
exec "$REAL/draw-characters" --count 6 --min-size 64x64 --max-size 64x64 "$@"
END
cp "$root/data/pokemon/characters.json" used/data/bugs/
changes SOURCE=drawings
drawn=$(cat now)
changes SOURCE=drawings SEED=3
like_fresh SOURCE=drawings SEED=3
run train_in used SOURCE=auto
stderr_has 'the drawings of an earlier run'
is "the images that are there already are drawings: of the seed that is asked for" "$(cat now)" "$drawn"
python3 -c 'import json, sys
description = json.load(open(sys.argv[1]))
description["characters"].popitem()
json.dump(description, open(sys.argv[1], "w"))' used/data/bugs/characters.json
changes SOURCE=drawings
like_fresh SOURCE=drawings

# The web, as the recipe asks for it. Here it has a picture called x for a class xfly too.
replace scrape-images <<'END'
echo asked >>"$WEB/asked"
while [ "$1" != -o ]; do [ "$1" != --dataset ] || recipe=$2; shift; done
sed -n 's/^class = //p' "$recipe" | while read -r class; do
	mkdir -p "$2/$class"
	cp "$WEB/pictures/${class%fly}"/* "$2/$class"
done
END
export WEB="$scratch"
changes SOURCE=web
web=$(cat now)
rm asked
run train_in used SOURCE=web
ok "what came from the web is not asked for again" test ! -e asked
printf 'title = Bugs\nclass = ant\nclass = beefly\n' >used/data/bugs/recipe
changes SOURCE=web
like_fresh SOURCE=web
is "a class that the recipe does not name any more is none" "$(cat used/modele/bugs_model/labels.txt)" "ant
beefly"
ok "  and its pictures stay" test -s used/data/bugs/web/bee/0.ppm
printf 'title = Bugs\nclass = ant\n# one on two lines\nclass =\n  bee\n' >used/data/bugs/recipe
echo exit 3 | replace scrape-images
run train_in used SOURCE=auto
status_is 0
stderr_has 'no network: the images that came before'
is "  by the recipe of now" "$(cat now)" "$web"
finish
