#include "augment/operations.h"

#include <string.h>

static void blend(void *out, const void *partner, enum stream_type type, size_t count, float weight)
{
	unsigned char *bytes = out;
	const unsigned char *other_bytes = partner;
	float *floats = out;
	const float *other_floats = partner;
	for (size_t i = 0; i < count; i++)
		if (type == STREAM_U8)
			bytes[i] = (unsigned char)((float)bytes[i] * weight +
				(float)other_bytes[i] * (1 - weight) + 0.5f);
		else
			floats[i] = floats[i] * weight + other_floats[i] * (1 - weight);
}

double augment_mix(const struct augment_step *step, const struct stream_head *result, void *out,
	const void *partner)
{
	const double *values = step->values;
	size_t size = stream_tensor_size(result), row = size / (size_t)result->height,
	       pixel = row / (size_t)result->width;
	size_t values_count =
		(size_t)result->height * (size_t)result->width * (size_t)result->channels;
	if (augment_operations[step->operation].values == 1) {
		blend(out, partner, result->type, values_count, (float)values[0]);
		return values[0];
	}
	size_t left = (size_t)(values[0] * result->width),
	       right = (size_t)((values[0] + values[2]) * result->width);
	size_t top = (size_t)(values[1] * result->height),
	       bottom = (size_t)((values[1] + values[3]) * result->height);
	right = right < (size_t)result->width ? right : (size_t)result->width;
	bottom = bottom < (size_t)result->height ? bottom : (size_t)result->height;
	for (size_t y = top; y < bottom && left < right; y++)
		memcpy((unsigned char *)out + y * row + left * pixel,
			(const unsigned char *)partner + y * row + left * pixel,
			(right - left) * pixel);
	double covered =
		bottom > top && right > left ? (double)((bottom - top) * (right - left)) : 0;
	return 1 - covered / ((double)result->width * result->height);
}
