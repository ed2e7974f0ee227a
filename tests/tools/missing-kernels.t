#!/bin/sh
# A cnn-train that was compiled without the kernels that this processor could use says so; what it computes is the same.
. "$(dirname "$0")/tap.sh"
cnn-train --version | grep -q 'chosen on this processor: avx' || skip_all "this processor has no vector instructions that are compiled apart"
built=$(cd "$BIN/.." && pwd)
best=$(cnn-train --version | sed -n 's/.*processor: //p')

compile() { # the kernels as on an unknown processor, and the tool with these
	cd "$here/../.." || return 1
	for set in avx2 avx512; do
		$(cat "$built/flags") -c -o "$scratch/$set.o" lib/kernels/kernels_$set.c || return 1
	done
	$(cat "$built/flags" "$built/flags-link") -o "$scratch/cnn-train" "$built/tools/cnn-train.o" "$scratch/avx2.o" "$scratch/avx512.o" \
		"$built/tools/common.a" "$built/libmillrace.a" $(cat "$built/libraries")
}
ok "cnn-train without kernels for vector instructions" eval '(compile)'

run ./cnn-train --version
status_is 0
stdout_has "^kernels: plain; chosen on this processor: plain, for lack of $best\$"

mkdir -p pictures/one pictures/two
noise pictures/one/a.pgm 1 pictures/one/b.pgm 2 pictures/two/c.pgm 3 pictures/two/d.pgm 4
ok "a stream" pack-tensors -q --size 24x24 -o t.tens pictures
run ./cnn-train -q --epochs 1 -o slow t.tens
status_is 0
stderr_is "cnn-train: kernels: compiled without $best, which this processor has; much slower than it could be"
MILLRACE_CPU=plain run ./cnn-train -q --epochs 1 -o forced t.tens
status_is 0
stderr_is ''
MILLRACE_CPU=$best run ./cnn-train -q --epochs 1 -o forced t.tens
status_is 1
stderr_has "MILLRACE_CPU: this program was compiled without $best"
run cnn-train -q --epochs 1 -o fast t.tens
status_is 0
stderr_is ''
ok "the same weights" cmp slow/poids.h5 fast/poids.h5
finish
