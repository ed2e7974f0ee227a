#include "nn/loss.h"

#include "base/argmax.h"
#include "nn/leaves.h"
#include "nn/network.h"
#include "nn/rows.h"

#include <math.h>
#include <string.h>

enum { PIECE = 256 };

/* A target after label smoothing. */
static float smooth(const struct training_options *options, float target, int outputs)
{
	float s = options->label_smoothing;
	return target * (1 - s) +
		s / (loss_row(options->loss)->is_distribution ? (float)outputs : 2);
}

/* What class weights multiply a sample's loss by. */
static double sample_weight(const struct training_options *options, const float *targets,
	int outputs)
{
	double weighted = 0, sum = 0;
	for (int i = 0; i < outputs && options->class_weights; i++) {
		weighted += (double)targets[i] * (double)options->class_weights[i];
		sum += (double)targets[i];
	}
	return sum > 0 ? weighted / sum : 1;
}

/* log(1 + e) from u = 1 + e, what e lost in that sum given back (Kahan). */
static double log_one_plus(double e, double u, double log_u)
{
	return u > 1 ? log_u * (e / (u - 1)) : e;
}

/* ---- binary cross-entropy ---- */

/* Mean over outputs of max(z, 0) - z t + log(1 + exp(-|z|)) */
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
	return sum / outputs;
}

static float binary_gradient(float probability, float target, float weight, int outputs, int n)
{
	(void)weight;
	return (probability - target) / ((float)outputs * (float)n);
}

/* ---- categorical cross-entropy ---- */

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

static float categorical_gradient(float probability, float target, float weight, int outputs, int n)
{
	(void)outputs;
	return (probability * weight - target) / (float)n;
}

/* ---- rows ---- */

static const struct loss_row ROWS[] = {
#define LOSS(kind, name, functions, activation, is_distribution) \
	[LOSS_##kind] = {name, ACTIVATION_##activation, is_distribution},
	LOSSES(LOSS)
#undef LOSS
};
_Static_assert(sizeof ROWS / sizeof *ROWS == LOSS_COUNT, "a row for each loss");

static const struct {
	/* The loss of a sample. */
	double (*of_sample)(const struct kernels *kernels, const struct training_options *options,
		const float *z, const float *t, int outputs);

	/* The gradient of the mean over n samples by a logit, from its activation and its smoothed
	 * target; `weight` is the sum of the sample's targets. */
	float (*gradient)(float probability, float target, float weight, int outputs, int n);
} FUNCTIONS[] = {
#define LOSS(kind, name, functions, ...) [LOSS_##kind] = {functions##_loss, functions##_gradient},
	LOSSES(LOSS)
#undef LOSS
};

const struct loss_row *loss_row(enum loss loss)
{
	return &ROWS[loss];
}

int loss_by_name(const char *name)
{
	int loss = LOSS_COUNT - 1;
	while (loss >= 0 && strcmp(name, ROWS[loss].name))
		loss--;
	return loss;
}

int loss_by_activation(enum activation_kind activation)
{
	int loss = LOSS_COUNT - 1;
	while (loss >= 0 && activation != ROWS[loss].activation)
		loss--;
	return loss;
}

/* ---- batches ---- */

double mean_loss(const struct kernels *kernels, const struct training_options *options,
	const float *logits, const float *targets, int n, int outputs)
{
	struct leaf_tree tree = {0};
	for (int leaf = 0, i = 0; leaf < leaf_count(n); leaf++) {
		double sum = 0;
		for (; i < leaf_end(leaf, n); i++, logits += outputs, targets += outputs)
			sum += sample_weight(options, targets, outputs) *
				FUNCTIONS[options->loss].of_sample(kernels, options, logits,
					targets, outputs);
		leaf_tree_add(&tree, sum);
	}
	return leaf_tree_sum(&tree) / n;
}

double network_loss(const struct training_options *options, const float *logits,
	const float *targets, int n, int outputs)
{
	struct training_options unweighted = *options;
	unweighted.class_weights = NULL;
	return mean_loss(&kernels_plain, &unweighted, logits, targets, n, outputs);
}

void loss_gradient(const struct kernels *kernels, const struct training_options *options,
	float *gradient, const float *logits, const float *targets, int n, int outputs)
{
	memcpy(gradient, logits, (size_t)n * (size_t)outputs * sizeof *gradient);
	activate_rows(kernels, &(struct activation){.kind = loss_row(options->loss)->activation},
		gradient, n, outputs);
	for (int i = 0; i < n; i++, gradient += outputs, targets += outputs) {
		float weight = 0, factor = (float)sample_weight(options, targets, outputs);
		for (int k = 0; k < outputs; k++)
			weight += smooth(options, targets[k], outputs);
		for (int k = 0; k < outputs; k++)
			gradient[k] = factor *
				FUNCTIONS[options->loss].gradient(gradient[k],
					smooth(options, targets[k], outputs), weight, outputs, n);
	}
}

int count_correct(const float *logits, const float *targets, int n, int outputs)
{
	int correct = 0;
	for (int i = 0; i < n; i++, logits += outputs, targets += outputs)
		correct += argmax(logits, outputs) == argmax(targets, outputs);
	return correct;
}
