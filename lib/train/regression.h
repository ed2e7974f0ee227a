/* Regression of classes on features: one dense layer, fitted by L-BFGS (Nocedal, "Updating
 * quasi-Newton matrices with limited storage", 1980). */
#ifndef TRAIN_REGRESSION_H
#define TRAIN_REGRESSION_H

#include "kernels/kernels.h"
#include "nn/network.h"

/* The caller's. Those of the samples that are held out are not fitted to. */
struct regression {
	const struct kernels *kernels;
	const struct training_options *options; /* loss, label smoothing, class weights */
	const float *features;                  /* (count, width), rows `row` floats apart */
	ptrdiff_t row;
	int width;
	const float *targets; /* (count, classes) */
	int classes;
	int count;
	int held_first, held_end; /* samples that are held out; equal: none */
};

/* Number of floats of the fitted weights: (width + 1, padded_channels(classes)), the kernel's rows
 * and then the bias; zero beyond `classes`. */
size_t regression_weights(const struct regression *regression);

/* Finds the weights of the least mean loss, plus `penalty` times the sum of squares of the kernel,
 * which is convex: the result does not depend on where the search begins but for rounding. Begins
 * with the weights given, and replaces them. -1 without memory. */
CHECKED int regression_fit(const struct regression *regression, double penalty, float *weights,
	struct error *error);

/* Writes the logits, (count, classes), of all samples. */
void regression_predict(const struct regression *regression, const float *weights, float *logits);

#endif
