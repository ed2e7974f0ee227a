#include "kernels/kernels.h"

struct processor_versions kernels_versions(void)
{
	return (struct processor_versions){&kernels_plain, kernels_neon(), kernels_avx2(),
		kernels_avx512()};
}

int kernels_select(const struct kernels **kernels, struct error *error)
{
	const struct processor_versions versions = kernels_versions();
	*kernels = processor_choose(&versions, error);
	return *kernels ? 0 : -1;
}
