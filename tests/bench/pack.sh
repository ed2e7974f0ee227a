# Decoding and resizing class folders to 150x150 beside Pillow and vipsthumbnail, which shrink a JPEG while decoding too.
# IMAGES= names the class folders.

pack_ours() {
	for threads in 1 2; do
		spent "at once: $threads" "$BIN/pack-tensors" -q --threads $threads -o "$scratch/x.tens" "$IMAGES"
	done
}

pack_pillow() {
	for processes in 1 2; do
		spent "at once: $processes" "$PYTHON" "$here/peers/peers.py" pillow "$IMAGES" $processes
	done
}

pack_vips() {
	for processes in 1 2; do
		spent "at once: $processes" sh -c 'find "$1" -type f -print0 |
			VIPS_CONCURRENCY=1 xargs -0 -n 32 -P "$3" vipsthumbnail --size "150x150!" -o "$2/%s.ppm" 2>/dev/null' \
			sh "$IMAGES" "$scratch/thumbnails" $processes
	done
}

if [ -d "$IMAGES" ]; then
	find "$IMAGES" -type f -exec cat {} + >/dev/null # all find the files in memory
	mkdir "$scratch/thumbnails"
	contestants=millrace=pack_ours
	! has_module PIL Pillow || contestants="$contestants Pillow=pack_pillow"
	if command -v vipsthumbnail >/dev/null; then
		contestants="$contestants vipsthumbnail=pack_vips"
	else
		skip vipsthumbnail "is not installed"
	fi
	in_turn "pictures to 150x150" $contestants
else
	skip pack "no folder $IMAGES; set IMAGES"
fi
