#!/bin/bash
# make NAME-folds: a model per fold, what is held out, what is trained again, and what the model and its report get of it.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

echo exit | replace saliency
pictures pictures 1
data_set bugs
# Two look-alikes of pictures, in the class and by other names.
for i in 1 2; do cp pictures/ant/$i.ppm pictures/ant/copy$i.ppm; done
settings="SOURCE=pictures SIZE=24x24 BATCH=4 EPOCHS=2"
folds=modele/bugs_folds model=modele/bugs_model
models() { find $folds -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | LC_ALL=C sort | xargs; }
stamps() { stat -c '%n %y' $folds/fold-*/poids.h5; }
value() { awk -F '\t' -v name="$1" '$1 == name { print $2; exit }' $folds/folds.tsv; }
digests() { tensor-info --records "$@" | cut -f 5 | sort -u; }

run pipeline bugs-folds $settings FOLDS=3
status_is 0
cp .out printed
is "a model per fold" "$(models)" 'fold-1 fold-2 fold-3'
is "its table is printed, and its accuracy" "$(grep -vc '^  ' printed) $(tail -n 1 printed)" \
	"$(($(wc -l <$folds/folds.tsv) + 1)) accuracy $(printf %.2f "$(value accuracy)") of 22"
is "every picture is held out once" "$(for i in 1 2 3; do tensor-info --records $folds/fold-$i.tens; done | cut -f 4 | sort)" \
	"$(for part in train validation; do tensor-info --records data/bugs/$part.tens; done | cut -f 4 | sort)"
is "  and no look-alike elsewhere" "$(for i in 1 2 3; do digests $folds/fold-$i.tens; done | sort | uniq -d)" ''
is "  nor is there another file" "$(ls -A $folds | xargs)" \
	'confusion.png evaluated fold-1 fold-1.tens fold-2 fold-2.tens fold-3 fold-3.tens folds.tsv trained'
is "trained as the model would be" "$(grep -c '"epochs": 2' $folds/fold-2/training.json)" 1
ok "  without a validation set" sh -c "! grep -q '\"val_loss\": [0-9]' $folds/fold-1/training.json"
is "no model, so no temperature" "$(value temperature)$(ls modele)" bugs_folds
stamps >before
run pipeline bugs-folds $settings FOLDS=3
is "a second run trains nothing" "$status $(stamps | diff before -)" '0 '

# ---- interrupted ----
rm $folds/trained
rm -r $folds/fold-2
run pipeline bugs-folds $settings FOLDS=3
is "a fold that is missing is trained alone" "$status $(stamps | diff before - | grep -c '^>')$(stamps | diff before - | grep '^>' | grep -o 'fold-.')" '0 1fold-2'
cp $folds/folds.tsv first.tsv

cut="bugs-folds SOURCE=../pictures SIZE=24x24 BATCH=4 FOLDS=3"
mkdir cut
cd cut || exit 1
data_set bugs
interrupted $cut
is "an interruption is one of make" "$status" 130
is "  and leaves the training so far, but no stream of it" "$(ls -A $folds | xargs)" 'fold-1.partial fold-1.tens'
run pipeline $cut EPOCHS=3
status_is 0
stderr_has "^cnn-train: $folds/fold-1.partial: going on in epoch 3$"
cd ..

# ---- the model ----
run pipeline bugs-model $settings
status_is 0
ok "the report has the figure" grep -q 'accuracy in 3-fold cross-validation' $model/report.html
ok "  and the model no temperature" sh -c "! grep -q calibration $model/training.json"
stamps >before
run pipeline bugs-folds $settings FOLDS=3
status_is 0
is "the folds of this model stay" "$(stamps | diff before -)" ''
is "  and it gets a temperature" "$(python3 -c 'import json, sys
calibration = json.load(open(sys.argv[1]))["calibration"]
print("%.5g %d %d" % (calibration["temperature"], calibration["folds"], calibration["records"]))' $model/training.json)" "$(value temperature) 3 22"
grep -v '^calibration_error' $folds/folds.tsv | grep -v '^temperature' >now
is "  the evaluation is otherwise the same" "$(cat now)" "$(grep -v '^calibration_error' first.tsv)"
run pipeline bugs-model $settings
status_is 0
ok "  with which it is evaluated" grep -q '^calibration_error_raw' $model/evaluation.tsv
ok "  and reported" grep -q 'accuracy in 3-fold cross-validation' $model/report.html

# ---- other settings ----
cp $model/training.json card.json
run pipeline bugs-folds $settings FOLDS=2 EPOCHS=1
status_is 0
is "other folds in the place of these" "$(models) $(value folds)" 'fold-1 fold-2 2'
ok "  and the model, of other settings, stays as it is" cmp card.json $model/training.json
run pipeline bugs-model $settings
status_is 0
ok "  its report is without them" sh -c "! grep -q cross-validation $model/report.html"
run pipeline bugs-folds $settings FOLDS=23
is "a number of folds that is none" "$status $(head -n 1 .err | grep -o 'FOLDS.*')" "2 FOLDS: '23' is not from 2 to 20.  Stop."

# ---- what is not the pipeline's ----
echo mine >$folds/notes
run pipeline bugs-clean
status_is 0
stderr_is "$folds: kept: the pipeline did not make notes"
is "what was built is gone" "$(ls -A $folds) $(ls -A data/bugs | xargs)" 'notes .lock recipe'
run pipeline bugs-folds $settings
is "and a folder of others is not written into" "$status $(grep -cx "$folds: the pipeline did not make it; move it away" .err) $(ls -A $folds)" '2 1 notes'
finish
