#!/bin/bash
# What is refused, by name and before anything is made: variables, their values, names of data sets, sources.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

pictures pictures 1
data_set bugs
made() { find data modele build -mindepth 2 ! -name recipe 2>/dev/null | LC_ALL=C sort; }

refused() { # refused VARIABLE=VALUE MESSAGE
	run pipeline bugs-data SOURCE=pictures "$1"
	command_line=$(printf %q "$1")
	is "$command_line: refused" "$status$(made)" 2
	stderr_has "\*\*\* $2"
}
refused EPCHS=9 'EPCHS: no such variable; there are: SOURCE VALIDATION'
refused bugs_EPCHS=9 'bugs_EPCHS: no such variable'
for value in 0 -1 many 1.5 1e3 99999999999999999999 1000001 '3 4' '3;touch pwn' '$(shell touch pwn)' '$(touch pwn)'; do
	refused "EPOCHS=$value" 'EPOCHS: '
done
refused BATCH=0 "BATCH: '0' is not from 1 to 65536"
for value in 0 0.0 0.91 1 2 -0.1 20% x .; do refused "VALIDATION=$value" "VALIDATION: '$value' is not"; done
for value in 0 x 12x 0x12 1x2x3 -5 123456; do refused "SIZE=$value" "SIZE: '$value' is not"; done
for value in -1 1234567890123456 x; do refused "SEED=$value" "SEED: '$value' is not"; done
refused PRESET=heavy "PRESET: 'heavy' is not one of none keras light strong"
refused CONFLICTS=merge "CONFLICTS: 'merge' is not one of drop keep"
refused ARCHITECTURE=nowhere.json "ARCHITECTURE: 'nowhere.json' is"
for variable in SOURCE SIZE SEED ARCHITECTURE; do refused $variable= "$variable: has no value"; done
refused SOURCE=nowhere 'SOURCE: no such folder: nowhere'
refused 'SOURCE=$(touch pwn)' 'SOURCE: no such folder: \$\(touch pwn\)'
refused $'SOURCE=two\nlines' 'SOURCE: has a line break'
refused $'SOURCE=be\all' 'SOURCE: .* has control characters'
run pipeline bugs-data -t
is "make -t, which would make empty files" "$status$(made)" 2

printf '%s\n' 'bugs_SIZE = 24x24' 'bugs_EPOCHS = few' >"$scratch/bugs.mk"
cp -R "$root/pipelines" own
cp bugs.mk own/
run make -s -f own/millrace.mk MILLRACE_BIN="$tools/" MILLRACE_DATA="$root/data" bugs-data SOURCE=pictures
is "what pipelines/NAME.mk says is looked at too" "$status$(made)" 2
stderr_has "bugs_EPOCHS: 'few' is not a whole number"
run make -s -f own/millrace.mk MILLRACE_BIN="$tools/" MILLRACE_DATA="$root/data" bugs-data SOURCE=pictures bugs_EPOCHS=3
status_is 0
ok "  and used" grep -q 24x24 data/bugs/pack.settings
printf '%s\n' 'bugs_IDX_TRAIN = a b' 'bugs_IDX_VALIDATION = a b' >own/bugs.mk
run make -s -f own/millrace.mk MILLRACE_BIN="$tools/" MILLRACE_DATA="$root/data" bugs-data SOURCE=pictures
stderr_has 'SOURCE: goes with images; bugs is made from IDX files'
pipeline bugs-clean

# Folders in data/.
names=('$(touch pwn)' '`touch pwn`' '$(shell touch pwn)' 'my bugs' "it's" 'a"b' 'a;touch pwn' 'a#b' 'a:b' 'a%b' 'a=b' '-n'
	'.hidden' $'two\nlines' 'a&b' '*' 'a\b' $'bell\a' 'a|b' '${IFS}' 'a,b' '(' '~root' $'bad\xff')
for name in "${names[@]}"; do
	mkdir "data/$name"
	echo 'title = odd' >"data/$name/recipe"
done
run pipeline help
status_is 0
stdout_has '^NAME: +bugs dragonball fairytail fashion pokemon,'
is "one line for each odd folder, where data sets are listed" "$(wc -l <.err)" $((${#names[@]} - 1)) # .hidden is not looked at
stderr_has '^data/my\\ bugs: ignored: a name consists of letters, digits'
run pipeline bugs-data SOURCE=pictures SIZE=24x24
is "  and none where another is asked for" "$status$(grep -c ignored .err)" 00
mkdir data/été-2.0_x data/dragon.ball data/model data/images
for name in été-2.0_x model images; do cp data/bugs/recipe "data/$name/recipe"; done
for name in bugs été-2.0_x model images; do
	run pipeline "$name-data" SOURCE=pictures SIZE=24x24
	status_is 0
	ok "  its streams are there" test -s "data/$name/validation.tens"
done
for name in "${names[@]}"; do
	run pipeline "$name-model"
	case $name in -n | *=*) continue ;; esac # an option, a variable
	command_line=$(printf %q "$name")
	is "$command_line is no goal" "$status" 2
	stderr_has 'no such data set; a name consists of'
done
printf '%s\n' 'MILLRACE_PROGRAMS = programs' 'programs: ; @echo built' "include $root/pipelines/millrace.mk" >Makefile
run make -s -k MILLRACE_BIN="$tools/" MILLRACE_DATA="$root/data" bugs-data 'x$(touch pwn)-data' SOURCE=pictures
is "a name that is none beside one: refused, and not run where programs are built" "$status$(head -n 1 .out)" 2built
is "nothing was run by a name or a value" "$(find . -name 'pwn*')" ""
for name in "${names[@]}"; do rm -r "data/$name"; done

# A source that is none is forgotten at once.
echo exit 3 | replace scrape-images
mkdir -p empty text/a corrupt/a corrupt/b
echo text >text/a/notes.txt
echo corrupt | tee corrupt/a/x.jpg >corrupt/b/y.png
data_set fresh
for source in empty text corrupt; do
	run pipeline fresh-data SOURCE=$source SIZE=24x24
	is "SOURCE=$source fails" "$status" 2
	run pipeline fresh-data SIZE=24x24
	is "  and is not what auto takes then" "$status" 2
	stderr_has 'fresh: images: no pictures in data/fresh/images, none from the web, and no drawings of fresh'
done
run pipeline fresh-data SOURCE=empty
stderr_has 'no class folders with images in empty'
run pipeline fresh-data SOURCE=pictures SIZE=24x24
status_is 0
run pipeline fresh-data SOURCE=nowhere SIZE=24x24
run pipeline fresh-data SOURCE=empty SIZE=24x24
run pipeline fresh-data SIZE=24x24
status_is 0
is "a good source is what auto takes" "$(cat data/fresh/source)" "folder pictures"
HOME=$PWD run pipeline fresh-data 'SOURCE=~/pictures' SIZE=24x24
status_is 0
mv pictures away
run pipeline fresh-data SIZE=24x24
status_is 2
stderr_has 'pictures, where the images were, is gone; give another SOURCE'
finish
