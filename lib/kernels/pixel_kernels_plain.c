/* The kernels for any processor. */
#include "kernels/pixel_kernels.h"

enum { LANES = 4 };
#include "kernels/vector.h"
#include "kernels/pixel_vector_half.h"

INLINE vector minimum(vector a, vector b)
{
	return choose(a < b, a, b);
}

INLINE vector maximum(vector a, vector b)
{
	return choose(a > b, a, b);
}

INLINE half_doubles minimum_double(half_doubles a, half_doubles b)
{
	return choose_double(a < b, a, b);
}

INLINE half_doubles maximum_double(half_doubles a, half_doubles b)
{
	return choose_double(a > b, a, b);
}

INLINE void gather_two(const unsigned char *from, integers offset, int distance, integers *pixel,
	integers *pixel_right)
{
	for (int i = 0; i < LANES; i++) {
		const unsigned char *p = from + offset[i], *q = p + distance;
		(*pixel)[i] = (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 |
			(uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
		(*pixel_right)[i] = (int32_t)((uint32_t)q[0] | (uint32_t)q[1] << 8 |
			(uint32_t)q[2] << 16 | (uint32_t)q[3] << 24);
	}
}

#include "kernels/pixel_vector_sample.h"
#include "kernels/pixel_vector_color.h"
#define TABLE_NAME "plain"
#include "kernels/pixel_vector_table.h"

const struct pixel_kernels pixel_kernels_plain = TABLE;
