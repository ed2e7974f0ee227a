/* A model folder in the making: written beside its final name and swapped with what is there when whole. */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H

#include "base/error.h"
#include "base/unfinished.h"

struct model_folder {
	char *path;               /* final name */
	struct unfinished making; /* where to write; none before model_folder_start */
};

/* Looks whether a model can be put at `path` at all: makes the folders above it, and refuses a file, a folder that holds
 * something other than a model, and a place that can't be written. On failure (-1) *folder is empty. */
CHECKED int model_folder_open(struct model_folder *folder, const char *path, struct error *error);

/* Makes the empty folder folder->making.path for the model's files. On failure (-1) *folder is as before. */
CHECKED int model_folder_start(struct model_folder *folder, struct error *error);

/* Puts the temporary folder in place of what is there, which is removed, all of it. On failure (-1) what is there stays.
 * Either way *folder is ended. */
CHECKED int model_folder_commit(struct model_folder *folder, struct error *error);

/* Removes the temporary folder and leaves the final name as it was; an empty one is allowed. */
void model_folder_abandon(struct model_folder *folder);

#endif
