#include "augment/paint.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

/* ---- sharpness ---- */

/* Row y smoothed by the kernel 1/13 [1 1 1; 1 5 1; 1 1 1], without its first and last pixel. */
static void smooth_row(const struct pixels *picture, int y, int channel, float *out)
{
	const float *above = picture_row(picture, y - 1, channel),
		    *row = picture_row(picture, y, channel);
	const float *below = picture_row(picture, y + 1, channel);
	for (int x = 1; x + 1 < picture->width; x++) {
		float around = above[x - 1] + above[x] + above[x + 1] + row[x - 1] + row[x + 1] +
			below[x - 1] + below[x] + below[x + 1];
		out[x] = (around + 5 * row[x]) / 13;
	}
}

/* Edge pixels are not changed. */
int paint_sharpness(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	float factor = (float)values[0];
	for (int c = 0; c < picture->colors; c++) {
		for (int y = 1; y + 1 < picture->height; y++)
			smooth_row(picture, y, c, picture->scratch + (size_t)y * picture->stride);
		for (int y = 1; y + 1 < picture->height; y++) {
			float *row = picture_row(picture, y, c);
			const float *smooth = picture->scratch + (size_t)y * picture->stride;
			for (int x = 1; x + 1 < picture->width; x++)
				row[x] = smooth[x] + (row[x] - smooth[x]) * factor;
			picture->kernels->scale(row, picture->stride, 1, 0);
		}
	}
	return 0;
}

/* ---- blur ---- */

/* Reflects an index at the first and last of `count` samples. */
static int reflect_index(int i, int count)
{
	int period = count > 1 ? 2 * (count - 1) : 1;
	i = (i % period + period) % period;
	return i < count ? i : period - i;
}

/* The normalised Gaussian kernel of 2 radius + 1 weights. Returns the radius. */
static int gaussian_kernel(double sigma, float weights[2 * BLUR_RADIUS_MAXIMUM + 1])
{
	sigma = fmax(sigma, 0.01);
	int radius = (int)ceil(3 * sigma);
	float sum = 0;
	for (int k = -radius; k <= radius; k++)
		sum += weights[radius + k] = exponential((float)(-k * k / (2 * sigma * sigma)));
	for (int k = 0; k <= 2 * radius; k++)
		weights[k] /= sum;
	return radius;
}

/* Separable: along rows into scratch, padded by reflected rows above and below; then along
 * columns. */
int paint_blur(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	float weights[2 * BLUR_RADIUS_MAXIMUM + 1];
	const int radius = gaussian_kernel(values[0], weights), taps = 2 * radius + 1;
	const size_t stride = picture->stride;
	float *columns = picture->scratch,
	      *line = columns + (size_t)(picture->height + 2 * radius) * stride;
	for (int c = 0; c < picture->colors; c++) {
		for (int y = 0; y < picture->height; y++) {
			const float *row = picture_row(picture, y, c);
			for (int x = -radius; x < (int)stride + radius; x++)
				line[radius + x] = row[reflect_index(x, picture->width)];
			picture->kernels->convolve(columns + (size_t)(radius + y) * stride, line, 1,
				weights, taps, stride);
		}
		for (int y = -radius; y < picture->height + radius; y++)
			if (y < 0 || y >= picture->height)
				memcpy(columns + (size_t)(radius + y) * stride,
					columns +
						(size_t)(radius +
							reflect_index(y, picture->height)) *
							stride,
					stride * sizeof *columns);
		for (int y = 0; y < picture->height; y++)
			picture->kernels->convolve(picture_row(picture, y, c),
				columns + (size_t)y * stride, (ptrdiff_t)stride, weights, taps,
				stride);
	}
	return 0;
}

/* ---- noise, erasing ---- */

/* Approximates a normal distribution by the sum of eight bytes, normalised; its range is +-4.9. */
static float draw_normal(struct random *random)
{
	int sum = 0;
	for (int word = 0; word < 2; word++) {
		uint32_t bits = random_u32(random);
		sum += (int)((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24));
	}
	return (float)(sum - 1020) * (float)(1 / 209.02153);
}

int paint_noise(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	float size = (float)(255 * fmin(values[0], 1));
	for (int y = 0; y < picture->height; y++) {
		struct random random = random_start((uint64_t)values[1], RANDOM_AUGMENT,
			(uint64_t)1 << 63, (uint64_t)y);
		for (int x = 0; x < picture->width; x++)
			for (int c = 0; c < picture->colors; c++)
				picture_row(picture, y, c)[x] += size * draw_normal(&random);
		for (int c = 0; c < picture->colors; c++)
			picture->kernels->scale(picture_row(picture, y, c), picture->stride, 1, 0);
	}
	return 0;
}

/* Fills with the middle of the value range, opaque. */
int paint_erase(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	int left = (int)(values[0] * picture->width),
	    right = (int)fmin((values[0] + values[2]) * picture->width, picture->width);
	int top = (int)(values[1] * picture->height),
	    bottom = (int)fmin((values[1] + values[3]) * picture->height, picture->height);
	for (int y = top; y < bottom; y++)
		for (int c = 0; c < picture->channels; c++)
			for (int x = left; x < right; x++)
				picture_row(picture, y, c)[x] = c < picture->colors ? 127.5f : 255;
	return 0;
}
