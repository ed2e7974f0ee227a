/* Inside lib/image: the sink of a decoder, which converts the stored pixels row by row to the
 * requested output. */
#ifndef IMAGE_ROW_SINK_H
#define IMAGE_ROW_SINK_H

#include "image/color.h"
#include "image/shrink.h"

#include <stdbool.h>

/* The requested output. */
struct decode_target {
	const struct image_decode_options *options;
	const struct image_resize_options *resize; /* NULL: original size */
	const struct image_inspection *inspection; /* NULL: output is the picture itself */
	int channels;                              /* 1 grey, 3 RGB, 4 RGBA */
};

/* The format of the stored pixels, known to the decoder before it reads them. */
struct stored_format {
	int width, height; /* of the rows that follow: the decoder may have scaled */
	enum pixel_layout layout;
	int orientation;              /* EXIF, 1 to 8; 0: unknown, as 1 */
	const unsigned char *profile; /* ICC; NULL: none. Used by row_sink_start only. */
	size_t profile_size;
};

struct row_sink {
	struct decode_target target;
	struct stored_format stored;
	struct color_conversion *conversion; /* NULL: none */
	unsigned char *converted,
		*row; /* row after `conversion`; row in the requested channels, plus a byte */
	enum {
		SINK_STORED,
		SINK_SHRUNK,
		SINK_INSPECTED
	} destination; /* which of these three is used: */
	struct image whole;
	struct shrink shrink;
	void *inspected; /* state of target.inspection */
	int count;       /* rows so far */
};

/* Starts a picture; *sink is all zero. Whatever it returns, the caller ends with row_sink_free. -1:
 * no memory. */
CHECKED int row_sink_start(struct row_sink *sink, const struct decode_target *target,
	const struct stored_format *stored, struct error *error);

/* Adds the next row from the top, in the stored layout. Never more rows than `stored->height`. */
void row_sink_add(struct row_sink *sink, const unsigned char *row);

/* Adds all rows of an image in the stored layout. */
void row_sink_add_image(struct row_sink *sink, const struct image *image);

/* After all rows: stores the picture, upright, in *image. On failure (-1, no memory) *image is
 * empty. */
CHECKED int row_sink_finish(struct row_sink *sink, struct image *image, struct error *error);

/* After all rows, if an inspection is requested: writes its finding for the upright picture.
 * Returns 0, or -1 if it fails or without memory. */
CHECKED int row_sink_inspect(struct row_sink *sink, void *finding, struct error *error);

/* Frees; an all-zero sink is allowed. */
void row_sink_free(struct row_sink *sink);

#endif
