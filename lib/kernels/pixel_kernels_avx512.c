/* The kernels for AVX-512. */
#include "kernels/pixel_kernels.h"

#if defined __AVX512F__
#include <immintrin.h>

enum { LANES = 16 };
#include "kernels/vector.h"
#include "kernels/pixel_vector_half.h"

/* With NaN as the first operand the instruction returns the second. */
INLINE vector minimum(vector a, vector b)
{
	return (vector)_mm512_min_ps((__m512)a, (__m512)b);
}

INLINE vector maximum(vector a, vector b)
{
	return (vector)_mm512_max_ps((__m512)a, (__m512)b);
}

INLINE half_doubles minimum_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm512_min_pd((__m512d)a, (__m512d)b);
}

INLINE half_doubles maximum_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm512_max_pd((__m512d)a, (__m512d)b);
}

INLINE void gather_two(const unsigned char *from, integers offset, int distance, integers *pixel,
	integers *pixel_right)
{
	typedef uint64_t longs __attribute__((vector_size(64)));
	const integers even = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
	longs low = (longs)_mm512_i32gather_epi64(_mm512_castsi512_si256((__m512i)offset),
		(const void *)from, 1);
	longs high = (longs)_mm512_i32gather_epi64(_mm512_extracti64x4_epi64((__m512i)offset, 1),
		(const void *)from, 1);
	*pixel = (integers)_mm512_permutex2var_epi32((__m512i)low, (__m512i)even, (__m512i)high);
	low >>= 8 * distance;
	high >>= 8 * distance;
	*pixel_right =
		(integers)_mm512_permutex2var_epi32((__m512i)low, (__m512i)even, (__m512i)high);
}

#include "kernels/pixel_vector_sample.h"
#include "kernels/pixel_vector_color.h"
#define TABLE_NAME "avx512"
#include "kernels/pixel_vector_table.h"

static const struct pixel_kernels table = TABLE;

const struct pixel_kernels *pixel_kernels_avx512(void)
{
	return &table;
}
#else
const struct pixel_kernels *pixel_kernels_avx512(void)
{
	return NULL;
}
#endif
