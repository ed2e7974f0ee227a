/* Which version of an inner loop this processor runs. */
#ifndef BASE_PROCESSOR_H
#define BASE_PROCESSOR_H

#include "base/error.h"

/* One thing made for several instruction sets, a table of functions say. NULL: this program was not built for it. */
struct processor_versions {
	const void *plain, *neon, *avx2, *avx512;
};

/* The best version for this processor, or the one that the environment variable MILLRACE_CPU names: plain, neon,
 * avx2, avx512. NULL, with `error` set: no such name, or not on this processor. */
const void *processor_choose(const struct processor_versions *versions, struct error *error);

#endif
