/* Geometry: one interpolation of a whole image. */
#ifndef AUGMENT_WARP_H
#define AUGMENT_WARP_H

#include "augment/augment.h"
#include "augment/geometry.h"
#include "augment/kernels.h"

/* An image with a border, so that no load needs to look where it is. Bytes of up to four channels with bilinear
 * interpolation stay bytes; all else becomes floats, and takes longer. */
struct warp {
	int width, height, channels;
	enum stream_type type;      /* of the image */
	double black, unit;         /* f32: the value shown as 0, and of a 255th of the range */
	enum augment_fill fill;
	enum augment_interpolation interpolation;
	int border;                 /* pixels on the left and above; on the right and below it is one more */
	size_t value;               /* bytes of a value in the border: 1 or 4 */
	size_t pixel, row;          /* bytes from pixel to pixel, and from row to row */
	unsigned char *padded;      /* height + 2 border + 1 rows, and some bytes; owned */
	unsigned char *outside;     /* the pixel that lies outside for AUGMENT_CONSTANT; owned */
	struct places places;       /* of one row; owned */
	const struct pixel_kernels *kernels;
};

/* Allocates for images as `head` says. On failure (-1) *warp is empty. */
CHECKED int warp_create(struct warp *warp, const struct stream_head *head, const struct augment_options *options,
	const struct pixel_kernels *kernels, struct error *error);
void warp_destroy(struct warp *warp);

/* Takes in the pixels of an image (height x width x channels), values of the whole range as 0 to 255. */
void warp_load(struct warp *warp, const void *pixels);

/* What warp_row needs to know of a matrix, from the result to the image. */
struct projection warp_projection(const struct warp *warp, const struct matrix *matrix);

/* Writes row `y` of the result: a row of whole blocks for each channel, `plane` apart. */
void warp_row(const struct warp *warp, const struct projection *projection, int y, float *out, size_t plane);

#endif
