/* Images in rows, the first of each row separated from the others. */
#ifndef EXPLAIN_TILE_ROWS_H
#define EXPLAIN_TILE_ROWS_H

#include "explain/sheet.h"

/* Draws rows x columns tiles, row by row, under a heading, each in a cell of the first one's aspect
 * ratio. Below an image are its title and its detail, wrapped at words and newlines. On failure
 * (-1) the canvas is empty. */
CHECKED int tile_rows(struct canvas *canvas, const char *heading, const char *detail,
	const struct tile *tiles, int rows, int columns, struct error *error);

#endif
