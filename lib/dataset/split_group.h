/* The groups of a split as lists of files. */
#ifndef DATASET_SPLIT_GROUP_H
#define DATASET_SPLIT_GROUP_H

#include "dataset/split.h"

struct split_group {
	struct split_file **files; /* ordered by content; in split_groups.files */
	size_t count;
	unsigned char key[DIGEST_SIZE]; /* SHA-256(seed, smallest digest of its files) */
};

/* All zero is empty. */
struct split_groups {
	struct split_file **files;  /* owned, as are the groups */
	struct split_group *groups; /* by size, then by key */
	size_t count;
};

/* Compares perceptual hashes, in an arbitrary order; files with equal ones are look-alikes unless
 * they are plain. */
int split_compare_hashes(const struct split_file *file, const struct split_file *other);

/* Lists the groups of a split; the order of its files is unchanged. On failure (-1, no memory)
 * *groups is empty. */
CHECKED int split_groups_create(struct split_groups *groups, const struct split *split,
	uint64_t seed, struct error *error);

void split_groups_free(struct split_groups *groups);

#endif
