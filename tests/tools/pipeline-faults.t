#!/bin/bash
# make NAME-model, where a tool fails, or has something to say: what stays, and where it goes on.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

pictures pictures 1
data_set bugs
settings="SOURCE=pictures SIZE=24x24 EPOCHS=1"
model=modele/bugs_model

# The model is there, a picture beside it is not.
replace cnn-train <<'END'
"$REAL/cnn-train" "$@" && echo 'cnn-train: curves.png: out of memory' >&2
exit 1
END
run pipeline bugs-model $settings
status_is 2
ok "the model stays" test -s $model/poids.h5
stderr_has "^$model: trained all the same: the same command goes on from there$"
sha256sum <$model/poids.h5 >kept
echo exit 1 | replace cnn-train
run pipeline bugs-model $settings
status_is 0
is "  and is what the next run goes on with" "$(sha256sum <$model/poids.h5)" "$(cat kept)"
ok "  to the end" test -s $model/report.html

# No new model: the old one stays, and is not taken for the new one.
for change in EPOCHS=2 SEED=1; do
	run pipeline bugs-model $settings $change
	status_is 2
	is "no word of a model: $change" "$(grep -c 'trained all the same' .err)$(sha256sum <$model/poids.h5)" "0$(cat kept)"
done
finish
