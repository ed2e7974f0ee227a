#!/bin/bash
# The pipeline removes and replaces what it made, and nothing else: where a user's files lie among its own, in a folder that
# it never made, and behind links.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

pictures pictures 1
mv pictures/ant/1.ppm $'pictures/ant/\\1\t\n é.ppm'
data_set w
settings="SOURCE=pictures SIZE=24x24 EPOCHS=1"
model=modele/w_model
files() { find "$@" -mindepth 1 -not -name .lock -not -name recipe | LC_ALL=C sort; }

# Among its own.
run pipeline w-model $settings
status_is 0
add_mine() {
	class=$(find $model/sorted -mindepth 1 -type d | head -n 1)
	mine=($model/{predictions,saliency,sorted,feature-maps}/u.txt $model/saliency/$'u\n.png' "$class/u.txt" $model/u.txt)
	touch "${mine[@]}"
}
add_mine
sleep 0.02
run pipeline w-model $settings SEED=1
status_is 0
ok "files of a user stay where the model is made again" ls "${mine[@]}"
is "  and predictions of the earlier one do not" "$(find $model/predictions -type f -not -newer $model/poids.h5 -not -name u.txt)" ""
rm -f $model/{predictions,sorted,saliency,feature-maps}/.products
run pipeline w-model $settings SEED=2
status_is 2
stderr_has "^$model/[a-z-]*/.*: the pipeline did not make it; move it away$"
rm -rf $model data/w/*.list
run pipeline w-model $settings
status_is 0
add_mine
touch data/w/split/u.txt data/w/split/train/u.txt data/w/split/train/ant/u.txt
run pipeline w-clean
status_is 0
is "make w-clean leaves these files alone: the model" "$(find modele -not -type d | LC_ALL=C sort)" \
	"$(printf '%s\n' "${mine[@]}" | LC_ALL=C sort)"
is "  the data" "$(files data/w -not -type d)" "$(printf 'data/w/split/%s\n' train/ant/u.txt train/u.txt u.txt)"
is "  and names them" "$(sort .err)" "data/w/split: kept: the pipeline did not make train/ant/u.txt and 2 more
$model: kept: the pipeline did not make feature-maps/u.txt and 6 more; move it away before the next make w-model"

# What stayed is refused before any work.
run pipeline w-model $settings
is "a split that is not of the pipeline" "$status$(files data/w -newer .err -type f ! -name .lock)" 2
stderr_has '^data/w/split/train: the pipeline did not make it; move it away$'
rm -r data/w/split
run pipeline w-model $settings
is "a model's folder with other things" "$status$(files data/w)" 2
stderr_has "^$model: holds .*, and no model of the pipeline; move it away$"
run pipeline w-data $settings
status_is 0
rm -r modele data/w/split data/w/*.*

# What it never made.
data_set x
run pipeline x-model $settings
cp -R modele/x_model modele/z_model
data_set z
mkdir -p data/z/split/test
printf 'path\tsha256\tpixels\tphash\tgroup\tclass\tsplit\nk\t0\t0\t0\t1\t.\ttest\n' >data/z/split/split.tsv
touch data/z/split/test/k data/z/{train.tens,train.list}
files data/z modele/z_model >before
for goal in clean model; do
	run pipeline z-$goal $settings
	is "z-$goal: nothing is removed or replaced" "$(files data/z modele/z_model)" "$(cat before)"
	is "  status" "$status" $([ $goal = clean ] && echo 0 || echo 2)
done
stderr_has '^data/z/split/split.tsv: the pipeline did not make it; move it away$'
rm -r data/z/split
run pipeline z-data $settings
status_is 2
stderr_has '^data/z/train.tens: the pipeline did not make it; move it away$'
rm data/z/train.*
run pipeline z-model $settings
status_is 2
stderr_has '^modele/z_model: a model that was not trained by this pipeline for this data set, or by an earlier version; move it away$'
run pipeline z-clean
stderr_has '^modele/z_model: kept: not trained by this pipeline for this data set, or by an earlier version; it can be removed by hand$'
is "  nothing is recorded" "$(files data/z)" ""

# Links to folders are the user's, what the pipeline put there is its own.
mkdir away
mv modele/x_model away/model
mv data/x/split away/split
ln -s ../away/model modele/x_model
ln -s ../../away/split data/x/split
run pipeline x-model $settings SEED=1
status_is 0
run pipeline x-clean
status_is 0
stderr_is ""
is "links stay, what is behind them goes" "$(files away data/x modele/x_model)" "$(printf '%s\n' away/model away/split data/x/split)"
ok "  the model's link" test -L modele/x_model
run pipeline x-model $settings
status_is 0

# Sources in which the pipeline works.
data_set s
mkdir -p data/s/own/ant
cp pictures/ant/2.ppm data/s/own/ant
for source in data data/s . data/s/own; do
	run pipeline s-data SOURCE=$source
	is "SOURCE=$source is refused" "$status$(files data/s | grep -v own)" 2
	stderr_has "^s: images: SOURCE=$source (contains|lies in) data/s, where the pipeline works; give another folder$"
done
run pipeline s-data $settings
status_is 0

# Drawings, among which is a picture of the user's.
replace draw-characters <<'DRAW'
exec "$REAL/draw-characters" --count 6 --min-size 64x64 --max-size 64x64 "$@"
DRAW
data_set pokemon
cp "$root"/data/pokemon/{recipe,characters.json} data/pokemon
run pipeline pokemon-data SOURCE=drawings SIZE=24x24
status_is 0
cp pictures/ant/2.ppm "$(find data/pokemon/drawings/images -mindepth 1 -type d | head -n 1)/u.ppm"
run pipeline pokemon-data SOURCE=drawings SIZE=24x24 SEED=1
status_is 0
run pipeline pokemon-clean
status_is 0
is "a user's picture among drawings stays" "$(find data/pokemon -name '*.p*' | grep -c 'drawings/images/.*/u.ppm')$(find data/pokemon/drawings -type f | wc -l)" 11
finish
