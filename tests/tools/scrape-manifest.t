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
{ head -n 1 torn/manifest.tsv; echo "a${tab}b"; } >junk/manifest.tsv
scrape -o junk --urls list
stderr_is "scrape-images: junk/manifest.tsv: line 2: not $(head -n 1 torn/manifest.tsv | wc -w) fields"
is "and left as it was" "$(wc -l <junk/manifest.tsv | tr -d ' ')" 2

# ---- killed in the middle ----
i=0
while [ $i -lt 60 ]; do i=$((i + 1)); echo "/slow/s$i.png"; done >paths
i=0
while [ $i -lt 240 ]; do i=$((i + 1)); echo "/slow/k$i.png"; done >many
urls $(cat many) >list
# Whole lines, each accepted one with a file in `killed` of its bytes.
sound() {
	awk -F '\t' 'NF != 17 { exit 1 }' "$1" || return 1
	awk -F '\t' '$16 == "accepted" { print $3 "  killed/" $2 }' "$1" >sums
	[ ! -s sums ] || sha256sum --quiet -c sums
}
torn=0 again=0 killed=0
mkdir before
: >had
for pause in 0.05 0.09 0.07 0.13 0.11 0.06 0.17 0.08 0.12 0.1; do
	: >log
	scrape-images --allow-private --quiet --hamming 0 --transfers 8 -o killed --urls list &
	victim=$!
	sleep $pause
	kill -9 $victim 2>/dev/null && killed=$((killed + 1))
	wait $victim 2>/dev/null
	sleep 0.05 # what was being asked is logged
	cut -f 1 log | LC_ALL=C sort >second
	again=$((again + $(LC_ALL=C comm -12 had second | grep -c image)))
	[ -s killed/manifest.tsv ] || continue
	# The line that was being written is cut off by the next run, as it is here.
	head -n "$(wc -l <killed/manifest.tsv)" killed/manifest.tsv >before/manifest.tsv
	sound before/manifest.tsv || torn=$((torn + 1))
	rows before url status | awk -F '\t' '$2 == "accepted" { print $1 }' | LC_ALL=C sort >had
done
ok "killed at ten moments: $killed" test $killed -ge 8
is "every line that is there tells of a whole file" $torn 0
ok "some were kept: $(wc -l <had)" test "$(wc -l <had)" -ge 20
is "nothing that was kept is asked for again" $again 0
: >killed/shells/.0123456789abcdef.png.AbCdEf
ok "what may not be on disk is said" test -e killed/manifest.unsynced
scrape --transfers 8 -o killed --urls list
status_is 0
ok "and the manifest is sound in the end" sound killed/manifest.tsv
is "all there after kills and a last run" "$(rows killed url status | sort -u | grep -c accepted)" 240
is "no unfinished file is left, and nothing is unsynced" \
	"$(find killed -type f ! -name '*.png' ! -name manifest.tsv | wc -l | tr -d ' ')" 0
is "a file for each line" "$(find killed -name '*.png' | wc -l | tr -d ' ')" 240

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

# ---- a full disk ----
if mkdir small && mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
	urls $(sed 's/slow/image/; s/$/?size=200/' paths) >list
	scrape -o small/out --urls list
	umount small
	status_is 1
	stderr_has '^scrape-images: small/out/.*: No space left on device$'
fi
finish
