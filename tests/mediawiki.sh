#!/bin/sh
# Tries the recipe mediawiki against a real wiki: Debian's mediawiki on SQLite, served by php on loopback. Run by hand:
#   apt-get install mediawiki php-cli php-sqlite3 php-mbstring php-xml php-intl php-gd
#   make programs && tests/mediawiki.sh
# The wiki gets 130 pictures, of which 120 are in a category, so that it has three parts, three of them too small; a page
# with five; and names to search for. Says what came of each, and fails if it is not what was put in.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BIN=${BIN:-$here/../build/release/bin}
MILLRACE_DATA=$here/../data
MW_INSTALL_PATH=${MW_INSTALL_PATH:-/usr/share/mediawiki}
scratch=$(mktemp -d)
MW_CONFIG_FILE=$scratch/LocalSettings.php
export MILLRACE_DATA MW_INSTALL_PATH
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT
cd "$scratch"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
origin=http://127.0.0.1:$port

# ---- the wiki ----
mkdir site upload pictures
ln -s "$MW_INSTALL_PATH"/* site/
rm -f site/LocalSettings.php site/images
ln -s ../upload site/images
php "$MW_INSTALL_PATH/maintenance/install.php" --dbtype sqlite --dbpath "$scratch" --dbname wiki --confpath "$scratch" \
	--server "$origin" --scriptpath "" --pass long-enough-a-word Shells Keeper >install.log
export MW_CONFIG_FILE
cat >>"$MW_CONFIG_FILE" <<EOF
\$wgEnableUploads = true;
\$wgUploadDirectory = '$scratch/upload';
\$wgUploadPath = '/images';
\$wgJobRunRate = 0;
EOF
python3 - <<'EOF'
import struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
def png(name, seed, side):
    rows = b''.join(b'\0' + bytes((x * seed + y * (seed // 7) + 40 * c) & 255 for x in range(side) for c in range(3)) for y in range(side))
    with open('pictures/' + name, 'wb') as out:
        out.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0)) +
                  chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
import os
for folder in 'category', 'small', 'searched':
    os.makedirs('pictures/' + folder)
for i in range(117): png('category/Shell_%03d.png' % i, 3 * i + 1, 80)
for i in range(3): png('small/Tiny_%d.png' % i, 1000 + i, 20)
for i in range(10): png('searched/Sand & sea é %d.png' % i, 2000 + 3 * i, 80)
EOF
import() {
	php "$MW_INSTALL_PATH/maintenance/importImages.php" --extensions png --comment "$2" "pictures/$1" >>import.log
}
import category "[[Category:Red shells]]"
import small "[[Category:Red shells]]"
import searched "A view"
printf '[[File:Shell 000.png]] [[File:Shell 001.png|thumb]] [[File:Shell 002.png|40px]] [[File:Sand & sea é 1.png]] [[File:Tiny 0.png]]' |
	php "$MW_INSTALL_PATH/maintenance/edit.php" --user Keeper "Shells & more" >>import.log
php "$MW_INSTALL_PATH/maintenance/runJobs.php" >>import.log
PHP_CLI_SERVER_WORKERS=4 php -S "127.0.0.1:$port" -t site >server.log 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do grep -q started server.log && break || sleep 0.3; done

# ---- the trial ----
failed=0
# CLASS QUERY COUNT: how many images the query is to give.
try() {
	"$BIN/scrape-images" --allow-private --hamming 0 -o "out-$1" --site mediawiki --api "$origin/api.php" "$1=$2" || true
	count=$(find "out-$1" -name '*.png' 2>/dev/null | wc -l)
	[ "$count" -eq "$3" ] && echo "ok: $2: $count images" || { echo "not ok: $2: $count images, not $3"; failed=1; }
}
try category "Category:Red shells" 117
try page "Page:Shells & more" 4
try search "sand sea" 10
try names "shell" 117
try none "Category:Blue shells" 0
grep -h -o 'GET /api.php[^ ]*' server.log | sed 's/%7C/|/g'
exit $failed
