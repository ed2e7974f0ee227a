/* How good predictions are: counts, shares, and how sure one may be of them. */
#ifndef TRAIN_METRICS_H
#define TRAIN_METRICS_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct interval {
	double low, high;
};

/* The 95 % interval of a share of which `successes` out of `trials` were seen: [0, 1] for no trials.
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). */
struct interval wilson_interval(uint64_t successes, uint64_t trials);

/* What was counted for a class. */
struct class_counts {
	uint64_t actual;    /* records that are of it */
	uint64_t predicted; /* records said to be of it */
	uint64_t correct;   /* both */
};

/* Shares of a class; NaN where there is nothing to divide by. */
double class_precision(const struct class_counts *counts); /* correct / predicted */
double class_recall(const struct class_counts *counts);    /* correct / actual */
double class_f1(const struct class_counts *counts);        /* harmonic mean: 2 correct / (actual + predicted) */

/* Predictions counted against the truth. */
struct metrics {
	int classes;
	uint64_t records;
	uint64_t correct;            /* records whose class, or whose set of classes, is right */
	bool audited;                /* it is known which records the model has learnt from */
	uint64_t leaked;             /* so many of the records */
	uint64_t leaked_correct;     /* and of the correct ones */
	double loss_sum;             /* over the records; the caller adds to it */
	struct class_counts *counts; /* by class; owned */
	uint64_t *confusion;         /* (classes, classes): truth, prediction; NULL for sets of classes. Owned */
};

/* Starts counting. `sets`: a record may be of several classes, or of none. On failure (-1) *metrics is empty. */
CHECKED int metrics_create(struct metrics *metrics, int classes, bool sets, struct error *error);
void metrics_free(struct metrics *metrics);

/* Counts a record of class `truth` said to be of class `prediction`. */
void metrics_add(struct metrics *metrics, int truth, int prediction);

/* Counts a record whose classes are those with truth[class], said to be of those with prediction[class]. */
void metrics_add_set(struct metrics *metrics, const bool *truth, const bool *prediction);

/* Says that the record just counted, which was right or not, has leaked: the model has learnt from it. */
void metrics_add_leak(struct metrics *metrics, bool right);

/* correct / records, NaN for none; and the same without those leaked. */
double metrics_accuracy(const struct metrics *metrics);
double metrics_accuracy_not_leaked(const struct metrics *metrics);

/* The mean of the classes' F1, those without one left out. */
double metrics_macro_f1(const struct metrics *metrics);

/* Writes "accuracy 94.9 % (95 %: 89.3-97.6 %), 117 pictures" into out[size], and where records were audited
 * "; 93.9 % of the 98 not leaked". */
void metrics_title(const struct metrics *metrics, char *out, size_t size);

/* Writes three tables of TSV, a blank line between them: measures (records, correct, accuracy, loss, macro F1, and what
 * is leaked where that was audited) with their intervals; a line per class; the confusion matrix, truth in rows, unless records have sets. */
void metrics_write(const struct metrics *metrics, const struct text_list *labels, FILE *out);

#endif
