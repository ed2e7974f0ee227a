/* The index of the largest value. */
#ifndef BASE_ARGMAX_H
#define BASE_ARGMAX_H

/* Index of the largest of `count` values, count >= 1; the first of equal ones. */
static inline int argmax(const float *values, int count)
{
	int best = 0;
	for (int i = 1; i < count; i++)
		if (values[i] > values[best])
			best = i;
	return best;
}

#endif
