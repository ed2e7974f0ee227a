#!/bin/sh
# What holds for every tool: help, version, usage errors, a full disk, a manual page that says the same.
. "$(dirname "$0")/tap.sh"
manuals=$here/../../man

long_options_of_help() { grep -oE '^ +(-., )?--[a-z0-9-]+' | grep -oE '[a-z0-9][a-z0-9-]+$' | sort -u; }
long_options_of_page() { sed -nE 's/^\.It (Fl . , )?Fl -([a-z0-9-]+).*/\2/p' "$1" | sort -u; }

for path in "$BIN"/*; do
	tool=$(basename "$path")
	run "$tool" --help
	status_is 0
	stdout_has "^usage: $tool "
	required=$(sed -nE '1s/^usage: [^ ]* (-[a-z]) .*/\1/p' "$scratch/.out")
	stderr_is ''
	cp "$scratch/.out" help
	page=$manuals/$tool.1
	is "$tool: --help and the manual name the same options" \
		"$(long_options_of_page "$page" | tr '\n' ' ')" "$(long_options_of_help <help | tr '\n' ' ')"
	ok "$tool: the manual is clean mdoc" sh -c "mandoc -Tlint -Wwarning '$page' | { ! grep . ; }"
	run "$tool" --version
	status_is 0
	stdout_has "^$tool \(millrace\) [0-9]"
	run "$tool" --no-such-option
	status_is 2
	stdout_is ''
	stderr_is "$tool: --no-such-option: no such option
$tool: try '$tool --help'"
	if [ -n "$required" ]; then
		name=$(sed -nE "s/^  $required, (--[a-z-]+).*/\1/p" help)
		run "$tool"
		status_is 2
		stderr_is "$tool: $name: is missing
$tool: try '$tool --help'"
	fi
	for name in $(sed -nE 's/^ +(-., )?(--[a-z-]+) (FILE|DIR|MODEL|STREAM)( .*)?$/\2/p' help); do
		run "$tool" "$name" ''
		status_is 2
		stderr_is "$tool: $name: takes a value that is not empty
$tool: try '$tool --help'"
	done
	is "$tool: help to a full disk is a failure" "$("$tool" --help 2>&1 >/dev/full; echo $?)" \
		"$tool: standard output: No space left on device
1"
done

# One name has one meaning: in all tools the same letter, and the same kind of value. What is written goes by the tool, and
# a least size is one side or two.
for path in "$BIN"/*; do
	"$path" --help | sed -nE 's/^  (-(.),|   ) --([a-z0-9-]+)( ([A-Z][A-Za-z0-9,.=]*))?( .*)?$/\3\t\2\t\5/p'
done | sort -u >options
is "one name takes one kind of value, and one letter" "$(cut -f 1 options | uniq -d | tr '\n' ' ')" 'min-size output '
is "one letter stands for one name" "$(cut -f 1,2 options | sort -u | cut -f 2 | grep . | sort | uniq -d)" ''
for page in "$manuals"/*.[57]; do
	ok "$(basename "$page"): clean mdoc" sh -c "mandoc -Tlint -Wwarning '$page' | { ! grep . ; }"
done
finish
