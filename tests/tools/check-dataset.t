#!/bin/sh
# check-dataset: each kind of finding, unbalanced classes, and failures.
. "$(dirname "$0")/tap.sh"

# draw FILE WIDTH HEIGHT KIND: a grey picture (PGM)
python3 - <<'END'
import os, random
def draw(name, width, height, value):
    os.makedirs(os.path.dirname(name), exist_ok=True)
    pixels = bytes(min(255, max(0, int(value(x, y)))) for y in range(height) for x in range(width))
    open(name, "wb").write(b"P5 %d %d 255\n" % (width, height) + pixels)
def noise(seed):
    values = random.Random(seed)
    return lambda x, y: values.randrange(256)
def slope(x, y): return x + 40
for i in range(6):
    draw("in/a/%d.pgm" % i, 80, 80, noise(i))
draw("in/a/tiny.pgm", 20, 90, noise(10))
draw("in/a/wide.pgm", 400, 80, noise(11))
draw("in/a/dark [1].pgm", 80, 80, lambda x, y: (x * 7 + y * y) % 31)
draw("in/a/blurred.pgm", 100, 100, slope)
draw("in/a/blank.pgm", 80, 80, lambda x, y: 200 + x % 2)
os.rename("in/a/5.pgm", "in/a/5.jpg")
draw("in/b/mirrored.pgm", 80, 80, lambda x, y, v=list(open("in/a/2.pgm", "rb").read()[-6400:]): v[80 * y + 79 - x])
for i in range(3):
    draw("in/b/%d.pgm" % i, 80, 80, noise(20 + i))
END
cp in/a/1.pgm "in/b/1 again.pgm"
echo text >"in/b/no picture.png"
(cd in && find . -type f -exec sha256sum {} +) >before

run check-dataset -q in
status_is 4
stderr_is ''
stdout_is "$(printf 'path\tclass\tfinding\tdetail
b/no picture.png\tb\tundecodable\tis not an image of a known type
a/blank.pgm\ta\tblank\tcontrast 0.5
a/tiny.pgm\ta\ttiny\t20 x 90
a/tiny.pgm\ta\todd aspect\t20 x 90
a/wide.pgm\ta\todd aspect\t400 x 80
a/dark [1].pgm\ta\tdark\tbrightness 15.0
a/blurred.pgm\ta\tblurred\tsharpness 0.0
a/5.jpg\ta\textension\tis pnm
a/1.pgm\ta\ttwo labels\tb/1 again.pgm
b/1 again.pgm\tb\ttwo labels\ta/1.pgm
b/1 again.pgm\tb\tduplicate\ta/1.pgm
b/mirrored.pgm\tb\tlook-alike\ta/2.pgm

class\tpictures\tdifferent\tweight\tfinding
a\t11\t11\t0.7273\t
b\t5\t3\t1.6000\tunbalanced')"
cp .out expected
run check-dataset --threads 3 -o list.tsv in
status_is 4
ok "-o is the same list" cmp expected list.tsv
stderr_has 'check-dataset: in: 2 odd aspect$'
stderr_has 'check-dataset: in: 1 of 2 classes unbalanced$'
run check-dataset -q --exact --min-side 10 --max-aspect 9 --min-brightness 0 --min-sharpness 0 in
is "limits are options" "$(sed '/^$/,$d' .out | cut -f 1,3 | tail -n +2)" "$(printf 'b/no picture.png\tundecodable
a/blank.pgm\tblank
a/5.jpg\textension
a/1.pgm\ttwo labels
b/1 again.pgm\ttwo labels
b/1 again.pgm\tduplicate')"
(cd in && find . -type f -exec sha256sum {} +) >after
is "in is as it was" "$(diff before after)" ''

mkdir -p good/train/a good/train/b good/validation/a good/validation/b
noise good/train/a/1 1 good/train/b/2 2 good/validation/a/3 3 good/validation/b/4 4
run check-dataset -q --min-side 16 good
status_is 0
is "nothing is wrong" "$(wc -l <.out) $(sed -n 4p .out)" "5 $(printf 'a\t2\t2\t1.0000\t')"
cp good/train/a/1 good/validation/a/again
run check-dataset -q --min-side 16 good
is "of a split all parts are looked at" "$(sed -n 2p .out)" "$(printf 'validation/a/again\ta\tduplicate\ttrain/a/1')"

run check-dataset
status_is 2
run check-dataset nowhere
status_is 1
stderr_is 'check-dataset: nowhere: No such file or directory'
mkdir empty
run check-dataset empty
stderr_is 'check-dataset: empty: holds no class folders'
run check-dataset -q -o /dev/full good
stderr_is 'check-dataset: /dev/full: No space left on device'
status_is 1
finish
