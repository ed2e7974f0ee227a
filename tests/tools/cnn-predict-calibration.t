#!/bin/bash
# A temperature in the model card: every probability that is shown is scaled by it, and no class changes its place.
. "$(dirname "$0")/training.sh"

# set_card MODEL JSON: its calibration.
set_card() {
	python3 -c 'import json, sys
path = sys.argv[1] + "/training.json"
card = json.load(open(path))
card["calibration"] = json.loads(sys.argv[2])
json.dump(card, open(path, "w"))' "$@"
}
sed 's/"sigmoid"/"softmax"/' small.json >soft.json
train --epochs 3 --learning-rate 0.02 -o sigmoid t.tens
train --architecture soft.json --epochs 3 --learning-rate 0.02 -o softmax t.tens
for model in sigmoid softmax; do
	cnn-predict -q -m $model --json --top 2 v.tens >$model.raw
	cnn-predict -q -m $model --evaluate --predictions $model.lines v.tens >$model.before
	is "$model: one error without a temperature" "$(grep -c ^calibration_error $model.before)" 1
	set_card $model '{"temperature": 3, "folds": 5}'
	cnn-predict -q -m $model --json --top 2 v.tens >$model.scaled
	ok "$model: probabilities are scaled, in the same order" python3 - $model <<'END'
import json, math, sys
kind = sys.argv[1]
raw, scaled = ([json.loads(line)["predictions"] for line in open(kind + end)] for end in (".raw", ".scaled"))
assert len(raw) == 20
for a, b in zip(raw, scaled):
    assert [x["class"] for x in a] == [x["class"] for x in b]
    p = [x["probability"] for x in a]
    powers = [x ** (1 / 3) for x in p]
    wanted = [x / sum(powers) for x in powers] if kind == "softmax" else [
        1 / (1 + math.exp(-math.log(x / (1 - x)) / 3)) for x in p]
    assert all(abs(x["probability"] - y) < 1e-6 for x, y in zip(b, wanted)), (a, b, wanted)
END
	cnn-predict -q -m $model --no-calibration --json --top 2 v.tens >.raw
	ok "$model: --no-calibration" cmp .raw $model.raw
	for threads in 1 2; do
		cnn-predict -q -m $model --threads $threads --batch-size $((3 * threads)) --json --top 2 v.tens >.again
		ok "$model: the same by $threads threads" cmp .again $model.scaled
	done
	cnn-predict -q -m $model --evaluate --predictions .lines v.tens >$model.after
	ok "$model: errors and loss are those of the probabilities" python3 - $model <<'END'
import csv, json, math, sys
kind = sys.argv[1]
truth = [line.split("\t")[1] for line in open(kind + ".lines")]
def measures(end):
    return {row[0]: row[1] for row in csv.reader(open(kind + end), delimiter="\t") if len(row) == 4}
def error(end):
    bins = {}
    for line, t in zip(open(kind + end), truth):
        best = json.loads(line)["predictions"][0]
        bins.setdefault(math.ceil(best["probability"] * 15), []).append((best["class"] == t) - best["probability"])
    return sum(abs(sum(x)) for x in bins.values()) / len(truth)
def loss(end):
    total = 0
    for line, t in zip(open(kind + end), truth):
        p = {x["class"]: x["probability"] for x in json.loads(line)["predictions"]}
        total -= math.log(p[t]) if kind == "softmax" else sum(
            math.log(x if c == t else 1 - x) for c, x in p.items()) / 2
    return total / len(truth)
before, after = measures(".before"), measures(".after")
assert abs(float(before["calibration_error"]) - error(".raw")) < 2e-6
assert after["calibration_error_raw"] == before["calibration_error"]
assert abs(float(after["calibration_error"]) - error(".scaled")) < 2e-6
assert abs(float(before["loss"]) - loss(".raw")) < 1e-5 and abs(float(after["loss"]) - loss(".scaled")) < 1e-5
assert all(before[x] == after[x] for x in ("records", "correct", "accuracy", "macro_f1"))
END
	is "$model: of --multi-label there is none" "$(cnn-predict -q -m $model --evaluate --multi-label v.tens 2>.err |
		grep -c ^calibration_error)" 0
	model-report -q --validation v.tens -o $model.html -m $model
	error=$(awk -F '\t' '$1 == "calibration_error" { printf "%.1f %%", 100 * $2 }' $model.after)
	before=$(awk -F '\t' '$1 == "calibration_error" { printf "%.1f %%", 100 * $2 }' $model.before)
	ok "$model: the report has both errors" sh -c "tr '\n' ' ' <$model.html | sed 's/<[^>]*>/ /g' |
		grep -q '$error *expected calibration error ($before before calibration)'"
done

for bad in '{"temperature": 0}' '{"temperature": 100.5}' '{"temperature": "2"}' '{}' '3'; do
	set_card softmax "$bad"
	refused 1 'cnn-predict: softmax: training.json: the temperature of its calibration is not a number from 0.01 to 100' \
		cnn-predict -q -m softmax v.tens
done
ok "not read, not refused" cnn-predict -q -m softmax --no-calibration v.tens
set_card softmax null
ok "null is none" sh -c 'cnn-predict -q -m softmax --json --top 2 v.tens | cmp - softmax.raw'
finish
