/* The kernels for AVX2. */
#include "kernels/pixel_kernels.h"

#if defined __AVX2__
#include <immintrin.h>

enum { LANES = 8 };
#include "kernels/vector.h"
#include "kernels/pixel_vector_half.h"

/* With NaN as the first operand the instruction returns the second. */
INLINE vector minimum(vector a, vector b)
{
	return (vector)_mm256_min_ps((__m256)a, (__m256)b);
}

INLINE vector maximum(vector a, vector b)
{
	return (vector)_mm256_max_ps((__m256)a, (__m256)b);
}

INLINE half_doubles minimum_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm256_min_pd((__m256d)a, (__m256d)b);
}

INLINE half_doubles maximum_double(half_doubles a, half_doubles b)
{
	return (half_doubles)_mm256_max_pd((__m256d)a, (__m256d)b);
}

typedef uint64_t longs __attribute__((vector_size(32)));

/* The lower 32 bits of each lane. */
INLINE integers low_halves(longs low, longs high)
{
	__m256 words = _mm256_shuffle_ps((__m256)low, (__m256)high, 0x88);
	return (integers)_mm256_permute4x64_epi64((__m256i)words, 0xd8);
}

INLINE void gather_two(const unsigned char *from, integers offset, int distance, integers *pixel,
	integers *pixel_right)
{
	const long long *base = (const void *)from;
	longs low = (longs)_mm256_i32gather_epi64(base, _mm256_castsi256_si128((__m256i)offset), 1);
	longs high = (longs)_mm256_i32gather_epi64(base,
		_mm256_extracti128_si256((__m256i)offset, 1), 1);
	*pixel = low_halves(low, high);
	*pixel_right = low_halves(low >> 8 * distance, high >> 8 * distance);
}

#include "kernels/pixel_vector_sample.h"
#include "kernels/pixel_vector_color.h"
#define TABLE_NAME "avx2"
#include "kernels/pixel_vector_table.h"

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
