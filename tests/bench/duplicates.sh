# Pictures that are one: looking them up among many; reading, decoding and hashing class folders (IMAGES).
repeated "$B/tests/bench/look_alikes"

look_at_pictures() {
	for threads in 1 2; do
		spent "at once: $threads" "$BIN/split-dataset" -q --threads $threads --link symbolic "$IMAGES" "$scratch/split"
	done
}
if [ -d "$IMAGES" ]; then
	find "$IMAGES" -type f -exec cat {} + >/dev/null # it finds the files in memory
	in_turn "pictures hashed and split" millrace=look_at_pictures
else
	skip duplicates "no folder $IMAGES; set IMAGES"
fi
