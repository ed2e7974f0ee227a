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

typedef uint64_t longs __attribute__((vector_size(32)));

/* The lower halves of all. */
INLINE integers narrow(longs low, longs high)
{
	__m256 words = _mm256_shuffle_ps((__m256)low, (__m256)high, 0x88);
	return (integers)_mm256_permute4x64_epi64((__m256i)words, 0xd8);
}

INLINE void gather_two(const unsigned char *from, integers start, int apart, integers *here, integers *next)
{
	const long long *base = (const void *)from;
	longs low = (longs)_mm256_i32gather_epi64(base, _mm256_castsi256_si128((__m256i)start), 1);
	longs high = (longs)_mm256_i32gather_epi64(base, _mm256_extracti128_si256((__m256i)start, 1), 1);
	*here = narrow(low, high);
	*next = narrow(low >> 8 * apart, high >> 8 * apart);
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
