#!/bin/sh
# Decoding and resizing class folders to 150x150: pack-tensors against Pillow, which shrinks JPEG while decoding too.
# IMAGES= names the folder.
images=${IMAGES:-../shared/datasets/pokemon/train}
[ -d "$images" ] || { echo "pack: skipped: no folder $images (set IMAGES)"; exit 0; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

seconds() { # seconds COMMAND...: wall and processor time of one run
	python3 - "$@" <<-'END'
	import os, sys, time
	start = time.monotonic()
	_, status, usage = os.wait4(os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)
	print("%.2f s, %.2f s of processor time" % (time.monotonic() - start, usage.ru_utime + usage.ru_stime))
	sys.exit(status != 0)
	END
}
cat >"$scratch/pillow.py" <<'END'
import glob, sys, warnings
from PIL import Image
warnings.simplefilter("ignore")
for path in glob.glob(sys.argv[1] + "/*/*"):
    image = Image.open(path)
    image.draft("RGB", (150, 150))
    image.convert("RGB").resize((150, 150), Image.BILINEAR).tobytes()
END
cat "$images"/*/* >/dev/null # all runs find the files in memory
for round in 1 2 3; do
	for threads in 1 2; do
		taken=$(seconds "$BIN/pack-tensors" -q --threads $threads -o "$scratch/x.tens" "$images")
		echo "pack: pack-tensors, threads $threads: $taken"
	done
	/usr/bin/python3 -c 'import PIL' 2>/dev/null || continue
	echo "pack: Pillow, 1 process: $(seconds /usr/bin/python3 "$scratch/pillow.py" "$images")"
done
