/* Weights of classes: the factor of each class' samples in the loss. */
#ifndef TRAIN_CLASS_WEIGHTS_H
#define TRAIN_CLASS_WEIGHTS_H

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* Balanced weights, so that every class has the same share of the loss: records of all classes /
 * (classes * records of this one), as check-dataset and scikit-learn compute them. `totals` are the
 * records of each class, sums of their targets where labels are soft. A class without records has
 * the weight 1, which nothing uses. */
void class_weights_balance(float *weights, const double *totals, size_t classes);

/* Reads the weight of each of `classes` from a table (dataset/table.h), which is either
 * - what check-dataset prints, or any table with a header that names the columns class and weight;
 * other tables, which are ignored, may come before and after it, separated by blank lines;
 * - or lines of two fields without a header, class and weight.
 *
 * Returns 0; or -1 for a class that is missing, unknown or there twice, for a weight that is not a
 * finite number above 0 as a float (check-dataset prints 0 for a class without pictures), and if
 * the file can't be read. `weights` may then have changed. */
CHECKED int class_weights_read(float *weights, const struct text_list *classes, const char *path,
	struct error *error);

#endif
