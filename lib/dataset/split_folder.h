/* Replaces the folder of a split atomically, and recovers from interrupted runs.
 *
 * A split is built in a staging folder next to OUT, .OUT.millrace-split-0, its list last, and
 * exchanged with an earlier split in one step. To a split belong its list, OUT/split.tsv, and the
 * files that are in that list (split_contents.h). Other entries of OUT are moved into the new
 * split; those in its parts are never replaced or removed. */
#ifndef DATASET_SPLIT_FOLDER_H
#define DATASET_SPLIT_FOLDER_H

#include "base/error.h"
#include "base/unfinished.h"

extern const char split_list_name[]; /* "split.tsv" */

/* In all functions `target` is OUT with all symbolic links resolved; it may be missing. */

/* Completes or rolls back interrupted runs: a complete split in a staging folder is moved to
 * `target`, files that belong to no split are moved back there, and the rest is removed, except for
 * files in the parts that are not in the list. Returns 0, or -1: also if such a file was left,
 * which the error names. */
CHECKED int split_folder_recover(const char *target, struct error *error);

/* Checks that `target` may be replaced: it has no parts without a list; a split.tsv is the list of
 * a split, whose parts have no other entries and do not contain the working directory; it is no
 * mount point. Returns 0 or -1. */
CHECKED int split_folder_check(const char *target, struct error *error);

/* Creates an empty staging folder next to `target`. On failure (-1) *staging is empty. */
CHECKED int split_folder_create(struct unfinished *staging, const char *target,
	struct error *error);

/* Checks `target` again, also for entries of others that have the name of a new part, and moves the
 * complete split in `staging` there; the earlier split is then removed, by its list. On failure
 * (-1) `target` has the earlier split or the new one, complete; or, if the rollback failed too, a
 * part of one, and the next split_folder_recover completes it. Either way *staging is empty. */
CHECKED int split_folder_install(struct unfinished *staging, const char *target,
	struct error *error);

#endif
