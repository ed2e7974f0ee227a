#!/bin/sh
# scrape-images: what the manifest decides, whatever ended the run before.
. "$(dirname "$0")/scrape.sh"

# ---- what the manifest decides ----
urls /status/404 /heal/5/500/later.png >list
scrape -o one --urls list --retries 1
status_is 1
: >log
scrape -o one --urls list
status_is 0
is "what failed is asked for again, what was refused is not" "$(cut -f 1 log | sort -u | tr '\n' ' ')" "/heal/5/500/later.png /robots.txt "
scrape -o one --urls list --retry-refused
is "--retry-refused asks for it" "$(asked /status/404)" 1
urls /image/k1.png /image/k2.png >list
scrape -o torn --urls list
head -c -20 torn/manifest.tsv >cut && cp cut torn/manifest.tsv
scrape -o torn --urls list
status_is 0
is "a torn last line is healed" "$(rows torn url status | tr '\n' ' ')" "/image/k1.png${tab}accepted /image/k2.png${tab}accepted "
for junk in 'class' 'hello' "$(printf 'a\tb')"; do
	mkdir -p junk
	printf '%s\n' "$junk" >junk/manifest.tsv
	scrape -o junk --urls list
	stderr_is "scrape-images: junk/manifest.tsv: not a manifest of this program"
done
for junk in hello '\0\0\0'; do
	printf "$junk" >junk/manifest.tsv
	cp junk/manifest.tsv before
	scrape -o junk --urls list
	stderr_is "scrape-images: junk/manifest.tsv: not a manifest of this program"
	ok "a file of another kind, without a newline, is left as it was" cmp -s before junk/manifest.tsv
done
head -c 30 torn/manifest.tsv >cut && cp cut junk/manifest.tsv
scrape -o junk --urls list
is "a torn header is healed" "$(rows junk url status | tr '\n' ' ')" "/image/k1.png${tab}accepted /image/k2.png${tab}accepted "
mkdir -p queue
mkfifo queue/manifest.unsynced
run timeout 20 scrape-images -q --allow-private -o queue --urls list
stderr_is "scrape-images: queue/manifest.unsynced: No such device or address"
{ head -n 1 torn/manifest.tsv; echo "a${tab}b"; } >junk/manifest.tsv
scrape -o junk --urls list
stderr_is "scrape-images: junk/manifest.tsv: line 2: not $(head -n 1 torn/manifest.tsv | wc -w) fields"
is "and left as it was" "$(wc -l <junk/manifest.tsv | tr -d ' ')" 2

# ---- killed in the middle ----
# Of a folder DIR: what whole lines tell of files that are not theirs, files that no line tells of, and how many are accepted.
cat >look.py <<'END'
import hashlib, os
def look(folder):
    path = folder + "/manifest.tsv"
    lines = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    rows = [line.split("\t") for line in lines[:lines.rfind("\n") + 1].split("\n")[1:-1]]
    accepted = {row[9]: row[1] for row in rows if row[15] == "accepted"}
    whole = lambda row: hashlib.sha256(open(os.path.join(folder, row[1]), "rb").read()).hexdigest() == row[2]
    wrong = [row for row in rows if len(row) != 17 or (row[15] == "accepted" and not whole(row))]
    there = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}
    return wrong, there - set(accepted.values()) - {"manifest.tsv"}, accepted
END
cat >kill.py <<'END'
import os, random, signal, subprocess, sys, time
from look import look
origin, command, kills = sys.argv[1], sys.argv[2:], 0
# With a sanitizer a run takes a while to begin.
def lines(): return open("killed/manifest.tsv", "rb").read().count(b"\n") if os.path.exists("killed/manifest.tsv") else 0
had = {}
for seed in range(20):
    open("log", "w").close()
    before, until = lines(), time.time() + 20
    process = subprocess.Popen(command)
    while lines() <= before + 1 and process.poll() is None and time.time() < until: time.sleep(0.001)
    time.sleep(random.Random(seed).random() * 0.03)
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        kills += 1
    process.wait()
    time.sleep(0.06) # what was being asked is logged
    wrong, _, accepted = look("killed")
    asked = {origin + line.split("\t")[0] for line in open("log")}
    assert not wrong, wrong
    assert not asked & set(had), asked & set(had)
    assert set(had) <= set(accepted)
    had = accepted
assert kills >= 16 and len(had) > 40, (kills, len(had))
END
i=0
while [ $i -lt 900 ]; do i=$((i + 1)); printf '%s/slow/k%s.png\tclass %s\n' "$origin" $i $((i % 2)); done >list
ok "killed again and again: every line tells of a whole file, and no such file is lost or asked for again" \
	python3 kill.py "$origin" scrape-images --allow-private --quiet --hamming 0 --transfers 8 -o killed --urls list
: >"killed/class 1/.0123456789abcdef.png.AbCdEf"
ok "what may not be on disk is said" test -e killed/manifest.unsynced
scrape -o killed --urls list
status_is 0
is "a last run gets the rest, and leaves no file that no line tells of" \
	"$(python3 -c 'from look import look; wrong, untold, accepted = look("killed"); print(len(wrong), untold, len(accepted))')" "0 set() 900"

