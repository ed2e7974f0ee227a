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
ln -sf "$REAL/cnn-train" "$tools"

# Status 4, all done but for bad inputs, is good enough; another is not, whatever was written.
ends() { # ends TOOL STATUS PATTERN: with that status if its arguments match
	replace "$1" <<END
"$REAL/$1" "\$@" || exit
[[ "\$*" != *$3* ]] || exit $2
END
}
of_step() { # of_step GOAL TOOL PATTERN
	for code in 4 1; do
		rm -rf $model data/bugs/train.tens data/bugs/split.tsv
		ends "$2" $code "$3"
		run pipeline "bugs-$1" $settings
		is "status $code of $2 $3" "$status" $([ $code = 4 ] && echo 0 || echo 2)
	done
	ln -sf "$REAL/$2" "$tools"
}
of_step data split-dataset ''
of_step data pack-tensors split/train
of_step data pack-tensors split/validation
of_step model cnn-predict --annotate
of_step model saliency --strip

# So with the web: 4 is fewer than asked, 3 no network, 1 a fault.
for code in 4 1 3; do
	replace scrape-images <<END
mkdir -p data/bugs/web
cp -R "$scratch"/pictures/* data/bugs/web/
exit $code
END
	rm -rf data/bugs/web
	run pipeline bugs-data SOURCE=web SIZE=24x24
	is "status $code of scrape-images" "$status" $([ $code = 4 ] && echo 0 || echo 2)
done
rm -rf data/bugs/web data/bugs/images
echo exit 1 | replace scrape-images
run pipeline bugs-data SIZE=24x24
status_is 2
stderr_has '^bugs: images: not all came from the web: the same command goes on with it, SOURCE=drawings does without$'
finish
