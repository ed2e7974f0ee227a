#!/bin/sh
# A fault of the machine, no memory, no file descriptor or an I/O error, ends a run with status 1 and one line, and what there
# was before stays; it never costs a picture, a record or a byte. A few of many positions; tests/faults/sweep.py does all.
. "$(dirname "$0")/tap.sh"
needs_failing
pictures=$fixtures/image
mkdir -p set/a set/b
cp "$pictures/rgb.png" "$pictures/flat.bmp" "$pictures/icc.jpg" "$pictures/progressive.jpg" set/a
cp "$pictures/icc.png" "$pictures/part.gif" "$pictures/rgb.psd" "$pictures/orientation3.jpg" "$pictures/rgb-interlaced.png" set/b
pack-tensors -q --size 26 -o set.tens set && cnn-train -q --epochs 1 -o model set.tens && split-dataset -q set parts || exit 1
printf '3\n%s\n' a/rgb.png >list
printf 'title = A\narchitecture = original\nsize = 26x26\nrange = 0,1\n' >network

sweep() {
	name=$1
	shift
	ok "$name" python3 "$here/../faults/sweep.py" "$@"
}
# By default the n-th allocation fails; -f: and all after it.
for forever in '' -f; do
	after=${forever:+ and ever after}
	sweep "pack-tensors without memory once$after" $forever -n 10 -o out.tens "$fail_calls" \
		pack-tensors -q --no-sandbox --threads 1 --size 8 -o out.tens set
	sweep "check-dataset$after" $forever -n 5 -o out.tsv "$fail_calls" check-dataset -q --no-sandbox --threads 1 -o out.tsv set
	sweep "split-dataset$after" $forever -n 5 -o out "$fail_calls" split-dataset -q --no-sandbox --threads 1 set out
	sweep "tensor-cat --shuffle$after" $forever -n 10 -o out.tens "$fail_calls" tensor-cat -q --shuffle -o out.tens set.tens
	sweep "tensor-cat --list$after" $forever -n 5 -o out.tens "$fail_calls" tensor-cat -q --list list -o out.tens set.tens
	sweep "augment$after" $forever -n 5 -o out.tens "$fail_calls" augment -q --preset strong --threads 1 -o out.tens set.tens
	sweep "fetch-network$after" $forever -n 8 -o out "$fail_calls" fetch-network -q --file model/poids.h5 -o out ./network
	sweep "tensor-info$after" $forever -n 5 "$fail_calls" tensor-info set.tens
	sweep "tensor-info --json$after" $forever -n 5 "$fail_calls" tensor-info --json set.tens
done
# Where the text of a head is parsed and printed is where single bytes were lost.
sweep "every fourth allocation of tensor-info --json" -n 45 "$fail_calls" tensor-info --json set.tens
sweep "a decoder without memory, in a sandbox" -k -n 4 -o out.tens "$fail_calls" pack-tensors -q --threads 2 --size 8 -o out.tens set

# ---- file descriptors and disks ----
for fault in open:EMFILE fopen:EMFILE opendir:EMFILE read:EIO fread:EIO readdir:EIO stat:EIO fork:EAGAIN pthread_create:EAGAIN; do
	faults="-c ${fault%:*} -e ${fault#*:} -n 3"
	sweep "${fault#*:} at ${fault%:*} of pack-tensors" $faults -o out.tens "$fail_calls" \
		pack-tensors -q --threads 2 --size 8 -o out.tens set
	sweep "  of split-dataset --audit, and ever after" -f $faults "$fail_calls" split-dataset -q --audit --threads 2 parts
	sweep "  of cnn-predict" $faults "$fail_calls" cnn-predict -q --threads 2 -m model set/a set.tens
done

sweep "EIO at fstat of pack-tensors, and ever after" -f -c fstat -e EIO -n 4 -o out.tens "$fail_calls" \
	pack-tensors -q --threads 2 --size 8 -o out.tens set

# ---- as a shell can bring them about ----
cp set.tens kept.tens
for most in 5 8; do
	run sh -c "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n $most; exec pack-tensors -q --threads 3 -o kept.tens set"
	status_is 1
	is "  one line" "$(wc -l <.err)" 1
	ok "  and what was there stays" cmp kept.tens set.tens
done
wrong=
for kilobytes in 100000 300000 600000 900000 1200000 1500000 1800000 2100000 2400000; do
	(ulimit -v $kilobytes && exec pack-tensors -q --size 26 -o limited.tens set) 2>.err
	code=$?
	[ $code = 0 ] && cmp -s limited.tens set.tens || [ $code = 1 ] || wrong="$wrong $kilobytes: $code $(cat .err)"
done
is "with any limit of memory all is packed or nothing" "$wrong" ''
finish
