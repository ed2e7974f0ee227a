#!/bin/sh
# Arrows point down: no room of lib/ includes one above it or beside it, and no file of lib/nn calls one that calls it.
. "$(dirname "$0")/tap.sh"
lib=$here/../../lib
objects=$BIN/../lib

# includes_of ROOM: the rooms whose headers a room includes.
includes_of() {
	cat "$lib/$1"/*.[ch] | sed -nE 's|^#include "([a-z]+)/[a-z0-9_]+\.h".*|\1|p' | sort -u
}

# only ROOM ROOMS: a room includes headers of itself and those below it.
only() {
	is "lib/$1 includes nothing but $1 $2" "$(includes_of "$1" | grep -vxF "$(printf '%s\n' $1 $2)")" ''
}
only base ''
only kernels base
only graph 'base kernels'
only architectures 'base kernels graph'
only nn 'base kernels graph'

# circles <PAIRS: the members of circles among "caller callee" lines, or nothing.
circles() { tsort 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v 'contains a loop' | sort | tr '\n' ' '; }

# The order is that of lib/README.md: rooms of one line know nothing of each other.
sed -nE 's/^    ([a-z ]*[a-z])   +.*/\1/p' "$lib/README.md" >order
is "lib/README.md has every room" "$(tr -s ' ' '\n' <order | sort)" "$(cd "$lib" && ls -d */ | tr -d / | sort)"
for room in "$lib"/*/; do
	room=$(basename "$room")
	includes_of "$room" | grep -vxF "$room" | sed "s/^/$room /"
done >rooms
ok "rooms include each other" grep -qx 'model nn' rooms
is "arrows point down" "$(awk 'NR == FNR { for (i = 1; i <= NF; i++) line[$i] = NR; next } line[$2] <= line[$1]' order rooms)" ''

# circles <PAIRS: the members of circles among "caller callee" lines, or nothing.
circles() { tsort 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v 'contains a loop' | sort | tr '\n' ' '; }

# calls ROOM: "caller callee" for each function or variable that one file of the room has of another.
calls() {
	for source in "$lib/$1"/*.c; do
		name=$(basename "$source" .c)
		nm "$objects/$1/$name.o" | awk -v file="$name" 'NF >= 2 && $(NF - 1) ~ /^[A-Z]$/ { print file, $(NF - 1), $NF }'
	done >symbols
	awk 'NR == FNR { if ($2 != "U") has[$3] = $1; next }
		$2 == "U" && ($3 in has) && has[$3] != $1 { print $1, has[$3] }' symbols symbols | sort -u
}

calls nn >files
ok "files call each other" grep -qx 'network operations' files
is "no circle among the files of lib/nn" "$(circles <files)" ''
echo 'arena network' >>files
ok "a circle is found" test -n "$(circles <files)"
finish
