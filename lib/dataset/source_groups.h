/* Groups of records that belong together: those of one source, and those of sources that the list
 * of split-dataset says are look-alikes. */
#ifndef DATASET_SOURCE_GROUPS_H
#define DATASET_SOURCE_GROUPS_H

#include "base/digest_table.h"

/* All zero is without a list and without groups. */
struct source_groups {
	struct digest_table listed; /* source to its group in the list */
	struct digest_table groups; /* source, or group of the list, to the number of the group */
	size_t count, listed_count; /* calls of source_groups_number; with a source in the list */
};

/* Reads the list. -1 as split_list_read; *groups is the caller's to free either way. */
CHECKED int source_groups_read(struct source_groups *groups, const char *path, struct error *error);

/* The number of the group of a source (stream_source_key), from 0 in the order of first calls; a
 * source that is not in the list is a group of its own. -1 without memory. */
CHECKED int source_groups_number(struct source_groups *groups,
	const unsigned char source[DIGEST_KEY_SIZE], struct error *error);

/* -1 if the list, `path`, has none of the sources that were asked for: it is another data set's. */
CHECKED int source_groups_check(const struct source_groups *groups, const char *path,
	struct error *error);

void source_groups_free(struct source_groups *groups);

#endif
