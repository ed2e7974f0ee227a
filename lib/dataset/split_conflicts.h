/* Label conflicts: files with the same pixels in several classes, so that at least one label is
 * wrong.
 *
 * Look-alikes do not count: similar drawings of two characters can have similar hashes. */
#ifndef DATASET_SPLIT_CONFLICTS_H
#define DATASET_SPLIT_CONFLICTS_H

#include "dataset/split.h"

/* All zero is empty. */
struct split_conflicts {
	const struct split_file **others; /* by file of the split: the first file of another class
	                                     with the same pixels, or NULL */
	size_t count;                     /* of files with a conflict */
};

/* Finds the conflicts among the files of a split. Returns 0, or -1 without memory: *conflicts is
 * then empty. */
CHECKED int split_conflicts_find(struct split_conflicts *conflicts, const struct split *split,
	struct error *error);

/* Removes all files with a conflict from a split that was grouped, and renumbers its groups;
 * *conflicts is then empty. Returns 0, or -1: no memory (the split is unchanged), or no file is
 * left, with `folder` as the object. */
CHECKED int split_conflicts_drop(struct split_conflicts *conflicts, struct split *split,
	const char *folder, struct error *error);

void split_conflicts_free(struct split_conflicts *conflicts);

#endif
