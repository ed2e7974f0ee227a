/* Metrics of classification: accuracy, precision, recall, F1 and the confusion matrix, with
 * confidence intervals. */
#ifndef TRAIN_METRICS_H
#define TRAIN_METRICS_H

#include "base/error.h"
#include "base/text.h"
#include "train/calibration.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct interval {
	double low, high;
};

/* The 95 % confidence interval of a proportion (Wilson score interval), from `successes` of
 * `trials`: [0, 1] for no trials. E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22 (1927). */
struct interval wilson_interval(uint64_t successes, uint64_t trials);

/* Counts of one class. */
struct class_counts {
	uint64_t actual;    /* records labelled with it (support) */
	uint64_t predicted; /* records predicted to be of it */
	uint64_t correct;   /* both: true positives */
};

/* NaN if the denominator is 0. */
double class_precision(const struct class_counts *counts); /* correct / predicted */
double class_recall(const struct class_counts *counts);    /* correct / actual */
double class_f1(
	const struct class_counts *counts); /* harmonic mean: 2 correct / (actual + predicted) */

/* Predictions compared with the ground truth. */
struct metrics {
	int classes;
	uint64_t records;
	uint64_t correct; /* records whose class, or whose set of classes, is predicted correctly */
	bool leaks_known; /* which records have leaked is known */
	uint64_t leaked;  /* records that the model was trained on */
	uint64_t leaked_correct; /* correct ones among them */
	/* Confidences, added to by the caller; not if multi-label. */
	struct calibration calibration, raw_calibration; /* the second: before calibration */
	bool is_calibrated;                              /* the two differ */
	double loss_sum;             /* over the records; added to by the caller */
	struct class_counts *counts; /* by class; owned */
	uint64_t *confusion; /* (classes, classes): label, prediction; NULL if multi-label. Owned */
};

/* Allocates empty metrics. `multi_label`: a record may have several classes, or none. On failure
 * (-1) *metrics is empty. */
CHECKED int metrics_create(struct metrics *metrics, int classes, bool multi_label,
	struct error *error);
void metrics_free(struct metrics *metrics);

/* Adds a record of class `label` predicted to be of class `prediction`. */
void metrics_add(struct metrics *metrics, int label, int prediction);

/* Multi-label: adds a record of the classes with labels[class], predicted to be of those with
 * predictions[class]. */
void metrics_add_set(struct metrics *metrics, const bool *labels, const bool *predictions);

/* Adds all records of `other`, metrics of the same classes. */
void metrics_merge(struct metrics *metrics, const struct metrics *other);

/* Marks the record added last as leaked; `correct`: its prediction was. */
void metrics_add_leak(struct metrics *metrics, bool correct);

/* correct / records, NaN for no records; and the same without the leaked ones. */
double metrics_accuracy(const struct metrics *metrics);
double metrics_accuracy_not_leaked(const struct metrics *metrics);

/* Macro F1: the mean of the F1 scores of the classes that have one. */
double metrics_macro_f1(const struct metrics *metrics);

/* Writes "accuracy 94.9 % (95 %: 89.3-97.6 %), 117 pictures" into out[size], and if some have
 * leaked
 * "; 93.9 % of the 98 not leaked". */
void metrics_title(const struct metrics *metrics, char *out, size_t size);

/* Writes three tables as TSV, separated by blank lines: the metrics (records, correct, accuracy,
 * loss, macro F1, leaked if known, and the expected calibration error, if calibrated before that
 * too) with their confidence intervals; a line per class; unless
 * multi-label, the confusion matrix, labels in rows. */
void metrics_write(const struct metrics *metrics, const struct text_list *labels, FILE *out);

#endif
