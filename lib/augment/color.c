#include "augment/color.h"

#include <math.h>

static const double luma[3] = {0.213, 0.715, 0.072};

bool color_changes(const struct augment_change *change)
{
	return change->brightness != 1 || change->contrast != 1 || change->saturation != 1 || change->hue != 0;
}

/* saturate: luma + s (1 - luma); hueRotate: luma + cos (1 - luma) + sin K. */
static void saturate(double factor, double out[3][3])
{
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			out[i][j] = luma[j] + factor * ((i == j) - luma[j]);
}

static void rotate_hue(double degrees, double out[3][3])
{
	static const double turn[3][3] = {
		{-0.213, -0.715, 0.928}, {0.143, 0.140, -0.283}, {-0.787, 0.715, 0.072}};
	double sine, cosine;
	augment_sine_cosine(degrees, &sine, &cosine);
	saturate(cosine, out);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			out[i][j] += sine * turn[i][j];
}

struct color color_compose(const struct augment_change *change, double mean, double black)
{
	struct color color = {.least = -INFINITY, .most = INFINITY};
	double first[3][3], second[3][3], gain = change->brightness * change->contrast;
	saturate(change->saturation, first);
	rotate_hue(change->hue, second);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			double sum = 0;
			for (int k = 0; k < 3; k++)
				sum += second[i][k] * first[k][j];
			color.matrix[i][j] = (float)(gain * sum);
		}
	/* Grey stays grey under saturation and hue, so that offsets pass through unchanged. */
	color.offset = (float)((1 - change->contrast) * change->brightness * mean + (1 - gain) * black);
	return color;
}

double color_luma(const float *row, int width, int channels)
{
	double sums[3] = {0};
	for (int x = 0; x < width; x++)
		for (int c = 0; c < channels; c++)
			sums[c] += (double)row[x * channels + c];
	return channels == 1 ? sums[0] : luma[0] * sums[0] + luma[1] * sums[1] + luma[2] * sums[2];
}

static inline float cut(const struct color *color, float value)
{
	value = value < color->least ? color->least : value;
	return value > color->most ? color->most : value;
}

void color_row(const struct color *color, float *row, int width, int channels)
{
	const float(*m)[3] = color->matrix;
	if (channels == 1) {
		float gain = m[0][0] + m[0][1] + m[0][2];
		for (int x = 0; x < width; x++)
			row[x] = cut(color, gain * row[x] + color->offset);
		return;
	}
	for (float *pixel = row; pixel < row + 3 * width; pixel += 3) {
		float r = pixel[0], g = pixel[1], b = pixel[2];
		for (int i = 0; i < 3; i++)
			pixel[i] = cut(color, m[i][0] * r + m[i][1] * g + m[i][2] * b + color->offset);
	}
}
