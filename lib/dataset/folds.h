/* Folds for k-fold cross-validation over groups: every record is held out once, and no group is
 * divided, so that no look-alike of a held-out picture is trained on. */
#ifndef DATASET_FOLDS_H
#define DATASET_FOLDS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { FOLDS_MAXIMUM = 20 };

struct fold_record {
	uint32_t group; /* from 0 to the number of records - 1; not all need occur */
	int label;      /* from 0 */
};

/* Assigns records[count] to `folds` folds (2 to FOLDS_MAXIMUM): fold_of[i] is that of record i,
 * from 0. Groups stay whole, and each class is spread over the folds as evenly as they allow.
 *
 * The rule is greedy, as scikit-learn's StratifiedGroupKFold is: the largest groups first, those of
 * one size in an order drawn from `seed`; each goes to the fold that then leaves the least sum,
 * over classes and folds, of the square of a fold's share of the class, and so the least variance
 * of these shares; of several such folds to the one with the fewest records, then the first. A fold
 * without records adds the least, so none stays empty. The numbers of records of a class in any two
 * folds differ by at most the size of the class' largest group, if each group is of one class.
 *
 * Returns 0, or -1: fewer groups than folds, or no memory. */
CHECKED int folds_assign(const struct fold_record *records, size_t count, int folds, uint64_t seed,
	int *fold_of, struct error *error);

#endif
