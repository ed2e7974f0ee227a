/* Layer and group normalisation: by the mean and variance of some values of one sample.
 *
 * Layer normalisation (Ba et al. 2016) takes the channels of each pixel; group normalisation (Wu
 * and He 2018) all pixels of each group of neighbouring channels, as Keras' GroupNormalization.
 * With `count` values x of such a set:
 *
 *     mean = sum of x / count
 *     variance = sum of (x - mean)^2 / count
 *     normalized = (x - mean) / sqrt(variance + epsilon)
 *     y = normalized * gamma[c] + beta[c]; either may be missing
 *
 * and backward, with g = dy * gamma[c]:
 *
 *     dx = (g - mean of g - normalized * mean of (g * normalized)) / sqrt(variance + epsilon)
 *     dgamma[c] = sum of dy * normalized, dbeta[c] = sum of dy, over samples and pixels
 *
 * Sums within a sample are of doubles; samples are summed as leaves.h says. */
#include "nn/leaves.h"
#include "nn/plan.h"

#include <math.h>
#include <string.h>

struct group_state {
	double *statistics;    /* mean and 1 / sqrt(variance + epsilon) of each set; in prediction
	                          NULL */
	struct leaf_sums sums; /* of the gradients of gamma, then beta */
};

struct group_task {
	struct network *network;
	const struct operation *operation;
	const float *gamma, *beta; /* NULL: it has none */
	float *gradient;
};

/* Values that are normalised together: `channels` from `channel` on of `pixels` pixels. */
struct set {
	size_t first; /* index of the first value in the batch */
	int pixels, channel, channels;
	int stride; /* from pixel to pixel */
};

struct moments {
	double mean, scale; /* 1 / sqrt(variance + epsilon) */
};

static bool is_by_pixel(const struct operation *operation)
{
	return operation->layer->kind == LAYER_LAYER_NORMALIZATION;
}

/* Of one sample. */
static int sets_of(const struct operation *operation)
{
	return is_by_pixel(operation) ? operation->in.height * operation->in.width
				      : operation->layer->groups;
}

static struct set set_of(const struct operation *operation, int sample, int index)
{
	const struct shape in = operation->in;
	size_t first = (size_t)sample * shape_count(in);
	if (is_by_pixel(operation))
		return (struct set){first + (size_t)index * (size_t)in.channels, 1, 0, in.channels,
			in.channels};
	int channels = in.channels / operation->layer->groups, channel = index * channels;
	return (struct set){first + (size_t)channel, in.height * in.width, channel, channels,
		in.channels};
}

/* Of the whole batch. */
static double *statistics_of(const struct operation *operation, int sample, int index)
{
	const struct group_state *state = operation->state;
	return state->statistics +
		2 * ((size_t)sample * (size_t)sets_of(operation) + (size_t)index);
}

static struct group_task task_of(struct network *network, struct operation *operation,
	float *gradient)
{
	const struct layer *layer = operation->layer;
	const struct parameter *parameters = network->parameters;
	int first = operation->first_parameter;
	return (struct group_task){network, operation,
		layer->scale ? parameters[first].values : NULL,
		layer->center ? parameters[first + layer->scale].values : NULL, gradient};
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct group_state *state = operation->state;
	size_t channels = (size_t)operation->in.channels;
	if (network->mode != NETWORK_PREDICT)
		state->statistics = arena_doubles(&network->arena,
			2 * (size_t)network->batch * (size_t)sets_of(operation));
	if (!operation->has_trainable)
		return;
	allocate_leaves(network, &state->sums, leaf_sums_plan(2 * channels, network->batch));
	request_scratch(network, 2 * channels * sizeof(double) / sizeof(float));
}

/* ---- forward ---- */

static struct moments measure(const struct group_task *task, const struct set *set)
{
	const float *x = task->operation->input + set->first;
	double count = (double)set->pixels * set->channels, sum = 0, squares = 0;
	for (int p = 0; p < set->pixels; p++)
		for (int c = 0; c < set->channels; c++)
			sum += (double)x[(ptrdiff_t)p * set->stride + c];
	double mean = sum / count;
	for (int p = 0; p < set->pixels; p++)
		for (int c = 0; c < set->channels; c++) {
			double difference = (double)x[(ptrdiff_t)p * set->stride + c] - mean;
			squares += difference * difference;
		}
	return (struct moments){mean,
		1 / sqrt(squares / count + (double)task->operation->layer->epsilon)};
}

static float normalized(float x, struct moments moments)
{
	return (float)(((double)x - moments.mean) * moments.scale);
}

static void normalize_set(const struct group_task *task, const struct set *set,
	struct moments moments)
{
	const float *x = task->operation->input + set->first;
	float *out = task->operation->output + set->first;
	for (int p = 0; p < set->pixels; p++, x += set->stride, out += set->stride)
		for (int c = 0; c < set->channels; c++) {
			float value = normalized(x[c], moments);
			value *= task->gamma ? task->gamma[set->channel + c] : 1;
			out[c] = value + (task->beta ? task->beta[set->channel + c] : 0);
		}
}

