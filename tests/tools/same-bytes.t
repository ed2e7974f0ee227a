#!/bin/sh
# One weights file, byte for byte, whatever trains it: threads, instruction sets, batches that divide nothing. (Compilers
# and variants: tests/unit/nn/training.c pins a hash that all of them must meet.)
. "$(dirname "$0")/tap.sh"

# 21 pictures of 27x25 in three classes.
python3 - <<'END'
import os
for c in range(3):
    os.makedirs("pictures/%d" % c)
    for n in range(7):
        pixels = bytes((i * (c + 2) * 7 + n * 31 + i * i % 251) % 256 for i in range(27 * 25 * 3))
        open("pictures/%d/%d.ppm" % (c, n), "wb").write(b"P6 27 25 255\n" + pixels)
END
pack-tensors -q --size 26x24 -o original.tens pictures || exit 1
pack-tensors -q --size 19x23 -o modern.tens pictures || exit 1

# The original network; and strides, normalisation, a depthwise and a 1x1 convolution, pooling of averages.
train() { # train NETWORK BATCH FOLDER
	case $1 in original) architecture=original ;; *) architecture=$fixtures/model/modern.json ;; esac
	cnn-train -q --epochs 2 --batch-size "$2" --threads "$threads" --architecture "$architecture" -o "$3" "$1.tens" 2>"$3.said"
}

check() { # check NETWORK BATCH: against one thread and this machine's best instructions
	threads=1
	ok "$1, batches of $2" train "$1" "$2" "$1-$2"
	for processor in plain neon avx2 avx512; do
		for threads in 1 2 3 8; do
			here_too="$1, batches of $2, $processor, $threads threads"
			MILLRACE_CPU=$processor train "$1" "$2" other
			if grep -q "this processor has no $processor" other.said; then
				result 0 "$here_too # SKIP $(cat other.said)"
			else
				ok "$here_too" cmp "$1-$2/poids.h5" other/poids.h5
			fi
			rm -rf other
		done
	done
}

check original 16
check original 5
check modern 1
check modern 11
ok "another batch size gives other weights" sh -c '! cmp -s original-16/poids.h5 original-5/poids.h5'
finish
