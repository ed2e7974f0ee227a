/* The files that a model consists of, in memory: found and mapped by the caller, since what parses
 * them opens nothing. */
#ifndef FORMAT_FILES_H
#define FORMAT_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Files of a model, shards of weights among them; other files of a folder do not count. */
enum { MODEL_FILES_MAXIMUM = 4096, MODEL_FILE_NAME_SIZE = 256 };

struct model_file {
	char name[MODEL_FILE_NAME_SIZE]; /* without a folder: "weights.bin" */
	const unsigned char *bytes;      /* NULL until it is opened */
	size_t size;
};

struct model_files {
	const char *path; /* MODEL, as the user named it; for messages */
	bool is_folder;   /* of a folder or an archive: messages name the file too */
	struct model_file *items;
	int count;
	int main;         /* the file that the user named; -1: a folder or an archive */
	int architecture; /* the JSON file; -1: none */
	int weights;      /* the HDF5 file; -1: none */
	int archive;      /* the zip archive in a folder; -1: none */
};

/* Adds a file of this name, not opened. -1 for too many. */
CHECKED int model_files_add(struct model_files *files, const char *name, struct error *error);

/* The file of this name; NULL if there is none. */
const struct model_file *model_files_find(const struct model_files *files, const char *name);

/* Bytes of those that are opened. */
size_t model_files_size(const struct model_files *files);

/* The path of a file for messages, FOLDER/NAME, or MODEL itself. Writes and returns `out`. */
const char *model_files_path(const struct model_files *files, const struct model_file *file,
	char *out, size_t size);

#endif
