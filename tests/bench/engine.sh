# The engine beside PyTorch: the original network, 150x150x3, batch 16, images per second, medians of 7, in turn.
set -e
$CC -std=c11 -O2 -D_GNU_SOURCE -Ilib -o "$B/engine" tests/bench/engine.c "$B/libmillrace.a" -lm -pthread
python=
/usr/bin/python3 -c 'import torch' 2>/dev/null && python=/usr/bin/python3
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: /processor: /'
printf '%-22s %8s %10s %6s\n' 'original network' millrace PyTorch ratio
for threads in 1 2; do
	"$B/engine" $threads 16 >"$B/engine.ours"
	: >"$B/engine.torch"
	[ -z "$python" ] || $python tests/bench/engine_torch.py $threads 16 >"$B/engine.torch"
	while read -r what ours; do
		theirs=$(sed -n "s/^$what //p" "$B/engine.torch")
		ratio=$([ -z "$theirs" ] || echo "$ours $theirs" | awk '{ printf "%.2f", $1 / $2 }')
		printf '%-22s %8s %10s %6s\n' "$what, $threads thread(s)" "$ours" "${theirs:--}" "${ratio:--}"
	done <"$B/engine.ours"
done
