#!/bin/sh
# Pictures made to break decoders: each costs its own line, never the run, and what is good among them comes out.
. "$(dirname "$0")/tap.sh"
python3 "$here/../bad_pictures.py" "$fixtures/image" corpus || exit 1
records() { python3 "$here/../tens_reader.py" "$1" | cut -f 4,6 | sort; }
# names TOOL: the files that have a line in .err, and how often.
names() { sed -nE "s/^$1: (corpus\/[^:]*): [^:]*.*/\1/p" .err | sort | uniq -c | sed 's/^ *//'; }

# ---- pack-tensors ----
mkdir clean
cp -R corpus/good clean/good
run pack-tensors -q -o clean.tens clean
status_is 0
run pack-tensors -q -o all.tens corpus
status_is 4
names pack-tensors >refused
is "each refused picture has one line" "$(grep -vc '^1 ' refused)" 0
is "every bad one has" "$(grep -c '^1 corpus/bad/' refused)" "$(ls corpus/bad | wc -l)"
is "no good one has" "$(grep -c '^1 corpus/good/' refused)" 0
packed=$(records all.tens | wc -l)
is "one that may go either way went one of them" $((packed + $(wc -l <refused))) "$(find corpus -type f | wc -l)"
is "and a last line counts them" "$(wc -l <.err) $(tail -n 1 .err)" \
	"$(($(wc -l <refused) + 1)) pack-tensors: all.tens: $(wc -l <refused) of $(find corpus -type f | wc -l) pictures skipped"
records clean.tens >.good
is "the good ones have the pixels that they have alone" "$(records all.tens | grep '^good/')" "$(cat .good)"
is "no decoder crashed, waited or was stopped" "$(grep -E 'decoder|memory' .err)" ''
cp .err lines
for threads in 1 7; do
	run pack-tensors -q --threads $threads -o $threads.tens corpus
	ok "$threads threads: the same stream" cmp $threads.tens all.tens
	ok "  and the same lines" sh -c "sed 's/$threads.tens/all.tens/' .err | cmp - lines"
done
ls corpus/bad | sed 's/^/corpus\/bad\//' >list
run pack-tensors -q --list list -o none.tens
status_is 1
is "of bad ones alone nothing comes" "$(tail -n 1 .err)" "pack-tensors: none.tens: no picture could be read: nothing to write"

