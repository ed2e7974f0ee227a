/* Evaluation of a k-fold cross-validation: the model of each fold predicts the records that it was
 * not trained on, and all these predictions together are the evaluation. */
#ifndef PREDICT_FOLDS_EVALUATION_H
#define PREDICT_FOLDS_EVALUATION_H

#include "predict/predictor.h"

#include <stdio.h>

struct fold_score {
	uint64_t records, correct;
	double loss; /* mean */
};

/* All zero is empty. */
struct folds_evaluation {
	struct text_list labels;   /* of all models */
	enum activation_kind last; /* the models' final activation */
	struct fold_score *folds; /* in the order in which they were added; owned, as is all else */
	size_t count;
	struct metrics pooled;
	float *probabilities; /* (pooled.records, classes), not calibrated */
	int *truths;          /* (pooled.records): classes */
	double temperature;   /* fitted to all predictions (folds_evaluation_calibrate); 0: none */
};

/* Evaluates the model of one more fold, request->model, on the labelled records of `stream`, which
 * were held out from its training. `request` is as for predictor_open; this sets what it observes,
 * and that it evaluates without calibration. Returns 0, or -1: a model or stream that can't be
 * read, one that is damaged or has no records, classes or an output activation that differ from
 * those of the first model. */
CHECKED int folds_evaluation_add(struct folds_evaluation *evaluation,
	const struct predictor_request *request, char *stream, struct error *error);

/* Mean and sample standard deviation (over the number of folds minus one; NaN for a single fold) of
 * the folds' accuracies. */
double folds_evaluation_mean(const struct folds_evaluation *evaluation);
double folds_evaluation_deviation(const struct folds_evaluation *evaluation);

/* Fits one temperature to all predictions (temperature_fit), and writes it into the card of
 * `model`, a folder of the same classes (card_write_calibration). The pooled metrics then have the
 * calibration with and without it; their loss is that without. To be called last. On failure (-1:
 * no card, other classes) the card is as it was. */
CHECKED int folds_evaluation_calibrate(struct folds_evaluation *evaluation, const char *model,
	struct error *error);

/* Writes tables as TSV, separated by blank lines: those of metrics_write, of the pooled
 * predictions; a line per fold; the mean and standard deviation of the folds' accuracies and, if
 * calibrated, the temperature. */
void folds_evaluation_write(const struct folds_evaluation *evaluation, FILE *out);

void folds_evaluation_free(struct folds_evaluation *evaluation);

#endif
