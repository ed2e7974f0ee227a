#!/bin/bash
# Two runs at once: of one NAME the second waits, of two names none does; what make shows it does not do.
. "$(dirname "$0")/tap.sh"
. "$here/pipeline.sh"

pictures pictures 1
data_set bugs
data_set moths
settings=(SOURCE=pictures SIZE=24x24 EPOCHS=1)

# pack-tensors waits: says so by what it writes to one pipe, and goes on when something comes through another. Both are held
# open here, so that no message is lost with a process that is killed.
mkfifo waits goes_on
exec 4<>waits 5<>goes_on
replace pack-tensors <<'END'
if [[ "$*" == *data/bugs/split/train* ]]; then
	echo waits >"$PIPES/waits"
	read -r _ <"$PIPES/goes_on"
fi
exec "$REAL/pack-tensors" "$@"
END
export PIPES=$PWD

pipeline bugs-data "${settings[@]}" >first 2>&1 &
first=$!
read -r _ <&4
run pipeline moths-data "${settings[@]}"
status_is 0
ok "another name does not wait" test -s data/moths/validation.tens

mkfifo said
pipeline bugs-data "${settings[@]}" >said 2>&1 &
second=$!
exec 3<said
read -r line <&3
is "the second run says for what it waits" "$(sed -E 's/[0-9]+/N/' <<<"$line")" \
	"bugs: another run is at work (process N); waiting until it ends"
number=$(sed -E 's/.*process ([0-9]+).*/\1/' <<<"$line")
ok "  which is a make" grep -q make "/proc/$number/comm"
ok "  and makes nothing" test ! -e data/bugs/train.tens
echo go >&5
wait $first
is "the first run is done" $? 0
cat <&3 >second
wait $second
is "the second is, too" $? 0
is "  without doing anything again" "$(grep -c pack second)" 0
exec 3<&-

# The first is killed, all of it.
sleep 0.02
touch pictures/*/*
set -m
pipeline bugs-data "${settings[@]}" >/dev/null 2>&1 &
first=$!
set +m
read -r _ <&4
{ kill -9 -- -$first; wait $first; } 2>/dev/null

# Its make is killed, a tool that it started goes on.
pipeline bugs-data "${settings[@]}" >/dev/null 2>&1 &
first=$!
read -r _ <&4
{ kill -9 "$(cat data/bugs/.lock)"; wait $first; } 2>/dev/null
pipeline bugs-data "${settings[@]}" >said 2>&1 &
second=$!
exec 3<said
read -r line <&3
is "what a killed run started is waited for" "${line%% (*}" "bugs: another run is at work"
echo go >&5
read -r _ <&4
echo go >&5
cat <&3 >second
wait $second
is "  and then done again" "$?$(grep -c 'pack data/bugs/split/train' second)" 01
exec 3<&-

sleep 0.02
touch pictures/*/*
echo exec '"$REAL/pack-tensors"' '"$@"' | replace pack-tensors
run pipeline bugs-data "${settings[@]}"
is "after a killed run: goes on" "$status$(grep waiting .err)" 0
ok "  to the end" test data/bugs/validation.tens -nt data/bugs/train.list

# One make, many jobs and names.
rm -rf data modele
data_set bugs
data_set moths
run pipeline -j4 bugs-model moths-model "${settings[@]}"
status_is 0
is "  without a word on standard error of jobs or waiting" "$(grep -E 'waiting|jobserver|warning' .err)" ""
ok "  both are there" test -s modele/bugs_model/report.html -a -s modele/moths_model/report.html

# What is shown is not done.
sleep 0.02
touch pictures/*/*
stamp() { find data modele -printf '%p %T@\n' | sort; }
before=$(stamp)
for flag in -n -q; do
	run pipeline $flag bugs-model "${settings[@]}"
	is "make $flag changes nothing" "$(stamp)" "$before"
done
run pipeline -n bugs-model "${settings[@]}"
stdout_has '/train-model bugs '
data_set wasps
run pipeline -n wasps-model "${settings[@]}"
status_is 0
is "  not even what does not show" "$(ls -A data/wasps)" recipe
finish
