/* A split as one folder: how it takes the place of an earlier one, and how the next run settles what a killed one left.
 *
 * It is built whole beside OUT, as .OUT.millrace-split-0, its list last, and changes places with an earlier split in one
 * step. Only the parts and the list belong to a split; what else was in OUT is moved into the new one. */
#ifndef DATASET_SPLIT_FOLDER_H
#define DATASET_SPLIT_FOLDER_H

#include "base/error.h"
#include "base/unfinished.h"

extern const char split_list_name[]; /* "split.tsv" */

/* In all of them `place` is OUT with all links followed; it may be missing. */

/* Finishes or undoes what killed runs left for `place`: a split that was on its way in gets there, what is not of a split
 * goes back there, and all else is removed. Returns 0 or -1. */
CHECKED int split_folder_settle(const char *place, struct error *error);

/* Refuses parts that lie in `place` without a list, which were therefore not made here, and an earlier split that is the
 * working folder, which would be gone. Returns 0 or -1. */
CHECKED int split_folder_check(const char *place, struct error *error);

/* Makes an empty folder beside `place` to build in. On failure (-1) *fresh is empty. */
CHECKED int split_folder_start(struct unfinished *fresh, const char *place, struct error *error);

/* Puts the whole split in `fresh` into `place`. On failure (-1) that holds the earlier split whole or the new one whole; or,
 * where taking steps back failed too, a part of one, and the next split_folder_settle completes it. Either way *fresh is
 * empty. */
CHECKED int split_folder_put(struct unfinished *fresh, const char *place, struct error *error);

#endif
