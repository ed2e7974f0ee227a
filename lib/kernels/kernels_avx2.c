/* The kernels for AVX2. */
#include "kernels/kernels.h"

#if defined __AVX2__
#include <immintrin.h>

enum {
	LANES = 8,
	TILE_ROWS = 6,
	RUN_VECTORS = 4,
	SCATTER_VECTORS = 1,
	POOL_COLUMNS = 3,
	POOL_VECTORS = 1,
	FEW_CHANNELS_FILTERS = 2
};
#include "kernels/vector.h"

INLINE vector multiply_add(vector a, vector b, vector c)
{
	return (vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

INLINE vector square_root(vector x)
{
	return (vector)_mm256_sqrt_ps((__m256)x);
}

INLINE vector smaller_of(vector a, vector b)
{
	return (vector)_mm256_min_ps((__m256)a, (__m256)b);
}

INLINE vector larger_of(vector a, vector b)
{
	return (vector)_mm256_max_ps((__m256)a, (__m256)b);
}

#define TABLE_NAME "avx2"
#include "kernels/vector_table.h"

static const struct kernels table = TABLE;

const struct kernels *kernels_avx2(void)
{
	return &table;
}
#else
const struct kernels *kernels_avx2(void)
{
	return NULL;
}
#endif
