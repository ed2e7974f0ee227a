#!/bin/sh
# The rules of build.mk, on a tree of a few small files: a machine without a compiler, changed flags, deleted files, make -n, and
# what is installed.
. "$(dirname "$0")/tap.sh"
root=$(cd "$here/../.." && pwd)
unset MAKEFLAGS MAKELEVEL MFLAGS MILLRACE_BIN MILLRACE_DATA

mkdir tree && cd tree || exit 1
cp -R "$root/Makefile" "$root/build.mk" "$root/pipelines" .
mkdir -p lib/base lib/kernels lib/image tools/common tests/bench/common tests/unit tests/tools man data/shells
for set in avx2 avx512; do
	cat >lib/kernels/kernels_$set.c <<END
#if defined __$(echo $set | sed 's/avx/AVX/; s/512/512F/')__
const char *const kernels_$set = "$set";
#else
const char *const kernels_$set = "plain";
#endif
END
done
echo 'const char *const data_folder = DATA_FOLDER;' >lib/base/data.c
echo 'int stb_decode;' >lib/image/stb_decode.c
echo 'int common;' >tools/common/tool.c
echo 'int peak;' >tests/bench/common/peak.c
cat >tools/tell.c <<'END'
#include <stdio.h>
extern const char *const kernels_avx2, *const kernels_avx512, *const data_folder;
int main(int argc, char **argv)
{
	(void)argv;
	return printf("%s %s %s %d\n", kernels_avx2, kernels_avx512, data_folder, argc) < 0;
}
END
printf '#!/bin/sh\ntouch it-ran\necho 1..1\necho ok 1\n' >tests/tools/touch.t
chmod +x tests/tools/touch.t
: >man/tell.1
echo 'title = Shells' >data/shells/recipe
case $(uname -m) in x86_64) sets='avx2 avx512' ;; *) sets='plain plain' ;; esac
program=build/release/bin/tell

# A machine that has neither compiler nor pkg-config until apt-get has installed them.
mkdir ../bare
for command in ar as bash cat chmod cmp env id ld make mkdir mv rm sh; do
	ln -s "$(command -v $command)" ../bare
done
cat >../bare/sudo <<'END'
#!/bin/sh
[ "$1" != -n ] || shift
exec "$@"
END
cat >../bare/apt-get <<END
#!/bin/sh
echo "apt-get \$*"
[ ! -e "$scratch/no-network" ] || { echo 'no network' >&2; exit 100; }
[ "\$*" != '-q update' ] || exit 0
for command in cc pkg-config; do
	printf '#!/bin/sh\nexec "%s" "\$@"\n' "\$(PATH=$PATH command -v \$command)" >"$scratch/bare/\$command"
	chmod +x "$scratch/bare/\$command"
done
END
chmod +x ../bare/sudo ../bare/apt-get
on_bare_machine() { PATH=$scratch/bare make "$@"; }

run on_bare_machine -j2
status_is 2
stderr_has '^missing packages; type: sudo apt-get install gcc pkg-config '
is "  each once" "$(sed -n 1p "$scratch/.err" | tr ' ' '\n' | sort | uniq -d)" ''
is "  and nothing else is said, but by make" "$(grep -v '^make: \*\*\*' "$scratch/.err" | wc -l)" 1
touch ../no-network
run on_bare_machine deps
status_is 2
stderr_has '^installing gcc pkg-config '
stderr_has '^no network$'
rm ../no-network
run on_bare_machine -j2 deps programs
status_is 0
is "what is missing is installed first, and nothing else said" "$(cut -d ' ' -f 1-3 "$scratch/.err")" 'installing gcc pkg-config'
is "the first build has the kernels" "$($program)" "$sets /usr/local/share/millrace/data 1"
cp $program ../first
run on_bare_machine
status_is 0
stdout_is ''
stderr_is ''
ok "a second make has nothing to do" cmp $program ../first
make -s clean
ok "a build with the compiler there" make -s -j2
ok "  gives the same bytes" cmp $program ../first

# compiled_by MAKE-ARGUMENT...: the sources and programs that make names, sorted
peak=build/release/tests/bench/common/peak.o
compiled_by() { make programs $peak "$@" 2>&1 | sed -nE 's/^  (CC|LD)  //p' | sort | tr '\n' ' ' | sed 's/ $//'; }
is "an object that was not there" "$(compiled_by)" tests/bench/common/peak.c
while read -r class files; do
	sed -i "/^\$(B)\/$class: /s/\$/ -DCHANGED/" build.mk
	is "changed $class: what is made again" "$(compiled_by)" "$files"
	is "  once" "$(compiled_by)" ''
done <<END
flags-avx2 $program lib/kernels/kernels_avx2.c
flags-avx512 $program lib/kernels/kernels_avx512.c
flags-data $program lib/base/data.c
flags-stb $program lib/image/stb_decode.c
flags-peak tests/bench/common/peak.c
flags-link $program
libraries $program
flags $program lib/base/data.c lib/image/stb_decode.c lib/kernels/kernels_avx2.c lib/kernels/kernels_avx512.c tests/bench/common/peak.c tools/common/tool.c tools/tell.c
END
is "every object's flags lie in a file" "$(grep -cE '^\$\(B\)/flags.*: *WORDS' build.mk)" "$(grep '^WORD_FILES' build.mk | grep -o flags | wc -l)"
is "another PREFIX" "$(compiled_by PREFIX=/elsewhere)" "$program lib/base/data.c"
is "other CFLAGS" "$(compiled_by PREFIX=/elsewhere CFLAGS=-O1 | wc -w)" 8
is "other LDFLAGS" "$(compiled_by PREFIX=/elsewhere CFLAGS=-O1 LDFLAGS=-Wl,-O1)" "$program"
compiled_by >/dev/null

for file in build/release/lib/base/data.o build/release/tools/tell.o build/release/tools/common/tool.o \
	build/release/tools/common.a build/release/libmillrace.a build/release/flags-avx2 $program; do
	rm $file
	make -s
	ok "$file was deleted, and is made again" test -s $file
done

run make -n check
status_is 0
stdout_has 'prove .* tests/tools/touch\.t'
ok "make -n check runs no test" test ! -e it-ran

run make -s install DESTDIR="$scratch/image" PREFIX=/opt/millrace
status_is 0
installed=$scratch/image/opt/millrace
is "the installed program" "$("$installed/bin/tell")" "$sets /opt/millrace/share/millrace/data 1"
ok "  is stripped" sh -c "! readelf -SW '$installed/bin/tell' | grep -E '\.symtab|\.debug'"
is "what is installed beside it" "$(cd "$installed" && find . -type f ! -path './share/millrace/pipelines/*' | LC_ALL=C sort | tr '\n' ' ')" \
	'./bin/millrace ./bin/tell ./share/man/man1/tell.1 ./share/millrace/data/shells/recipe '
ok "the pipelines are found from there" sh -c "'$installed/bin/millrace' | grep -q '^NAME:  *shells,'"
run make -s uninstall DESTDIR="$scratch/image" PREFIX=/opt/millrace
status_is 0
is "uninstalled without a rest" "$(find "$scratch/image" -type f)" ''
finish
