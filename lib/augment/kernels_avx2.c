/* The kernels for AVX2. */
#include "augment/kernels.h"

#if defined __AVX2__
#include <immintrin.h>

enum { LANES = 8 };
#include "nn/vector.h"
#include "augment/vector_half.h"

/* Of a value that is no number and one that is, the processor takes the second. */
INLINE vector least(vector a, vector b)
{
	return (vector)_mm256_min_ps((__m256)a, (__m256)b);
}

INLINE vector most(vector a, vector b)
{
	return (vector)_mm256_max_ps((__m256)a, (__m256)b);
}

INLINE half_doubles least_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm256_min_pd((__m256d)a, (__m256d)b);
}

INLINE half_doubles most_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm256_max_pd((__m256d)a, (__m256d)b);
}

INLINE integers gather(const unsigned char *from, integers start)
{
	return (integers)_mm256_i32gather_epi32((const int *)(const void *)from, (__m256i)start, 1);
}

#include "augment/vector_places.h"
#include "augment/vector_color.h"
#define TABLE_NAME "avx2"
#include "augment/vector_table.h"

static const struct pixel_kernels table = TABLE;

const struct pixel_kernels *pixel_kernels_avx2(void)
{
	return &table;
}
#else
const struct pixel_kernels *pixel_kernels_avx2(void)
{
	return NULL;
}
#endif
