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
urls $(cat paths) >list
: >log
scrape-images --allow-private --quiet --hamming 0 --transfers 2 -o killed --urls list &
victim=$!
while [ "$(cat killed/manifest.tsv 2>/dev/null | wc -l)" -lt 12 ]; do sleep 0.02; done
kill -9 $victim
wait $victim 2>/dev/null
mkdir before
cp killed/manifest.tsv before
: >killed/shells/.0123456789abcdef.png.AbCdEf
: >log
scrape --transfers 8 -o killed --urls list
status_is 0
is "all there after a kill and a second run" "$(rows killed url | sort -u | wc -l | tr -d ' ')" 60
rows before url time status | awk -F '\t' '$3 == "accepted" { print $1 }' >had
cut -f 1 log | LC_ALL=C sort >second
is "nothing that was kept is asked for again" "$(comm -12 had second)" ""
ok "some were kept by the first" test "$(wc -l <had)" -ge 10
is "no unfinished file is left by the second run" "$(find killed -type f ! -name '*.png' ! -name manifest.tsv | wc -l | tr -d ' ')" 0

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
