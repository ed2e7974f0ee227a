# How programs and tests are built: objects out of tree, headers tracked, changed flags rebuild.

.DELETE_ON_ERROR:
.SUFFIXES:

# Each pkg-config module, and the Debian package it comes in.
MODULES = libcurl=libcurl4-openssl-dev libxml-2.0=libxml2-dev stb=libstb-dev zlib=zlib1g-dev \
	libjpeg=libjpeg-dev libpng=libpng-dev libwebp=libwebp-dev libwebpdemux=libwebp-dev libdeflate=libdeflate-dev \
	lcms2=liblcms2-dev hdf5=libhdf5-dev jansson=libjansson-dev libcrypto=libssl-dev cairo=libcairo2-dev libmicrohttpd=libmicrohttpd-dev \
	libzip=libzip-dev
# Each command that building calls, and that the tests call beside, likewise.
COMMANDS = $(CC)=$(if $(filter clang%,$(CC)),clang,gcc) pkg-config=pkg-config \
	$(if $(filter check,$(MAKECMDGOALS)),prove=perl python3=python3-minimal mandoc=mandoc)

# What test servers stand on beside; nothing else is linked with it.
TEST_MODULES = libnghttp2=libnghttp2-dev libssl=libssl-dev

# Files likewise, for the goals that need them.
FILES = $(if $(filter fashion-%,$(MAKECMDGOALS)),/usr/share/datasets/fashion-mnist=dataset-fashion-mnist)

# What a package of these only recommends: installed beside what is missing, never asked for where nothing is. Without
# certificates curl reaches no https page.
RECOMMENDED = /etc/ssl/certs/ca-certificates.crt=ca-certificates

# The goals that install what is missing by themselves, where they may; the others only say so.
INSTALLING = $(filter deps check bench %-data %-model %-folds %-review %-runs,$(MAKECMDGOALS))

deps:
	@missing=; need() { case "$$missing " in *" $${pair#*=} "*) ;; *) missing="$$missing $${pair#*=}" ;; esac; }; \
	for pair in $(COMMANDS); do command -v "$${pair%%=*}" >/dev/null || need; done; \
	for pair in $(MODULES) $(if $(filter check,$(MAKECMDGOALS)),$(TEST_MODULES)); do \
		pkg-config --exists "$${pair%%=*}" 2>/dev/null || need; done; \
	for pair in $(FILES); do [ -e "$${pair%%=*}" ] || need; done; \
	[ -n "$$missing" ] || exit 0; \
	for pair in $(RECOMMENDED); do [ -e "$${pair%%=*}" ] || need; done; \
	if [ -n '$(INSTALLING)' ] && [ "$$(id -u)" = 0 ]; then as=; \
	elif [ -n '$(INSTALLING)' ] && sudo -n true 2>/dev/null; then as=sudo; else \
		echo "missing packages; type: sudo apt-get install$$missing" >&2; exit 1; fi; \
	echo "installing$$missing" >&2; \
	mkdir -p $(B); \
	{ $$as apt-get -q update && $$as env DEBIAN_FRONTEND=noninteractive \
		apt-get -q install -y --no-install-recommends $$missing; } >$(B)/deps.log 2>&1 || { cat $(B)/deps.log >&2; exit 1; }
.PHONY: deps

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror=switch
# Contraction off: the compiler may not decide where a multiply and an add are rounded once.
BASICS = -std=c11 -D_GNU_SOURCE -Ilib -Itools -Itests/unit -ffp-contract=off -fno-math-errno -pthread $(WARNINGS)
VARIANT_release = $(HARDENING)
VARIANT_asan = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
VARIANT_cov = --coverage -O0
VARIANT_fuzz = $(VARIANT_asan) -fsanitize=fuzzer-no-link

# What Debian's dpkg-buildflags gives for hardening=+all, and more. Only what is optimized can be fortified.
HARDENING = $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2) \
	-fstack-protector-strong -fstack-clash-protection $(if $(X86),-fcf-protection) -fPIE \
	-Wformat -Werror=format-security -Wdate-time
