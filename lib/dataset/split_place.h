/* A split on disk: OUT/train/CLASS, OUT/validation/CLASS, OUT/test/CLASS and OUT/split.tsv; of folds
 * OUT/fold-1/train/CLASS, OUT/fold-1/validation/CLASS, ... */
#ifndef DATASET_SPLIT_PLACE_H
#define DATASET_SPLIT_PLACE_H

#include "dataset/split.h"

/* Hard links fall back to copies where the file system can't make them. Copies keep the time of last change. */
enum split_link { SPLIT_HARD, SPLIT_SYMBOLIC, SPLIT_COPY };
extern const char *const split_link_names[];

/* Refuses an `out` inside `in`, an `in` inside `out`, parts in `out` that lie there without a split.tsv, which therefore were
 * not made here, and an earlier split that is the working folder. What killed runs left for `out` is settled first. Returns
 * 0 or -1. */
CHECKED int split_check_place(const char *in, const char *out, struct error *error);

/* Builds all beside `out` and puts it in place, as a whole where there is an earlier split, which is then removed; other
 * files in `out` stay. On failure (-1) `out` holds the earlier split or the new one (split_folder.h). */
CHECKED int split_place(const struct split *split, const char *out, enum split_link link, struct error *error);

#endif
