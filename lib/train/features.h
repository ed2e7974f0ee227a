/* Features of samples: what the front of a start model has for each, as in prediction, computed
 * once. */
#ifndef TRAIN_FEATURES_H
#define TRAIN_FEATURES_H

#include "train/start.h"

struct training;

/* All zero is empty. */
struct features {
	float *values;  /* (count, width); owned */
	float *targets; /* (count, classes); owned */
	uint32_t count;
	int width, classes;
	/* Of the layers that the start model's features may be taken from, the first column of
	 * each, and `width`. */
	int columns[START_LAYERS_MAXIMUM + 1];
};

/* Computes the features of all layers of a training's start model, for each sample of the selected
 * pass, and adds them to *features, which is empty or of the same training. Shows progress. On
 * failure (-1: no memory, a stream that can't be read, values that are not finite) *features is
 * still the caller's to free. */
CHECKED int features_add(struct features *features, const struct training *training,
	struct error *error);

/* Subtracts its mean from each column, and divides it by its standard deviation, which are written
 * to mean[width] and deviation[width]. A column that does not vary becomes zero, with a deviation
 * of 1. */
void features_standardize(struct features *features, float *mean, float *deviation);

void features_free(struct features *features);

#endif
