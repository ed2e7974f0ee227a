/* Inside lib/image: resizing row by row, so that the whole picture need not be in memory. */
#ifndef IMAGE_SHRINK_H
#define IMAGE_SHRINK_H

#include "image/image.h"

/* Creates the result, filled with the background if it is padded, else uninitialized. On failure
 * (-1: no memory, an invalid size) it is empty. */
CHECKED int image_canvas(struct image *out, const struct image_resize_options *options,
	int channels, struct error *error);

/* The state of resizing. A large reduction starts with a box filter of whole pixels, to no less
 * than twice the target size, as in Pillow's thumbnails (reducing_gap): the time of the resampling
 * filter grows with its input. */
struct shrink {
	struct image result;
	enum image_filter filter;
	struct rectangle source, target;
	int channels;
	int box_width, box_height; /* pixels */
	int row;                   /* next row of the picture */
	struct image
		reduced; /* one pixel per box; boxes at the right and lower edge may be smaller */
	uint16_t *sums;  /* of the rows of the current boxes, by pixel */
	int summed;      /* number of rows in `sums`, not yet added to `boxes` */
	uint32_t *boxes; /* sums of the current row of boxes: a box has at most a quarter of 64
	                    million pixels */
};

/* Starts resizing a picture of 1, 3 or 4 channels, by a filter other than nearest. To be ended by
 * shrink_finish or shrink_free. On failure (-1: no memory, an invalid size) there is nothing to
 * end. */
CHECKED int shrink_start(struct shrink *shrink, int width, int height, int channels,
	const struct image_resize_options *options, struct error *error);

/* Adds the next row from the top. */
void shrink_row(struct shrink *shrink, const unsigned char *row);

/* After all rows: stores the result in *out, the caller's to free, and frees the rest. On failure
 * (-1) *out is empty. */
CHECKED int shrink_finish(struct shrink *shrink, struct image *out, struct error *error);

/* Frees; one that is all zero is allowed. */
void shrink_free(struct shrink *shrink);

/* Resamples a whole picture, of extent `width` x `height` in its pixels (the last ones may be
 * partly outside), into the rectangle `target` of another with as many channels. Weights beyond the
 * edge are dropped and the rest normalized, as in Pillow and torchvision; colours are premultiplied
 * by alpha. Returns 0, or -1 without memory. */
CHECKED int image_resample(const struct image *in, double width, double height,
	enum image_filter filter, struct image *out, const struct rectangle *target,
	struct error *error);

#endif
