/* Vectors of LANES floats by the compiler's vector extension. The file that includes this defines
 * LANES before, and the operations that the extension lacks after: `multiply_add` (one rounding),
 * `square_root`, and `smaller_of` and `larger_of`, whose result is b unless a is smaller or larger:
 * where one is NaN, and of two zeros. */
#include <stdint.h>
#include <string.h>

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
typedef double doubles __attribute__((vector_size(LANES * sizeof(double))));
typedef int32_t integers
	__attribute__((vector_size(LANES * sizeof(int32_t)))); /* comparisons give 0 or -1 */
typedef uint8_t small_integers __attribute__((vector_size(LANES)));

/* Small functions that must vanish into their callers, so that vectors stay in registers. */
#define INLINE static inline __attribute__((always_inline, unused))

/* Before a loop of constant length whose arrays are to be registers; a sanitizer's checks would
 * come as often. */
#if defined __SANITIZE_ADDRESS__
#define UNROLLED
#elif defined __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

INLINE vector load(const float *from)
{
	vector value;
	memcpy(&value, from, sizeof value);
	return value;
}

INLINE void store(float *to, vector value)
{
	memcpy(to, &value, sizeof value);
}

/* The first `count` lanes; the others are zero. */
INLINE vector load_part(const float *from, size_t count)
{
	vector value = {0};
	memcpy(&value, from, count * sizeof(float));
	return value;
}

INLINE void store_part(float *to, vector value, size_t count)
{
	memcpy(to, &value, count * sizeof(float));
}

INLINE vector splat(float value)
{
	return value - (vector){0};
}

/* Lane by lane: yes where mask is -1, no where it is 0. */
INLINE vector choose(integers mask, vector yes, vector no)
{
	return (vector)((mask & (integers)yes) | (~mask & (integers)no));
}

/* Runs `body` with i at every vector of [0, count), and `part` lanes of it valid. */
#define FOR_VECTORS(i, part, count) \
	for (size_t i = 0, part; i < (size_t)(count) && \
		((part = (size_t)(count)-i), (part = part < LANES ? part : LANES)); \
		i += LANES)

INLINE vector load_lanes(const float *from, size_t part)
{
	return part == LANES ? load(from) : load_part(from, part);
}

INLINE void store_lanes(float *to, vector value, size_t part)
{
	if (part == LANES)
		store(to, value);
	else
		store_part(to, value, part);
}