# ---- the supervisor of the decoders is killed, as by the out-of-memory killer ----
cat >orphan.py <<'END'
import os, signal, subprocess, sys, time
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
def lines(): return open("kept/manifest.tsv").read().count("\n") if os.path.exists("kept/manifest.tsv") else 0
until = time.time() + 20
while lines() < 9 and time.time() < until: time.sleep(0.005)
killed = 0
for entry in filter(str.isdigit, os.listdir("/proc")):
    try: parent = open("/proc/%s/stat" % entry).read().rsplit(")", 1)[1].split()[1]
    except OSError: continue
    if parent == str(process.pid):
        os.kill(int(entry), signal.SIGKILL)
        killed += 1
message = process.communicate()[1]
print(message + str(process.returncode) if killed else "without", end="")
END
told=$(python3 orphan.py scrape-images --allow-private --quiet --hamming 0 --transfers 8 -o kept --urls list)
# A program with sanitizers goes without a sandbox.
[ "$told" = without ] || is "the run gives up" "$(echo "$told" | sed 's|: http://[^ ]*:|:|')" \
	"scrape-images: sandbox: its supervisor has ended
1"
is "and blames no picture" "$(rows kept status | sort -u)" accepted
scrape -o kept --urls list
is "so that another run gets them all" "$status $(rows kept status | grep -c accepted)" "0 900"

# ---- files that are not what their lines say ----
urls /image/d1.png /image/d2.png /image/d3.png >list
scrape -o lost --urls list
file_of() { grep "/$1.png" lost/manifest.tsv | cut -f 2 | tail -n 1; }
: >"lost/$(file_of d1)"
rm "lost/$(file_of d2)"
: >log
scrape -o lost --urls list
status_is 0
is "a file of another size is fetched again, one that was removed is not" "$(cut -f 1 log | tr '\n' ' ')" "/robots.txt /image/d1.png "
ok "and is whole" test -s "lost/$(file_of d1)"
: >lost/manifest.unsynced
: >log
scrape -o lost --urls list
is "one that may never have reached the disk is" "$(cut -f 1 log | tr '\n' ' ')" "/robots.txt /image/d2.png "
is "and all are there" "$(find lost -name '*.png' -size +0 | wc -l | tr -d ' ')" 3

# ---- two at once ----
urls /hang/a.png >list
scrape-images --allow-private --quiet --timeout 2 --retries 0 -o busy --urls list 2>/dev/null &
other=$!
while [ ! -s busy/manifest.tsv ]; do sleep 0.05; done
scrape -o busy --urls list
stderr_is "scrape-images: busy/manifest.tsv: another run is writing it"
wait $other
:

# ---- a disk that is full at this or that moment ----
i=0
while [ $i -lt 24 ]; do i=$((i + 1)); printf '%s/image/f%s.png?size=200\tclass %s\n' "$origin" $i $((i % 2)); done >list
sound() { python3 -c 'from look import look; wrong, untold, _ = look("'"$1"'"); print(wrong, untold - {"manifest.unsynced"})'; }
if mkdir small && mount -t tmpfs -o size=4k tmpfs small 2>/dev/null; then
	trap 'kill $server_process; cd /; umount "$scratch/small"; rm -rf "$scratch"' EXIT
	for limit in size=4k size=8k size=64k size=92k nr_inodes=1 nr_inodes=2 nr_inodes=3 nr_inodes=5; do
		umount small
		mount -t tmpfs -o "size=1m,$limit" tmpfs small
		scrape -o small/out --urls list
		is "$limit: a line that says so, and all that is there is whole" \
			"$status $(sed 's|out[^:]*: |out: |' .err) $(sound small/out)" "1 scrape-images: small/out: No space left on device [] set()"
		is "$limit: no line is left half-written, no folder empty" \
			"$(tail -c 1 small/out/manifest.tsv 2>/dev/null | tr -d '\n'; find small -mindepth 1 -type d -empty)" ''
		mount -o remount,size=1m,nr_inodes=999 small
		scrape -o small/out --urls list
		is "$limit: with room again the rest comes" "$status $(rows small/out status | grep -c accepted)" "0 24"
	done
	mount -o remount,ro small
	scrape -o small/out --urls list
	stderr_is 'scrape-images: small/out/manifest.tsv: Read-only file system'
	status_is 1
else
	result 0 "# SKIP no file system can be mounted"
fi

# ---- a file larger than the shell allows ----
for blocks in 1 4 8; do
	run sh -c "ulimit -f $blocks; exec scrape-images --no-sandbox --allow-private --quiet --hamming 0 -o limit --urls list"
	is "ulimit -f $blocks" "$status $(sed '/sandbox/d; s|limit/[^:]*: |limit: |' .err) $(sound limit)" "1 scrape-images: limit: File too large [] set()"
done
scrape -o limit --urls list
is "without a limit the rest comes" "$status $(rows limit status | grep -c accepted)" "0 24"
finish
