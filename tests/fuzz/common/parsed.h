/* Fuzzing of whole models: parse_model() in this process, as the confined one of the tools does
 * it. */
#ifndef TESTS_FUZZ_PARSED_H
#define TESTS_FUZZ_PARSED_H

#include "base/error.h"

#include <stddef.h>

/* Parses a file of this name, and asserts that its results are what the reader of them takes: a
 * graph, lists of strings, and weights that lie in the file or were converted. Files with
 * strings of variable length ("GCOL"), on which HDF5 1.10 may crash, are refused unread:
 * tests/unit/model/damage.c has them in a process of their own. Returns parse_model()'s result. */
int fuzz_parse(const char *name, const unsigned char *bytes, size_t size, struct error *error);

#endif
