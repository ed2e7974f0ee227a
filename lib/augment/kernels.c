#include "augment/kernels.h"

#include "base/processor.h"

int pixel_kernels_select(const struct pixel_kernels **kernels, struct error *error)
{
	const struct processor_versions versions = {&pixel_kernels_plain, pixel_kernels_avx2(), pixel_kernels_avx512()};
	*kernels = processor_choose(&versions, error);
	return *kernels ? 0 : -1;
}
