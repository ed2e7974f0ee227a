/* Batch normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta by channel (Ioffe and Szegedy 2015).
 * In training mean and variance are those of the batch, over n, height and width; else the moving averages. */
#include "nn/engine.h"

#include <math.h>
#include <string.h>

/* The arrays in operation->statistics. forward: y = x SCALE + SHIFT; backward: dx = g SCALE + x BY_INPUT + CONSTANT;
 * ONES and MINUS_MEAN centre x. */
enum statistic { MEAN, VARIANCE, SCALE, SHIFT, ONES, MINUS_MEAN, BY_INPUT, CONSTANT, STATISTICS };

static float *statistic(const struct operation *operation, enum statistic which)
{
	return operation->statistics + (ptrdiff_t)which * padded_channels(operation->out.channels);
}

struct norm {
	float *gamma, *beta, *mean, *variance; /* gamma and beta may be NULL */
};

static struct norm parameters_of(const struct network *network, const struct layer *layer, int index)
{
	struct norm norm = {0};
	const struct parameter *parameter = &network->parameters[index];
	if (layer->scale)
		norm.gamma = parameter++->values;
	if (layer->center)
		norm.beta = parameter++->values;
	norm.mean = parameter++->values;
	norm.variance = parameter->values;
	return norm;
}

static float scale_of(const struct layer *layer, struct norm norm, float variance, int channel)
{
	return (norm.gamma ? norm.gamma[channel] : 1) / sqrtf(variance + layer->epsilon);
}

void fold_normalization(const struct network *network, struct operation *operation, int rows, int width)
{
	const struct layer *layer = operation->normalization;
	struct norm norm = parameters_of(network, layer, operation->normalization_parameter);
	for (int c = 0; c < operation->middle.channels; c++) {
		float scale = scale_of(layer, norm, norm.variance[c], c);
		for (int i = 0; i < rows; i++)
			operation->weights[(ptrdiff_t)i * width + c] *= scale;
		operation->bias[c] = (operation->bias[c] - norm.mean[c]) * scale + (norm.beta ? norm.beta[c] : 0);
	}
}

static void lay_out(struct network *network, struct operation *operation)
{
	size_t channels = (size_t)padded_channels(operation->out.channels);
	operation->statistics = arena_floats(&network->arena, STATISTICS * channels);
	operation->sums = arena_doubles(&network->arena, (size_t)network->batch * 2 * channels);
	want_scratch(network, 2 * channels + (size_t)operation->out.width * channels);
}

struct task {
	struct network *network;
	const struct operation *operation;
	float *gradient, *input_gradient;
	bool centred;
};

static double *sums_of(const struct operation *operation, int sample)
{
	return operation->sums + (ptrdiff_t)sample * 2 * padded_channels(operation->out.channels);
}

static void add_to_doubles(double *sums, const float *x, int count)
{
	for (int i = 0; i < count; i++)
		sums[i] += (double)x[i];
}

/* Per sample: sum of x, or of (x - mean)^2 once the mean is known, or sums of g and g (x - mean), once
 * g has come through the activation. */
static void sum_sample(void *context, int sample, int worker)
{
	const struct task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	int channels = operation->out.channels, width = operation->out.width;
	size_t line = (size_t)width * (size_t)channels, start = (size_t)sample * shape_count(operation->out);
	float *first = worker_scratch(task->network, worker), *second = first + padded_channels(channels);
	float *centred = second + padded_channels(channels);
	double *sums = sums_of(operation, sample);
	memset(sums, 0, 2 * (size_t)padded_channels(channels) * sizeof *sums);
	for (int y = 0; y < operation->out.height; y++) {
		const float *x = operation->input + start + (size_t)y * line;
		float *gradient = task->gradient ? task->gradient + start + (size_t)y * line : NULL;
		if (gradient)
			kernels->activate_backward(operation->activation, operation->negative_slope,
				operation->output + start + (size_t)y * line, gradient, line);
		memset(first, 0, (size_t)padded_channels(channels) * 2 * sizeof *first);
		if (task->centred)
			kernels->scale_shift(centred, x, statistic(operation, ONES), statistic(operation, MINUS_MEAN), width, channels);
		if (!task->centred || gradient)
			kernels->sum_channels(first, gradient ? gradient : x, width, channels);
		if (task->centred)
			kernels->multiply_add(second, 0, centred, channels, gradient ? gradient : centred, channels, width, channels);
		add_to_doubles(sums, first, channels);
		add_to_doubles(sums + padded_channels(channels), second, channels);
	}
}

/* Total over the samples of a channel's first (0) or second (1) sum. */
static double total(const struct operation *operation, int n, int which, int channel)
{
	double sum = 0;
	for (int sample = 0; sample < n; sample++)
		sum += sums_of(operation, sample)[which * padded_channels(operation->out.channels) + channel];
	return sum;
}

static double pixels(const struct operation *operation, int n)
{
	return (double)n * operation->out.height * operation->out.width;
}

