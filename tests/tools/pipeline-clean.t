#!/bin/bash
# make NAME-clean: what the pipeline built, and what killed tools left; nothing of anybody else's.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

pictures pictures 1
data_set bugs
data_set bugs_model
settings="SOURCE=pictures SIZE=24x24 EPOCHS=1"
there() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort); }

run pipeline bugs-model $settings
status_is 0
model=modele/bugs_model
run pipeline bugs-clean
is "what was built is gone, silently" "$status$(cat .out .err)$(there data/bugs)" "0./.lock
./recipe"
ok "  with the model's folder" test ! -e $model

# What others put there.
run pipeline bugs-model $settings
mkdir -p data/bugs/mine data/bugs/drawings data/bugs/web/ant $model/thesis
touch data/bugs/{decisions.tsv,characters.json,mine.tens,mine.list,mine.settings,mine/a.png,drawings/a.png,web/ant/0.jpg} \
	data/bugs/web/.complete $model/{thesis.txt,thesis/1,.git}
run pipeline bugs-clean
status_is 0
stderr_is "$model: kept: the pipeline did not make .git and 2 more; move it away before the next make bugs-model"
is "files of others stay: data" "$(there data/bugs)" "$(printf './%s\n' .lock characters.json decisions.tsv \
	drawings drawings/a.png mine mine.list \
	mine.settings mine.tens mine/a.png recipe web web/.complete web/ant web/ant/0.jpg)"
is "files of others stay: the model" "$(there $model)" "$(printf './%s\n' .git thesis thesis.txt thesis/1)"
run pipeline bugs-data $settings SOURCE=drawings
is "no drawings are made in a folder of one's own" "$status$(ls data/bugs/drawings)" 2a.png
rm -r $model data/bugs/{drawings,mine*,decisions.tsv,characters.json,web}

# Pictures of one's own in place.
cp -R pictures data/bugs/images
mkdir data/bugs/images/.x.millrace-1
run pipeline bugs-data SIZE=24x24
status_is 0
there data/bugs/images >before
run pipeline bugs-clean
is "a folder of one's own stays as it is" "$(there data/bugs/images)" "$(cat before)"
rm -r data/bugs/images

# What SIGKILL leaves beside what was in the making: .NAME.millrace-N, which its maker holds locked as long as it lives.
run pipeline bugs-data $settings
mkdir -p $model data/bugs/web
left=(data/bugs/.train.tens.new.millrace-123 data/bugs/.split.tsv.new.millrace-5 data/bugs/web/.manifest.tsv.millrace-9
	$model/.poids.h5.millrace-7)
left_folders=(data/bugs/.split.millrace-77 modele/.bugs_model.millrace-5)
others=(data/bugs/.train.tens.millrace data/bugs/.notes.millrace-x-0
	modele/.bugs_model_model.millrace-5 modele/.moths_model.millrace-5)
touch "${left[@]}" "${others[@]}"
mkdir "${left_folders[@]}"
touch data/bugs/.split.millrace-77/inside modele/.bugs_model.millrace-5/poids.h5
living=(data/bugs/.validation.tens.new.millrace-8 modele/.bugs_model.millrace-8)
touch "${living[0]}"
mkdir "${living[1]}"
touch "${living[1]}/poids.h5"
exec 8<"${living[0]}" 9<"${living[1]}"
flock 8
flock 9
run pipeline bugs-clean
status_is 0
is "what the dead left is gone" "$(find data modele -name '.*millrace-*' | LC_ALL=C sort)" \
	"$(printf '%s\n' "${living[@]}" "${others[@]:1}" "${living[1]}" | LC_ALL=C sort -u)"
stderr_has "^${living[0]}: kept: it is in the making$"
ok "  and what the living have in the making is whole" test -e "${living[1]}/poids.h5"
exec 8<&- 9<&-
run pipeline bugs-clean
is "  until they are dead" "$(find data modele -name '*8-0')" ""
finish
