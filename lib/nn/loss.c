#include "nn/loss.h"

#include "base/argmax.h"
#include "nn/rows.h"
#include "nn/leaves.h"

#include <math.h>
#include <string.h>

enum { PIECE = 256 };

/* A target after label smoothing. */
static float smooth(const struct training_options *options, float target, int outputs)
{
	float s = options->label_smoothing;
	return target * (1 - s) +
		s / (options->loss == LOSS_BINARY_CROSSENTROPY ? 2 : (float)outputs);
}

/* log(1 + e) from u = 1 + e, what e lost in that sum given back (Kahan). */
static double log_one_plus(double e, double u, double log_u)
{
	return u > 1 ? log_u * (e / (u - 1)) : e;
}

/* Sum over outputs of max(z, 0) - z t + log(1 + exp(-|z|)) */
static double binary_loss(const struct kernels *kernels, const struct training_options *options,
	const float *z, const float *t, int outputs)
{
	double sum = 0;
	for (int first = 0; first < outputs; first += PIECE) {
		int count = outputs - first < PIECE ? outputs - first : PIECE;
		float e[PIECE], u[PIECE], log_u[PIECE];
		for (int i = 0; i < count; i++)
			e[i] = -fabsf(z[first + i]);
		kernels->exponential(e, (size_t)count);
		for (int i = 0; i < count; i++)
			log_u[i] = u[i] = 1 + e[i];
		kernels->logarithm(log_u, (size_t)count);
		for (int i = 0; i < count; i++) {
			double logit = (double)z[first + i];
			sum += (logit < 0 ? 0 : logit) -
				logit * (double)smooth(options, t[first + i], outputs) +
				log_one_plus((double)e[i], (double)u[i], (double)log_u[i]);
		}
	}
	return sum;
}

/* Sum over outputs of t (log(sum exp z) - z) */
static double categorical_loss(const struct kernels *kernels,
	const struct training_options *options, const float *z, const float *t, int outputs)
{
	float largest = z[argmax(z, outputs)], others = 0, log_u;
	double sum = 0;
	for (int first = 0; first < outputs; first += PIECE) {
		int count = outputs - first < PIECE ? outputs - first : PIECE;
		float e[PIECE];
		for (int i = 0; i < count; i++)
			e[i] = z[first + i] - largest;
		kernels->exponential(e, (size_t)count);
		for (int i = 0; i < count; i++)
			others += e[i];
	}
	others -= 1; /* the largest's own exp(0) */
	log_u = 1 + others;
	double u = (double)log_u;
	kernels->logarithm(&log_u, 1);
	double log_sum = (double)largest + log_one_plus((double)others, u, (double)log_u);
	for (int i = 0; i < outputs; i++)
		sum += (double)smooth(options, t[i], outputs) * (log_sum - (double)z[i]);
	return sum;
}

double mean_loss(const struct kernels *kernels, const struct training_options *options,
	const float *logits, const float *targets, int n, int outputs)
{
	struct leaf_tree tree = {0};
	for (int leaf = 0, i = 0; leaf < leaf_count(n); leaf++) {
		double sum = 0;
		for (; i < leaf_end(leaf, n); i++, logits += outputs, targets += outputs)
			sum += options->loss == LOSS_BINARY_CROSSENTROPY
				? binary_loss(kernels, options, logits, targets, outputs) / outputs
				: categorical_loss(kernels, options, logits, targets, outputs);
		leaf_tree_add(&tree, sum);
	}
	return leaf_tree_sum(&tree) / n;
}

double network_loss(const struct training_options *options, const float *logits,
	const float *targets, int n, int outputs)
{
	return mean_loss(&kernels_plain, options, logits, targets, n, outputs);
}

void loss_gradient(const struct kernels *kernels, const struct training_options *options,
	float *gradient, const float *logits, const float *targets, int n, int outputs)
{
	bool binary = options->loss == LOSS_BINARY_CROSSENTROPY;
	memcpy(gradient, logits, (size_t)n * (size_t)outputs * sizeof *gradient);
	activate_rows(kernels,
		&(struct activation){.kind = binary ? ACTIVATION_SIGMOID : ACTIVATION_SOFTMAX},
		gradient, n, outputs);
	for (int i = 0; i < n; i++, gradient += outputs, targets += outputs) {
		float weight = 0; /* of the softmax: the sum of the targets */
		for (int k = 0; k < outputs; k++)
			weight += smooth(options, targets[k], outputs);
		for (int k = 0; k < outputs; k++) {
			float target = smooth(options, targets[k], outputs);
			gradient[k] = binary ? (gradient[k] - target) / ((float)outputs * (float)n)
					     : (gradient[k] * weight - target) / (float)n;
		}
	}
}

int count_correct(const float *logits, const float *targets, int n, int outputs)
{
	int correct = 0;
	for (int i = 0; i < n; i++, logits += outputs, targets += outputs)
		correct += argmax(logits, outputs) == argmax(targets, outputs);
	return correct;
}
