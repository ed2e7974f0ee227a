/* Labelled files: each subfolder of a folder is a class, and the files in it are its examples. */
#ifndef DATASET_CLASS_FOLDERS_H
#define DATASET_CLASS_FOLDERS_H

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* One file and its classes. */
struct dataset_file {
	char *path;         /* to open it by; owned */
	const char *source; /* path relative to the folder that was read, "goku/1.jpg"; points into
	                       path */
	int label;          /* index of its class; -1: unlabelled */
	int *more_labels;   /* further classes, if a list gives several; owned */
	int more_label_count;
	float *weights; /* instead of labels: one for each class, 0 to 1; owned */
};

/* All zero is an empty set. */
struct dataset_files {
	struct text_list classes; /* in label order */
	struct dataset_file *files;
	size_t count;
};

/* Appends the files of `folder`/CLASS/ to an empty set, or to one that holds classes only. Files in
 * folders below a class folder belong to that class. Classes are sorted by bytes, and files by
 * class and then by bytes at each level; hidden entries, files next to the class folders, and a
 * folder "predict", which holds pictures to be classified, are ignored. The content of files is not
 * read.
 *
 * If `files` already has classes, their order stays, a folder of another name is an error, and a
 * class without a folder has no files: training and validation thus get the same label order.
 *
 * Returns 0, or -1: no such folder, no class folder in it, an invalid class name
 * (text_is_class_name), folders nested more than 16 deep. On failure the set is still the caller's
 * to free. */
CHECKED int class_folders_read(struct dataset_files *files, const char *folder,
	struct error *error);

/* Appends all files below `folder` without a label, sorted as above; the source name is the whole
 * path. Returns 0 or -1. */
CHECKED int dataset_files_add_folder(struct dataset_files *files, const char *folder,
	struct error *error);

/* Appends one file; `path` is copied and `source` is the offset of the source name in it. Returns
 * 0, or -1 without memory. */
CHECKED int dataset_files_add(struct dataset_files *files, const char *path, size_t source,
	int label, struct error *error);

/* Frees all; the set is then empty. */
void dataset_files_free(struct dataset_files *files);

#endif
