#include "image/shrink.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 }; /* values at once: a fixed number, so that the compiler makes vectors of them */

typedef float pixel __attribute__((vector_size(4 * sizeof(float)))); /* its channels, and what follows them */

/* For each place of an axis of the result: which pixels it is made of, and with what weights. */
struct kernel {
	int *first, *count;
	float *weights; /* `most` for each place */
	int most;
};

/* ---- weights ---- */

static double triangle(double x)
{
	return x < 1 ? 1 - x : 0;
}

/* R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2 (Catmull-Rom). */
static double cubic(double x)
{
	if (x < 1)
		return (1.5 * x - 2.5) * x * x + 1;
	return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static void kernel_free(struct kernel *kernel)
{
	free(kernel->first);
	free(kernel->count);
	free(kernel->weights);
}

/* `pixels` of the axis cover `extent`; shrinking widens the filter. Without memory everything is freed. */
static int kernel_create(struct kernel *kernel, int pixels, double extent, int places, enum image_filter filter,
	struct error *error)
{
	double scale = extent / places, wide = scale < 1 ? 1 : scale, reach = (filter == IMAGE_BICUBIC ? 2 : 1) * wide;
	*kernel = (struct kernel){.most = (int)(2 * reach) + 2};
	kernel->most = kernel->most < pixels ? kernel->most : pixels;
	kernel->first = malloc((size_t)places * sizeof *kernel->first);
	kernel->count = malloc((size_t)places * sizeof *kernel->count);
	kernel->weights = malloc((size_t)places * (size_t)kernel->most * sizeof *kernel->weights);
	if (!kernel->first || !kernel->count || !kernel->weights) {
		kernel_free(kernel);
		return error_memory(error, "image");
	}
	for (int i = 0; i < places; i++) {
		double centre = (i + 0.5) * scale, sum = 0;
		float *weights = kernel->weights + (size_t)i * (size_t)kernel->most;
		int first = centre - reach + 0.5 < 0 ? 0 : (int)(centre - reach + 0.5), end = (int)(centre + reach + 0.5);
		end = end > pixels ? pixels : end;
		for (int pass = 0; pass < 2; pass++) /* the sum, then weights of that sum */
			for (int j = first; j < end; j++) {
				double offset = (j + 0.5 - centre) / wide, distance = offset < 0 ? -offset : offset;
				double weight = filter == IMAGE_BICUBIC ? cubic(distance) : triangle(distance);
				if (pass == 0)
					sum += weight;
				else
					weights[j - first] = (float)(weight / sum);
			}
		kernel->first[i] = first;
		kernel->count[i] = end - first;
	}
	return 0;
}

/* ---- rows ---- */

static void add_row(float *restrict sums, const unsigned char *restrict row, float weight, size_t count)
{
	for (; count >= BLOCK; count -= BLOCK, sums += BLOCK, row += BLOCK)
		for (int i = 0; i < BLOCK; i++)
			sums[i] += weight * (float)row[i];
	for (size_t i = 0; i < count; i++)
		sums[i] += weight * (float)row[i];
}

static void add_row_by_alpha(float *sums, const unsigned char *row, float weight, size_t count)
{
	for (size_t i = 0; i < count; i += 4) {
		float share = weight * (float)row[i + 3];
		for (size_t c = 0; c < 3; c++)
			sums[i + c] += share * (float)row[i + c];
		sums[i + 3] += share;
	}
}

/* Row y of the result at the width of the input. */
static void mix_rows(float *sums, const struct image *in, const struct kernel *down, int y)
{
	size_t count = (size_t)in->width * (size_t)in->channels;
	const float *weights = down->weights + (size_t)y * (size_t)down->most;
	const unsigned char *row = in->pixels + (size_t)down->first[y] * count;
	memset(sums, 0, count * sizeof *sums);
	for (int j = 0; j < down->count[y]; j++, row += count) {
		if (in->channels == 4)
			add_row_by_alpha(sums, row, weights[j], count);
		else
			add_row(sums, row, weights[j], count);
	}
}

/* ---- columns ---- */

static unsigned char byte_of(float value)
{
	value += 0.5f;
	return value >= 255 ? 255 : value > 0 ? (unsigned char)value : 0;
}

static void mix_columns(unsigned char *out, const float *sums, const struct kernel *across, int width, int channels)
{
	const float *weights = across->weights;
	for (int x = 0; x < width; x++, weights += across->most, out += channels) {
		const float *from = sums + (size_t)across->first[x] * (size_t)channels;
		pixel mixed = {0}, value;
		for (int j = 0; j < across->count[x]; j++, from += channels) {
			memcpy(&value, from, sizeof value);
			mixed += weights[j] * value;
		}
		float alpha = channels == 4 && mixed[3] > 0 ? mixed[3] : 1;
		for (int c = 0; c < channels; c++)
			out[c] = byte_of(c < 3 ? mixed[c] / alpha : mixed[c]);
	}
}

int image_resample(const struct image *in, double width, double height, enum image_filter filter, struct image *out,
	const struct rectangle *place, struct error *error)
{
	enum { BEHIND = 3 }; /* values that the last pixel of one channel is read with */
	struct kernel across, down;
	float *sums = calloc((size_t)in->width * (size_t)in->channels + BEHIND, sizeof *sums);
	if (!sums)
		return error_memory(error, "image");
	int failed = kernel_create(&across, in->width, width, place->width, filter, error);
	if (!failed && kernel_create(&down, in->height, height, place->height, filter, error)) {
		kernel_free(&across);
		failed = -1;
	}
	size_t channels = (size_t)in->channels, stride = (size_t)out->width * channels;
	unsigned char *to = out->pixels + (size_t)place->y * stride + (size_t)place->x * channels;
	for (int y = 0; !failed && y < place->height; y++, to += stride) {
		mix_rows(sums, in, &down, y);
		mix_columns(to, sums, &across, place->width, in->channels);
	}
	if (!failed) {
		kernel_free(&across);
		kernel_free(&down);
	}
	free(sums);
	return failed;
}