LINK_release = -pie -Wl,-z,relro,-z,now,-z,noexecstack

X86 = $(filter x86_64-%,$(shell $(CC) -dumpmachine))
LINKED = $(foreach m,$(MODULES),$(firstword $(subst =, ,$m)))

# What is linked from archives, where all of a row are there. A shared library is loaded whole, with all that it needs: curl and
# Kerberos for HDF5, X11 for cairo; and libcrypto, of which SHA-256 is used, has thousands of relocations. Loading took a quarter of
# the time of a cold cnn-predict. What parses untrusted pictures and pages stays shared, so that the system's updates reach it; and
# pixman, which allocates before main and can't fail cleanly there (tests/faults fail what the program itself allocates).
ARCHIVES_hdf5 = -l:libhdf5.a -l:libsz.a -l:libaec.a -lz -ldl
ARCHIVES_crypto = -l:libcrypto.a
ARCHIVES_cairo = -l:libcairo.a -lpixman-1 -l:libfontconfig.a -l:libexpat.a -l:libfreetype.a \
	-l:libbrotlidec.a -l:libbrotlicommon.a -lpng16 -lz

# Where the linker finds an archive; its name if it doesn't.
path_of = $(shell $(CC) $(patsubst -L%,-B%,$(shell pkg-config --libs-only-L hdf5)) -print-file-name=$1)
lacks_archives = $(filter-out /%,$(foreach archive,$(patsubst -l:%,%,$(filter -l:%,$(ARCHIVES_$1))),$(call path_of,$(archive))))
from_archives = $(foreach word,$1,$(if $(call lacks_archives,$(word:-l%=%)),$(word),$(or $(ARCHIVES_$(word:-l%=%)),$(word))))

# The compiler's command, flags and libraries lie in files: an object is compiled, and a program linked, with what those of them
# say on which it depends. They are looked at in every run, when the packages are there, and touched only when they differ.
$(B)/flags:            WORDS = $(CC) $(BASICS) $(CFLAGS) $(VARIANT_$(VARIANT)) $(shell pkg-config --cflags $(LINKED))
$(B)/flags-avx2:       WORDS = $(if $(X86),-mavx2 -mfma)
$(B)/flags-avx512:     WORDS = $(if $(X86),-mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma)
$(B)/flags-data:       WORDS = -DDATA_FOLDER="$(PREFIX)/share/millrace/data"
$(B)/flags-stb:        WORDS = $(if $(filter fuzz,$(VARIANT)),-fno-sanitize=float-cast-overflow)
$(B)/flags-peak:       WORDS = -march=native -ffp-contract=fast
$(B)/flags-link:       WORDS = $(LINK_$(VARIANT)) $(LDFLAGS)
$(B)/flags-fuzzer:     WORDS = -fsanitize=fuzzer
$(B)/libraries:        WORDS = $(call from_archives,$(shell pkg-config --libs $(LINKED))) -lm
$(B)/libraries-server: WORDS = $(shell pkg-config --libs $(foreach m,$(TEST_MODULES),$(firstword $(subst =, ,$m))))

# Writes standard input to $@ if that changes it.
keep_if_same = cat >$@.new; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

WORD_FILES = flags flags-avx2 flags-avx512 flags-data flags-stb flags-peak flags-link flags-fuzzer libraries libraries-server
$(WORD_FILES:%=$(B)/%): FORCE | deps
	@mkdir -p $(B)
	@echo '$(WORDS)' | { $(keep_if_same); }

