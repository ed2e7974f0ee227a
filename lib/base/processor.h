/* Selects the version of the kernels for this processor's instruction set. */
#ifndef BASE_PROCESSOR_H
#define BASE_PROCESSOR_H

#include "base/error.h"

#include <stddef.h>

/* Versions of the same table of functions for several instruction sets. NULL: not compiled into
 * this program; `plain` always is. */
struct processor_versions {
	const void *plain, *neon, *avx2, *avx512;
};

/* The best version for this processor, or the one that the environment variable MILLRACE_CPU names:
 * plain, neon, avx2, avx512. NULL, with `error` set: no such name, not supported by this processor,
 * or not compiled in. */
const void *processor_choose(const struct processor_versions *versions, struct error *error);

/* The best instruction set of this processor, if this program was compiled without it. NULL: it was
 * compiled with it, or MILLRACE_CPU is set. */
const char *processor_missing(const struct processor_versions *versions);

/* Writes which versions there are and which one is chosen: "plain avx2 avx512; chosen on this
 * processor: avx512", or why none is. Truncated to `size` bytes. */
void processor_describe(const struct processor_versions *versions, char *text, size_t size);

#endif
