#!/bin/sh
# The C sources have the format of .clang-format, as Debian's clang-format 14 sees it.
. "$(dirname "$0")/tap.sh"
clang-format --version 2>/dev/null | grep -q 'version 14\.' || skip_all "no clang-format 14"
cd "$here/../.." || exit 1
find lib tools tests -name '*.[ch]' | LC_ALL=C sort |
	xargs clang-format --dry-run 2>&1 | sed -n 's/:[0-9]*: warning: code should be clang-formatted.*//p' | sort -u >"$scratch/differ"
is "files to run clang-format -i on" "$(cat "$scratch/differ")" ''
find lib tools tests -name '*.[ch]' -exec awk '{ line = $0; gsub(/\t/, "        ", line) }
	length(line) > 100 { print FILENAME ":" FNR }' {} + >"$scratch/long"
is "lines of more than 100 columns" "$(cat "$scratch/long")" ''
finish
