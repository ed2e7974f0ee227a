# Sourced by the tests of scrape-images: the fault server, and how they look at what came of it.
#
#   $origin                        http://127.0.0.1:PORT of tests/server/faults, or of $server_address if that is set before
#   pages/                         what it serves as /pages/; log: a line for each request, PATH<tab>USER-AGENT
#   scrape OPTION...               runs scrape-images so that it may talk to the server, and hastily; looks count only with --hamming
#   rows DIR COLUMN...             these columns of DIR/manifest.tsv, if it is there, sorted, without $origin
#   urls PATH...                   lines of a list for --urls, all of class shells
#   asked PATTERN                  how many requests for a path that begins so were made
#   gap PATTERN                    milliseconds from the first of them to the last

. "$(dirname "$0")/tap.sh"
MILLRACE_DATA=$here/../../data
export MILLRACE_DATA
cp -r "$fixtures/sites" pages
: >log
"$BIN/../tests/server/faults" pages log $server_address >origin &
server_process=$!
trap 'kill $server_process; cd /; chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s origin ] || sleep 0.1; done
origin=$(cat origin)
tab=$(printf '\t')

# The pictures that the server makes look much alike.
scrape() { run scrape-images --allow-private --quiet --backoff 0.01 --hamming 0 "$@"; }
rows() {
	manifest=$1/manifest.tsv
	shift
	[ -e "$manifest" ] || return 0
	awk -F '\t' -v names="$*" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; count = split(names, wanted, " "); next }
		{
			for (i = 1; i <= count; i++)
				printf "%s%s", (wanted[i] in at ? $at[wanted[i]] : "no column " wanted[i]), i < count ? "\t" : "\n"
		}' "$manifest" | sed "s|$origin||g" | LC_ALL=C sort
}
urls() { for path; do printf '%s%s\tshells\n' "$origin" "$path"; done; }
asked() { grep -c -e "^$1" log; }
gap() { grep -e "^$1" log | awk -F '\t' 'NR == 1 { first = $4 } END { print $4 - first }'; }

# The table of cases on standard input, as lines PATH | ANSWER | EXPECTED: what the server answers for the path (a script of
# tests/server/common/script.h; none: as it does of itself), and what the function $1, called with the path, says then.
cases() {
	while IFS='|' read -r path answer expected; do
		path=${path%% *} answer=${answer% } expected=${expected# }
		case $path in ''|'#'*) continue ;; esac
		[ -z "${answer# }" ] || printf '%s %s\n' "${path#/}" "${answer# }" >>pages/answers
		is "$path" "$("$1" "$path")" "$expected"
	done
}
# Exit status, and status and reason of the one row, of a run that asks for an image; $timeout is that of a transfer.
timeout=1
image() {
	rm -rf one
	urls "$1" >list
	scrape -o one --urls list --max-bytes 30000 --retries 2 --timeout $timeout --max-wait 3
	printf '%s ' $status $(rows one status reason) | sed 's/ $//'
}
