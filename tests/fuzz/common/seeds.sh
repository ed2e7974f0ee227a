#!/bin/sh
# Where a driver begins: seeds.sh DRIVER FOLDER puts inputs that it takes into FOLDER/good, and some that it refuses into
# FOLDER/bad. BIN says where the tools are, which make those that no fixture is.
set -eu
driver=$1
mkdir -p "$2/good" "$2/bad"
folder=$(cd "$2" && pwd)
good=$folder/good bad=$folder/bad
cd "$(dirname "$0")/../../.."
fixtures=tests/fixtures
sum=0123456789abcdef0123456789abcdef

good() { printf -- "$2" >"$good/$1"; } # NAME FORMAT
bad() { printf -- "$2" >"$bad/$1"; }

# A stream of WIDTHxHEIGHT: pack FILE SIZE OPTION...
pack() {
	for name in grey palette rgb rgba; do
		mkdir -p "$folder/pictures/$name"
		cp $fixtures/image/$name.png "$folder/pictures/$name"
	done
	file=$1 size=$2
	shift 2
	"$BIN/pack-tensors" -q --size "$size" "$@" -o "$file" "$folder/pictures"
}

case $driver in
url)
	good relative '../b/c.png?d=e#f'
	good absolute 'HTTP://Example.org:80/a b/../c?d=\303\251'
	good host '//[::1]:8080/a'
	good number 'http://127.0.0.1/%%2e%%2E/%%41'
	bad user 'http://u:p@example.org/'
	bad scheme 'javascript:alert(1)'
	bad file 'file:///etc/passwd'
	bad port 'http://example.org:99999/' ;;
robots)
	good star 'User-agent: *\nDisallow: /a\nAllow: /a/b$\n'
	good ours 'user-agent: other\nuser-agent: Millrace # us\ndisallow: /*.png$\ncrawl-delay: 5\n\000/a/b%%2e.png'
	good encoded 'User-agent: millrace\r\nDisallow: /%%C3%%A9*?\r\nDisallow:\r\n\000/\303\251?x'
	bad none 'Sitemap: http://example.org/map.xml\n'
	bad others 'User-agent: other\nDisallow: /\n' ;;
