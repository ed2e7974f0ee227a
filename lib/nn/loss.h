/* Losses on logits, a row each, and their gradients. Targets are smoothed here, as the options say.
 *
 * To add one: a row here, and its two functions in nn/loss.c. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "kernels/activation.h"

#include <stdbool.h>

struct kernels;
struct training_options;

/* LOSS(enumerator, name, functions, the output activation whose logits it takes, whether the
 * targets of a sample are a distribution over the classes; else each is one of two classes).
 *
 * binary: mean over the outputs (Keras); categorical: cross-entropy of the softmax. */
#define LOSSES(LOSS) \
	LOSS(BINARY_CROSSENTROPY, "binary", binary, SIGMOID, false) \
	LOSS(CATEGORICAL_CROSSENTROPY, "categorical", categorical, SOFTMAX, true)

#define LOSS(kind, ...) LOSS_##kind,
enum loss { LOSSES(LOSS) };
#undef LOSS

#define LOSS(...) +1
enum { LOSS_COUNT = 0 LOSSES(LOSS) };
#undef LOSS

struct loss_row {
	const char *name;
	enum activation_kind activation;
	bool is_distribution;
};

const struct loss_row *loss_row(enum loss loss);

/* The loss with this name, or of this output activation, as an enum loss; -1 if there is none. */
int loss_by_name(const char *name);
int loss_by_activation(enum activation_kind activation);

/* Mean loss over n samples, each multiplied by its class weight. */
double mean_loss(const struct kernels *kernels, const struct training_options *options,
	const float *logits, const float *targets, int n, int outputs);

/* gradient (n, outputs) of the mean loss by the logits. */
void loss_gradient(const struct kernels *kernels, const struct training_options *options,
	float *gradient, const float *logits, const float *targets, int n, int outputs);

/* Samples whose largest logit has the index of their largest target (argmax). */
int count_correct(const float *logits, const float *targets, int n, int outputs);

#endif
