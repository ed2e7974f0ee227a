#!/bin/sh
# fetch-network: weights from a server on loopback, or a file; what is cut goes on, what is wrong is refused.
. "$(dirname "$0")/tap.sh"
pretrained=$here/../../../shared/pretrained/mobilenet_v2_0.35_224/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5
tab=$(printf '\t')
MILLRACE_DATA=$scratch/own
export MILLRACE_DATA

# Weights of a small network, with the head that it was trained with, and of another.
mkdir -p pictures/a pictures/b own/networks served
for i in 1 2 3 4; do noise pictures/a/$i.pgm $i pictures/b/$i.pgm 1$i; done
pack-tensors -q --size 32x32 --channels 3 -o t.tens pictures || exit 1
cnn-train -q --epochs 1 --architecture mobilenet_v2:0.35 -o narrow t.tens
cnn-train -q --epochs 1 --architecture mobilenet_v2:0.5 -o wide t.tens
cp narrow/poids.h5 served/small.h5
cp wide/poids.h5 served/wide.h5
head -c 100000 served/small.h5 >served/damaged.h5
printf 'no weights' >served/text.h5
: >served/empty.h5
size=$(wc -c <served/small.h5)
sha256=$(sha256sum <served/small.h5 | cut -d ' ' -f 1)
md5=$(md5sum <served/small.h5 | cut -d ' ' -f 1)

: >log
python3 "$here/../range_server.py" served log >origin &
server_process=$!
trap 'kill $server_process; cd /; rm -rf "$scratch"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s origin ] || sleep 0.1; done
origin=$(cat origin)

