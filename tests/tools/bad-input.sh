# Sourced by the tests of bad input: what they damage, and how they look at what came of it.
#
#   says STATUS "TOOL: OBJECT: REASON" COMMAND...   this status, exactly these lines on stderr, the folder as before
#   one_line NAME COMMAND...                        status 1, one line that begins with the tool's name and names NAME
#
# The working folder holds images/ (two classes of twelve), train.tens, other.tens of another shape, model/ and
# othermodel/ of another shape; beside it lie pictures and streams that are bad, each in its way.

. "$(dirname "$0")/tap.sh"
# A copy of what the tools read, since another user may not enter the folder of the sources.
MILLRACE_DATA=$scratch/recipes
export MILLRACE_DATA
mkdir -p "$MILLRACE_DATA/pokemon"
cp -R "$here/../../data/sites" "$here/../../data/networks" "$MILLRACE_DATA/"
cp "$here/../../data/pokemon/characters.json" "$MILLRACE_DATA/pokemon/"
if [ "${LSAN_OPTIONS-}" ]; then
	cp "$here/../leaks.supp" "$MILLRACE_DATA/"
	export LSAN_OPTIONS="suppressions=$MILLRACE_DATA/leaks.supp:print_suppressions=0"
fi

python3 - <<'END'
import os, random
def draw(name, red, blue):
    os.makedirs(os.path.dirname(name), exist_ok=True)
    noise = random.Random(name).randrange
    pixels = b"".join(bytes((red + noise(31), noise(50), blue + noise(29))) for i in range(26 * 24))
    open(name, "wb").write(b"P6 26 24 255\n" + pixels)
for i in range(12):
    draw("images/red shells/%d.ppm" % i, 180 + 3 * i, 10 * i)
    draw("images/blue shells/%d.ppm" % i, 10 * i, 180 + 3 * i)
END
picture='images/red shells/1.ppm'
pack-tensors -q --size 26x24 -o train.tens images && pack-tensors -q --size 30x30 -o other.tens images &&
	cnn-train -q --epochs 1 -o model train.tens && cnn-train -q --epochs 1 -o othermodel other.tens || exit 1

# All names below the working folder, with size and time of each file; not what this file keeps itself.
look() { find . -mindepth 1 -type d -print -o ! -name .out ! -name .err ! -name .ok ! -name '.look.*' -printf '%p %s %T@\n' | sort; }

says() {
	expected=$1 message=$2
	shift 2
	look >.look.before
	run timeout 20 "$@"
	look >.look.after
	status_is "$expected"
	stderr_is "$message"
	ok "nothing changed: $*" cmp .look.before .look.after
}

one_line() {
	named=$1
	shift
	look >.look.before
	run timeout 20 "$@"
	look >.look.after
	is "one line: $*" "$status $(wc -l <.err) $(grep -Fc "$1: $named" .err)" "1 1 1"
	[ "$(wc -l <.err)" = 1 ] || sed 's/^/# /' .err
	ok "nothing changed: $*" cmp .look.before .look.after
}
