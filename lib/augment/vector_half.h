/* Half a vector's count of doubles, which fill a vector: places need them. After nn/vector.h. */
enum { HALF = LANES / 2 };

typedef double doubles __attribute__((vector_size(LANES * 4)));
typedef int64_t long_integers __attribute__((vector_size(LANES * 4))); /* comparisons give 0 or -1 */
typedef float half_vector __attribute__((vector_size(LANES * 2)));
typedef int32_t half_integers __attribute__((vector_size(LANES * 2)));

INLINE doubles splat_double(double value)
{
	return value - (doubles){0};
}

/* Lane by lane: yes where mask is -1, no where it is 0. */
INLINE doubles choose_double(long_integers mask, doubles yes, doubles no)
{
	return (doubles)((mask & (long_integers)yes) | (~mask & (long_integers)no));
}
