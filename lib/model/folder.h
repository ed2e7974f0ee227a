/* A model folder: what belongs to a model, and how a new model takes the place of an old one. Only files of these names are
 * ever replaced or removed; the folder itself and all else in it stay. */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H

#include "base/error.h"
#include "base/unfinished.h"

/* The files that cnn-train writes, the last two for people alone. */
enum model_file { MODEL_ARCHITECTURE, MODEL_WEIGHTS, MODEL_LABELS, MODEL_CARD, MODEL_HISTORY, MODEL_CURVES, MODEL_FILES };
extern const char *const model_file_names[MODEL_FILES + 1]; /* NULL at the end */

struct model_folder {
	char *path;               /* final name */
	struct unfinished making; /* where to write; none before model_folder_start */
	struct error problem;     /* why the new model can't be put there; without a reason it can, as far as is known */
};

/* Looks whether a model can be put at `path` at all: makes the folders above it, and refuses a file, a folder that holds
 * something but no model of cnn-train, and a place that can't be written. A replacement that was cut short is finished. On
 * failure (-1) *folder is empty. */
CHECKED int model_folder_open(struct model_folder *folder, const char *path, struct error *error);

/* Makes the empty folder folder->making.path for the model's files: within the final one; or beside it,
 * where that is missing or can't be used any more. On failure (-1) *folder is as before. */
CHECKED int model_folder_start(struct model_folder *folder, struct error *error);

/* Puts the new files, MODEL_ARCHITECTURE among them, in place of those of the old model. Where that is not possible, or
 * a file of another's has taken one of their names since, the old ones stay as they are and the new model is put beside, as
 * PATH.1, or .2, ...; that is a failure too, and the error names it. On failure (-1) the final name gives the old model whole
 * or the new one whole. Either way *folder is ended. */
CHECKED int model_folder_commit(struct model_folder *folder, struct error *error);

/* Removes the temporary folder and leaves the final name as it was; an empty one is allowed. */
void model_folder_abandon(struct model_folder *folder);

#endif
