/* Pictures with two labels: files in several classes that show the same picture, so that a label of theirs is wrong.
 *
 * The same picture is one whose pixels are all the same. Look-alikes do not count: similar drawings of two characters
 * can have similar hashes. */
#ifndef DATASET_SPLIT_CONFLICTS_H
#define DATASET_SPLIT_CONFLICTS_H

#include "dataset/split.h"

/* All zero is empty. */
struct split_conflicts {
	const struct split_file **others; /* by file of the split: the first one of another class with the same pixels, or NULL */
	size_t count;                     /* files that have such a one */
};

/* Finds them among the files of a split. Returns 0, or -1 without memory: *conflicts is then empty. */
CHECKED int split_conflicts_find(struct split_conflicts *conflicts, const struct split *split, struct error *error);

/* Takes all files with two labels out of a split that was grouped, and numbers its groups anew; *conflicts is empty then.
 * Returns 0, or -1: no memory (the split is as it was), or no file is left, with `folder` as the object. */
CHECKED int split_conflicts_drop(struct split_conflicts *conflicts, struct split *split, const char *folder,
	struct error *error);

void split_conflicts_free(struct split_conflicts *conflicts);

#endif
