/* Finding the files that a model consists of: of a folder, of a zip archive, or one with those
 * beside it. They are chosen by name, and mapped; what parses them opens nothing. */
#ifndef MODEL_FIND_FILES_H
#define MODEL_FIND_FILES_H

#include "format/files.h"

/* Whether a file of this name may belong to a model: JSON, HDF5, an archive, a shard of weights,
 * labels. */
bool model_files_wants(const char *name);

/* Chooses by name, where there are no others: architecture.json or the only JSON file beside the
 * card and metadata; poids.h5 or the only HDF5 file; without both, the only archive. -1: several,
 * of which one must go, or none at all. */
CHECKED int model_files_choose(struct model_files *files, struct error *error);

/* Whether file `index` is chosen, a shard, or metadata: what is read of them. */
bool model_files_needs(const struct model_files *files, int index);

/* Finds the files of MODEL, a folder or a file, by their names; none is opened. Ended by
 * model_files_close() also on failure (-1: no such file, not a model). */
CHECKED int model_files_list(struct model_files *files, const char *path, struct error *error);

/* Finds them, and maps those that are needed. On failure (-1: no
 * such file, not a model, unreadable) *files is empty. */
CHECKED int model_files_open(struct model_files *files, const char *path, struct error *error);
/* The same of one file, of any name, that has weights. */
CHECKED int model_files_open_weights(struct model_files *files, const char *path,
	struct error *error);
void model_files_close(struct model_files *files);

#endif
