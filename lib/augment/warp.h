/* Geometric transform (inverse warp) of an image by one interpolation. */
#ifndef AUGMENT_WARP_H
#define AUGMENT_WARP_H

#include "augment/augment.h"
#include "augment/geometry.h"
#include "kernels/pixel_kernels.h"

/* An image padded by a border, so that loads need no bounds checks. Bytes of up to four channels
 * with bilinear interpolation stay bytes; everything else is converted to floats, which is
 * slower. */
struct warp {
	int width, height, channels;
	enum stream_type type; /* of the image */
	double black, unit;    /* f32: the minimum of the value range, and a 255th of the range */
	enum augment_fill fill;
	enum augment_interpolation interpolation;
	int border; /* pixels on the left and at the top; one more on the right and at the bottom */
	size_t value_size;           /* bytes of a padded value: 1 or 4 */
	size_t pixel, row;           /* bytes between pixels, and between rows */
	unsigned char *padded;       /* height + 2 border + 1 rows, and SLACK bytes; owned */
	unsigned char *outside;      /* the padding pixel of AUGMENT_CONSTANT; owned */
	struct sample_points points; /* of one row; owned */
	const struct pixel_kernels *kernels;
};

/* Allocates for images described by `head`. On failure (-1) *warp is empty. */
CHECKED int warp_create(struct warp *warp, const struct stream_head *head,
	const struct augment_options *options, const struct pixel_kernels *kernels,
	struct error *error);
void warp_destroy(struct warp *warp);

/* Loads and pads an image (height x width x channels), its value range mapped to 0 to 255. */
void warp_load(struct warp *warp, const void *pixels);

/* The projection of a matrix from the result to the image, for warp_row. */
struct projection warp_projection(const struct warp *warp, const struct matrix *matrix);

/* Computes row `y` of the result: a row of whole blocks per channel, `plane` apart. */
void warp_row(const struct warp *warp, const struct projection *projection, int y, float *out,
	size_t plane);

#endif
