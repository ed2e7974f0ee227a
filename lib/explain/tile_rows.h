/* Pictures in rows, the first of each set apart from what became of it. */
#ifndef EXPLAIN_TILE_ROWS_H
#define EXPLAIN_TILE_ROWS_H

#include "explain/sheet.h"

/* Draws rows x columns tiles, row by row, under a heading, each in a cell of the first one's proportions. Below a picture stand
 * its title and its detail, as many lines as that needs; a newline ends one. On failure (-1) the canvas is
 * empty. */
CHECKED int tile_rows(struct canvas *canvas, const char *heading, const char *detail, const struct tile *tiles, int rows,
	int columns, struct error *error);

#endif
