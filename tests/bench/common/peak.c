/* Compiled for the native instruction set, with contraction: a + b * c below is one fused
 * instruction. */
#include "peak.h"

#include "workload.h"

#if defined __AVX512F__
enum { LANES = 16, SUMS = 24 };
#elif defined __AVX__
enum { LANES = 8, SUMS = 12 };
#else
enum { LANES = 4, SUMS = 24 };
#endif
enum { ROUNDS = 100000 };

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));

/* Enough independent sums to hide the latency of an addition, and not more than fit in the
 * registers. */
static void multiply_and_add(void *context)
{
	float *values = context;
	vector sums[SUMS], factor = values[0] - (vector){0}, term = values[1] - (vector){0};
	for (int k = 0; k < SUMS; k++) /* different, or the compiler would merge them */
		sums[k] = factor * (float)k;
	for (int i = 0; i < ROUNDS; i++)
#pragma GCC unroll 24
		for (int k = 0; k < SUMS; k++)
			sums[k] = sums[k] * factor + term;
	for (int k = 1; k < SUMS; k++)
		sums[0] += sums[k];
	values[2] = sums[0][0];
}

double peak_rate(void)
{
	float values[3] = {0.5f, 1};
	return calls_per_second(multiply_and_add, values) * 2 * LANES * SUMS * ROUNDS;
}
