/* The groups of a split as lists of files. */
#ifndef DATASET_SPLIT_GROUP_H
#define DATASET_SPLIT_GROUP_H

#include "dataset/split.h"

struct split_group {
	struct split_file **files; /* ordered by content; in split_groups.files */
	size_t count;
	unsigned char key[DIGEST_SIZE]; /* SHA-256(seed, least content in it) */
};

/* All zero is empty. */
struct split_groups {
	struct split_file **files;  /* owned, as are the groups */
	struct split_group *groups; /* small ones first, those of one size by their key */
	size_t count;
};

/* Some order of looks: 0 where both are the same, which makes files one picture unless they are plain. */
int split_compare_looks(const struct split_file *file, const struct split_file *other);

/* Lists the groups of a split, whose files stay where they are. On failure (-1, no memory) *groups is empty. */
CHECKED int split_groups_make(struct split_groups *groups, const struct split *split, uint64_t seed, struct error *error);

void split_groups_free(struct split_groups *groups);

#endif
