/* Half as many numbers as a vector has lanes; as doubles, which coordinates need, they fill a
 * vector. After kernels/vector.h. */
enum { HALF = LANES / 2 };

typedef double half_doubles __attribute__((vector_size(LANES * 4)));
typedef int64_t half_longs __attribute__((vector_size(LANES * 4))); /* comparisons give 0 or -1 */
typedef float half_vector __attribute__((vector_size(LANES * 2)));
typedef int32_t half_integers __attribute__((vector_size(LANES * 2)));

INLINE half_doubles splat_double(double value)
{
	return value - (half_doubles){0};
}

/* Lane by lane: yes where mask is -1, no where it is 0. */
INLINE half_doubles choose_double(half_longs mask, half_doubles yes, half_doubles no)
{
	return (half_doubles)((mask & (half_longs)yes) | (~mask & (half_longs)no));
}
