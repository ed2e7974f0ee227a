/* Calibration: how far probabilities are from how often they are right, and the temperature
 * (model/temperature.h) that brings them closer.
 *
 * C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML
 * 2017. */
#ifndef TRAIN_CALIBRATION_H
#define TRAIN_CALIBRATION_H

#include "kernels/activation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The temperature that minimizes the negative log-likelihood of the labels.
 *
 * `probabilities` is (count, classes), as the network gives them, of pictures that it was not
 * trained on; labels[count] are their classes; `last` is its final activation. Of a softmax the
 * loss is the categorical cross-entropy, of a sigmoid the binary one over all classes. The result
 * has five significant digits, so that the card does not depend on how a mathematical library
 * rounds, and lies in TEMPERATURE_MINIMUM..TEMPERATURE_MAXIMUM: the lower end where each label has
 * the highest probability already (the likelihood then has no maximum), the upper end where the
 * probabilities say less than nothing. It is 1 where all temperatures are equal, as for no
 * pictures, and for other activations. */
double temperature_fit(const float *probabilities, const int *labels, size_t count, int classes,
	enum activation_kind last);

enum { CALIBRATION_BINS = 15 };

/* Predictions by their confidence, the probability of the most probable class. Bin b has those in
 * (b / 15, (b + 1) / 15], the first 0 too. */
struct calibration {
	uint64_t records[CALIBRATION_BINS], correct[CALIBRATION_BINS];
	double confidence[CALIBRATION_BINS]; /* its sum over the records */
};

/* Adds a prediction; all zero is an empty start. */
void calibration_add(struct calibration *calibration, double confidence, bool correct);

/* The expected calibration error: |accuracy - mean confidence| of each bin, weighted by its share
 * of the records. 0: as right as it says; NaN for no records. */
double calibration_error(const struct calibration *calibration);

#endif
