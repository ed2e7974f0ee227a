/* Geometry: one bilinear interpolation of a whole image. */
#ifndef AUGMENT_WARP_H
#define AUGMENT_WARP_H

#include "augment/augment.h"

/* An image as floats with a border, so that no load needs to look where it is: one pixel to the left and above,
 * two to the right and below. */
struct warp {
	int width, height, channels;
	size_t stride;  /* floats from row to row: (width + 3) * channels */
	float *padded;  /* (height + 3) rows and WARP_SLACK floats; owned */
};

/* Floats that may be read or written behind the last pixel of an image or row: pixels move four floats at a time. */
enum { WARP_SLACK = 3 };

/* Allocates for images as `head` says. On failure (-1) *warp is empty. */
CHECKED int warp_create(struct warp *warp, const struct stream_head *head, struct error *error);
void warp_destroy(struct warp *warp);

/* Takes in the pixels of an image (height x width x channels) of `type`; the border repeats the edge, or for
 * AUGMENT_CONSTANT is `value`. */
void warp_load(struct warp *warp, const void *pixels, enum stream_type type, enum augment_fill fill, float value);

/* Writes row `y` of the result, width x channels values and WARP_SLACK that mean nothing. */
void warp_row(const struct warp *warp, const struct augment_matrix *matrix, enum augment_fill fill, int y, float *out);

#endif
