/* The files that a model consists of: of a folder, of a zip archive, or one with those beside it.
 * They are chosen by name, and mapped; what parses them opens nothing. */
#ifndef MODEL_FILES_H
#define MODEL_FILES_H

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

/* Whether a file of this name may belong to a model: JSON, HDF5, an archive, a shard of weights,
 * labels. */
bool model_files_wants(const char *name);

/* Chooses by name, where there are no others: architecture.json or the only JSON file beside the
 * card and metadata; poids.h5 or the only HDF5 file; without both, the only archive. -1: several,
 * of which one must go, or none at all. */
CHECKED int model_files_choose(struct model_files *files, struct error *error);

/* Whether file `index` is chosen, a shard, or metadata: what is read of them. */
bool model_files_needs(const struct model_files *files, int index);

/* Finds the files of MODEL, a folder or a file, and maps those that are needed. On failure (-1: no
 * such file, not a model, unreadable) *files is empty. */
CHECKED int model_files_open(struct model_files *files, const char *path, struct error *error);
/* The same of one file, of any name, that has weights. */
CHECKED int model_files_open_weights(struct model_files *files, const char *path,
	struct error *error);
void model_files_close(struct model_files *files);

/* The file of this name; NULL if there is none. */
const struct model_file *model_files_find(const struct model_files *files, const char *name);

/* The path of a file for messages, FOLDER/NAME, or MODEL itself. Writes and returns `out`. */
const char *model_files_path(const struct model_files *files, const struct model_file *file,
	char *out, size_t size);

#endif
