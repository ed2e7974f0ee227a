#include "kernels/pixel_kernels.h"

struct processor_versions pixel_kernels_versions(void)
{
	struct processor_versions versions = {.plain = &pixel_kernels_plain,
		.avx2 = pixel_kernels_avx2(),
		.avx512 = pixel_kernels_avx512()};
#if defined __aarch64__
	versions.neon = versions.plain; /* its vectors of four floats compile to NEON */
#endif
	return versions;
}

int pixel_kernels_select(const struct pixel_kernels **kernels, struct error *error)
{
	const struct processor_versions versions = pixel_kernels_versions();
	*kernels = processor_choose(&versions, error);
	return *kernels ? 0 : -1;
}
