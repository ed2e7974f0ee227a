/* The kernels for any processor; the fused multiply-add is the C library's. */
#include "kernels/kernels.h"

#include <math.h>

enum {
	LANES = 4,
	TILE_ROWS = 4,
	RUN_VECTORS = 4,
	SCATTER_VECTORS = 1,
	POOL_COLUMNS = 1,
	POOL_VECTORS = 1,
	FEW_CHANNELS_FILTERS = 2
};
#include "kernels/vector.h"

/* A function of its own where each lane is a call in any case: the loops around it then are a tenth
 * as long, and compile in seconds. */
static __attribute__((noinline)) vector multiply_add(vector a, vector b, vector c)
{
	for (int i = 0; i < LANES; i++)
		c[i] = fmaf(a[i], b[i], c[i]);
	return c;
}

INLINE vector square_root(vector x)
{
	for (int i = 0; i < LANES; i++)
		x[i] = sqrtf(x[i]);
	return x;
}

INLINE vector smaller_of(vector a, vector b)
{
	return choose(a < b, a, b);
}

INLINE vector larger_of(vector a, vector b)
{
	return choose(a > b, a, b);
}

#define TABLE_NAME "plain"
#include "kernels/vector_table.h"

const struct kernels kernels_plain = TABLE;
