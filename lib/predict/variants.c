#include "predict/variants.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Where a pixel lies between two others of its row or column. */
struct place {
	int first, second;
	float share; /* of the second */
};

/* Pixel `index` of `size`, of a part that begins at the border or, `at_end`, ends there. */
static struct place place_of(int index, int size, bool at_end)
{
	double start = at_end ? size / 8.0 : 0;
	double at = fmin(fmax(start + (index + 0.5) * 7 / 8 - 0.5, 0), size - 1);
	int first = (int)at;
	return (struct place){first, first + 1 < size ? first + 1 : first, (float)(at - first)};
}

static float between(float first, float second, float share)
{
	return first + (second - first) * share;
}

static void enlarge(const float *input, struct shape shape, bool is_bottom, bool is_right,
	float *out)
{
	size_t channels = (size_t)shape.channels, row = (size_t)shape.width * channels;
	for (int y = 0; y < shape.height; y++) {
		struct place v = place_of(y, shape.height, is_bottom);
		const float *upper = input + (size_t)v.first * row,
			    *lower = input + (size_t)v.second * row;
		for (int x = 0; x < shape.width; x++) {
			struct place h = place_of(x, shape.width, is_right);
			size_t left = (size_t)h.first * channels,
			       right = (size_t)h.second * channels;
			for (size_t c = 0; c < channels; c++)
				*out++ =
					between(between(upper[left + c], upper[right + c], h.share),
						between(lower[left + c], lower[right + c], h.share),
						v.share);
		}
	}
}

static void mirror(float *out, struct shape shape)
{
	size_t channels = (size_t)shape.channels, width = (size_t)shape.width;
	for (int y = 0; y < shape.height; y++, out += width * channels)
		for (size_t x = 0; x < width / 2; x++)
			for (size_t c = 0; c < channels; c++) {
				float *left = out + x * channels + c,
				      *right = out + (width - 1 - x) * channels + c;
				float kept = *left;
				*left = *right;
				*right = kept;
			}
}

void variant_make(const float *input, struct shape shape, int variant, float *out)
{
	int part = variant / 2 - 1;
	if (part < 0)
		memcpy(out, input, shape_count(shape) * sizeof *out);
	else
		enlarge(input, shape, part / 2, part % 2, out);
	if (variant % 2)
		mirror(out, shape);
}
