/* A list of images with notes: the findings of check-dataset, or any other list. */
#ifndef BROWSE_LISTED_H
#define BROWSE_LISTED_H

#include "base/error.h"
#include "base/text.h"

/* All zero is empty. */
struct listed {
	struct text_list paths; /* relative to the folder shown */
	struct text_list notes; /* one for each path: the other columns, as text */
};

/* Reads a list: a header line with column names, the first of which is "path", and one line for
 * each image, fields separated by tabs, with the escapes of text_write_field, up to an empty line
 * or the end of the file. Returns 0, or -1 with the line number; the caller frees the list either
 * way. */
CHECKED int listed_read(struct listed *listed, const char *path, struct error *error);

void listed_free(struct listed *listed);

#endif
