#!/bin/sh
# The engine on a processor that this machine need not be: its unit tests, cross-compiled and run by an emulator. They know
# the one hash that the weights of a training have everywhere.
. "$(dirname "$0")/tap.sh"
processor=aarch64
compiler=$processor-linux-gnu-gcc
emulator="qemu-$processor -L /usr/$processor-linux-gnu"
flags="-std=c11 -D_GNU_SOURCE -Ilib -Itests/unit -ffp-contract=off -fno-math-errno -pthread -O2"
for command in $compiler ${emulator%% *}; do
	command -v "$command" >/dev/null || skip_all "no $command"
done
cd "$here/../.." || exit 1
export compiler flags scratch

# The engine and what of lib/base it and its tests call: nothing that needs another library than C's own.
sources() {
	ls lib/nn/*.c lib/graph/*.c lib/kernels/*.c tests/unit/*.c
	for name in array error file parallel paths processor protected random rename signals text unfinished; do
		echo lib/base/$name.c
	done
}

compile() {
	sources | xargs -P 2 -n 1 sh -c '$compiler $flags -c "$1" -o "$scratch/$(echo "$1" | tr / -).o"' compile &&
		ar rcs "$scratch/engine.a" "$scratch"/*.o
}

ok "$processor: the engine compiles" compile
for test in kernels/kernels nn/reference nn/training nn/chains; do
	ok "$processor: tests/unit/$test.c compiles" \
		$compiler $flags -o "$scratch/${test#*/}" tests/unit/$test.c "$scratch/engine.a" -lm
	ok "$processor: tests/unit/$test.c passes" $emulator "$scratch/${test#*/}"
done
finish
