# How programs and tests are built: objects out of tree, headers tracked, changed flags rebuild.

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

# Each pkg-config module, and the Debian package it comes in.
MODULES = libcurl=libcurl4-openssl-dev libxml-2.0=libxml2-dev stb=libstb-dev zlib=zlib1g-dev \
	libjpeg=libjpeg62-turbo-dev libpng=libpng-dev libwebp=libwebp-dev libwebpdemux=libwebp-dev libdeflate=libdeflate-dev \
	lcms2=liblcms2-dev hdf5=libhdf5-dev jansson=libjansson-dev libcrypto=libssl-dev cairo=libcairo2-dev libmicrohttpd=libmicrohttpd-dev
# Each command that building calls, and that the tests call beside, likewise.
COMMANDS = $(CC)=gcc pkg-config=pkg-config \
	$(if $(filter check,$(MAKECMDGOALS)),prove=perl python3=python3-minimal mandoc=mandoc)

# What test servers stand on beside; nothing else is linked with it.
TEST_MODULES = libnghttp2=libnghttp2-dev libssl=libssl-dev

deps:
	@missing=; \
	for pair in $(COMMANDS); do \
		command -v "$${pair%%=*}" >/dev/null || missing="$$missing $${pair#*=}"; done; \
	for pair in $(MODULES) $(if $(filter check,$(MAKECMDGOALS)),$(TEST_MODULES)); do \
		pkg-config --exists "$${pair%%=*}" 2>/dev/null || missing="$$missing $${pair#*=}"; done; \
	for pair in $(FILES); do [ -e "$${pair%%=*}" ] || missing="$$missing $${pair#*=}"; done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then as=; elif sudo -n true 2>/dev/null; then as=sudo; else \
		echo "missing packages; type: sudo apt-get install$$missing" >&2; exit 1; fi; \
	echo "installing$$missing" >&2; \
	$$as apt-get -q update >/dev/null && \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $$missing >/dev/null
.PHONY: deps

# Files likewise, for the goals that need them.
FILES = $(if $(filter fashion-%,$(MAKECMDGOALS)),/usr/share/datasets/fashion-mnist=dataset-fashion-mnist)

# The goals that fetch what is missing by themselves; the others only say what it is.
NEEDS_DEPS = $(filter check bench %-data %-model %-review,$(MAKECMDGOALS))

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
# Contraction off: the compiler may not decide where a multiply and an add are rounded once.
BASICS = -std=c11 -D_GNU_SOURCE -Ilib -Itools -Itests/unit -ffp-contract=off -fno-math-errno -pthread $(WARNINGS)
VARIANT_release =
VARIANT_asan = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
VARIANT_cov = --coverage -O0
VARIANT_fuzz = $(VARIANT_asan) -fsanitize=fuzzer-no-link
# stb_image takes the white out of a PSD's edges by numbers that may leave a byte's range.
build/fuzz/lib/image/stb_decode.o: OWN = -fno-sanitize=float-cast-overflow
ALL_CFLAGS = $(BASICS) $(CFLAGS) $(VARIANT_$(VARIANT))

# Kernels for one instruction set live in files named for it.
ifneq ($(filter x86_64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),)
%_avx2.o: OWN = -mavx2 -mfma
%_avx512.o: OWN = -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma
endif

# Where installed recipes lie is known to one object alone, so that `make install PREFIX=` compiles that one.
$(B)/lib/base/data.o: OWN = -DDATA_FOLDER='"$(PREFIX)/share/millrace/data"'
$(B)/lib/base/data.o: $(B)/prefix
$(B)/prefix: FORCE
	@mkdir -p $(B)
	@echo '$(PREFIX)' >$@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@

