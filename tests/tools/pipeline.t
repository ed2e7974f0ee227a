#!/bin/sh
# make NAME-model: what runs, what does not run again, what a failing step leaves.
. "$(dirname "$0")/tap.sh"
root=$(cd "$here/../.." && pwd)
pipeline() { make -s -f "$root/pipelines/millrace.mk" MILLRACE_BIN="$BIN/" THREADS=2 START=none "$@"; }
unset MAKEFLAGS MAKELEVEL MFLAGS

# A data set of one's own: a folder with a recipe, and images with awkward names.
mkdir -p data/shells "pictures/Erza Scarlet" "pictures/l'été [1]" pictures/predict
printf 'title = Shells\nclass = Erza Scarlet | shells\n' >data/shells/recipe
i=0
while [ $i -lt 10 ]; do
	printf 'P6 24 24 255\n' >"pictures/Erza Scarlet/a picture, $i.ppm"
	head -c $((24 * 24 * 3)) /dev/zero | tr '\0' "\\$(printf '%o' $((200 + i)))" >>"pictures/Erza Scarlet/a picture, $i.ppm"
	printf 'P6 24 24 255\n' >"pictures/l'été [1]/$i.ppm"
	head -c $((24 * 24 * 3)) /dev/zero | tr '\0' "\\$(printf '%o' $((30 + i)))" >>"pictures/l'été [1]/$i.ppm"
	i=$((i + 1))
done
cp "pictures/Erza Scarlet/a picture, 3.ppm" "pictures/predict/who is it.ppm"
settings="SOURCE=pictures EPOCHS=2 SIZE=24x24 BATCH=4"

run pipeline -j2 shells-model $settings
status_is 0
model=modele/shells_model
for file in architecture.json poids.h5 labels.txt training.json history.tsv curves.png confusion.png \
	architecture.png evaluation.tsv predictions.tsv report.html; do
	ok "$file is there" test -s "$model/$file"
done
is "labels" "$(cat $model/labels.txt)" "Erza Scarlet
l'été [1]"
ok "the annotated prediction lies in a folder by class" sh -c "ls $model/predictions/*/'who is it'*"
ok "saliency maps are there" sh -c "ls $model/saliency/*.png"
ok "feature maps are there" sh -c "ls $model/feature-maps/*.png"
ok "the model card says where the images come from" grep -q 'folder pictures' "$model/training.json"

stamp() { find data/shells modele -type f ! -name '*.new' ! -name .lock -printf '%p %T@\n' | sort; }
stamp >before
run pipeline shells-model $settings
status_is 0
is "a second run does nothing" "$(stamp | diff before -)" ""

cp data/shells/train.tens kept.tens
rm data/shells/train.tens
run pipeline shells-model $settings
is "a stream that was deleted is made again" "$status$(cmp kept.tens data/shells/train.tens 2>&1)" 0

sleep 0.02
touch "pictures/predict/who is it.ppm"
touch now
run pipeline shells-model $settings
status_is 0
is "a touched picture to predict is predicted and explained again, nothing else" \
	"$(find data/shells $model -newer now -type f -name '*.tens' -o -newer now -name 'poids.h5')" ""
ok "  (predicted)" test $model/predictions.tsv -nt now

victim=$(cd data/shells/split/train && find . -type f | sort | head -n 1)
sleep 0.02
touch "pictures/$victim"
cp -p data/shells/validation.tens kept.tens
touch now
run pipeline shells-model $settings
status_is 0
ok "a touched training picture: packed and trained again" test $model/poids.h5 -nt now
cmp -s kept.tens data/shells/validation.tens
is "  and the validation stream says the same" $? 0

# A step that fails.
sleep 0.02
touch "pictures/$victim"
cp $model/poids.h5 kept.h5
mkdir broken
ln -s "$BIN"/* broken/
rm broken/augment
printf '#!/bin/sh\nhead -c 100 "$0"; exit 1\n' >broken/augment
chmod +x broken/augment
run pipeline shells-model $settings MILLRACE_BIN="$PWD/broken/"
status_is 2
ok "a failing step leaves the model as it was" cmp $model/poids.h5 kept.h5
is "  and no half file" "$(find modele -name '*.new' -o -name '.*' -type f ! -name .products)" ""

rm broken/pack-tensors
cat >broken/pack-tensors <<'END'
#!/bin/sh
exit 1
END
chmod +x broken/pack-tensors
cp data/shells/train.tens data/shells/train.tens.new
touch "pictures/$victim"
run pipeline shells-model $settings MILLRACE_BIN="$PWD/broken/"
status_is 2
ok "what an earlier run left is not taken for a result" test ! -e data/shells/train.tens.new

run pipeline
status_is 0
stdout_has 'NAME: .*shells'
run pipeline pearls-model
status_is 2
stderr_has '^pearls: no such data set; for one of your own: mkdir'
run pipeline shells-model PRESET=heavy
status_is 2
stderr_has "PRESET: 'heavy' is not one of none keras light strong"
run pipeline shells-model EPOCHS=many
status_is 2
stderr_has "EPOCHS: 'many' is not a whole number"
# A source that is split already, and leaks: said, listed, and measured without.
for part in train validation; do
	mkdir -p "given/$part"
	cp -R "pictures/Erza Scarlet" "pictures/l'été [1]" "given/$part/"
done
rm given/train/*/*[0-4].ppm given/validation/*/*[6-9].ppm
mkdir -p data/given
echo 'title = Given' >data/given/recipe
run pipeline given-model $settings SOURCE=given
status_is 0
stderr_has 'split is kept|kept as it is'
stderr_has '2 of 12 validation pictures are in train too'
stdout_has '^accuracy [01]\.[0-9]{2} of 12; [01]\.[0-9]{2} of the 10 not leaked$'
is "the audit names them" "$(cut -f 1,3 data/given/audit.tsv | sed -n 2,3p)" "$(printf "validation/Erza Scarlet/a picture, 5.ppm\tfile\nvalidation/l'été [1]/5.ppm\tfile")"
is "the evaluation counts them" "$(grep ^leaked modele/given_model/evaluation.tsv | cut -f 2)" 2
ok "so does the model card" grep -q '"leaked": "2 of 12 validation pictures"' modele/given_model/training.json
ok "and the report says it" grep -q 'accuracy without the 2 leaked' modele/given_model/report.html
rm -rf data/given modele/given_model

cp -R pictures "it's \"here\""
run pipeline shells-data $settings SOURCE="it's \"here\""
status_is 0
is "a source with a quote in its name" "$(cat data/shells/source)" "folder it's \"here\""
run pipeline shells-model SOURCE=nowhere
status_is 2
stderr_has 'no such folder: nowhere'
run pipeline shells-clean
is "clean removes what was built" "$(ls data/shells modele)" "data/shells:
recipe

modele:"
ok "  and no image of the user's" test -s "pictures/$victim"
finish
