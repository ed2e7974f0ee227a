#include "image/shrink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 }; /* values at once: a fixed number, so that the compiler vectorizes the loop */

typedef float pixel __attribute__((
	vector_size(4 * sizeof(float)))); /* its channels, and the values after them */

/* Input pixels and weights of each output pixel along an axis. */
struct resampling_kernel {
	int *first, *count;
	float *weights; /* `taps` per output */
	int taps;
};

/* ---- weights ---- */

static double triangle(double x)
{
	return x < 1 ? 1 - x : 0;
}

/* R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2
 * (Catmull-Rom). */
static double cubic(double x)
{
	if (x < 1)
		return (1.5 * x - 2.5) * x * x + 1;
	return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/* K. Turkowski, "Filters for common resampling tasks", 1990, with three lobes: sinc(x) sinc(x / 3),
 * where sinc(x) is sin(pi x) / (pi x). */
static double lanczos(double x)
{
	double angle = 3.14159265358979323846 * x;
	return x >= 3 ? 0 : x > 0 ? 3 * sin(angle) * sin(angle / 3) / (angle * angle) : 1;
}

static const struct {
	double radius;
	double (*weight)(double distance);
} FILTERS[] = {
	[IMAGE_BILINEAR] = {1, triangle},
	[IMAGE_BICUBIC] = {2, cubic},
	[IMAGE_LANCZOS] = {3, lanczos},
};

static void kernel_free(struct resampling_kernel *kernel)
{
	free(kernel->first);
	free(kernel->count);
	free(kernel->weights);
}

/* For `pixels` input pixels of extent `extent` along the axis. Reduction widens the filter. On
 * failure all is freed. */
static int kernel_create(struct resampling_kernel *kernel, int pixels, double extent, int outputs,
	enum image_filter filter, struct error *error)
{
	double scale = extent / outputs, stretch = scale < 1 ? 1 : scale,
	       radius = FILTERS[filter].radius * stretch;
	*kernel = (struct resampling_kernel){.taps = (int)(2 * radius) + 2};
	kernel->taps = kernel->taps < pixels ? kernel->taps : pixels;
	kernel->first = malloc((size_t)outputs * sizeof *kernel->first);
	kernel->count = malloc((size_t)outputs * sizeof *kernel->count);
	kernel->weights = malloc((size_t)outputs * (size_t)kernel->taps * sizeof *kernel->weights);
	if (!kernel->first || !kernel->count || !kernel->weights) {
		kernel_free(kernel);
		return error_memory(error, "image");
	}
	for (int i = 0; i < outputs; i++) {
		double centre = (i + 0.5) * scale, sum = 0;
		float *weights = kernel->weights + (size_t)i * (size_t)kernel->taps;
		int first = centre - radius + 0.5 < 0 ? 0 : (int)(centre - radius + 0.5),
		    end = (int)(centre + radius + 0.5);
		end = end > pixels ? pixels : end;
		for (int pass = 0; pass < 2; pass++) /* the sum, then weights normalized by it */
			for (int j = first; j < end; j++) {
				double offset = (j + 0.5 - centre) / stretch,
				       distance = offset < 0 ? -offset : offset;
				double weight = FILTERS[filter].weight(distance);
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

static void add_row(float *restrict sums, const unsigned char *restrict row, float weight,
	size_t count)
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
		float premultiplied = weight * (float)row[i + 3];
		for (size_t c = 0; c < 3; c++)
			sums[i + c] += premultiplied * (float)row[i + c];
		sums[i + 3] += premultiplied;
	}
}

/* Row y of the result at the width of the input. */
static void filter_rows(float *sums, const struct image *in,
	const struct resampling_kernel *vertical, int y)
{
	size_t count = (size_t)in->width * (size_t)in->channels;
	const float *weights = vertical->weights + (size_t)y * (size_t)vertical->taps;
	const unsigned char *row = in->pixels + (size_t)vertical->first[y] * count;
	memset(sums, 0, count * sizeof *sums);
	for (int j = 0; j < vertical->count[y]; j++, row += count) {
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

static void filter_columns(unsigned char *out, const float *sums,
	const struct resampling_kernel *horizontal, int width, int channels)
{
	const float *weights = horizontal->weights;
	for (int x = 0; x < width; x++, weights += horizontal->taps, out += channels) {
		const float *from = sums + (size_t)horizontal->first[x] * (size_t)channels;
		pixel sum = {0}, value;
		for (int j = 0; j < horizontal->count[x]; j++, from += channels) {
			memcpy(&value, from, sizeof value);
			sum += weights[j] * value;
		}
		float alpha = channels == 4 && sum[3] > 0 ? sum[3] : 1;
		for (int c = 0; c < channels; c++)
			out[c] = byte_of(c < 3 ? sum[c] / alpha : sum[c]);
	}
}

int image_resample(const struct image *in, double width, double height, enum image_filter filter,
	struct image *out, const struct rectangle *target, struct error *error)
{
	enum { EXTRA = 3 }; /* values read past the last pixel of one channel */
	struct resampling_kernel horizontal, vertical;
	float *sums = calloc((size_t)in->width * (size_t)in->channels + EXTRA, sizeof *sums);
	if (!sums)
		return error_memory(error, "image");
	int failed = kernel_create(&horizontal, in->width, width, target->width, filter, error);
	if (!failed &&
		kernel_create(&vertical, in->height, height, target->height, filter, error)) {
		kernel_free(&horizontal);
		failed = -1;
	}
	size_t channels = (size_t)in->channels, stride = (size_t)out->width * channels;
	unsigned char *to = out->pixels + (size_t)target->y * stride + (size_t)target->x * channels;
	for (int y = 0; !failed && y < target->height; y++, to += stride) {
		filter_rows(sums, in, &vertical, y);
		filter_columns(to, sums, &horizontal, target->width, in->channels);
	}
	if (!failed) {
		kernel_free(&horizontal);
		kernel_free(&vertical);
	}
	free(sums);
	return failed;
}