# ---- the others ----
mkdir -p two/a two/b
cp corpus/good/*.png two/a
cp corpus/good/*.bmp two/b
pack-tensors -q --size 26 -o two.tens two && cnn-train -q --epochs 1 -o model two.tens || exit 1
run cnn-predict -q -m model corpus
status_is 4
names cnn-predict >said
ok "cnn-predict refuses the same ones" cmp said refused
is "  and answers the others" "$(wc -l <.out)" "$packed"
run check-dataset -q -o checked corpus
awk -F '\t' '$3 == "undecodable" { print "1 corpus/" $1 }' checked | sort >listed
ok "check-dataset lists the same ones" cmp listed refused
mkdir few few/corpus
ls corpus/bad/*.gif corpus/bad/huge* corpus/good/rgb.* | while read -r file; do cp --parents "$file" few; done
(cd few && run saliency -q -m ../model -o maps corpus; cp .out .err "$scratch" 2>/dev/null; echo $status >"$scratch/few-status")
is "saliency draws the good ones" "$(cat few-status) $(ls few/maps | wc -l)" "4 $(ls few/corpus/good | wc -l)"
is "  and refuses the bad ones" "$(names saliency | grep -c '^1 corpus/bad/')" "$(ls few/corpus/bad | wc -l)"

# ---- --no-sandbox ----
warning='pack-tensors: --no-sandbox: pictures are decoded in this process: a bad one can crash it, or make it do anything'
run pack-tensors -q --no-sandbox -o without.tens clean
status_is 0
stderr_is "$warning"
ok "--no-sandbox gives the same stream" cmp without.tens clean.tens
run pack-tensors -q --no-sandbox -o without.tens corpus
names pack-tensors >without
ok "and refuses the same pictures" cmp without refused
for command in "cnn-predict -q -m model" "saliency -q -m model -o maps"; do
	run $command --no-sandbox corpus/good/rgb.png
	stderr_is "$(echo "$warning" | sed "s/^pack-tensors/${command%% *}/")"
done
MILLRACE_DATA=$here/../../data
export MILLRACE_DATA
run scrape-images -q --no-sandbox -o scraped --page corpus/good/rgb.png x
stderr_has '^scrape-images: --no-sandbox: pictures are decoded in this process'
case $BIN in *asan*) finish; exit ;; esac

# ---- the processes ----
# A picture whose decoder is busy for a while, between two good ones.
python3 -c 'import struct, sys, zlib
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
row = bytes([2]) + bytes(range(1, 256)) * 94 + bytes(30)
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8000, 8000, 8, 2, 0, 0, 0)) +
    chunk(b"IDAT", zlib.compress(row * 8000, 1)) + chunk(b"IEND", b""))' >slow.png
children() { cat /proc/"$1"/task/"$1"/children 2>/dev/null; }
# decoder: the number of the process that decodes for $process, once there is one that is busy; a busy machine may take its time.
decoder() {
	for try in $(seq 600); do
		sleep 0.05
		for supervisor in $(children $process); do
			for worker in $(children "$supervisor"); do
				[ "$(cut -d ' ' -f 3 /proc/"$worker"/stat)" = R ] && echo "$worker" && return
			done
		done
	done
}
# The first $2 decoders that are busy are ended by signal $1.
end_decoders() {
	env --ignore-signal=CHLD pack-tensors -q --threads 1 -o survived.tens corpus/good/rgb.png slow.png corpus/good/rgb.bmp 2>.err &
	process=$! last=
	for time in $(seq "$2"); do
		worker=$last
		while [ "$worker" = "$last" ] && kill -0 $process 2>/dev/null; do worker=$(decoder); done
		kill "-$1" "$worker"
		last=$worker
	done
	wait $process
}
for signal in SEGV KILL; do
	end_decoders $signal 1
	is "a picture whose decoder ends by SIG$signal is tried again" "$? $(cat .err)" "0 "
	is "  and all are packed" "$(records survived.tens | cut -f 1 | tr '\n' ' ')" "corpus/good/rgb.bmp corpus/good/rgb.png slow.png "
done
cp survived.tens before.tens
end_decoders KILL 2
is "decoders killed twice by another process, which is no fault of the picture: the run fails" "$? $(cat .err)" \
	"1 pack-tensors: slow.png: the decoder was killed by another process (signal 9)"
ok "  and what was there stays" cmp survived.tens before.tens
end_decoders SEGV 2
is "a decoder that crashes again costs its picture" "$? $(cat .err)" "4 pack-tensors: slow.png: the decoder crashed (signal 11)
pack-tensors: survived.tens: 1 of 3 pictures skipped"
is "  and no other" "$(records survived.tens | cut -f 1 | tr '\n' ' ')" "corpus/good/rgb.bmp corpus/good/rgb.png "
for signal in INT TERM KILL; do
	env --default-signal=INT pack-tensors -q -o ended.tens slow.png slow.png 2>.err &
	process=$!
	decoder >worker
	family="$process $(children $process) $(cat worker)"
	kill -$signal $process
	wait $process 2>/dev/null
	for try in $(seq 100); do
		left=$(for member in $family; do sed -n "s/^State:.\([^Z].*\)/$member \1/p" /proc/$member/status 2>/dev/null; done)
		[ -z "$left" ] && break
		sleep 0.1
	done
	is "after SIG$signal no process is left of $(echo "$family" | wc -w)" "$left $(echo "$family" | wc -w)" " 3"
done
is "a decoder is confined" "$(pack-tensors -q -o x.tens slow.png & process=$!; worker=$(decoder)
	sed -nE 's/^(NoNewPrivs|Seccomp):\t/\1 /p' /proc/"$worker"/status | tr '\n' ' '; ls /proc/"$worker"/fd | tr '\n' ' '; wait $process)" \
	"NoNewPrivs 1 Seccomp 2 0 "

# ---- where there can be none ----
cat >refuse.py <<'END_OF_SCRIPT'
import ctypes, os, platform, struct, sys
# A container that lets nothing load a filter: prctl(PR_SET_SECCOMP) fails with EPERM.
prctl = {"x86_64": 157, "aarch64": 167, "riscv64": 167}[platform.machine()]
code = b"".join(struct.pack("HBBI", *i) for i in [(0x20, 0, 0, 0), (0x15, 0, 3, prctl), (0x20, 0, 0, 16),
    (0x15, 0, 1, 22), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)])
buffer = ctypes.create_string_buffer(code)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Program(len(code) // 8, ctypes.addressof(buffer)))) == 0
os.execvp(sys.argv[1], sys.argv[1:])
END_OF_SCRIPT
run python3 refuse.py pack-tensors -q -o x2.tens clean
status_is 1
stderr_is 'pack-tensors: sandbox: seccomp: Operation not permitted; --no-sandbox works without it, for trusted pictures'
ok "nothing is written" test ! -e x2.tens
run python3 refuse.py pack-tensors -q --no-sandbox -o x2.tens clean
status_is 0
ok "--no-sandbox goes without" cmp x2.tens clean.tens
run sh -c 'ulimit -v 1500000; ulimit -t 100; exec pack-tensors -q -o x3.tens clean'
ok "lower limits are kept: the same stream" cmp x3.tens clean.tens
finish
