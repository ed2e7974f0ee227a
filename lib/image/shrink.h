/* Inside lib/image: a picture resized while its rows come in, so that it need never be in memory as a whole. */
#ifndef IMAGE_SHRINK_H
#define IMAGE_SHRINK_H

#include "image/image.h"

/* Creates the result, with background all over where some will be seen, else not initialised. On failure (-1: no memory, a
 * size that no image has) it is empty. */
CHECKED int image_canvas(struct image *out, const struct image_resize_options *options, int channels,
	struct error *error);

/* A resizing under way. A picture that shrinks a lot is first averaged in boxes of whole pixels, to no less than twice the
 * size that is wanted, as Pillow's thumbnails are (reducing_gap): the filter's work goes by the pixels it is given. */
struct shrink {
	struct image result;
	enum image_filter filter;
	struct rectangle shown, place;
	int channels;
	int across, down;     /* pixels of a box */
	int row;              /* of the picture, that comes next */
	struct image reduced; /* a pixel for each box; those at the right and lower edge may have had fewer pixels */
	uint16_t *sums;       /* of the rows of a box so far, pixel by pixel */
	int summed;           /* those rows, before they go into the boxes */
	uint32_t *boxes;      /* the sums of a row of boxes so far: a box has at most a quarter of 64 million pixels */
};

/* Begins resizing a picture of 1, 3 or 4 channels, by a filter other than nearest. To be ended by shrink_finish or
 * shrink_free. On failure (-1: no memory, a size that no image has) there is nothing to end. */
CHECKED int shrink_start(struct shrink *shrink, int width, int height, int channels,
	const struct image_resize_options *options, struct error *error);

/* Takes the next row from the top. */
void shrink_row(struct shrink *shrink, const unsigned char *row);

/* After all rows: gives the result to *out, a fresh image, and frees the rest. On failure (-1) *out is empty. */
CHECKED int shrink_finish(struct shrink *shrink, struct image *out, struct error *error);

/* Frees; one that is all zero is allowed. */
void shrink_free(struct shrink *shrink);

/* Filters the whole of a picture, whose pixels cover `width` x `height` of its own pixels (the last ones may lie half
 * outside), into `place` of another of as many channels. Pixels beyond the edge have no part in it, as in Pillow and
 * torchvision. A pixel's colour counts by its alpha. Returns 0, or -1 without memory. */
CHECKED int image_resample(const struct image *in, double width, double height, enum image_filter filter,
	struct image *out, const struct rectangle *place, struct error *error);

#endif
