/* The files that a model consists of, by name and in memory: of a folder, of a zip archive, or one
 * alone with those beside it. What parses them opens nothing. */
#ifndef MODEL_FILES_H
#define MODEL_FILES_H

#include "base/error.h"

#include <stddef.h>

enum { MODEL_FILES_MAXIMUM = 1024, MODEL_FILE_NAME_SIZE = 256 };

struct model_file {
	char name[MODEL_FILE_NAME_SIZE]; /* without a folder: "weights.bin" */
	const unsigned char *bytes;
	size_t size;
};

struct model_files {
	const char *path; /* MODEL, as the user named it; for messages */
	struct model_file *items;
	int count;
};

/* The file of this name; NULL if there is none. */
const struct model_file *model_files_find(const struct model_files *files, const char *name);

#endif
