/* A linear probe: the head of a network fitted to the features that its front has of each sample,
 * all of them computed once (Alain and Bengio, "Understanding intermediate layers using linear
 * classifier probes", 2016). */
#ifndef TRAIN_PROBE_H
#define TRAIN_PROBE_H

#include "train/training.h"

/* Features and targets of samples. */
struct features {
	float *values;  /* (count, width); owned */
	float *targets; /* (count, classes); owned */
	uint32_t count;
	int width, classes;
};

/* Computes, as in prediction, what the last dense layer of a training's network reads, for each
 * sample of the selected pass, and adds it to *features, which is empty or of the same training.
 * Shows progress. On failure (-1: no memory, a stream that can't be read) *features is still the
 * caller's to free. */
CHECKED int features_add(struct features *features, const struct training *training,
	struct error *error);
void features_free(struct features *features);

/* Fits the last dense layer of the training's network to the features: regression by the training's
 * loss with an L2 penalty of 0.001, on features less their mean and divided by their
 * deviation, by Adam with a cosine schedule. Depends on the seed, for the order of the samples.
 * Writes the mean loss and the accuracy over the features to *totals. -1 without memory, or with
 * features that are not finite. */
CHECKED int probe_fit(const struct training *training, const struct features *features,
	struct epoch_totals *totals, struct error *error);

#endif
