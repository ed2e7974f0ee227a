#include "base/processor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool processor_has_avx2(void)
{
#if defined __x86_64__
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
	return false;
#endif
}

static bool processor_has_avx512(void)
{
#if defined __x86_64__
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
		&& __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
	return false;
#endif
}

const void *processor_choose(const struct processor_versions *versions, struct error *error)
{
	const void *usable[] = {
		processor_has_avx512() ? versions->avx512 : NULL,
		processor_has_avx2() ? versions->avx2 : NULL,
		versions->neon,
		versions->plain,
	};
	static const char *const names[] = {"avx512", "avx2", "neon", "plain"};
	const char *wanted = getenv("MILLRACE_CPU");
	bool any = !wanted || !*wanted;
	for (int i = 0; i < 4; i++) {
		if (!any && strcmp(wanted, names[i]) != 0)
			continue;
		if (usable[i])
			return usable[i];
		if (!any) {
			error_set(error, "MILLRACE_CPU", "this processor has no %s", wanted);
			return NULL;
		}
	}
	error_set(error, "MILLRACE_CPU", "'%.64s' is none of plain, neon, avx2, avx512", wanted);
	return NULL;
}
