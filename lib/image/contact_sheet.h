/* A contact sheet: many small pictures of one size in a grid. */
#ifndef IMAGE_CONTACT_SHEET_H
#define IMAGE_CONTACT_SHEET_H

#include "image/image.h"

/* A sheet and its cells so far. */
struct contact_sheet {
	int width, height, channels; /* of the input values */
	int shown; /* channels that are drawn: the first 3 if there are 3 or more, else the first */
	float minimum, maximum; /* values shown as black and as white */
	int count;              /* of cells */
	unsigned char *cells;   /* count x height x width x shown; owned */
};

/* Starts a sheet of cells of the given size. Nothing is allocated yet. */
struct contact_sheet contact_sheet_start(int width, int height, int channels, double minimum,
	double maximum);

/* Adds a cell from (height, width, channels) values. -1 without memory, or where the sheet would
 * exceed 256 megapixels. */
CHECKED int contact_sheet_add_u8(struct contact_sheet *sheet, const unsigned char *values,
	struct error *error);
CHECKED int contact_sheet_add_f32(struct contact_sheet *sheet, const float *values,
	struct error *error);

/* Draws the cells, at least one, in a grid, row by row, on white with a border of 2 pixels, about
 * square, and writes that as a PNG file atomically. */
CHECKED int contact_sheet_write_png(const struct contact_sheet *sheet, const char *path,
	struct error *error);

void contact_sheet_free(struct contact_sheet *sheet);

#endif
