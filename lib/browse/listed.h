/* Pictures that a list names, with what it says of them: check-dataset's findings, or any other. */
#ifndef BROWSE_LISTED_H
#define BROWSE_LISTED_H

#include "base/error.h"
#include "base/text.h"

/* All zero is empty. */
struct listed {
	struct text_list paths; /* below the folder that is shown */
	struct text_list notes; /* one for each: the other columns, as text */
};

/* Reads a list: a line that names the columns, of which the first is "path", and one for each picture, separated by
 * tabs, with the escapes of text_write_field; it ends at an empty line or the file's end. Returns 0, or -1
 * naming the line; the list is the caller's to free either way. */
CHECKED int listed_read(struct listed *listed, const char *path, struct error *error);

void listed_free(struct listed *listed);

#endif
