/* The prediction for one picture: its classes ranked by probability. */
#ifndef PREDICT_PREDICTION_H
#define PREDICT_PREDICTION_H

#include "base/text.h"

#include <stdio.h>

struct prediction {
	const char *name; /* of the picture */
	const struct text_list *labels;
	const float *probabilities; /* one per label */
	const int *order; /* indices of the labels, most probable first: prediction_rank */
	int top;          /* number of classes to output, 1 to labels->count */
};

/* Fills order[count] with 0..count - 1 by descending probability; ties by descending `raw`, the
 * probabilities before calibration, which may have made them equal; then by index. */
void prediction_rank(const float *probabilities, const float *raw, int count, int *order);

/* The decision if no class reaches the threshold. */
#define PREDICTION_UNSURE "unsure"

/* The name of the most probable class if it reaches `threshold`, else PREDICTION_UNSURE. */
const char *prediction_decision(const struct prediction *prediction, double threshold);

/* Writes a line of TSV: name; unless `target` is NULL, the labels whose target is at least 1/2,
 * separated by commas; label and probability (six decimals) of the top classes. */
void prediction_write_tsv(const struct prediction *prediction, const float *target, FILE *out);

/* Writes the header of those columns: file, truth if `labelled`, class, probability, class_2,
 * probability_2, ... */
void prediction_write_header(int top, bool labelled, FILE *out);

/* Writes a line of JSON: {"file", "predictions": [{"class", "probability"}, ...]}. -1 without
 * memory. */
CHECKED int prediction_write_json(const struct prediction *prediction, FILE *out,
	struct error *error);

#endif
