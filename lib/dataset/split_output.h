/* Writes a split: OUT/train/CLASS, OUT/validation/CLASS, OUT/test/CLASS and OUT/split.tsv; for
 * folds OUT/fold-1/train/CLASS, OUT/fold-1/validation/CLASS, ... */
#ifndef DATASET_SPLIT_OUTPUT_H
#define DATASET_SPLIT_OUTPUT_H

#include "dataset/split.h"

/* Where the file system doesn't support hard links, files are copied. Copies keep the modification
 * time. */
enum split_link { SPLIT_HARD, SPLIT_SYMBOLIC, SPLIT_COPY };
extern const char *const split_link_names[];

/* Checks that neither folder lies in the other, and that they are not the same; an error is one of
 * usage. Returns 0 or -1. */
CHECKED int split_output_check_operands(const char *in, const char *out, struct error *error);

/* Recovers from interrupted runs (split_folder_recover), then checks `out` (split_folder_check).
 * Returns 0 or -1. */
CHECKED int split_output_check(const char *in, const char *out, struct error *error);

/* Builds the split next to `out` and moves it there; an earlier split is replaced atomically and
 * removed; other files in `out` stay. On failure (-1) `out` has the earlier split or the new one
 * (split_folder.h). */
CHECKED int split_output_write(const struct split *split, const char *out, enum split_link link,
	struct error *error);

#endif
