# Sourced by the tests of long trainings: small streams, a small network, and what the same bytes are.
#
#   train ARGUMENT...          cnn-train of that network, quietly, with one thread
#   same_model NAME A B        all files of two models are the same, without times, rates and command lines
#   interrupt SIGNAL SECONDS MODEL FILE COMMAND...   sends it so long after MODEL.partial/FILE was there; sets `status`, and
#                              .err has what it said
#   card MODEL EXPRESSION      of Python, in which `card` is the model card
#
# The working folder holds t.tens and v.tens (8x8, two classes, 120 and 20 images) and small.json (batch normalisation,
# dropout); plain.json has neither, norm.json begins with the former.

[ -w /dev/shm ] && TMPDIR=/dev/shm # where nothing waits for a disk
. "$(dirname "$0")/tap.sh"

python3 - <<'END'
import json, os, random
for folder, count, offset in ("t", 60, 0), ("v", 10, 500):
    for c in "ab":
        os.makedirs("images/%s/%s" % (folder, c))
        for i in range(count):
            noise = random.Random(2 * (i + offset) + (c == "b"))
            pixels = bytes(noise.randrange(180) + (60 if c == "a" else 0) for _ in range(64))
            open("images/%s/%s/%d.pgm" % (folder, c, i), "wb").write(b"P5 8 8 255\n" + pixels)
layer = lambda kind, name, **config: {"class_name": kind, "config": dict(config, name=name)}
beginning = [layer("InputLayer", "input", batch_input_shape=[None, 8, 8, 3]),
    layer("Conv2D", "conv", filters=4, kernel_size=[3, 3], use_bias=False)]
middle = [layer("BatchNormalization", "norm"), layer("Activation", "relu", activation="relu"),
    layer("Dropout", "dropout", rate=0.3)]
end = [layer("Flatten", "flatten"), layer("Dense", "output", units=2, activation="sigmoid")]
norm = beginning[:1] + [layer("BatchNormalization", "norm")] + end
for name, layers in ("small", beginning + middle + end), ("plain", beginning + end), ("norm", norm):
    json.dump({"class_name": "Sequential", "config": {"name": name, "layers": layers}}, open(name + ".json", "w"))
END
pack-tensors -q --size 8x8 -o t.tens images/t && pack-tensors -q --size 8x8 --classes-from t.tens -o v.tens images/v || exit 1

train() { cnn-train -q --architecture small.json --threads 1 "$@"; }

# The files of a model, and their bytes that are promised.
promised() {
	ls -A "$1"
	cat "$1/architecture.json" "$1/poids.h5" "$1/labels.txt" "$1/curves.png" "$1/checkpoint.safetensors" 2>/dev/null
	cut -f -6 "$1/history.tsv"
	grep -v '"command_line":' "$1/training.json"
}
same_bytes() {
	promised "$1" >"$scratch/.one"
	promised "$2" >"$scratch/.other"
	cmp "$scratch/.one" "$scratch/.other"
}
same_model() { ok "$1" same_bytes "$2" "$3"; }

interrupt() {
	signal=$1 seconds=$2 model=$3 awaited=$3.partial/$4
	shift 4
	cp -R "$model" "$scratch/.before" 2>/dev/null
	for attempt in 1 2 3 4 5 6 7 8 9; do
		env --default-signal=INT,TERM,HUP "$@" >.out 2>.err &
		process=$!
		until [ -e "$awaited" ] || ! kill -0 $process 2>/dev/null; do sleep 0.005; done
		sleep "$seconds"
		kill "-$signal" $process 2>/dev/null
		wait $process 2>/dev/null
		status=$?
		[ $status = 0 ] || break
		# It was faster.
		rm -rf "$model"
		cp -R "$scratch/.before" "$model" 2>/dev/null
	done
	rm -rf "$scratch/.before"
}
card() { python3 -c 'import json, sys; card = json.load(open(sys.argv[1] + "/training.json")); print(eval(sys.argv[2]))' "$@"; }
