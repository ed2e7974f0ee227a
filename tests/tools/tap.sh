# Sourced by the tests of the tools: TAP, and a scratch folder as working folder.
#
#   run COMMAND...        runs it; its status, stdout and stderr are kept
#   status_is N           stdout_is TEXT      stderr_is TEXT    (what run kept)
#   stdout_has PATTERN    stderr_has PATTERN  (grep -E)
#   refused STATUS MESSAGE COMMAND...         runs it; this status, nothing on stdout, this message
#   ok NAME COMMAND...    passes if the command does
#   is NAME GOT EXPECTED
#   skip_all REASON
#   failing VARIABLE=VALUE... COMMAND...      runs it with failing calls (tests/faults/fail_calls.c)
#   needs_failing                             skips the test where there are none, as beside a sanitizer
#   noise FILE NUMBER...                      small pictures (PGM), each unlike those of other numbers

here=$(cd "$(dirname "$0")" && pwd)
fixtures=$here/../fixtures
PATH=$BIN:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL
tests=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/millrace-test.XXXXXX") || exit 1
trap 'rc=$?; cd /; chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"; exit $rc' EXIT
trap 'exit 1' INT TERM HUP
cd "$scratch" || exit 1

result() {
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then good=ok; else good='not ok'; fi
	printf '%s %s - %s\n' "$good" $tests "$2"
}
note() { printf '%s\n' "$*" | sed 's/^/# /'; }
ok() {
	name=$1
	shift
	"$@" >"$scratch/.ok" 2>&1
	code=$?
	result $code "$name"
	[ $code = 0 ] || { note "status $code: $*"; sed 's/^/# /' "$scratch/.ok"; }
}
is() {
	[ "$2" = "$3" ]
	code=$?
	result $code "$1"
	[ $code = 0 ] || { note "got:      $2"; note "expected: $3"; }
}
run() {
	command_line=$*
	"$@" >"$scratch/.out" 2>"$scratch/.err" </dev/null
	status=$?
}
status_is() { is "status $1: $command_line" "$status" "$1"; [ "$status" = "$1" ] || sed 's/^/# /' "$scratch/.err"; }
stdout_is() { is "stdout: $command_line" "$(cat "$scratch/.out")" "$1"; }
stderr_is() { is "stderr: $command_line" "$(cat "$scratch/.err")" "$1"; }
stdout_has() { ok "stdout has '$1': $command_line" grep -Eq -e "$1" "$scratch/.out"; }
stderr_has() { ok "stderr has '$1': $command_line" grep -Eq -e "$1" "$scratch/.err"; }
refused() {
	expected=$1 message=$2
	shift 2
	run "$@"
	status_is "$expected"
	stdout_is ''
	stderr_is "$message"
}
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}
fail_calls=$BIN/../tests/faults/fail_calls.so
failing() { env LD_PRELOAD="$fail_calls" "$@"; }
needs_failing() { [ -e "$fail_calls" ] || skip_all "no library of failing calls beside these programs"; }
noise() {
	python3 -c 'import random, sys
for name, number in zip(sys.argv[1::2], sys.argv[2::2]):
    open(name, "wb").write(b"P5 16 16 255\n" + random.Random(int(number)).randbytes(256))' "$@"
}
# Last line of every test.
finish() { echo "1..$tests"; }
