/* Which version of an inner loop this processor runs. */
#ifndef BASE_PROCESSOR_H
#define BASE_PROCESSOR_H

#include "base/error.h"

#include <stddef.h>

/* One thing made for several instruction sets, a table of functions say. NULL: this program was not compiled for it;
 * `plain` is always there. */
struct processor_versions {
	const void *plain, *neon, *avx2, *avx512;
};

/* The best version for this processor, or the one that the environment variable MILLRACE_CPU names: plain, neon,
 * avx2, avx512. NULL, with `error` set: no such name, not on this processor, or this program was compiled without it. */
const void *processor_choose(const struct processor_versions *versions, struct error *error);

/* The best instruction set of this processor, where this program was compiled without it. NULL: nothing better is missing than
 * what processor_choose gives, or MILLRACE_CPU chooses. */
const char *processor_missing(const struct processor_versions *versions);

/* Writes which versions there are and which one is chosen, for people: "plain avx2 avx512; chosen on this processor: avx512",
 * or why none is. Cut to `size` bytes. */
void processor_describe(const struct processor_versions *versions, char *text, size_t size);

#endif
