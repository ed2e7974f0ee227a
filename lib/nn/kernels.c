#include "nn/kernels.h"

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

int kernels_select(const struct kernels **kernels, struct error *error)
{
	const struct kernels *versions[] = {
		processor_has_avx512() ? kernels_avx512() : NULL,
		processor_has_avx2() ? kernels_avx2() : NULL,
		kernels_neon(),
		&kernels_plain,
	};
	static const char *const names[] = {"avx512", "avx2", "neon", "plain"};
	const char *wanted = getenv("MILLRACE_CPU");
	bool any = !wanted || !*wanted;
	*kernels = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!any && strcmp(wanted, names[i]) != 0)
			continue;
		if (versions[i]) {
			*kernels = versions[i];
			return 0;
		}
		if (!any)
			return error_set(error, "MILLRACE_CPU", "this processor has no %s", wanted);
	}
	return error_set(error, "MILLRACE_CPU", "'%.64s' is none of plain, neon, avx2, avx512", wanted);
}
