/* The kernels for AVX-512. */
#include "augment/kernels.h"

#if defined __AVX512F__
#include <immintrin.h>

enum { LANES = 16 };
#include "nn/vector.h"
#include "augment/vector_half.h"

/* Of a value that is no number and one that is, the processor takes the second. */
INLINE vector least(vector a, vector b)
{
	return (vector)_mm512_min_ps((__m512)a, (__m512)b);
}

INLINE vector most(vector a, vector b)
{
	return (vector)_mm512_max_ps((__m512)a, (__m512)b);
}

INLINE half_doubles least_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm512_min_pd((__m512d)a, (__m512d)b);
}

INLINE half_doubles most_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm512_max_pd((__m512d)a, (__m512d)b);
}

INLINE integers gather(const unsigned char *from, integers start)
{
	return (integers)_mm512_i32gather_epi32((__m512i)start, (const void *)from, 1);
}

#include "augment/vector_places.h"
#include "augment/vector_color.h"
#define TABLE_NAME "avx512"
#include "augment/vector_table.h"

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
