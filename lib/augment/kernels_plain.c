/* The kernels for any processor. */
#include "augment/kernels.h"

enum { LANES = 4 };
#include "nn/vector.h"
#include "augment/vector_half.h"

INLINE vector least(vector a, vector b)
{
	return choose(a < b, a, b);
}

INLINE vector most(vector a, vector b)
{
	return choose(a > b, a, b);
}

INLINE half_doubles least_double(half_doubles a, half_doubles b)
{
	return choose_double(a < b, a, b);
}

INLINE half_doubles most_double(half_doubles a, half_doubles b)
{
	return choose_double(a > b, a, b);
}

INLINE void gather_two(const unsigned char *from, integers start, int apart, integers *here, integers *next)
{
	for (int i = 0; i < LANES; i++) {
		const unsigned char *p = from + start[i], *q = p + apart;
		(*here)[i] = (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
		(*next)[i] = (int32_t)((uint32_t)q[0] | (uint32_t)q[1] << 8 | (uint32_t)q[2] << 16 | (uint32_t)q[3] << 24);
	}
}

#include "augment/vector_places.h"
#include "augment/vector_color.h"
#define TABLE_NAME "plain"
#include "augment/vector_table.h"

const struct pixel_kernels pixel_kernels_plain = TABLE;