recipe() { # recipe NAME ADDRESS LINE...
	{
		printf 'title = The %s one\narchitecture = mobilenet_v2:0.35\nsize = 32x32\nrange = -1,1\naddress = %s\n' "$1" "$2"
		shift 2
		[ $# = 0 ] || printf '%s\n' "$@"
	} >own/networks/$name
}
add() { name=$1; recipe "$@"; }
fetch() { run fetch-network --allow-private --backoff 0.01 -q "$@"; }
asked() { grep "^$1$tab" log | cut -f 2,3 | tr '\t\n' ' ,'; } # asked PATH: range and status of each request
left() { (cd modele/networks 2>/dev/null && find . -name "*$1*" ! -path './*/*' | LC_ALL=C sort | tr '\n' ' '); }
same_weights() { ok "$1" cmp modele/networks/first/poids.h5 "$2/poids.h5"; }
# The model is not there, and neither is what came of it.
nothing_left() { is "nothing is left of $1" "$(left "$1")" ''; }

# ---- a download ----
add first $origin/small.h5 "sha256 = $sha256" "md5 = $md5" "bytes = $size"
add second $origin/small.h5
run fetch-network --allow-private first
status_is 0
stdout_is ''
is "asked for once, whole" "$(asked /small.h5)" ' 200,'
is "a model, and nothing beside it" "$(left first) $(ls modele/networks/first | tr '\n' ' ')" \
	'./first  architecture.json poids.h5 training.json '
is "the card" "$(python3 -c 'import json, sys
card = json.load(open("modele/networks/first/training.json"))
print(card["network"]["architecture"], card["input"], card["source"]["address"].rsplit("/", 1)[1], card["source"]["sha256"] == sys.argv[1])' $sha256)" \
	"mobilenet_v2:0.35 {'width': 32, 'height': 32, 'channels': 3, 'minimum': -1.0, 'maximum': 1.0} small.h5 True"
run fetch-network --allow-private first
status_is 0
stderr_is "fetch-network: modele/networks/first: is there already, and right: nothing was done"
is "nothing was asked for" "$(asked /small.h5)" ' 200,'

# The same front, fetched or trained: the features, and so a head trained on them, are those of the trained network.
ok "a training starts from it" cnn-train -q --start modele/networks/first --feature-layer out_relu -o started t.tens
is "its card's range is the one that the network takes" "$(python3 -c 'import json
card = json.load(open("started/training.json"))["input"]
print(card["minimum"], card["maximum"])')" '-1.0 1.0'
cat >compare.py <<'END'
import hashlib, json, struct, sys
def arrays(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    return {name: hashlib.sha256(data[8 + size + e["data_offsets"][0]:8 + size + e["data_offsets"][1]]).hexdigest()
        for name, e in json.loads(data[8:8 + size]).items() if name != "__metadata__"}
trained, started = arrays("narrow.safetensors"), arrays("started.safetensors")
same = [name for name in started if trained.get(name) == started[name]]
print(len(same) > 200, [name for name in started if name not in same])
END
cnn-export -m narrow -o narrow.safetensors && cnn-export -m started -o started.safetensors
is "each array of the front is the trained one" "$(python3 compare.py)" "True ['predictions/kernel', 'predictions/bias']"

# A model that was changed is not right.
cp modele/networks/first/poids.h5 before.h5
printf x >>modele/networks/first/poids.h5
fetch first
status_is 0
ok "a changed model is fetched again" cmp before.h5 modele/networks/first/poids.h5
add first $origin/small.h5 "sha256 = $sha256" "md5 = $md5" "bytes = $size" 'like = x'
fetch first
status_is 1
stderr_is "fetch-network: $scratch/own/networks/first: line 9: like: no such key"
add first $origin/small.h5 "md5 = $md5"
fetch first
is "another recipe of the same file: it is there" "$status $(asked /small.h5)" "0  200, 200,"

# ---- several ----
add missing $origin/nosuch.h5
run fetch-network --allow-private -q -o several missing first second
status_is 4
stderr_is "fetch-network: $origin/nosuch.h5: HTTP status 404"
is "the others are there" "$(ls several | tr '\n' ' ')" 'first second second.sha256 '
fetch missing
status_is 1
nothing_left missing

# ---- digests ----
add wrong $origin/small.h5 'md5 = 0123456789abcdef0123456789ABCDEF'
fetch wrong
status_is 1
stderr_is "fetch-network: wrong: $origin/small.h5: its MD5 is $md5, not 0123456789abcdef0123456789abcdef as $scratch/own/networks/wrong says"
nothing_left wrong
add wrong $origin/small.h5 "sha256 = $(printf '%064d' 0)" "md5 = $md5"
fetch wrong
status_is 1
stderr_has "^fetch-network: wrong: $origin/small.h5: its SHA-256 is $sha256, not 0{64} as "
nothing_left wrong
add wrong $origin/small.h5 "bytes = $((size - 1))"
fetch wrong
status_is 1
stderr_is "fetch-network: $origin/small.h5: larger than $((size - 1)) bytes"
nothing_left wrong
add wrong $origin/small.h5 "bytes = $((size + 1))"
fetch wrong
status_is 1
stderr_is "fetch-network: wrong: $origin/small.h5: has $size bytes, not $((size + 1)) as $scratch/own/networks/wrong says"
nothing_left wrong

# ---- none is published: that of the first one is kept ----
run fetch-network --allow-private second
status_is 0
stderr_has "^fetch-network: second: no digest is published; that of this file is kept: $sha256$"
ok "as sha256sum has it" sh -c 'cd served && sha256sum -c ../modele/networks/second.sha256'
same_weights "the same weights" modele/networks/second
fetch second
is "it is there already" "$status $(cat .err)" '0 '
rm -r modele/networks/second
cp served/small.h5 served/other.h5
printf x >>served/other.h5
add second $origin/other.h5
fetch second
status_is 1
other=$(sha256sum <served/other.h5 | cut -d ' ' -f 1)
pinned="its SHA-256 is $other, not $sha256 as modele/networks/second.sha256 says, of the first one; remove that to take another"
stderr_is "fetch-network: second: $origin/other.h5: $pinned"
is "it was not taken" "$(left second)" './second.sha256 '
fetch --file served/other.h5 second
is "neither by hand" "$status $(cat .err)" "1 fetch-network: second: served/other.h5: $pinned"
echo nonsense >modele/networks/second.sha256
fetch second
is "a digest that is none" "$status $(cat .err)" "1 fetch-network: modele/networks/second.sha256: does not begin with a SHA-256"
rm modele/networks/second.sha256
fetch second
is "without it another is taken" "$status $(cut -c 1-64 modele/networks/second.sha256)" "0 $other"

# ---- the wrong network, and what is none ----
printf 'title = Wide\narchitecture = mobilenet_v2:0.5\nsize = 32x32\nrange = -1,1\n' >own/networks/wide
fetch --file served/wide.h5 wide
cp modele/networks/wide/poids.h5 served/front.h5
add wrong $origin/front.h5
fetch wrong
is "another width" "$status $(cat .err)" "1 fetch-network: wrong: $origin/front.h5: /block_1_project/block_1_project/kernel: has shape (1, 1, 48, 16); kernel of layer 'block_1_project' needs (1, 1, 48, 8)"
nothing_left wrong
add wrong $origin/wide.h5
fetch wrong
is "... with a head" "$status $(cat .err)" "1 fetch-network: wrong: $origin/wide.h5: has 262 weight arrays; the network has 260"
nothing_left wrong
for file in damaged text empty; do
	add wrong $origin/$file.h5
	fetch wrong
	is "$file: one line" "$status $(wc -l <.err) $(grep -c "^fetch-network: wrong: $origin/$file.h5" .err)" '1 1 1'
	nothing_left wrong
done

# ---- a connection that breaks ----
half=$((size / 2))
resumed() { # resumed KIND REQUESTS: how a file of that kind comes
	add $1 $origin/$1/small.h5 "sha256 = $sha256"
	fetch $1
	is "$1: $(cat .err)" "$status $(asked /$1/small.h5)" "0 $2"
	same_weights "$1: the whole file" modele/networks/$1
	is "$1: nothing is left beside it" "$(left $1)" "./$1 "
}
resumed cut " 200,bytes=$half- 206,"
resumed short " 200,bytes=$half- 200,"
resumed changed " 200,bytes=$half- 200,"
resumed plain ' 200, 200,'
resumed weak " 200,bytes=$half- 206,"
resumed busy ' 503, 503, 200,'
add part $origin/part/small.h5
fetch part
is "another part than was asked for" "$status $(cat .err)" \
	"1 fetch-network: $origin/part/small.h5: the server sent another part of the file than it was asked for"
nothing_left part

# Without a retry the next run goes on, be it of a run that was killed.
add later $origin/later/small.h5 "sha256 = $sha256"
fetch --retries 0 later
status_is 1
stderr_is "fetch-network: $origin/later/small.h5: Transferred a partial file"
is "what came stays, without a model" "$(left later) $(wc -c <modele/networks/later.partial)" "./later.partial ./later.partial.origin  $half"
fetch later
is "the next run goes on" "$status $(asked /later/small.h5)" "0  200,bytes=$half- 206,"
same_weights "to the same model" modele/networks/later
add killed $origin/hang/small.h5
fetch-network --allow-private -q killed &
process=$!
for _ in $(seq 100); do [ "$(cat modele/networks/killed.partial 2>/dev/null | wc -c)" = $half ] && break; sleep 0.05; done
fetch killed
is "one at a time" "$status $(cat .err)" "1 fetch-network: modele/networks/killed.partial: is being written by another process"
kill -KILL $process
wait $process 2>/dev/null
is "killed: what came stays" "$(left killed) $(wc -c <modele/networks/killed.partial)" "./killed.partial ./killed.partial.origin  $half"
cp modele/networks/killed.partial served/half.h5
fetch killed
is "killed: the next run goes on" "$status $(asked /hang/small.h5)" "0  200,bytes=$half- 206,"
same_weights "to the same model" modele/networks/killed
unfinished() { # unfinished FILE ADDRESS VALIDATOR: as if a run had left that
	rm -rf modele/networks/later
	cp "$1" modele/networks/later.partial
	printf '%s\n%s\n' "$2" "$3" >modele/networks/later.partial.origin
	: >log
	fetch later
}
add later $origin/small.h5 "sha256 = $sha256"
etag="\"$md5\""
unfinished served/small.h5 $origin/small.h5 "$etag"
is "all of it is there: it is only checked" "$status $(asked /small.h5)" "0 bytes=$size- 416,"
same_weights "to the same model" modele/networks/later
unfinished served/other.h5 $origin/small.h5 "$etag"
is "more than all of it is there: anew" "$status $(asked /small.h5)" "0 bytes=$((size + 1))- 416, 200,"
unfinished served/half.h5 $origin/other.h5 "$etag"
is "from another address: anew" "$status $(asked /small.h5)" "0  200,"
unfinished served/half.h5 $origin/small.h5 ''
is "of an unknown state: anew" "$status $(asked /small.h5)" "0  200,"
unfinished served/other.h5 $origin/small.h5 '"x"'
is "of another state: anew" "$status $(asked /small.h5)" "0 bytes=$((size + 1))- 200,"
same_weights "to the same model" modele/networks/later
cp served/half.h5 modele/networks/later.partial
fetch later
is "what a run left that was killed in its end goes" "$status $(left later)" '0 ./later '

# ---- limits ----
add endless $origin/endless/small.h5 "bytes = $size"
fetch endless
is "bytes without end" "$status $(cat .err)" "1 fetch-network: $origin/endless/small.h5: larger than $size bytes"
ok "no more of them than the limit" test "$(wc -c <modele/networks/endless.partial)" -le $size
run fetch-network -q -o public first
is "a private address" "$status $(cat .err)" "1 fetch-network: $origin/small.h5: the address 127.0.0.1 is not public (--allow-private)"
add redirected $origin/to/$origin/to//small.h5 "sha256 = $sha256"
fetch redirected
is "redirected, twice" "$status $(cat .err)" '0 '
add redirected $origin/to/$origin/to/ftp://example.org/ "md5 = $(printf '%032d' 0)"
fetch redirected
is "redirected to nowhere" "$status $(grep -c 'redirected to ftp://example.org/: neither http nor https$' .err)" '1 1'
same_weights "the model of before stays" modele/networks/redirected
"$BIN/../tests/server/streams" streams.log certificate.pem >tls &
streams_process=$!
trap 'kill $server_process $streams_process; cd /; rm -rf "$scratch"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s tls ] || sleep 0.1; done
add secure $(cat tls)/image/a.h5
fetch secure
is "a certificate that nobody vouches for" "$status $(wc -l <.err) $(grep -ci 'certificate' .err)" '1 1 1'
ok "... nothing was asked for" test ! -s streams.log
fetch --ca-file certificate.pem secure
is "... and one that is vouched for: no weights" "$status $(grep -c "^fetch-network: secure: $(cat tls)/image/a.h5: " .err)" '1 1'
for target in $origin/small.h5 $(cat tls)/image/b.h5; do
	add secure $(cat tls)/to/$target
	fetch --ca-file certificate.pem secure
	cat .err
done >said
is "https leads to https alone" "$(sed "s|$(cat tls)|TLS|g; s|$origin|PLAIN|g" said)" \
	"fetch-network: TLS/to/PLAIN/small.h5: redirected to PLAIN/small.h5, which is not https
fetch-network: secure: TLS/to/TLS/image/b.h5: is not an HDF5 file, or a damaged one"

# ---- a file at hand ----
printf 'title = Nowhere\narchitecture = mobilenet_v2:0.35\nsize = 32x32\nrange = 0,255\n' >own/networks/nowhere
fetch nowhere
is "no address" "$status $(cat .err)" "1 fetch-network: $scratch/own/networks/nowhere: has no address; a file is taken with --file"
run fetch-network -q --file served/small.h5 nowhere
status_is 0
same_weights "a file by hand" modele/networks/nowhere
is "its digest is kept too" "$(cat modele/networks/nowhere.sha256)" "$sha256  small.h5"
run fetch-network --file served/small.h5 nowhere
stderr_is "fetch-network: modele/networks/nowhere: is there already, and right: nothing was done"
run fetch-network -q --file served/wide.h5 -o hand first
status_is 1
stderr_has "^fetch-network: first: served/wide.h5: its MD5 is "
is "the file stays, and no model is there" "$(ls served/wide.h5; find hand -name poids.h5)" 'served/wide.h5'
cp own/networks/nowhere ./mine
run fetch-network -q --file served/small.h5 -o hand ./mine
is "a recipe by its path" "$status $(ls hand | tr '\n' ' ')" '0 mine mine.sha256 '
mkdir -p hand/first
echo mine >hand/first/notes
run fetch-network -q --allow-private -o hand first
is "a folder of somebody's" "$status $(cat .err) $(ls hand/first)" \
	"1 fetch-network: hand/first: contains files but no model; it is not replaced notes"


# Where the model can't be written nothing of it stays, and no digest.
if [ -e "$BIN/../tests/faults/fail_calls.so" ]; then
	for at in 1 2 3 4; do
		run failing FAIL_CALL=fsync FAIL_ERRNO=EIO FAIL_AT=$at fetch-network -q --file served/small.h5 -o faulty nowhere
		is "a fault of the disk, $at: one line, nothing left" \
			"$status $(wc -l <.err) $(grep -c 'Input/output error$' .err) $(ls -A faulty)" '1 1 1 '
	done
	run failing FAIL_CALL=write FAIL_ERRNO=ENOSPC FAIL_AT=3 fetch-network --allow-private -q -o faulty first
	is "a full disk while it is fetched" "$status $(cat .err)" "1 fetch-network: faulty/first.partial: No space left on device"
	fetch -o faulty first
	is "... the next run goes on" "$status $(ls -A faulty)" '0 first'
fi

# ---- recipes ----
run fetch-network --recipes
is "the recipes" "$status $(grep -E '^(first|nowhere)' .out | tr '\n' ' ')" "0 first${tab}The first one nowhere${tab}Nowhere "
bad() { # bad REASON LINE...: a recipe with these lines
	message=$1
	shift
	printf '%s\n' "$@" >own/networks/bad
	fetch bad
	is "$message" "$status $(cat .err)" "1 fetch-network: $scratch/own/networks/bad$message"
}
bad ': has no title' 'size = 32x32'
bad ': has no size' 'title = a' 'architecture = compact'
bad ': has no range' 'title = a' 'architecture = compact' 'size = 32x32'
bad ': line 1: size: is not WIDTHxHEIGHT' 'size = 32'
bad ': line 1: size: is not WIDTHxHEIGHT' 'size = 32x0'
bad ': line 1: range: is not two numbers A,B, the first below the second' 'range = 1,1'
bad ': line 1: md5: is not hexadecimal' "md5 = $(printf 'x%031d' 0)"
bad ': line 1: sha256: has another length' "sha256 = $md5"
bad ': line 1: bytes: is not a number of bytes' 'bytes = 0'
bad ': line 1: address: neither http nor https' 'address = ftp://example.org/x.h5'
bad ': line 2: title: is already on line 1' 'title = a' 'title = b'
mkdir -p data/networks
sed 's/Nowhere/Here/' own/networks/nowhere >data/networks/nowhere
is "those of this folder come first" "$(fetch-network --recipes 2>/dev/null | grep nowhere)" "nowhere${tab}Here"
printf 'title = a\narchitecture = mobilenet_v2:0.35\nsize = 8x8\nrange = 0,1\n' >own/networks/bad
run fetch-network -q --file served/small.h5 bad
is "a size that the architecture does not take" "$status $(cat .err)" \
	"1 fetch-network: $scratch/own/networks/bad: mobilenet_v2:0.35: takes images of at least 32x32; these have 8x8"
printf 'title = a\n' >own/networks/bad
run fetch-network --recipes
is "a bad recipe is said, the others listed" "$status $(cat .err) $(grep -c . .out)" \
	"4 fetch-network: $scratch/own/networks/bad: has no architecture $(($(ls own/networks | wc -l) - 1))"
fetch nosuch
is "no such recipe" "$status $(sed 's/ in .*//' .err)" '1 fetch-network: networks/nosuch: not found'
MILLRACE_DATA=$here/../../data
ok "those that come with millrace are whole" fetch-network --recipes

# ---- Keras' own file, where it is at hand ----
if [ -e "$pretrained" ]; then
	ok "a file that Keras wrote" fetch-network -q --file "$pretrained" -o keras mobilenet_v2_0.35_224
	run fetch-network -q --file "$pretrained" -o keras mobilenet_v2_1.0_224
	is "... of another width" "$status $(ls keras | tr '\n' ' ')" '1 mobilenet_v2_0.35_224 mobilenet_v2_0.35_224.sha256 '
	stderr_has "^fetch-network: mobilenet_v2_1.0_224: .*: /Conv1/Conv1/kernel: has shape \(3, 3, 3, 16\); kernel of layer 'Conv1' needs \(3, 3, 3, 32\)$"
	pack-tensors -q --size 224x224 --channels 3 -o large.tens pictures
	ok "... a training starts from it" cnn-train -q --start keras/mobilenet_v2_0.35_224 -o tuned large.tens
fi
finish
