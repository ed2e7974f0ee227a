/* Losses on logits, and their gradients. Targets are smoothed here, as the options say. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "kernels/kernels.h"
#include "nn/network.h"

/* Mean loss over n samples. */
double mean_loss(const struct kernels *kernels, const struct training_options *options,
	const float *logits, const float *targets, int n, int outputs);

/* gradient (n, outputs) of the mean loss by the logits. */
void loss_gradient(const struct kernels *kernels, const struct training_options *options,
	float *gradient, const float *logits, const float *targets, int n, int outputs);

/* Samples whose largest logit has the index of their largest target (argmax). */
int count_correct(const float *logits, const float *targets, int n, int outputs);

#endif
