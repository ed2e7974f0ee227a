/* The kernels for AVX-512. */
#include "kernels/kernels.h"

#if defined __AVX512F__
#include <immintrin.h>

enum {
	LANES = 16,
	TILE_ROWS = 12,
	RUN_VECTORS = 6,
	SCATTER_VECTORS = 2,
	POOL_COLUMNS = 3,
	POOL_VECTORS = 2,
	FEW_CHANNELS_FILTERS = 4
};
#include "kernels/vector.h"

INLINE vector multiply_add(vector a, vector b, vector c)
{
	return (vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

INLINE vector square_root(vector x)
{
	return (vector)_mm512_sqrt_ps((__m512)x);
}

INLINE vector smaller_of(vector a, vector b)
{
	return (vector)_mm512_min_ps((__m512)a, (__m512)b);
}

INLINE vector larger_of(vector a, vector b)
{
	return (vector)_mm512_max_ps((__m512)a, (__m512)b);
}

#define TABLE_NAME "avx512"
#include "kernels/vector_table.h"

static const struct kernels table = TABLE;

const struct kernels *kernels_avx512(void)
{
	return &table;
}
#else
const struct kernels *kernels_avx512(void)
{
	return NULL;
}
#endif
