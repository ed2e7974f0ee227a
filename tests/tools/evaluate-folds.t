#!/bin/sh
# evaluate-folds: against the predictions that cnn-predict writes, pooled here by hand.
. "$(dirname "$0")/training.sh"

tensor-cat -q -o all.tens t.tens v.tens
arguments=
for i in 1 2 3; do
	tensor-cat -q --folds 3 --fold $i -o fold-$i.tens t.tens v.tens
	tensor-cat -q --folds 3 --fold $i --exclude t.tens v.tens | train --epochs 2 -o model-$i
	arguments="$arguments model-$i fold-$i.tens"
	cnn-predict -q -m model-$i --top 2 --evaluate --predictions predicted-$i.tsv fold-$i.tens >alone-$i.tsv
done
cat predicted-[123].tsv >predicted.tsv

run evaluate-folds -q --confusion confusion.png $arguments
status_is 0
stderr_is ''
cp "$scratch/.out" table
value() { awk -F '\t' -v name="$1" '$1 == name { print $2; exit }' "${2-table}"; } # value NAME [TABLE]
is "all records, each once" "$(value records)" "$(tensor-info --records all.tens | wc -l)"
is "  and the correct ones" "$(value correct)" "$(awk -F '\t' '$2 == $3' predicted.tsv | wc -l)"
ok "measures, folds and calibration by hand" python3 - <<'END'
import math, statistics
def close(a, b): assert abs(float(a) - b) < 2e-6, (a, b)
tables = [[line.split("\t") for line in block.split("\n")] for block in open("table").read().strip("\n").split("\n\n")]
summary, classes, matrix, folds, spread = tables
measure = {row[0]: row[1:] for row in summary}
rows = [[line.rstrip("\n").split("\t") for line in open("predicted-%d.tsv" % i)] for i in (1, 2, 3)]
pooled = sum(rows, [])
def wilson(k, n, z=1.959963984540054):
    p = k / n
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (p + z * z / (2 * n)) / (1 + z * z / n) - half, (p + z * z / (2 * n)) / (1 + z * z / n) + half
right = lambda part: sum(row[1] == row[2] for row in part)
close(measure["accuracy"][0], right(pooled) / len(pooled))
for got, expected in zip(measure["accuracy"][1:], wilson(right(pooled), len(pooled))): close(got, expected)
assert folds[0] == "fold records correct accuracy low high loss".split()
for i, (row, part) in enumerate(zip(folds[1:], rows)):
    assert row[:3] == [str(i + 1), str(len(part)), str(right(part))]
    close(row[3], right(part) / len(part))
assert len(folds) == 4
accuracies = [right(part) / len(part) for part in rows]
spread = dict(spread)
assert spread.pop("measure") == "value" and spread["folds"] == "3" and "temperature" not in spread
close(spread["accuracy_mean"], statistics.mean(accuracies))
close(spread["accuracy_deviation"], statistics.stdev(accuracies))
for name in "ab":
    column = dict(zip(classes[0], next(row for row in classes if row[0] == name)))
    part = [row for row in pooled if row[1] == name]
    close(column["recall"], right(part) / len(part))
    close(column["recall_low"], wilson(right(part), len(part))[0])
    cells = dict(zip(matrix[0], next(row for row in matrix if row[0] == name)))
    assert [int(cells[other]) for other in "ab"] == [sum(row[2] == other for row in part) for other in "ab"]
bins = [[0, 0, 0.0] for _ in range(15)]
for row in pooled:
    p = float(row[3])
    b = min(14, max(0, math.ceil(p * 15) - 1))
    bins[b] = [bins[b][0] + 1, bins[b][1] + (row[1] == row[2]), bins[b][2] + p]
error = sum(abs(correct - total) for n, correct, total in bins if n) / len(pooled)
assert abs(float(measure["calibration_error"][0]) - error) < 1e-4, (measure["calibration_error"], error)
END
is "of a single fold what cnn-predict --evaluate says, first" \
	"$(evaluate-folds -q model-1 fold-1.tens | head -n "$(wc -l <alone-1.tsv)")" "$(cat alone-1.tsv)"
is "  without a deviation" "$(evaluate-folds -q model-1 fold-1.tens | tail -n 2)" "folds	1
accuracy_mean	$(value accuracy alone-1.tsv)"
ok "a matrix is drawn" sh -c 'head -c 4 confusion.png | grep -q PNG'
evaluate-folds -q --threads 1 --batch-size 7 $arguments >again
ok "nothing changes by threads and batches" cmp table again

