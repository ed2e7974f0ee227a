/* Reads the list of split-dataset, split.tsv: which files belong together, and to which part. */
#ifndef DATASET_SPLIT_LIST_H
#define DATASET_SPLIT_LIST_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { SPLIT_LIST_DIGEST_SIZE = 16 };

struct split_list_row {
	unsigned char digest[SPLIT_LIST_DIGEST_SIZE]; /* first half of the file's SHA-256 */
	uint32_t group; /* of duplicates and look-alikes, from 1 to split_list.lines */
	int part;       /* enum split_part */
};

/* All zero is empty. */
struct split_list {
	struct split_list_row *rows; /* one for each line after the header; owned */
	size_t count;
	size_t lines; /* of the file: no group has a greater number */
};

/* Reads the columns sha256, group and split, wherever they stand among others. Returns 0, or -1
 * with the file and the number of an invalid line; *list is then empty. */
CHECKED int split_list_read(struct split_list *list, const char *path, struct error *error);

void split_list_free(struct split_list *list);

#endif
