/* Inside lib/image: from pixels as a file stores them to those that are wanted, row by row as a decoder finds them. */
#ifndef IMAGE_ROWS_H
#define IMAGE_ROWS_H

#include "image/color.h"
#include "image/shrink.h"

#include <stdbool.h>

/* What is made of a picture. */
struct wanted {
	const struct image_decode_options *options;
	const struct image_resize_options *resize; /* NULL: stays as large as it comes */
	const struct image_inspection *inspection; /* NULL: the picture itself is wanted */
	int channels;                              /* 1 grey, 3 RGB, 4 RGBA */
};

/* What a decoder knows of a picture before its pixels. */
struct stored {
	int width, height;            /* of the rows that it will give: it may have scaled */
	enum pixel_layout layout;
	int orientation;              /* of EXIF, 1 to 8; 0: not known, as 1 */
	const unsigned char *profile; /* ICC; NULL: none. Read by rows_start alone. */
	size_t profile_size;
};

struct rows {
	struct wanted wanted;
	struct stored stored;
	struct color_conversion *conversion; /* NULL: none */
	unsigned char *converted, *row;      /* by it; in the channels wanted, and a byte more */
	enum { ROWS_KEPT, ROWS_SHRUNK, ROWS_INSPECTED } destination; /* one of these three: */
	struct image whole;
	struct shrink shrink;
	void *inspected;                     /* by wanted.inspection */
	int count;                           /* of rows so far */
};

/* Begins a picture; *rows is all zero. Whatever it returns, the caller ends with rows_free. -1: no memory. */
CHECKED int rows_start(struct rows *rows, const struct wanted *wanted, const struct stored *stored, struct error *error);

/* Takes the next row from the top, in the layout stored. Never more rows than were announced. */
void rows_add(struct rows *rows, const unsigned char *row);

/* Adds all rows of an image in that layout. */
void rows_add_image(struct rows *rows, const struct image *image);

/* After all rows: gives the picture, upright, to *image. On failure (-1, no memory) *image is empty. */
CHECKED int rows_finish(struct rows *rows, struct image *image, struct error *error);

/* After all rows, where an inspection is wanted: has it write what it found of the picture, upright. Returns 0, or -1 where
 * that fails or there is no memory. */
CHECKED int rows_find(struct rows *rows, void *finding, struct error *error);

/* Frees; one that is all zero is allowed. */
void rows_free(struct rows *rows);

#endif
