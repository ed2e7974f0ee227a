#!/bin/sh
# pack-tensors --like: pictures as a model takes them.
. "$(dirname "$0")/training.sh"

train --epochs 1 -o model t.tens
like() { pack-tensors -q --like "$@"; }
history() { tensor-info "$1" | sed -n 's/.*pack-tensors [^:]*: //p' | sed 's/ --range.*//'; }
is_packed() { is "$1" "$(history "$2")" "$3"; } # is_packed NAME STREAM OPTIONS

like model -o like.tens images/t
ok "the bytes that it was trained on" sh -c 'tensor-info --npy a.npy like.tens >a; tensor-info --npy b.npy t.tens >b; cmp a.npy b.npy'
pack-tensors -q --size 8x7 --channels 1 --fit pad --interpolation lanczos --background '#102030' -o odd.tens images/t
cnn-train -q --architecture compact --epochs 1 -o no odd.tens 2>.err
is "a network of 8x7 is refused: the test needs another" "$?" 1
pack-tensors -q --size 20x18 --channels 1 --fit pad --interpolation lanczos --background '#102030' -o odd.tens images/t
cnn-train -q --architecture compact --epochs 1 -o odd odd.tens
like odd -o odd-like.tens images/v
is_packed "size, channels, fit, interpolation and background" odd-like.tens \
	"--size 20x18 --channels 1 --fit pad --interpolation lanczos --background '#102030'"
like odd --size 9x9 --fit crop --interpolation bicubic --background white -o given.tens images/v
is_packed "options that are given come first" given.tens \
	"--size 9x9 --channels 1 --fit crop --interpolation bicubic --background '#ffffff'"
cnn-export -m odd -o odd.keras
like odd.keras -o file.tens images/v
is "a file" "$(history file.tens | cut -d ' ' -f -4)" '--size 20x18 --channels 1'

python3 - <<'END'
import json
free = json.load(open("small.json"))
free["config"]["layers"][0]["config"]["batch_input_shape"] = [None, None, None, 3]
free["config"]["layers"][4:6] = [{"class_name": "GlobalAveragePooling2D", "config": {"name": "pool"}}]
json.dump(free, open("free.json", "w"))
END
cnn-train -q --architecture free.json --epochs 1 -o free t.tens
mkdir bare && cp free.json bare/X.json && cp free/poids.h5 bare/X.h5 && sed -i 's/null, 8, 8, 3/null, null, null, 3/' bare/X.json
run pack-tensors -q --like bare/X.json -o no images/v
is "a model of any size" "$status $(cat .err)" "1 pack-tensors: bare/X.json: takes pictures of any size; give one"
like bare/X.json --size 8x8 -o yes.tens images/v
ok "... with a size" tensor-info --verify yes.tens
run pack-tensors -q --like odd --channels 3 -o no images/v
is "other channels" "$status $(cat .err)" "1 pack-tensors: odd: takes pictures of 1 channels, not 3"
run pack-tensors -q --like images -o no images/v
status_is 1
ok "no model: one line" [ "$(wc -l <.err)" = 1 ]
run pack-tensors -q --like odd --idx -o no a b
is "not with IDX files" "$status $(head -n 1 .err)" "2 pack-tensors: --like: does not go with --idx, whose images are as stored"
ok "nothing is left by what is refused" [ ! -e no ]
finish
