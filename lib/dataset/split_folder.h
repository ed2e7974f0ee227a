/* Replaces the folder of a split atomically, and recovers from interrupted runs.
 *
 * A split is built in a staging folder next to OUT, .OUT.millrace-split-0, its list last, and exchanged with an earlier split
 * in one step. Only the parts and the list belong to a split; other files in OUT are moved into the new one. */
#ifndef DATASET_SPLIT_FOLDER_H
#define DATASET_SPLIT_FOLDER_H

#include "base/error.h"
#include "base/unfinished.h"

extern const char split_list_name[]; /* "split.tsv" */

/* In all functions `target` is OUT with all symbolic links resolved; it may be missing. */

/* Completes or rolls back interrupted runs: a complete split in a staging folder is moved to `target`, files that belong to no
 * split are moved back there, and the rest is removed. Returns 0 or -1. */
CHECKED int split_folder_recover(const char *target, struct error *error);

/* Checks that `target` has no parts without a list, which were not written by this program, and is not the working directory
 * if it has a split, which would be removed. Returns 0 or -1. */
CHECKED int split_folder_check(const char *target, struct error *error);

/* Creates an empty staging folder next to `target`. On failure (-1) *staging is empty. */
CHECKED int split_folder_create(struct unfinished *staging, const char *target, struct error *error);

/* Moves the complete split in `staging` to `target`. On failure (-1) `target` has the earlier split or the new one, complete; or,
 * if the rollback failed too, a part of one, and the next split_folder_recover completes it. Either way *staging is
 * empty. */
CHECKED int split_folder_install(struct unfinished *staging, const char *target, struct error *error);

#endif
