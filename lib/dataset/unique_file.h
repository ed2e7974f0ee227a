/* Writing a file without overwriting another one. */
#ifndef DATASET_UNIQUE_FILE_H
#define DATASET_UNIQUE_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Writes `bytes` to FOLDER/NAME, and creates the folder if it is missing. An existing file with the
 * same content is kept; if its content differs, the name NAME-2 (before the extension), NAME-3, ...
 * is used. Returns 0 or -1. */
CHECKED int unique_file_write(const char *folder, const char *name, const void *bytes, size_t size,
	struct error *error);

#endif
