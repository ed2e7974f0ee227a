/* In-place operations on pixel values. Formulas are torchvision's, on values from 0 to 255, not
 * rounded in between. */
#ifndef AUGMENT_PAINT_H
#define AUGMENT_PAINT_H

#include "kernels/kernels.h"
#include "kernels/pixel_kernels.h"

enum { BLUR_RADIUS_MAXIMUM = 30 };

/* The image being augmented, planar within each row: red, green, blue (and alpha) of row 0, then of
 * row 1. */
struct pixels {
	int width, height, channels;
	int colors;     /* channels without alpha: 1 or 3 */
	size_t stride;  /* floats between rows of channels: whole blocks */
	float *values;  /* height x channels x stride; owned */
	float *scratch; /* (height + 2 BLUR_RADIUS_MAXIMUM) x stride and as much again as two rows;
	                   owned */
	unsigned char *bytes; /* height x width x 4, and two blocks; owned */
	const struct pixel_kernels *kernels;
	const struct kernels *math; /* the engine's, for exp and log */
};

/* The row of one channel. */
static inline float *picture_row(const struct pixels *picture, int y, int channel)
{
	return picture->values +
		((size_t)y * (size_t)picture->channels + (size_t)channel) * picture->stride;
}

/* Changes the image; augment.1 defines `values`. -1: no memory. */
typedef int augment_paint(struct pixels *picture, const double *values, struct error *error);

augment_paint paint_brightness, paint_contrast, paint_saturation, paint_hue, paint_grayscale,
	paint_gamma, paint_autocontrast, paint_equalize, paint_posterize, paint_solarize,
	paint_sharpness, paint_blur, paint_noise, paint_jpeg, paint_erase;

/* e to the power of x, and the natural logarithm of x > 0: in float, the same on every machine. */
float exponential(float x);
float logarithm(float x);

#endif