LIBRARY = $(B)/libmillrace.a
TOOLS = $(patsubst tools/%.c,%,$(wildcard tools/*.c))
PROGRAMS = $(TOOLS:%=$(BIN)/%)
LIB_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard lib/*/*.c))
TOOL_LIBRARY = $(B)/tools/common.a
TEST_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard tests/unit/*.c))
FUZZ_OBJECTS = $(B)/tests/fuzz/common/fuzz.o $(B)/tests/fuzz/common/parsed.o $(B)/tests/unit/tap.o
UNIT_TESTS = $(patsubst %.c,$(B)/%.t,$(wildcard tests/unit/*/*.c))
FUZZ_TESTS = $(patsubst %.c,$(B)/%.t,$(wildcard tests/fuzz/*.c))
BENCH_PROGRAMS = $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
BENCH_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/common/*.c))
TEST_SERVERS = $(patsubst %.c,$(B)/%,$(wildcard tests/server/*.c))
SERVER_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard tests/server/common/*.c))
# What a test loads before a program to make its calls fail; a sanitizer must be first itself, so there is none beside it.
TEST_FAULTS = $(if $(filter asan fuzz,$(VARIANT)),,$(patsubst %.c,$(B)/%.so,$(wildcard tests/faults/*.c)))

programs: $(PROGRAMS)

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D); $(SAY) CC $<
	$(Q)$$(cat $(filter $(B)/flags%,$^)) -MMD -MP -c -o $@ $<

# Kernels for one instruction set live in files named for it.
$(filter %_avx2.o,$(LIB_OBJECTS)): $(B)/flags-avx2
$(filter %_avx512.o,$(LIB_OBJECTS)): $(B)/flags-avx512
# Where installed recipes lie is known to one object alone, so that `make install PREFIX=` compiles that one.
$(B)/lib/base/data.o: $(B)/flags-data
# stb_image takes the white out of a PSD's edges by numbers that may leave a byte's range.
$(B)/lib/image/stb_decode.o: $(B)/flags-stb
# The peak of arithmetic is this processor's, whatever it is; contracted, as nothing else may be.
$(B)/tests/bench/common/peak.o: $(B)/flags-peak

$(LIBRARY): $(LIB_OBJECTS)
	@rm -f $@; $(SAY) AR $@
	$(Q)ar rcs $@ $^

$(TOOL_LIBRARY): $(patsubst %.c,$(B)/%.o,$(wildcard tools/common/*.c))
	$(Q)rm -f $@ && ar rcs $@ $^

define link
@mkdir -p $(@D); $(SAY) LD $@
$(Q)$$(cat $(filter $(B)/flags%,$^)) -o $@ $(filter %.o %.a,$^) $(SHARED) $$(cat $(filter $(B)/libraries%,$^))
endef
LINKING = $(B)/flags $(B)/flags-link $(B)/libraries

# One libcrypto in a process, and so that of libcurl, libssl or libzip: it comes before the archive.
SHARED =
READING_MODELS = cnn-export cnn-predict cnn-train evaluate-folds fetch-network model-report pack-tensors saliency
$(addprefix $(BIN)/,scrape-images $(READING_MODELS)) $(UNIT_TESTS) $(FUZZ_TESTS) $(FUZZ_TESTS:.t=) $(TEST_SERVERS): SHARED = -lcrypto

$(PROGRAMS): $(BIN)/%: $(B)/tools/%.o $(TOOL_LIBRARY) $(LIBRARY) $(LINKING)
	$(link)

$(UNIT_TESTS): %.t: %.o $(TEST_OBJECTS) $(LIBRARY) $(LINKING)
	$(link)

# A driver of a parser as a test, over its seeds and a fixed number of changes to them; and, in the variant fuzz, as a fuzzer.
$(FUZZ_TESTS): %.t: %.o $(B)/tests/fuzz/common/replay.o $(FUZZ_OBJECTS) $(LIBRARY) $(LINKING)
	$(link)

$(FUZZ_TESTS:.t=): %: %.o $(B)/tests/fuzz/common/libfuzzer.o $(FUZZ_OBJECTS) $(LIBRARY) $(LINKING) $(B)/flags-fuzzer
	$(link)

$(TEST_SERVERS): %: %.o $(SERVER_OBJECTS) $(LIBRARY) $(B)/libraries-server $(LINKING)
	$(link)

$(BENCH_PROGRAMS): %: %.o $(BENCH_OBJECTS) $(LIBRARY) $(LINKING)
	$(link)

# Wraps calls by their plain names, which fortified sources do not use.
$(TEST_FAULTS): $(B)/%.so: %.c $(B)/flags
	@mkdir -p $(@D); $(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -U_FORTIFY_SOURCE -fPIC -shared -o $@ $< -ldl

-include $(wildcard $(B)/lib/*/*.d $(B)/tools/*.d $(B)/tools/*/*.d $(B)/tests/*/*.d $(B)/tests/unit/*/*.d $(B)/tests/*/common/*.d)

# Unit tests are programs, tool tests are shell; both speak TAP. T= names some of them.
# With sanitizers those of the pipelines, whose tools other tests run, and of the build and format are left out.
UNSANITIZED = tests/tools/pipeline%.t tests/tools/build.t tests/tools/format.t
T = $(UNIT_TESTS) $(FUZZ_TESTS) $(filter-out $(if $(filter asan,$(VARIANT)),$(UNSANITIZED)),$(wildcard tests/tools/*.t))
check: programs $(UNIT_TESTS) $(FUZZ_TESTS) $(TEST_SERVERS) $(TEST_FAULTS)
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/leaks.supp:print_suppressions=0 \
	BIN=$(CURDIR)/$(BIN) prove --timer -j2 -e '' $(T)

# For makers: clang's libFuzzer on each parser of bytes from outside in turn, for SECONDS. T= names some of tests/fuzz/*.c; what
# they learn and what they find stays in build/fuzz.
SECONDS = 60
FUZZERS = $(patsubst %.c,build/fuzz/%,$(or $(filter tests/fuzz/%.c,$(T)),$(wildcard tests/fuzz/*.c)))
fuzz: programs
	@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang $(FUZZERS)
	@BIN=$(CURDIR)/$(BIN) sh tests/fuzz/common/fuzz.sh build/fuzz $(SECONDS) $(notdir $(FUZZERS))

# BENCH= names sections to run alone, JSON= a file to write instead of tables; QUICK=1 is for a first look.
BENCH = kernels engine residual networks growth training predict pack duplicates augment scrape
bench: programs $(BENCH_PROGRAMS)
	@BIN=$(CURDIR)/$(BIN) B=$(CURDIR)/$(B) CC="$(CC)" sh tests/bench/bench.sh $(if $(JSON),--json) $(BENCH) $(if $(JSON),>$(JSON))

MANUALS = $(wildcard man/*.[1-9])
install: programs
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install pipelines/millrace $(DESTDIR)$(PREFIX)/bin
	for page in $(MANUALS); do s=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; \
		install -d $$s && install -m 644 $$page $$s || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/millrace/pipelines
	install -m 644 pipelines/*.mk $(DESTDIR)$(PREFIX)/share/millrace/pipelines
	install $(filter-out %.mk %/millrace,$(wildcard pipelines/*)) $(DESTDIR)$(PREFIX)/share/millrace/pipelines
	git ls-files data 2>/dev/null | grep . >$(B)/data-files || find data -maxdepth 2 -type f >$(B)/data-files
	while read -r f; do install -m 644 -D "$$f" "$(DESTDIR)$(PREFIX)/share/millrace/$$f" || exit 1; done <$(B)/data-files

uninstall:
	rm -f $(TOOLS:%=$(DESTDIR)$(PREFIX)/bin/%) $(DESTDIR)$(PREFIX)/bin/millrace
	rm -f $(foreach p,$(MANUALS),$(DESTDIR)$(PREFIX)/share/man/man$(patsubst .%,%,$(suffix $p))/$(notdir $p))
	rm -rf $(DESTDIR)$(PREFIX)/share/millrace

clean:
	rm -rf build
