#!/bin/sh
# scrape-images: how a run ends, and what its user sees of it.
. "$(dirname "$0")/scrape.sh"

# As scrape, but not quiet.
aloud() { run scrape-images --allow-private --backoff 0.01 --hamming 0 "$@"; }
pages() { # pages NAME FIRST LAST: a page of these images
	i=$2
	while [ "$i" -le "$3" ]; do
		printf '<img src="/image/%s.png?size=70">' "$i"
		i=$((i + 1))
	done >"pages/$1.html"
}

# ---- as many as wanted, from several places ----
pages few 1 3
pages same 2 3
pages more 1 9
pages other 21 23
scrape -o count -n 5 x="$origin/pages/few.html" x="$origin/pages/same.html" x="$origin/pages/more.html" y="$origin/pages/other.html"
status_is 4
is "one class has enough from its pages together, the other not" \
	"$(rows count class status | uniq -c | sed 's/^ *//')" "5 x${tab}accepted
3 y${tab}accepted"
stderr_is "scrape-images: y: 3 of 5 images, 0 refused, 0 failed: no more pages"
is "no more than wanted are asked for" "$(asked /image)" 8
: >log
scrape -o count -n 5 x="$origin/pages/more.html"
status_is 0
is "what has enough asks for nothing" "$(wc -l <log | tr -d ' ')" 0
scrape -o count -n 7 x="$origin/pages/more.html"
status_is 0
is "more are added to what there is" "$(find count/x -type f | wc -l | tr -d ' ')" 7
scrape -o count -n 20 x="$origin/pages/more.html"
status_is 4
stderr_is "scrape-images: x: 9 of 20 images, 0 refused, 0 failed: no more pages, 7 requested before"

printf '%s/image/s.png\ta\n%s/image/s.png\tb\n' "$origin" "$origin" >list
scrape -o shared --urls list
stderr_is "scrape-images: b: 0 images, 0 refused, 0 failed: end of list, 1 requested before"
status_is 4

# ---- the closing table ----
wide=$(printf '\345\255\253\346\202\237\347\251\272') accented=$(printf 'cafe\314\201 noir') long=$(printf 'n%.0s' $(seq 60))
odd=$(printf 'a\\b')
for class in "$wide" "$accented" "$long" "$odd" -dash; do printf '%s/image/%s.png\t%s\n' "$origin" "$(printf '%s' "$class" | wc -c)" "$class"; done >list
urls /status/404 >>list
aloud -o table --urls list
status_is 4
cp .err told
ok "its columns line up, however wide the names" python3 - told <<'END'
import sys, unicodedata
width = lambda text: sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
table = [line for line in lines if not line.startswith("scrape-images: ") and line != "n" * 60]
assert len(table) == 7 and "n" * 60 in lines, lines
ends = [width(line[:line.rindex("  ")]) for line in table]
assert len(set(ends)) == 1, (ends, table)
assert table[0].split() == ["class", "images", "new", "refused", "failed", "ended"], table[0]
END
ok "a name as it is" grep -q '^a\\b  ' told
ok "that what did not come has a reason" grep -qx 'scrape-images: table: 1 was refused or failed, for reasons see manifest.tsv' told
aloud -o table --urls list
ok "what an earlier run refused is not asked for again, but said" \
	grep -qx 'scrape-images: table: 1 refused by an earlier run was not fetched again (--retry-refused)' .err
status_is 4
i=0
while [ $i -lt 100 ]; do i=$((i + 1)); printf '%s/image/c%s.png\tclass %s\n' "$origin" $i $i; done >list
aloud -o hundred --urls list
status_is 0
is "a hundred classes, a row each" "$(grep -c '^class .* 1       1       0       0  end of list$' .err)" 100
scrape -o hundred --urls list
stderr_is ''
printf '%s/hang/x.png\tx\n' "$origin" >list
scrape -o failed --timeout 1 --retries 0 --urls list
stderr_is 'scrape-images: x: 0 images, 0 refused, 1 failed: end of list'
status_is 1
run scrape-images -o nothing --urls /dev/null
stderr_is 'scrape-images: /dev/null: has no URL'
status_is 1
aloud -o none/at/all --url "$origin/pages/none.html" x
status_is 1
ok "where nothing came nothing is left" test ! -e none