LIBRARY = $(B)/libmillrace.a
TOOLS = $(patsubst tools/%.c,%,$(wildcard tools/*.c))
PROGRAMS = $(TOOLS:%=$(BIN)/%)
LIB_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard lib/*/*.c))
TOOL_LIBRARY = $(B)/tools/common.a
FUZZ_OBJECTS = $(B)/tests/fuzz/common/fuzz.o $(B)/tests/unit/tap.o
TEST_PROGRAMS = $(patsubst %.c,$(B)/%.t,$(wildcard tests/unit/*/*.c tests/fuzz/*.c))
BENCH_PROGRAMS = $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
BENCH_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/common/*.c))
TEST_SERVERS = $(patsubst %.c,$(B)/%,$(wildcard tests/server/*.c))
SERVER_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard tests/server/common/*.c))

# HDF5 from its archive, where there is one: the shared library brings curl and all of Kerberos with it (for files in a cloud),
# which took a third of the time that a cold cnn-predict needs.
HDF5_ARCHIVE = $(wildcard $(patsubst -L%,%/libhdf5.a,$(shell pkg-config --libs-only-L hdf5)))

# Compiler flags and libraries as files: made anew in every run, touched only when they differ.
$(B)/flags: FORCE | $(if $(NEEDS_DEPS),deps)
	@mkdir -p $(B)
	@pkg-config --exists --print-errors $(foreach m,$(MODULES),$(firstword $(subst =, ,$m))) || \
		{ echo "run: make deps" >&2; exit 1; }
	@{ echo $(CC) $(ALL_CFLAGS); pkg-config --cflags $(foreach m,$(MODULES),$(firstword $(subst =, ,$m))); \
	} | tr '\n' ' ' >$@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@
	@pkg-config --libs $(foreach m,$(MODULES),$(firstword $(subst =, ,$m))) | \
		sed '$(if $(HDF5_ARCHIVE),s|-lhdf5|$(HDF5_ARCHIVE) -lsz -lz -ldl|)' >$(B)/libraries

programs: $(PROGRAMS)

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D); $(SAY) CC $<
	$(Q)$$(cat $(B)/flags) $(OWN) -MMD -MP -c -o $@ $<

$(LIBRARY): $(LIB_OBJECTS)
	@rm -f $@; $(SAY) AR $@
	$(Q)ar rcs $@ $^

$(TOOL_LIBRARY): $(patsubst %.c,$(B)/%.o,$(wildcard tools/common/*.c))
	$(Q)rm -f $@ && ar rcs $@ $^

$(BIN)/%: $(B)/tools/%.o $(TOOL_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D); $(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -o $@ $^ $$(cat $(B)/libraries) -lm

$(B)/%.t: $(B)/%.o $(B)/tests/unit/tap.o $(LIBRARY)
	@$(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -o $@ $^ $$(cat $(B)/libraries) -lm

# A driver of a parser as a test, over its seeds and a fixed number of changes to them; and, in the variant fuzz, as a fuzzer.
$(B)/tests/fuzz/%.t: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/common/replay.o $(FUZZ_OBJECTS) $(LIBRARY)
	@$(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -o $@ $^ $$(cat $(B)/libraries) -lm

$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/common/libfuzzer.o $(FUZZ_OBJECTS) $(LIBRARY)
	@$(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -fsanitize=fuzzer -o $@ $^ $$(cat $(B)/libraries) -lm

$(B)/tests/server/%: $(B)/tests/server/%.o $(SERVER_OBJECTS) $(LIBRARY)
	@$(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -o $@ $^ $$(pkg-config --libs $(foreach m,$(TEST_MODULES),$(firstword $(subst =, ,$m)))) \
		$$(cat $(B)/libraries) -lm

# The peak of arithmetic is this processor's, whatever it is; contracted, as nothing else may be.
$(B)/tests/bench/common/peak.o: OWN = -march=native -ffp-contract=fast
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(BENCH_OBJECTS) $(LIBRARY)
	@$(SAY) LD $@
	$(Q)$$(cat $(B)/flags) -o $@ $^ $$(cat $(B)/libraries) -lm

-include $(wildcard $(B)/lib/*/*.d $(B)/tools/*.d $(B)/tools/*/*.d $(B)/tests/*/*.d $(B)/tests/unit/*/*.d $(B)/tests/*/common/*.d)

# Unit tests are programs, tool tests are shell; both speak TAP. T= names some of them.
T = $(TEST_PROGRAMS) $(wildcard tests/tools/*.t)
check: programs $(TEST_PROGRAMS) $(TEST_SERVERS)
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/leaks.supp:print_suppressions=0 \
	BIN=$(CURDIR)/$(BIN) MAKE=$(MAKE) prove --timer -e '' $(T)

# For makers: clang's libFuzzer on each parser of bytes from outside in turn, for SECONDS. T= names some of tests/fuzz/*.c; what
# they learn and what they find stays in build/fuzz.
SECONDS = 60
FUZZERS = $(patsubst %.c,build/fuzz/%,$(or $(filter tests/fuzz/%.c,$(T)),$(wildcard tests/fuzz/*.c)))
fuzz: programs
	@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang $(FUZZERS)
	@BIN=$(CURDIR)/$(BIN) sh tests/fuzz/common/fuzz.sh build/fuzz $(SECONDS) $(notdir $(FUZZERS))

# BENCH= names sections to run alone, JSON= a file to write instead of tables; QUICK=1 is for a first look.
BENCH = kernels engine residual growth training predict pack duplicates augment scrape
bench: programs $(BENCH_PROGRAMS)
	@BIN=$(CURDIR)/$(BIN) B=$(CURDIR)/$(B) CC="$(CC)" sh tests/bench/bench.sh $(if $(JSON),--json) $(BENCH) $(if $(JSON),>$(JSON))

MANUALS = $(wildcard man/*.[1-9])
install: programs
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(PROGRAMS) pipelines/millrace $(DESTDIR)$(PREFIX)/bin
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
