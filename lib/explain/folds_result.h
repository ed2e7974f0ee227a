/* The result of a k-fold cross-validation, as evaluate-folds(1) writes it. */
#ifndef EXPLAIN_FOLDS_RESULT_H
#define EXPLAIN_FOLDS_RESULT_H

#include "base/text.h"
#include "train/metrics.h"

/* All zero is empty. */
struct folds_result {
	uint64_t folds, records, correct;
	double mean, deviation;      /* of the folds' accuracies */
	struct text_list classes;    /* owned, as are the counts */
	struct class_counts *counts; /* by class; only `actual` and `correct` are filled in */
};

/* Reads the tables of evaluate-folds from `path`. On failure (-1: not such tables) *result is
 * empty. */
CHECKED int folds_result_read(struct folds_result *result, const char *path, struct error *error);

void folds_result_free(struct folds_result *result);

#endif