# ---- a list from a pipe that is slow ----
: >log
mkfifo pipe
scrape-images --allow-private -q --hamming 0 -o slow --urls - <pipe &
reader=$!
exec 3>pipe
printf '%s/image/one.png\tshells\n' "$origin" >&3
for _ in $(seq 50); do [ "$(asked /image)" = 0 ] || break; sleep 0.1; done
is "is fetched as it comes" "$(asked /image/one)" 1
printf '%s/image/two.png\tshells' "$origin" >&3
exec 3>&-
wait $reader
is "to its end, which needs no newline" "$? $(rows slow url | tr '\n' ' ')" "0 /image/one.png /image/two.png "

# ---- interrupted ----
i=0
while [ $i -lt 400 ]; do i=$((i + 1)); echo "/slow/i$i.png"; done >paths
urls $(cat paths) >list
# The tool's status, after SIGINT once it has written some rows; a signal is 128 and its number.
cat >interrupt.py <<'END'
import os, signal, subprocess, sys, time
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
def rows():
    try: return open(sys.argv[1] + "/manifest.tsv").read().count("\n")
    except OSError: return 0
until = time.time() + 20
while rows() < 5 and time.time() < until: time.sleep(0.01)
process.send_signal(signal.SIGINT)
code = process.wait(20)
print(128 - code if code < 0 else code)
END
is "ends by its signal" "$(python3 interrupt.py broken scrape-images --allow-private --hamming 0 --transfers 2 -o broken --urls list 2>told)" 130
ok "says how far it came" grep -Eq '^shells +[0-9]+ +[0-9]+ +0 +0  interrupted$' told
is "all that came is there, and nothing else" "$(find broken -type f ! -name manifest.tsv | wc -l | tr -d ' ')" "$(rows broken status | grep -c accepted)"
: >log
rows broken url | LC_ALL=C sort >had
scrape -o broken --urls list
status_is 0
is "and is not asked for again" "$(cut -f 1 log | LC_ALL=C sort | LC_ALL=C comm -12 - had | wc -l | tr -d ' ')" 0
mkfifo silent
exec 3<>silent
cat >list.py <<'END'
import os, signal, subprocess, sys, time
process = subprocess.Popen(sys.argv[1:], stdin=open("silent"), stderr=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
until = time.time() + 10
while not os.path.exists("waits/manifest.tsv") and time.time() < until: time.sleep(0.01)
time.sleep(0.5)
process.send_signal(signal.SIGINT)
print(process.wait(20))
END
is "also when it waits for a list" "$(timeout 20 python3 list.py scrape-images --allow-private -o waits --urls -)" -2
exec 3>&-
ok "which leaves nothing" test ! -e waits

# ---- on a terminal ----
cat >terminal.py <<'END'
import fcntl, os, pty, struct, sys, termios
process, terminal = pty.fork()
if process == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
try:
    while piece := os.read(terminal, 65536): shown += piece
except OSError: pass
open("shown", "wb").write(shown)
print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
END
pages slow 0 0
i=0
while [ $i -lt 40 ]; do i=$((i + 1)); printf '<img src="/slow/%s.png"><img src="/status/%s">' $i $i; done >pages/slow.html
is "on a terminal" "$(python3 terminal.py scrape-images --allow-private --hamming 0 --connections 1 --transfers 2 -n 30 -o bar --url "$origin/pages/slow.html" shells)" 0
ok "a bar, the time left, and what was refused; never beyond the last column" python3 - <<'END'
import re
shown = open("shown", "rb").read().decode()
*lines, end = shown.split("\r\033[K")
bars = [line for line in lines if line]
assert any(re.match(r"scrape-images \[=+> *\] [1-9]\d*/30 new images, \d+(\.\d)?/s, \d+ s left, [1-9]\d* refused, 0 failed", line) for line in bars), bars
assert all(len(line) <= 100 for line in bars), bars
assert end.startswith("class "), end
END

# ---- nobody to say it to ----
urls /image/closed.png >list
scrape-images --allow-private -o closed --urls list 2>&- >&-
is "closed outputs change nothing" "$? $(rows closed status)" "0 accepted"
is "nor land in a file" "$(grep -rl 'new refused' closed)" ''
scrape-images --allow-private -o closed2 --urls list 2>/dev/full
is "nor does a full one" "$? $(rows closed2 status)" "0 accepted"
finish