# ---- calibration ----
tensor-cat -q t.tens v.tens | train --epochs 2 -o whole
cp -r whole before
run evaluate-folds -q --calibrate whole $arguments
status_is 0
cp "$scratch/.out" calibrated
is "the error before is that without" "$(value calibration_error_raw calibrated)" "$(value calibration_error)"
ok "the card has the temperature, and nothing else changed" python3 - "$(value temperature calibrated)" <<'END'
import json, sys
card, before = (json.load(open(name + "/training.json")) for name in ("whole", "before"))
calibration = card.pop("calibration")
assert card == before and abs(calibration["temperature"] - float(sys.argv[1])) < 1e-9, calibration
assert calibration["folds"] == 3 and calibration["records"] == 140, calibration
END
is "  nor another file" "$(cd whole && ls -A && sha256sum poids.h5 labels.txt architecture.json)" \
	"$(cd before && ls -A && sha256sum poids.h5 labels.txt architecture.json)"
# Of a sigmoid the loss is the sum over classes; at the temperature it is no more than without, and than near it.
ok "no temperature near it is more likely" python3 - "$(value temperature calibrated)" <<'END'
import math, sys
fitted = float(sys.argv[1])
rows = [line.rstrip("\n").split("\t") for line in open("predicted.tsv")]
def loss(t):
    total = 0
    for row in rows:
        for name, p in zip(row[2::2], row[3::2]):
            p = min(max(float(p), 1e-6), 1 - 1e-6)
            q = 1 / (1 + math.exp(-math.log(p / (1 - p)) / t))
            total -= math.log(q if name == row[1] else 1 - q)
    return total
assert loss(fitted) <= min(loss(fitted * 1.05), loss(fitted / 1.05), loss(1)) + 1e-6, fitted
END
evaluate-folds -q --calibrate whole $arguments >again
ok "calibrating again gives the same" cmp calibrated again
is "  a calibrated model is evaluated as it was" "$(evaluate-folds -q whole v.tens)" "$(evaluate-folds -q before v.tens)"

# ---- in a report ----
text_of() { sed 's/<[^>]*>/ /g; s/&#8239;/ /g' "$1" | tr -s ' \n' ' '; } # text_of PAGE
run model-report -q -m whole --cross-validation table -o page.html
status_is 0
percent() { awk -v x="$1" 'BEGIN { printf "%.1f", 100 * x }'; }
interval=$(awk -F '\t' '$1 == "accuracy" { printf "%.1f to %.1f", 100 * $3, 100 * $4 }' table)
text_of page.html >text
ok "the report has the accuracy" grep -qF "$(percent "$(value accuracy)") % accuracy in 3-fold cross-validation (95 % interval $interval)" text
ok "  mean and deviation" grep -qF "$(percent "$(value accuracy_mean)") % in the mean, with a standard deviation of $(percent "$(value accuracy_deviation)")" text
ok "  and a line per class" grep -qE "a 70 $(percent "$(awk -F '\t' '$1 == "a" { print $8; exit }' table)") %" text
sed 's/^correct\t.*/correct\tmany/' table >wrong
refused 1 "model-report: wrong: line 3: correct: 'many' is not a number" model-report -q -m whole --cross-validation wrong
refused 1 'model-report: alone-1.tsv: is not a result of evaluate-folds' model-report -q -m whole --cross-validation alone-1.tsv

# ---- refused ----
pack-tensors -q --size 8x8 --classes b,a -o swapped.tens images/t && train --epochs 1 -o swapped swapped.tens
refused 1 'evaluate-folds: swapped: has other classes than the first model' evaluate-folds -q model-1 fold-1.tens swapped fold-2.tens
cp whole/training.json kept.json
refused 1 'evaluate-folds: swapped: has other classes than the models of the folds' evaluate-folds -q --calibrate swapped $arguments
mkdir bare && cp whole/poids.h5 whole/architecture.json whole/labels.txt bare
refused 1 'evaluate-folds: bare: has no model card to keep a temperature in' evaluate-folds -q --calibrate bare $arguments
refused 1 'evaluate-folds: missing/labels.txt: No such file or directory' evaluate-folds -q --calibrate missing $arguments
head -c 3000 fold-2.tens >cut.tens
run evaluate-folds -q --calibrate whole model-1 fold-1.tens model-2 cut.tens
status_is 1
stdout_is ''
stderr_has '^evaluate-folds: cut.tens: '
ok "  and the card is as it was" cmp whole/training.json kept.json
refused 1 'evaluate-folds: nothing: there is no such file or folder' evaluate-folds -q nothing fold-1.tens
finish