recipe)
	cp data/sites/* "$good"
	bad key 'title = A\nnosuch = b\n'
	bad selector 'title = A\npage = http://example.org/{query}\nitem = //img[\n' ;;
dataset_recipe)
	for name in dragonball fairytail pokemon; do cp data/$name/recipe "$good/$name"; done
	bad class 'title = A\nsite = page\nclass = a/b | c\n'
	bad site 'title = A\nclass = a | b\n' ;;
network_recipe)
	cp data/networks/* "$good"
	bad architecture 'title = A\narchitecture = vgg\n'
	bad digest 'title = A\nmd5 = 12\n'
	bad range 'title = A\nrange = 1,0\n' ;;
page)
	cd $fixtures/sites
	cp gallery-1.html wiki-1.xml wiki-2.xml google-old.html safebooru/index.php "$good"
	cp bing/images/async "$good/bing.html"
	cp google/customsearch/v1 "$good/google.json"
	cp openverse/v1/images/index.html "$good/openverse.json"
	cp wiki-empty.xml wiki-error.xml "$bad" ;;
selector)
	good element '//img/@src\n<p><a href=x><img src="a.png"></a>'
	good largest 'largest(//img[matches(@src,"^a")]/@srcset)\n<img src=a srcset="b 1x, c 2x">'
	good inside '//a/@m -> json murl -> unescape -> as http://h/{}\n<a m='"'"'{"murl":"a\\\\u002fb"}'"'"'>'
	good json 'items[].link\n{"items":[{"link":"x"},{"link":"y"}]}'
	good match '"(https?://[^"]*)",([0-9]+) -> as {}?w=1\nvar a = "http://h/a.png",640;'
	good xml '//page[@size>100]/@name\n<?xml version="1.0"?><api><page size="200" name="a"/></api>'
	bad syntax '//img[\n<img>'
	bad nothing '//nosuch\n<p>' ;;
json_path)
	good members 'items[].link\n{"items":[{"link":"x"},{"link":"y"},3]}'
	good deep '..deep.*\n{"deep":{"deep":{"deep":7}}}'
	good odd '"odd.name"[1][]\n{"odd.name":[[1,2],[3]]}'
	good itself '.\n5'
	bad syntax 'a[\n{}'
	bad nothing 'b\n{"a":1}' ;;
pattern)
	good image '"(https?://[^"]+[.](jpe?g|png))",([0-9]+)\nx = ["http://h/a.png",640];\000["https://h/b.jpeg",1,2]'
	good thumb '^(/thumb)?/.*{1,20}/[0-9]{2,}px-[^]/]*$\n/thumb/a/ab/x.png/120px-x.png'
	good choice '(a|ab)(c|bcd)*|[[:digit:]x]+?\nabcd'
	bad nothing 'a\nnothing but b'
	bad group '(\n('
	bad large '((a+)+{99}){99}\na' ;;
unescape)
	good twice 'http:\\\\\\/\\\\\\/h\\\\u002fa'
	good all '\\x41\\u00e9\\ud83d\\ude00\\ud83d\\n\\"\\'"'"'\\\\'
	bad plain 'http://h/a' ;;
manifest)
	look=0123456789abcdef
	good accepted "red\tred/a.png\t$sum$sum\t$sum\t$look-$look-$look-$look\t80\t90\t100\tpng\thttp://h/a\thttp://h/\tpage\tq\t2026-11-22T16:00:00Z\tCC BY\taccepted\t"
	good plain "red\t\t$sum$sum\t$sum\tplain\t80\t90\t100\tpng\thttp://h/a\\\\tb\t\tpage\tq\t2026-11-22T16:00:00Z\t\trefused\tduplicate"
	good failed 'red\t\t\t\t\t\t\t\t\thttp://h/a\t\tpage\t\t\t\tfailed\tstatus 500'
	bad fields 'red\tred/a.png'
	bad escape 'red\t\t\t\t\t\t\t\t\thttp://h/\\q\t\tpage\t\t\t\tfailed\t'
	bad status 'red\t\t\t\t\t\t\t\t\thttp://h/a\t\tpage\t\t\t\tlost\t' ;;
head)
	good index '{"dtype":"u8","shape":[2,3,3],"range":[0,255],"labels":"index","classes":["a","b"],"pass":0,"history":[]}'
	good weights '{"dtype":"f32","shape":[2,3,1],"range":[-1,1.5],"labels":"weights","classes":["\303\251"],"pass":7,"history":[{"tool":"augment","version":"1","arguments":"-q","seed":"1"}]}'
	bad shape '{"dtype":"u8","shape":[2,0,3],"range":[0,255],"labels":"index","classes":["a","b"],"pass":0,"history":[]}'
	bad twice '{"dtype":"u8","dtype":"u8"}' ;;
stream)
	for name in color index passes weights; do cp $fixtures/stream/$name.tens "$good"; done
	for name in cut future label no_end; do cp $fixtures/stream/$name.tens "$bad"; done
	{ printf '\211TENS\r\n\032HEAD\001' && head -c 51 /dev/zero; } >"$bad/empty-head"
	pack "$good/raw.tens" 6x5
	pack "$good/zlib.tens" 6x5 --codec zlib
	"$BIN/augment" -q --preset light --passes 2 -o "$good/augmented.tens" "$good/raw.tens" ;;
npy)
	cp $fixtures/dataset/*.npy "$good"
	bad structure "\223NUMPY\001\000\060\000{'descr': 'O', 'fortran_order': False, 'shape': (2,)}"
	bad short "\223NUMPY\001\000\060\000" ;;
idx)
	good images '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\003abcdefghijkl'
	good labels '\000\000\010\001\000\000\000\003\000\001\002'
	gzip -nc "$good/images" >"$good/images.gz"
	bad cut '\000\000\010\003\377\377\377\377\000\000\000\002\000\000\000\003abcdef'
	bad kind '\000\000\015\001\000\000\000\003\000\001\002' ;;
table)
	good plain 'path\tclass\na.png\tred\\tshells\n\nb\\x20.png\t\n'
	good quoted 'path,class\r\n"a, ""b"".png",red\r\n"two\nlines",\r\n'
	bad escape 'a\\q\tb\n'
	bad quote 'a,"b\n' ;;
list)
	good classes 'a.png\tred\nb.png\tblue\tred\nc.png\n'
	bad class 'a.png\tred/blue\n'
	bad escape 'a\\q\tred\n' ;;
image)
	for type in bmp ff gif jpg p?m png psd tga webp; do cp $fixtures/image/*.$type "$good"; done
	bad cut '\211PNG\r\n\032\n'
	bad text 'no picture' ;;
png)
	cp $fixtures/image/*.png "$good"
	bad signature '\211PNG\r\n\032\n' ;;
exif)
	good little 'II*\000\010\000\000\000\001\000\022\001\003\000\001\000\000\000\006\000\000\000\000\000\000\000'
	good big 'MM\000*\000\000\000\010\000\001\001\022\000\003\000\000\000\001\000\003\000\000\000\000\000\000'
	bad upright 'II*\000\010\000\000\000\001\000\022\001\003\000\001\000\000\000\001\000\000\000\000\000\000\000'
	bad far 'II*\000\377\377\377\377' ;;
architecture)
	cp $fixtures/model/*.json "$good"
	for name in nested_like_teachable shared_twice squeeze_excite residual reg; do
		cp $fixtures/model/graphs/$name.json "$good"
	done
	input='{"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,null,8,3]}}'
	ends='"input_layers":["i",0,0],"output_layers":["a",0,0]'
	good operation '{"class_name":"Model","config":{"layers":['"$input"',{"class_name":"TFOpLambda","config":{"name":"a","function":"math.truediv"},"inbound_nodes":[["i",0,0,{"y":127.5}]]}],'"$ends"'}}'
	good tensorflow '{"class_name":"Model","config":{"layers":['"$input"',{"class_name":"TensorFlowOpLayer","name":"a","config":{"name":"b","node_def":{"op":"RealDiv"},"constants":{"1":127.5}},"inbound_nodes":[["i",0,0]]}],'"$ends"'}}'
	good keras1 '{"class_name":"Sequential","keras_version":"1.2.2","config":[{"class_name":"Convolution2D","config":{"name":"a","batch_input_shape":[null,8,8,3],"nb_filter":2,"nb_row":1,"nb_col":2,"dim_ordering":"tf","W_regularizer":{"name":"WeightRegularizer","l1":0,"l2":0.5}}},{"class_name":"ZeroPadding2D","config":{"name":"b","padding":{"top_pad":1}}},{"class_name":"Dropout","config":{"name":"c","p":0.5}}]}'
	bad cycle '{"class_name":"Model","config":{"layers":['"$input"',{"class_name":"Flatten","config":{"name":"a"},"inbound_nodes":[[["a",0,0]]]}],'"$ends"'}}'
	bad class '{"class_name":"Functional","config":{"layers":[]}}'
	bad layers '{"class_name":"Sequential","config":{"layers":[]}}' ;;
tensorflow_js)
	tensorflow_js=$fixtures/model/tensorflow_js
	for name in cnn float16 quantized; do
		{ cat $tensorflow_js/$name/model.json && printf '\000' && cat $tensorflow_js/$name/weights.bin; } >"$good/$name"; done
	for name in functional teachable; do
		{ cat $tensorflow_js/$name/model.json && printf '\000' && cat $tensorflow_js/$name/weights.bin; } >"$bad/$name"; done
	cp $tensorflow_js/teachable/metadata.json "$good"
	head -c 4000 "$good/cnn" >"$bad/cut"
	bad labels '{"packageName":"@teachablemachine/image","labels":["a","a"],"imageSize":96}'
	bad graph '{"format":"graph-model","modelTopology":{"node":[]}}\000' ;;
weights)
	pack "$folder/train.tens" 18x22
	"$BIN/cnn-train" -q --epochs 1 --architecture $fixtures/model/plain.json -o "$folder/plain_model" "$folder/train.tens"
	cp "$folder/plain_model/poids.h5" $fixtures/model/plain.h5 $fixtures/model/hostile/packed.h5 $fixtures/model/hostile/half.h5 "$good"
	for name in soft_link external_link own_link external_storage virtual filter; do
		cp $fixtures/model/hostile/$name.h5 "$bad"; done
	head -c 2000 "$good/poids.h5" >"$bad/cut"
	bad text 'no weights' ;;
whole_model)
	cp $fixtures/model/fixed_strings.h5 "$good"
	cp $fixtures/model/hostile/packed.h5 "$bad/weights-alone.h5"
	head -c 9000 "$good/fixed_strings.h5" >"$bad/cut"
	bad text 'no model' ;;
keras_archive)
	for name in logits functional_chain one_sigmoid; do cp $fixtures/model/graphs/$name.keras "$good"; done
	python3 - $fixtures/model "$good" "$bad" <<-'END'
	import os, sys, zipfile
	fixtures, good, bad = sys.argv[1:]
	def archive(path, *files):
	    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zip:
	        for name, content in files:
	            zip.writestr(name, content if isinstance(content, str) else open(os.path.join(fixtures, *content), "rb").read())
	archive(good + "/teachable.zip", ("keras_model.h5", ["fixed_strings.h5"]), ("labels.txt", "0 a\n1 b\n2 c\n3 d\n"))
	files = os.listdir(fixtures + "/tensorflow_js/teachable")
	archive(good + "/tensorflow_js.zip", *[(name, ["tensorflow_js", "teachable", name]) for name in files if name[1:] != ".npy"])
	archive(bad + "/empty.zip")
	archive(bad + "/other.zip", ("a/config.json", "{}"), ("text", "none"))
	archive(bad + "/twice.zip", ("a.json", "{}"), ("b.json", "{}"))
	END
	head -c 9000 "$good/logits.keras" >"$bad/cut" ;;
labels)
	good two 'red shells\nblue shells\n'
	good other '\303\251\r\nb'
	bad twice 'a\na\n'
	bad control 'a\tb\n'
	bad none '' ;;
card)
	good all '{"input":{"fit":"crop","interpolation":"nearest","background":"#ff8000"}}'
	good none '{}'
	good range '{"input":{"minimum":-1,"maximum":1}}'
	good stream '{"tool":"cnn-train","data":{},"input":{"minimum":0,"maximum":255}}'
	good mode '{"input":{"mode":"torch"}}'
	bad range '{"input":{"minimum":1,"maximum":0}}'
	bad mode '{"input":{"mode":"vgg"}}'
	bad fit '{"input":{"fit":"squeeze"}}'
	bad background '{"input":{"background":"#ff"}}' ;;
history)
	good all 'epoch\tloss\taccuracy\tval_loss\tval_accuracy\tseconds\n1\t0.7\t0.5\t0.6\tnan\t1\n2\t0.5\t0.75\t\t0.8\t1\n'
	good few 'loss\tepoch\n1e-3\t5'
	bad columns 'a\tb\n1\t2\n'
	bad number 'epoch\tloss\n1\tx\n' ;;
listed)
	good notes 'path\tproblem\tdetail\nred/a.png\ttwin\tred/b.png\nblue/\\xFF.png\tsmall\n\nsummary\n'
	bad head 'file\tproblem\n'
	bad escape 'path\na\\q\n' ;;
request)
	good picture '/image/rgb.png'
	good folder '/image/'
	good encoded '/%%69mage/rgb%%2epng'
	bad above '/image/../../../README.md'
	bad slash '/image%%2frgb.png'
	bad hidden '/.git/' ;;
select)
	good both '5\n18446744073709551615\tnote\nred/a.png\nblue/\\x20.png\tred\n'
	bad escape 'a\\q\n'
	bad none '5\n\tnote\n' ;;
leaks)
	good split "path\tsha256\tgroup\tsplit\na\t$sum$sum\t1\ttrain\nb\t$sum$sum\t1\tvalidation\nc\t$sum$sum\t2\ttest\n"
	bad group "sha256\tgroup\tsplit\n$sum$sum\t9\ttrain\n"
	bad columns 'path\tgroup\n' ;;
transfer)
	good length 'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="iso-8859-1"\r\nContent-Length: 12\r\n\r\n<img src=a>\351'
	good chunked 'HTTP/1.1 200 OK\r\nX-Robots-Tag: a, NoAI\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>ab\r\n0\r\n\r\n'
	good open 'HTTP/1.0 200\nContent-Type: text/html;charset=utf-16\n\n<\000p\000>\000'
	{ printf 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n' && printf '<p>a</p>' | gzip -nc; } >"$good/gzip"
	bad redirect 'HTTP/1.1 302 Found\r\nLocation: //example.org/b\r\nContent-Length: 0\r\n\r\n'
	bad later 'HTTP/1.1 503 Busy\r\nRetry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n\r\n'
	bad cut 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<img'
	bad nothing '' ;;
text)
	good plain 'a\tb\\n\033[31m'
	good number '-9223372036854775808'
	good real '1.5e-300'
	bad latin 'caf\351'
	bad long '\355\240\200\364\220\200\200' ;;
options)
	good all '-qn5\n--fraction=0.25\n--seed\n18446744073709551615\n-o\nf\n--site\na\n--site=b\n--color\nblue\n--size\n20x30\noperand\n--\n-x'
	good help '--help'
	good operands 'a\n--quiet\nb\n-\n'
	bad range '--count=101'
	bad unknown '--nosuch'
	bad value '-o' ;;
cast)
	for name in dragonball fairytail pokemon; do cp data/$name/characters.json "$good/$name"; done
	bad key '{"characters":{"a":{"nosuch":1}}}'
	bad none '{"characters":{}}' ;;
replay)
	good two '{"fill":"nearest","fill-value":0.0,"interpolation":"bilinear","operations":{"zoom":"0.2","horizontal-flip":"0.5"}}\n{"pass":0,"id":0,"source":"a.png","steps":[["zoom",0.9,1.1],["horizontal-flip"]]}\n{"pass":0,"id":1,"source":"a.png","steps":[]}\n'
	bad options '{"fill":"nosuch"}\n'
	bad record '{"fill":"nearest","fill-value":0.0,"interpolation":"bilinear","operations":{}}\n{"pass":1,"id":0,"source":"a.png","steps":[]}\n' ;;
*)
	echo "seeds.sh: $driver: no seeds" >&2
	exit 1 ;;
esac
