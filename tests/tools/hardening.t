#!/bin/sh
# Programs of the release build are hardened, as readelf sees them.
. "$(dirname "$0")/tap.sh"
built=$BIN/..
grep -q -e -fstack-protector-strong "$built/flags" || skip_all "this variant is not hardened"
readelf --version >/dev/null 2>&1 || skip_all "no readelf"

for program in "$BIN"/*; do
	tool=$(basename "$program")
	readelf -W -h -l -d --dyn-syms "$program" >seen
	ok "$tool: position-independent" grep -Eq '^ *Type: +DYN .*Position-Independent' seen
	ok "$tool: symbols are bound at start" grep -Eq '\(FLAGS_1\).* NOW' seen
	ok "$tool: what was relocated is read-only then" grep -q '^ *GNU_RELRO ' seen
	ok "$tool: no code on the stack" grep -Eq '^ *GNU_STACK .* RW +0x' seen
	ok "$tool: no memory that may be written holds code" sh -c '! grep -E "^ *LOAD .* RWE " seen'
	ok "$tool: stack protector" grep -q ' __stack_chk_fail@' seen
	ok "$tool: fortified functions" grep -q ' __[a-z]*printf_chk@' seen
	ok "$tool: none that is fortified in every call" sh -c '! grep -E " v?f?printf@" seen'
done

# Debian's own crt1.o has no such mark, and so no program has; its parts can.
if [ "$(uname -m)" = x86_64 ]; then
	root=$here/../..
	for source in "$root"/lib/*/*.c "$root"/tools/*.c "$root"/tools/common/*.c; do
		object=$built/${source#"$root"/}
		readelf -n "${object%.c}.o" | grep -q 'x86 feature: IBT, SHSTK' || echo "${object%.c}.o"
	done >unmarked
	is "objects whose jumps and returns are not guarded" "$(cat unmarked)" ''
fi
finish
