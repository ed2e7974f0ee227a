#include "base/sparkline.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BLOCKS = 8, BLOCK_BYTES = 3 };

/* Mean of the values of the character `index`; NaN if none is finite. */
static double mean_of(const double *values, int count, int characters, int index)
{
	int64_t from = (int64_t)index * count / characters,
		to = ((int64_t)index + 1) * count / characters;
	double sum = 0;
	int finite = 0;
	for (int64_t i = from; i < to; i++)
		if (isfinite(values[i])) {
			sum += values[i];
			finite++;
		}
	return finite ? sum / finite : NAN;
}

/* Writes the character of a value, a blank for NaN. Returns its length. */
static size_t write_block(char block[BLOCK_BYTES], double value, double low, double high)
{
	if (isnan(value)) {
		block[0] = ' ';
		return 1;
	}
	int level = high > low ? (int)fmin(BLOCKS * ((value - low) / (high - low)), BLOCKS - 1) : 0;
	memcpy(block, "\xE2\x96\x81", BLOCK_BYTES);
	block[BLOCK_BYTES - 1] = (char)(0x81 + level);
	return BLOCK_BYTES;
}

char *sparkline(const double *values, int count, int width, char *out, size_t size)
{
	int characters = count < width ? count : width;
	double low = INFINITY, high = -INFINITY;
	for (int i = 0; i < characters; i++) {
		double mean = mean_of(values, count, characters, i);
		low = fmin(low, mean);
		high = fmax(high, mean);
	}
	size_t used = 0;
	for (int i = 0; i < characters; i++) {
		char block[BLOCK_BYTES];
		size_t length =
			write_block(block, mean_of(values, count, characters, i), low, high);
		if (used + length >= size)
			break;
		memcpy(out + used, block, length);
		used += length;
	}
	out[used] = 0;
	return out;
}
