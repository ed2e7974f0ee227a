/* A look at what would be done: some records as they are, each with what becomes of it. */
#ifndef AUGMENT_PREVIEW_H
#define AUGMENT_PREVIEW_H

#include "augment/passes.h"
#include "image/image.h"

struct preview {
	int rows, columns;           /* a row is a record: first as it is, then varied in passes 0, 1, ... */
	struct preview_cell {
		struct image image;  /* 1, 3 or 4 channels */
		char *title;         /* the record's class and number, or the pass */
		char *detail;        /* what was done, as augment_tell has it, and with which image; "" in the first column */
	} *cells;                    /* rows x columns */
};

/* Varies up to `rows` records, evenly spread over the ids of the first pass of the source, which was opened to be read again.
 * On failure (-1) *preview is empty. The caller frees with preview_free. */
CHECKED int preview_create(struct preview *preview, const struct augment_plan *plan, struct source *source, int rows,
	int columns, struct error *error);
void preview_free(struct preview *preview);

#endif