static void forward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct group_task *task = context;
	const struct group_state *state = task->operation->state;
	for (int i = 0; i < sets_of(task->operation); i++) {
		struct set set = set_of(task->operation, sample, i);
		struct moments moments = measure(task, &set);
		if (state->statistics) {
			double *statistics = statistics_of(task->operation, sample, i);
			statistics[0] = moments.mean;
			statistics[1] = moments.scale;
		}
		normalize_set(task, &set, moments);
	}
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct group_task task = task_of(network, operation, NULL);
	parallel_for(network->pool, n, forward_sample, &task);
}

/* ---- the gradients of gamma and beta ---- */

struct leaf {
	const struct group_task *task;
	double *gamma, *beta; /* sums by channel, one array */
};

static struct moments moments_of(const struct operation *operation, int sample, int index)
{
	const double *statistics = statistics_of(operation, sample, index);
	return (struct moments){statistics[0], statistics[1]};
}

static void add_set(const struct leaf *leaf, const struct set *set, struct moments moments)
{
	const float *x = leaf->task->operation->input + set->first,
		    *gradient = leaf->task->gradient + set->first;
	double *gamma = leaf->gamma + set->channel, *beta = leaf->beta + set->channel;
	for (int p = 0; p < set->pixels; p++, x += set->stride, gradient += set->stride)
		for (int c = 0; c < set->channels; c++) {
			gamma[c] += (double)gradient[c] * (double)normalized(x[c], moments);
			beta[c] += (double)gradient[c];
		}
}

static void sum_leaf(void *context, int first, int end, float *array)
{
	const struct leaf *leaf = context;
	const struct operation *operation = leaf->task->operation;
	size_t count = 2 * (size_t)operation->in.channels;
	memset(leaf->gamma, 0, count * sizeof *leaf->gamma);
	for (int sample = first; sample < end; sample++)
		for (int i = 0; i < sets_of(operation); i++) {
			struct set set = set_of(operation, sample, i);
			add_set(leaf, &set, moments_of(operation, sample, i));
		}
	for (size_t i = 0; i < count; i++)
		array[i] = (float)leaf->gamma[i];
}

static void sum_group(void *context, int group, int worker)
{
	const struct group_task *task = context;
	const struct group_state *state = task->operation->state;
	size_t channels = (size_t)task->operation->in.channels;
	const struct leaf_block block = {.length = 2 * channels, .rows = 1};
	double *sums = (double *)(void *)worker_scratch(task->network, worker);
	struct leaf leaf = {task, sums, sums + channels};
	leaf_sum_group(&state->sums, task->network->kernels, task->network->samples, group, &block,
		1, sum_leaf, &leaf);
}

static void copy_sums(const struct group_task *task, int parameter, size_t first)
{
	struct network *network = task->network;
	const struct group_state *state = task->operation->state;
	memcpy(network->gradients + network->offsets[task->operation->first_parameter + parameter],
		state->sums.arrays + first, (size_t)task->operation->in.channels * sizeof(float));
}

static void parameter_gradients(struct group_task *task, int n)
{
	struct network *network = task->network;
	const struct group_state *state = task->operation->state;
	parallel_for(network->pool, leaf_groups(&state->sums, n), sum_group, task);
	leaf_join_groups(&state->sums, network->kernels, network->pool, n);
	if (task->gamma)
		copy_sums(task, 0, 0);
	if (task->beta)
		copy_sums(task, task->gamma != NULL, (size_t)task->operation->in.channels);
}

/* ---- the gradient of the input ---- */

static void backward_set(const struct group_task *task, const struct set *set,
	struct moments moments)
{
	const float *x = task->operation->input + set->first;
	float *gradient = task->gradient + set->first;
	double count = (double)set->pixels * set->channels, mean = 0, product = 0;
	for (int p = 0; p < set->pixels; p++)
		for (int c = 0; c < set->channels; c++) {
			ptrdiff_t i = (ptrdiff_t)p * set->stride + c;
			gradient[i] *= task->gamma ? task->gamma[set->channel + c] : 1;
			mean += (double)gradient[i];
			product += (double)gradient[i] * (double)normalized(x[i], moments);
		}
	mean /= count;
	product /= count;
	for (int p = 0; p < set->pixels; p++)
		for (int c = 0; c < set->channels; c++) {
			ptrdiff_t i = (ptrdiff_t)p * set->stride + c;
			double part = (double)normalized(x[i], moments) * product;
			gradient[i] = (float)(((double)gradient[i] - mean - part) * moments.scale);
		}
}

static void backward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct group_task *task = context;
	for (int i = 0; i < sets_of(task->operation); i++) {
		struct set set = set_of(task->operation, sample, i);
		backward_set(task, &set, moments_of(task->operation, sample, i));
	}
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct group_task task = task_of(network, operation, gradient);
	if (trains(network, operation))
		parameter_gradients(&task, n);
	if (operation->input_gradients[0])
		parallel_for(network->pool, n, backward_sample, &task);
}

static const struct operation_kind group_normalization_kind = {
	.state_size = sizeof(struct group_state),
	.allocate_buffers = allocate_buffers,
	.forward = forward,
	.backward = backward,
	.in_place = true,
};

const struct layer_operation operation_of_LAYER_NORMALIZATION = {&group_normalization_kind, NULL};
const struct layer_operation operation_of_GROUP_NORMALIZATION = {&group_normalization_kind, NULL};
