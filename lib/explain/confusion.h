/* Drawing of a confusion matrix. */
#ifndef EXPLAIN_CONFUSION_H
#define EXPLAIN_CONFUSION_H

#include "explain/canvas.h"

struct confusion {
	const char *title; /* above the matrix, "accuracy 94.9 % (89.3-97.6 %), 117 pictures" */
	int classes;       /* at least 1 */
	const char *const *labels; /* one per class */
	const uint64_t
		*counts; /* (classes, classes): ground truth in rows, prediction in columns */
};

/* Draws the matrix: each cell shaded by its fraction of its row, with count and percentage if they
 * fit; the diagonal framed. Rows and columns have the classes' names, truncated if they are too
 * long. On failure (-1: no memory, more classes than pixels) *canvas is empty. */
CHECKED int confusion_draw(struct canvas *canvas, const struct confusion *confusion,
	struct error *error);

/* Writes it as a PNG file, complete or not at all. */
CHECKED int confusion_write_png(const struct confusion *confusion, const char *path,
	struct error *error);

#endif
