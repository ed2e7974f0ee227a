#!/bin/bash
# make NAME-model goes on with a training that was interrupted, if its checkpoint is of the streams and settings of now. The
# model before stays beside the new one.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

echo exit | replace saliency
replace model-report <<'STUB'
[[ "$*" != *--compare* ]] || exec "$REAL/model-report" "$@"
STUB
pictures pictures 1
data_set bugs
settings="SOURCE=pictures SIZE=24x24 BATCH=4"
model=modele/bugs_model
there() { find modele -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort | xargs; }
digest() { sha256sum "$@" | cut -c 1-64 | xargs; }

interrupt() { interrupted bugs-model $settings "$@"; } # interrupt VARIABLE=VALUE...

run pipeline bugs-model $settings EPOCHS=1
status_is 0
is "a first model is alone" "$(there)" bugs_model
first=$(digest $model/{poids.h5,training.json,evaluation.tsv,confusion.png})
interrupt
is "an interruption is one of make" $status 130
is "  the training so far is there" "$(ls -A modele; grep -c '"finished": false' $model.partial/training.json)" "bugs_model
bugs_model.partial
1"
is "  and the model as it was" "$(digest $model/{poids.h5,training.json,evaluation.tsv,confusion.png})" "$first"
cp -a $model.partial partial

# It is not the pipeline's.
sed -i 's/"data_set": "bugs"/"data_set": "moths"/' $model.partial/training.json
run pipeline bugs-model $settings EPOCHS=3
status_is 2
stdout_is ''
stderr_has "^$model.partial: the pipeline did not make it; move it away$"

# It is.
rm -r $model.partial
cp -a partial $model.partial
run pipeline bugs-model $settings EPOCHS=3
status_is 0
stderr_has "^cnn-train: $model.partial: going on in epoch 3$"
is "the checkpoint is gone, the model before is there" "$(there)" "bugs_model bugs_model.previous"
is "  with its evaluation" "$(digest $model.previous/{poids.h5,training.json,evaluation.tsv,confusion.png})" "$first"
weights=$(digest $model/poids.h5)

# Another seed: it is of no use any more. A training that fails leaves both models.
interrupt SEED=1
is "the next training is interrupted" "$status $(there)" "130 bugs_model bugs_model.partial bugs_model.previous"
mkdir $model.0 $model.x
cp $model/training.json $model.0
run pipeline bugs-runs
status_is 0
is "make bugs-runs shows all models, and in what they differ" "$(cut -f 1-3 .out | tail -n +2)" "$model	yes	3
$model.previous	yes	1
$model.partial	no	2
$model.0	yes	3"
stdout_has '^model	finished	.*	epochs.*	seed	'
rm -r $model.[0x]
replace cnn-train <<'STUB'
echo "resume: $(grep -c -e --resume <<<"$*")" >&2
cat >/dev/null
exit 1
STUB
run pipeline bugs-model $settings EPOCHS=3 SEED=2
status_is 2
stderr_has "^$model.partial: of other data or settings: training starts again$"
stderr_has "^resume: 0$"
is "  it is gone" "$(ls -A modele | xargs)" "bugs_model bugs_model.previous"
is "  the models stay" "$(digest $model/poids.h5 $model.previous/poids.h5)" "$weights ${first%% *}"
ln -sf "$REAL/cnn-train" "$tools"

# Clean removes all that is its own.
cp -a partial $model.partial
sed -i 's/"data_set": "bugs"/"data_set": "moths"/' $model.partial/training.json
touch $model.previous/u.txt
run pipeline bugs-clean
is "clean leaves what is a user's" "$(ls $model.p* | xargs)" "$model.partial: $(ls partial | xargs) $model.previous: u.txt"
is "  and names it" "$(sort .err)" "$model.partial: kept: not trained by this pipeline for this data set
$model.previous: kept: the pipeline did not make u.txt"
rm -r $model.partial
cp -a partial $model.partial
run pipeline bugs-clean
ok "  not a checkpoint of its own" test ! -e $model.partial
rm -r modele
run pipeline bugs-model $settings EPOCHS=3
is "without an interruption the weights are the same" "$(digest $model/poids.h5)" "$weights"
rm -r modele
run pipeline bugs-runs
status_is 2
stderr_has "^$model: there is no model yet$"
finish
