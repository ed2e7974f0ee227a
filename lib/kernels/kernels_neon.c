/* The kernels for NEON, which every 64-bit ARM has. */
#include "kernels/kernels.h"

#if defined __aarch64__
#include <arm_neon.h>

enum {
	LANES = 4,
	TILE_ROWS = 12,
	RUN_VECTORS = 6,
	SCATTER_VECTORS = 2,
	POOL_COLUMNS = 3,
	POOL_VECTORS = 2,
	FEW_CHANNELS_FILTERS = 2
};
#include "kernels/vector.h"

INLINE vector multiply_add(vector a, vector b, vector c)
{
	return (vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

INLINE vector square_root(vector x)
{
	return (vector)vsqrtq_f32((float32x4_t)x);
}

INLINE vector smaller_of(vector a, vector b)
{
	return choose(a < b, a, b);
}

INLINE vector larger_of(vector a, vector b)
{
	return choose(a > b, a, b);
}

#define TABLE_NAME "neon"
#include "kernels/vector_table.h"

static const struct kernels table = TABLE;

const struct kernels *kernels_neon(void)
{
	return &table;
}
#else
const struct kernels *kernels_neon(void)
{
	return NULL;
}
#endif
