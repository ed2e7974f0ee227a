#include "augment/paint.h"

#include "kernels/kernels.h"

#include <string.h>

float exponential(float x)
{
	kernels_plain.exponential(&x, 1);
	return x;
}

float logarithm(float x)
{
	kernels_plain.logarithm(&x, 1);
	return x;
}

/* x = gain x + offset for one channel. */
static void scale_channel(struct pixels *picture, int channel, double gain, double offset)
{
	for (int y = 0; y < picture->height; y++)
		picture->kernels->scale(picture_row(picture, y, channel), picture->stride,
			(float)gain, (float)offset);
}

static void scale_colors(struct pixels *picture, double gain, double offset)
{
	for (int c = 0; c < picture->colors; c++)
		scale_channel(picture, c, gain, offset);
}

int paint_brightness(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	scale_colors(picture, values[0], 0);
	return 0;
}

static double mean_grey(const struct pixels *picture)
{
	static const double weights[] = {0.2989, 0.587, 0.114};
	double sum = 0;
	for (int y = 0; y < picture->height; y++)
		for (int c = 0; c < picture->colors; c++)
			sum += (picture->colors == 1 ? 1 : weights[c]) *
				(double)picture->kernels->sum(picture_row(picture, y, c),
					(size_t)picture->width);
	return sum / ((double)picture->width * picture->height);
}

int paint_contrast(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	scale_colors(picture, values[0], (1 - values[0]) * mean_grey(picture));
	return 0;
}

int paint_saturation(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	for (int y = 0; picture->colors == 3 && y < picture->height; y++)
		picture->kernels->saturate(picture_row(picture, y, 0), picture_row(picture, y, 1),
			picture_row(picture, y, 2), picture->stride, (float)values[0]);
	return 0;
}

int paint_grayscale(struct pixels *picture, const double *values, struct error *error)
{
	(void)values;
	return paint_saturation(picture, &(double){0}, error);
}

int paint_hue(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	double turns = values[0] / 360 + (values[0] < 0);
	for (int y = 0; picture->colors == 3 && y < picture->height; y++)
		picture->kernels->rotate_hue(picture_row(picture, y, 0), picture_row(picture, y, 1),
			picture_row(picture, y, 2), picture->stride, (float)turns);
	return 0;
}

int paint_gamma(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	for (int y = 0; y < picture->height; y++)
		for (int c = 0; c < picture->colors; c++) {
			float *row = picture_row(picture, y, c);
			size_t width = (size_t)picture->width;
			picture->kernels->scale(row, picture->stride, 1.0f / 255, 0);
			picture->math->logarithm(row, width);
			for (size_t x = 0; x < width; x++)
				row[x] *= (float)values[0];
			picture->math->exponential(row, width);
			picture->kernels->scale(row, picture->stride, 255, 0);
		}
	return 0;
}

int paint_autocontrast(struct pixels *picture, const double *values, struct error *error)
{
	(void)values, (void)error;
	for (int c = 0; c < picture->colors; c++) {
		float minimum = 255, maximum = 0;
		for (int y = 0; y < picture->height; y++) {
			const float *row = picture_row(picture, y, c);
			for (int x = 0; x < picture->width; x++) {
				minimum = row[x] < minimum ? row[x] : minimum;
				maximum = row[x] > maximum ? row[x] : maximum;
			}
		}
		double gain = 255 / ((double)maximum - (double)minimum);
		if (maximum > minimum)
			scale_channel(picture, c, gain, -(double)minimum * gain);
	}
	return 0;
}

/* The value rounded to a byte; 0 for NaN. */
static inline int byte_of(float value)
{
	return value > 0 ? value < 255 ? (int)(value + 0.5f) : 255 : 0;
}

static void look_up(struct pixels *picture, int channel, const float table[256])
{
	for (int y = 0; y < picture->height; y++) {
		float *row = picture_row(picture, y, channel);
		for (int x = 0; x < picture->width; x++)
			row[x] = table[byte_of(row[x])];
	}
}

/* Histogram equalization as in Pillow, which leaves out the pixels of the largest value. */
static void equalize_channel(struct pixels *picture, int channel)
{
	int64_t counts[256] = {0}, pixels = (int64_t)picture->width * picture->height,
		cumulative = 0;
	float table[256];
	int last = 255;
	for (int y = 0; y < picture->height; y++) {
		const float *row = picture_row(picture, y, channel);
		for (int x = 0; x < picture->width; x++)
			counts[byte_of(row[x])]++;
	}
	while (counts[last] == 0)
		last--;
	int64_t step = (pixels - counts[last]) / 255;
	if (step == 0)
		return;
	for (int i = 0; i < 256; cumulative += counts[i++]) {
		int64_t value = (cumulative + step / 2) / step;
		table[i] = value < 255 ? (float)value : 255;
	}
	look_up(picture, channel, table);
}

int paint_equalize(struct pixels *picture, const double *values, struct error *error)
{
	(void)values, (void)error;
	for (int c = 0; c < picture->colors; c++)
		equalize_channel(picture, c);
	return 0;
}

int paint_posterize(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	int mask = 0xff00 >> (int)(values[0] + 0.5) & 0xff;
	float table[256];
	for (int i = 0; i < 256; i++)
		table[i] = (float)(i & mask);
	for (int c = 0; c < picture->colors; c++)
		look_up(picture, c, table);
	return 0;
}

int paint_solarize(struct pixels *picture, const double *values, struct error *error)
{
	(void)error;
	float threshold = (float)values[0];
	for (int y = 0; y < picture->height; y++)
		for (int c = 0; c < picture->colors; c++) {
			float *row = picture_row(picture, y, c);
			for (int x = 0; x < picture->width; x++)
				row[x] = row[x] < threshold ? row[x] : 255 - row[x];
		}
	return 0;
}