/* Mean and variance of the batch into the statistics. */
static void measure(struct network *network, struct operation *operation, int n)
{
	int channels = operation->out.channels;
	struct task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n, sum_sample, &task);
	for (int c = 0; c < channels; c++) {
		float mean = (float)(total(operation, n, 0, c) / pixels(operation, n));
		statistic(operation, MEAN)[c] = mean;
		statistic(operation, ONES)[c] = 1;
		statistic(operation, MINUS_MEAN)[c] = -mean;
	}
	task.centred = true;
	parallel_for(network->pool, n, sum_sample, &task);
	for (int c = 0; c < channels; c++)
		statistic(operation, VARIANCE)[c] = (float)(total(operation, n, 1, c) / pixels(operation, n));
}

static void forward_row(void *context, int index, int worker)
{
	(void)worker;
	const struct task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	size_t line = (size_t)operation->out.width * (size_t)operation->out.channels, start = (size_t)index * line;
	float *out = operation->output + start;
	kernels->scale_shift(out, operation->input + start, statistic(operation, SCALE), statistic(operation, SHIFT),
		operation->out.width, operation->out.channels);
	kernels->activate(operation->activation, operation->negative_slope, out, line);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	int channels = operation->out.channels;
	struct norm norm = parameters_of(network, operation->layer, operation->first_parameter);
	float *mean = statistic(operation, MEAN), *variance = statistic(operation, VARIANCE);
	if (network->training)
		measure(network, operation, n);
	else {
		memcpy(mean, norm.mean, (size_t)channels * sizeof *mean);
		memcpy(variance, norm.variance, (size_t)channels * sizeof *variance);
	}
	for (int c = 0; c < channels; c++) {
		float scale = scale_of(operation->layer, norm, variance[c], c);
		statistic(operation, SCALE)[c] = scale;
		statistic(operation, SHIFT)[c] = (norm.beta ? norm.beta[c] : 0) - mean[c] * scale;
	}
	struct task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * operation->out.height, forward_row, &task);
}

static void backward_row(void *context, int index, int worker)
{
	(void)worker;
	const struct task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	int channels = operation->out.channels, width = operation->out.width;
	ptrdiff_t start = (ptrdiff_t)index * width * channels;
	float *dx = task->input_gradient + start;
	kernels->scale_shift(dx, operation->input + start, statistic(operation, BY_INPUT), statistic(operation, CONSTANT),
		width, channels);
	kernels->multiply_add(dx, channels, task->gradient + start, channels, statistic(operation, SCALE), 0, width, channels);
}

/* With N pixels, r = 1 / sqrt(variance + epsilon) and h = (x - mean) r: d beta = sum g, d gamma = sum g h and
 * dx = gamma r (g - d beta / N - h d gamma / N). */
static void learn(struct network *network, struct operation *operation, int n, float *gradient)
{
	const struct layer *layer = operation->layer;
	struct task task = {.network = network, .operation = operation, .gradient = gradient, .centred = true};
	float *gamma = layer->scale ? network->gradients + network->offsets[operation->first_parameter] : NULL;
	float *beta = layer->center ? network->gradients + network->offsets[operation->first_parameter + layer->scale] : NULL;
	parallel_for(network->pool, n, sum_sample, &task);
	for (int c = 0; c < operation->out.channels; c++) {
		double r = 1 / sqrt((double)statistic(operation, VARIANCE)[c] + (double)layer->epsilon);
		double sum = total(operation, n, 0, c), sum_h = total(operation, n, 1, c) * r;
		double slope = -(double)statistic(operation, SCALE)[c] * r * sum_h / pixels(operation, n);
		if (gamma)
			gamma[c] = (float)sum_h;
		if (beta)
			beta[c] = (float)sum;
		statistic(operation, BY_INPUT)[c] = (float)slope;
		statistic(operation, CONSTANT)[c] = (float)(-(double)statistic(operation, SCALE)[c] * sum / pixels(operation, n)
			- slope * (double)statistic(operation, MEAN)[c]);
	}
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient, float *input_gradient)
{
	struct task task = {.network = network, .operation = operation, .gradient = gradient,
		.input_gradient = input_gradient};
	if (network->learns)
		learn(network, operation, n, gradient);
	else /* in explaining, where the activation is an operation of its own */
		memset(statistic(operation, BY_INPUT), 0, /* mean and variance do not depend on x */
			2 * (size_t)padded_channels(operation->out.channels) * sizeof(float));
	if (input_gradient)
		parallel_for(network->pool, n * operation->out.height, backward_row, &task);
}

/* moving = momentum moving + (1 - momentum) of the batch; the variance is the biased one, as in Keras. */
static void settle(struct network *network, struct operation *operation)
{
	float momentum = operation->layer->momentum;
	struct norm norm = parameters_of(network, operation->layer, operation->first_parameter);
	for (int c = 0; c < operation->out.channels; c++) {
		norm.mean[c] = norm.mean[c] * momentum + statistic(operation, MEAN)[c] * (1 - momentum);
		norm.variance[c] = norm.variance[c] * momentum + statistic(operation, VARIANCE)[c] * (1 - momentum);
	}
}

const struct operation_kind normalization_kind = {lay_out, NULL, forward, backward, settle};
