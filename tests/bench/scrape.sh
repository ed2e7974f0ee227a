# Photographs (PHOTOGRAPHS, 100 kB each) from nginx on loopback. Only millrace looks into them: it decodes each and hashes file,
# pixels and looks, and ends when all is on disk; "decoded and hashed" is what that takes where they are read from a folder, and
# "bytes-alone" how fast its fetcher is where the bytes are stored and no more.
PHOTOGRAPHS=${PHOTOGRAPHS:-${QUICK:+200}}
PHOTOGRAPHS=${PHOTOGRAPHS:-5000}
row="$PHOTOGRAPHS photographs of 100 kB"

serve_photographs() {
	mkdir "$scratch/served" "$scratch/served/shells"
	"$B/tests/bench/photographs" "$PHOTOGRAPHS" "$scratch/served/shells"
	port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >"$scratch/nginx.conf" <<-CONFIGURATION
		worker_processes 1;
		pid $scratch/nginx.pid;
		error_log $scratch/nginx.log;
		events { worker_connections 4096; }
		http {
			access_log off;
			sendfile on;
			keepalive_requests 1000000;
			types { image/jpeg jpg; }
			client_body_temp_path $scratch/body; proxy_temp_path $scratch/proxy; fastcgi_temp_path $scratch/fastcgi;
			uwsgi_temp_path $scratch/uwsgi; scgi_temp_path $scratch/scgi;
			server { listen 127.0.0.1:$port; root $scratch/served; }
		}
	CONFIGURATION
	chmod 755 "$scratch"
	nginx -c "$scratch/nginx.conf" -e "$scratch/nginx.log"
	trap 'kill "$(cat "$scratch/nginx.pid")"; rm -rf "$scratch"' EXIT
	(cd "$scratch/served" && ls shells) | sed "s|^|http://127.0.0.1:$port/shells/|" >"$scratch/list"
	sed 's/$/	shells/' "$scratch/list" >"$scratch/list.tsv"
}

# fetched COMMAND...: images per second, where all came into the folder $into. Each has a new one, and what was written before is
# on disk: after files are removed, ext4 is slow to make others for some seconds, and whoever syncs would wait for all.
fetched() {
	sync
	fetched_all=$("$B/tests/bench/resource_usage" "$@" 2>"$scratch/fetch.log") || :
	if [ "$(find "$into" -name '*.jpg' -size +50k | wc -l)" = "$PHOTOGRAPHS" ]; then
		printf '%s\timages/s\t%s\n' "$row" "$(echo "$PHOTOGRAPHS ${fetched_all%% *}" | awk '{ print $1 / $2 }')"
	else
		skip "$1" "not all came"
	fi
}

new_folder() { into=$(mktemp -d "$scratch/fetched.XXXXXX"); }

fetch_ours() {
	new_folder
	fetched "$BIN/scrape-images" -q --allow-private -o "$into" --urls "$scratch/list.tsv"
	new_folder
	decoded=$("$B/tests/bench/resource_usage" "$BIN/split-dataset" -q --link symbolic "$scratch/served" "$into/split")
	printf 'decoded and hashed, from a folder\timages/s\t%s\n' "$(echo "$PHOTOGRAPHS ${decoded%% *}" | awk '{ print $1 / $2 }')"
}

fetch_bytes() { new_folder; fetched "$B/tests/bench/fetch" "$scratch/list" "$into"; }
fetch_wget2() { new_folder; fetched wget2 -q --max-threads=16 -P "$into" -i "$scratch/list"; }
fetch_aria2c() { new_folder; fetched aria2c -q -j64 -d "$into" -i "$scratch/list"; }
fetch_gallery_dl() { new_folder; fetched gallery-dl -q -D "$into" -i "$scratch/list"; }

if command -v nginx >/dev/null; then
	serve_photographs
	contestants="millrace=fetch_ours bytes-alone=fetch_bytes"
	! command -v wget2 >/dev/null || contestants="$contestants wget2=fetch_wget2"
	! command -v aria2c >/dev/null || contestants="$contestants aria2c=fetch_aria2c"
	! command -v gallery-dl >/dev/null || contestants="$contestants gallery-dl=fetch_gallery_dl"
	in_turn "fetching" $contestants
else
	skip scrape "nginx is missing"
fi
