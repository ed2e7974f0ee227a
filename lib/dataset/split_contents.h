/* What a split on disk consists of, by its list: OUT/split.tsv names each file and its part, and so
 * the path where split-dataset put it. All else that lies in a split was put there by others and is
 * never removed. */
#ifndef DATASET_SPLIT_CONTENTS_H
#define DATASET_SPLIT_CONTENTS_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* All zero is empty. The class roots of a split are the folders that hold class folders: "train",
 * "validation" and "test", or "fold-1/train", "fold-1/validation", "fold-2/train", ...; bit I of a
 * set of class roots is number I in this order. */
struct split_contents {
	bool has_folds;
	uint32_t parts;         /* set of parts, or of folds, that the list names */
	struct text_list paths; /* below a class root: "goku/1.jpg" and the folders that hold it,
	                           "goku" and "" */
	struct split_place {
		uint64_t file_roots,
			folder_roots; /* class roots where the path is a file, and a folder */
	} * places;                   /* one for each path */
};

/* Reads the list at `path`. Returns 0, or -1: it is not a regular file with the header and the rows
 * that split_write_list writes, and so is not the list of a split; or it can't be read. The
 * contents are the caller's to free either way. */
CHECKED int split_contents_read(struct split_contents *contents, const char *path,
	struct error *error);

/* Whether the split has a part or a fold of that name, "train" or "fold-2". */
bool split_contents_has_part(const struct split_contents *contents, const char *name);

/* Compares the parts in `folder` with the list. Files of the list may be missing. Returns 0, or -1
 * at the first entry, by name, that is not in the list, or if a folder can't be read. */
CHECKED int split_contents_check(const struct split_contents *contents, const char *folder,
	struct error *error);

/* Removes the files of the list from `folder`, and then their folders if these are empty. Returns 0
 * if nothing is left of the parts, or -1: the error names the first entry that is not in the list
 * and thus stays, or that could not be removed. */
CHECKED int split_contents_remove(const struct split_contents *contents, const char *folder,
	struct error *error);

/* An entry that was not put there by split-dataset, which is why it is neither replaced nor
 * removed. Always returns -1. */
int split_contents_refuse(const char *path, struct error *error);

/* Frees all; the contents are then empty. */
void split_contents_free(struct split_contents *contents);

#endif
