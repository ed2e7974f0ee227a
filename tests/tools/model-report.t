#!/bin/sh
# model-report: a page that is whole, well formed, self-contained and says what was measured.
. "$(dirname "$0")/tap.sh"

python3 - <<'END'
import os, struct, zlib
def draw(name, color, width=32, height=32):
    rows = b"".join(b"\0" + b"".join(bytes(color if (x - 16) ** 2 + (y - 16) ** 2 < 150 else (255, 250, 240))
        for x in range(width)) for y in range(height))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    os.makedirs(os.path.dirname(name), exist_ok=True)
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
for i in range(8):
    draw("images/red & <shells>/%d.png" % i, (200 + i, 30, 40 + i))
    draw("images/écaille/%d.png" % i, (30, 40 + i, 200 + i))
for i in range(2): # red ones that are labelled blue
    draw("wrong/écaille/not \"blue\" %d.png" % i, (210, 30, 40 + i))
    draw("wrong/red & <shells>/%d.png" % i, (30, 40, 210 + i))
END
pack-tensors -q --size 32 -o train.tens images
pack-tensors -q --size 32 -o wrong.tens wrong
cat train.tens wrong.tens >validation.tens
ok "a model" cnn-train --quiet --epochs 12 --seed 3 --learning-rate 0.003 --validation train.tens -o modele/shells_model train.tens

cat >check.py <<'END'
"""check.py PAGE: well-formed HTML, every picture inside, nothing from outside; prints its text."""
import base64, html.parser, sys
class Page(html.parser.HTMLParser):
    open_tags, text, images = [], [], 0
    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert tag not in ("script", "link", "iframe", "object"), tag
        assert "href" not in given and not any(name.startswith("on") for name in given), given
        if tag == "img":
            kind, data = given["src"].split(",")
            picture = base64.b64decode(data, validate=True)
            assert kind == "data:image/png;base64" and picture[:8] == b"\x89PNG\r\n\x1a\n" and picture[-8:-4] == b"IEND"
            assert given["alt"]
            self.images += 1
        if tag not in ("img", "meta"):
            self.open_tags.append(tag)
    def handle_endtag(self, tag):
        assert self.open_tags.pop() == tag, tag
    def handle_data(self, data):
        if self.open_tags and self.open_tags[-1] != "style":
            self.text.append(data.strip())
page = Page()
source = open(sys.argv[1], encoding="utf-8").read()
assert source.startswith("<!DOCTYPE html>") and source.endswith("</html>\n")
assert "http:" not in source and "https:" not in source and "url(" not in source and "@import" not in source
page.feed(source)
page.close()
assert not page.open_tags, page.open_tags
print(page.images, " ".join(text for text in page.text if text))
END
run model-report -m modele/shells_model/ --validation validation.tens -o report.html
status_is 0
stdout_is ''
stderr_has '^model-report: 20/20 pictures, [0-9.]+/s, [0-9.]+ s$'
run python3 check.py report.html
status_is 0
stdout_has 'shells_model Classes: red & <shells> and écaille'
stdout_has '80\.0 % accuracy \(95 % interval 58\.4 to 91\.9\)'
stdout_has '20 pictures evaluated, 4 misclassified'
stdout_has 'red & <shells> 10 80\.0.% 49–94 80\.0.% 49–94 0\.800'
stdout_has 'Worst mistakes 4 of 4'
stdout_has 'écaille/not "blue" 0\.png'
stdout_has 'Model card .*batch size 16'
# two curves, confusion matrix, four mistakes and two correct predictions of two pictures each, the network
is "all pictures are in it" "$(cut -d ' ' -f 1 "$scratch/.out")" 16

model-report -q -m modele/shells_model --validation - --threads 1 <validation.tens | sed 's/standard input/validation.tens/' >again.html
ok "from a pipe and with one thread it is the same page" cmp report.html again.html
run sh -c 'cat validation.tens | model-report -m modele/shells_model --validation - -o piped.html'
status_is 0
stderr_has '^model-report: 20 pictures, [0-9.]+/s, [0-9.]+ s$'
model-report -q -m modele/shells_model --method gradient --validation validation.tens -o again.html
ok "the default method is the gradient" cmp report.html again.html
model-report -q -m modele/shells_model --method layer-cam --validation validation.tens -o again.html
ok "and another method gives other overlays" sh -c '! cmp -s report.html again.html'
run model-report --quiet -m modele/shells_model --title 'A <title>' --mistakes 1 --method grad-cam --validation validation.tens -o one.html
status_is 0
run python3 check.py one.html
stdout_has 'A <title> Classes'
stdout_has 'Worst mistakes 1 of 4'
run model-report -m modele/shells_model -o plain.html
status_is 0
run python3 check.py plain.html
status_is 0
stdout_has '^3 '
rm modele/shells_model/history.tsv modele/shells_model/training.json
run model-report -m modele/shells_model -o bare.html
status_is 0
run python3 check.py bare.html
stdout_has '^1 shells_model'

# A class without pictures has no metrics.
mkdir one
cp -R 'images/écaille' one/
pack-tensors -q --size 32 -o one.tens one
run sh -c 'model-report -m modele/shells_model --validation one.tens >one.html && python3 check.py one.html'
status_is 0
stdout_has 'red & <shells> 0 – – –'

# Failures leave what was there.
cp report.html kept.html
head -c 3000 train.tens >cut.tens
run model-report -m modele/shells_model --validation cut.tens -o kept.html
status_is 1
stderr_has '^model-report: cut.tens'
pack-tensors -q --size 16 -o small.tens images
run model-report -m modele/shells_model --validation small.tens -o kept.html
status_is 1
stderr_is 'model-report: small.tens: holds tensors of 16x16x3; the network takes 32x32x3'
mv 'images/écaille' images/other
pack-tensors -q --size 32 -o other.tens images
run model-report -m modele/shells_model --validation other.tens -o kept.html
status_is 1
stderr_is "model-report: other.tens: class 'other' is unknown to the model"
run model-report -m modele/shells_model --validation missing.tens -o kept.html
status_is 1
stderr_is 'model-report: missing.tens: No such file or directory'
printf 'epoch\tloss\nx\t1\n' >modele/shells_model/history.tsv
run model-report -m modele/shells_model -o kept.html
status_is 1
stderr_is 'model-report: modele/shells_model/history.tsv: line 2: no epoch number'
rm modele/shells_model/history.tsv
ok "the old page is as it was" cmp kept.html report.html
is "no half file" "$(ls -A | grep '^\.kept')" ''
run sh -c 'model-report -m modele/shells_model >/dev/full'
status_is 1
stderr_is 'model-report: standard output: No space left on device'
run model-report
status_is 2
run model-report -m modele/shells_model train.tens
status_is 2
finish
