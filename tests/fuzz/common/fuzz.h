/* Fuzzing: a driver gives any bytes to one parser of what comes from outside.
 *
 * tests/fuzz/NAME.c is a driver. Linked with libfuzzer.c it is a fuzzer (`make fuzz`); with
 * replay.c it is a test, over its seeds (seeds.sh) and changes to them that are always the same
 * (`make check`). */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* What a driver is: gives the bytes to its parser and uses what that makes of them, asserting what
 * the parser's header promises. Returns whether they were accepted. Keeps nothing; the bytes end
 * where their memory does. */
bool fuzz_try(const unsigned char *bytes, size_t size);

/* The bytes as a regular file: its path, good until the next call. */
const char *fuzz_file(const unsigned char *bytes, size_t size);

/* The bytes up to the first NUL as a text, which the caller frees. */
char *fuzz_text(const unsigned char *bytes, size_t size);

/* For an `error` that was all zero before: asserts that the refusal has a reason. Returns false. */
bool fuzz_refused(const struct error *error);

#endif
