#include "nn/kernels.h"

#include "base/processor.h"

int kernels_select(const struct kernels **kernels, struct error *error)
{
	const struct processor_versions versions = {&kernels_plain, kernels_neon(), kernels_avx2(), kernels_avx512()};
	*kernels = processor_choose(&versions, error);
	return *kernels ? 0 : -1;
}
