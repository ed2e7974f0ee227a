/* Preview of an augmentation: some records, each with its results in several passes. */
#ifndef AUGMENT_PREVIEW_H
#define AUGMENT_PREVIEW_H

#include "augment/passes.h"
#include "image/image.h"

struct preview {
	int rows, columns; /* a row is a record: the original, then augmented in passes 0, 1, ... */
	struct preview_cell {
		struct image image; /* 1, 3 or 4 channels */
		char *title;        /* the record's class and number, or the pass */
		char *detail; /* augment_describe_change, and the image it was mixed with; "" in the
		                 first column */
	} * cells;            /* rows x columns */
};

/* Augments up to `rows` records, evenly spread over the ids of the first pass of the inputs, which
 * must be rewindable. On failure (-1) *preview is empty. The caller frees with preview_free. */
CHECKED int preview_create(struct preview *preview, const struct augment_plan *plan,
	struct input_streams *inputs, int rows, int columns, struct error *error);
void preview_free(struct preview *preview);

#endif
