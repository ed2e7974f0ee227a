# What the sections share. Results are lines of table, column, row, unit, value in the file $results.

PYTHON=${PYTHON:-/usr/bin/python3}

skip() { # skip WHAT WHY
	echo "bench: $1: skipped: $2" >&2
}

# in_turn TABLE NAME=FUNCTION...: all contestants once in every round. A function prints row, unit and value.
in_turn() {
	in_turn_table=$1
	shift
	in_turn_round=0
	while [ $in_turn_round -lt "$ROUNDS" ]; do
		in_turn_round=$((in_turn_round + 1))
		echo "bench: $in_turn_table: round $in_turn_round of $ROUNDS" >&2
		for contestant; do
			${contestant#*=} >"$scratch/lines"
			sed "s|^|$in_turn_table	${contestant%%=*}	|" "$scratch/lines" >>"$results"
		done
	done
}

# repeated COMMAND...: one that prints whole lines, in every round.
repeated() {
	for round in $(seq "$ROUNDS"); do
		echo "bench: $section: round $round of $ROUNDS" >&2
		"$@" >>"$results"
	done
}

has_module() { # has_module PYTHON-MODULE PACKAGE
	"$PYTHON" -c "import $1" 2>/dev/null || { skip "$2" "$PYTHON has no $1"; false; }
}

has_onnxruntime() {
	[ -d "${ONNXRUNTIME:-}" ] && command -v node >/dev/null ||
		{ skip onnxruntime "ONNXRUNTIME names no folder of it, or there is no node"; false; }
}

peer() { # peer FUNCTION ARGUMENT...: one of peers/peers.py
	"$PYTHON" "$here/peers/peers.py" "$@"
}

# spent ROW COMMAND...: a line for the seconds that the command took.
spent() {
	spent_row=$1
	shift
	spent_all=$("$B/tests/bench/resource_usage" "$@")
	printf '%s\ts\t%s\n' "$spent_row" "${spent_all%% *}"
}

# The folder of the model that sections need: the original network, trained for one step.
small_model() {
	[ -d "$scratch/model" ] || {
		"$B/tests/bench/generate" 16 >"$scratch/16.tens"
		"$BIN/cnn-train" -q --epochs 1 -o "$scratch/model" "$scratch/16.tens"
	}
}
