/* A model folder: the names of its files, and replacing a model atomically. Only files of these
 * names are ever replaced or removed; the folder itself and all other files in it stay. */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H

#include "base/error.h"
#include "base/unfinished.h"

#include <stdbool.h>

/* The files written by cnn-train; the last three are not needed to load a model, and only an
 * unfinished one has a checkpoint. */
enum model_part {
	MODEL_ARCHITECTURE,
	MODEL_WEIGHTS,
	MODEL_LABELS,
	MODEL_CARD,
	MODEL_HISTORY,
	MODEL_CURVES,
	MODEL_CHECKPOINT,
	MODEL_FILES
};
extern const char *const model_file_names[MODEL_FILES + 1]; /* NULL at the end */

/* Sets found[i] if model file i exists, in the folder `path` or in its .millrace-new. -1: a folder
 * has its name, or it can't be looked at. */
CHECKED int model_folder_find(const char *path, bool found[MODEL_FILES], struct error *error);

struct model_folder {
	char *path;                 /* final path */
	struct unfinished staging;  /* folder for the new files; none before model_folder_start */
	struct error install_error; /* why the model can't be installed at `path`; an empty reason:
	                               no error so far */
};

/* Checks that a model can be written to `path`: creates its parent folders; a file, a folder with
 * other contents than a model of cnn-train, or a folder that can't be written is an error.
 * Completes an interrupted replacement. On failure (-1) *folder is empty. */
CHECKED int model_folder_open(struct model_folder *folder, const char *path, struct error *error);

/* Creates the empty folder folder->staging.path for the model's files: inside the final one; or
 * beside it if that is missing or can't be used any more. On failure (-1) *folder is as before. */
CHECKED int model_folder_start(struct model_folder *folder, struct error *error);

/* Replaces the files of the old model by the new ones, MODEL_ARCHITECTURE among them. If that is
 * not possible, or one of the names is now used by a file that is not part of a model, the old
 * files stay and the new model is saved as PATH.1, or .2, ...; that is a failure too, and the error
 * has the path. On failure (-1) `path` has the complete old model or the complete new one. *folder
 * is freed in any case. */
CHECKED int model_folder_commit(struct model_folder *folder, struct error *error);

/* Removes the files of a model, a checkpoint last, and then the folder if it is empty. Killed, it
 * leaves what model_folder_open takes for a model. A folder that
 * is not there is removed already. Returns 0 or -1. */
CHECKED int model_folder_remove(const char *path, struct error *error);

/* Removes the staging folder, leaves `path` as it was and frees; an empty *folder is allowed. */
void model_folder_abandon(struct model_folder *folder);

#endif
