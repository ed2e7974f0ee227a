/* PReLU (He et al. 2015, "Delving deep into rectifiers"): y = x where x > 0, else alpha * x.
 *
 * alpha is (height, width, channels), or (1, width, channels) and so on where a side is shared.
 *
 *     dx = dy where x > 0, else alpha * dy
 *     dalpha = sum of x * dy over samples, and shared places, where not x > 0
 *
 * At 0 the derivative is alpha, as in PyTorch; TensorFlow's is 0. The sum over a sample's shared
 * places is of doubles; samples are summed as leaves.h says. */
#include "nn/leaves.h"
#include "nn/plan.h"

#include <string.h>

struct prelu_state {
	struct leaf_sums sums; /* of alpha's gradient */
};

struct prelu_task {
	struct network *network;
	const struct operation *operation;
	float *gradient;
};

/* Of alpha, as of a value of one sample. */
static struct shape alpha_shape(const struct operation *operation)
{
	struct shape shape = operation->in;
	shape.height = operation->layer->shared_height ? 1 : shape.height;
	shape.width = operation->layer->shared_width ? 1 : shape.width;
	return shape;
}

/* The first channel's slope at a pixel. */
static size_t alpha_index(const struct operation *operation, int pixel)
{
	const struct shape alpha = alpha_shape(operation);
	int row = pixel / operation->in.width, column = pixel % operation->in.width;
	return ((size_t)(alpha.height > 1 ? row : 0) * (size_t)alpha.width +
		       (size_t)(alpha.width > 1 ? column : 0)) *
		(size_t)alpha.channels;
}

static const float *alpha_of(const struct prelu_task *task)
{
	return task->network->parameters[task->operation->first_parameter].values;
}

static int pixels_of(const struct operation *operation)
{
	return operation->in.height * operation->in.width;
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct prelu_state *state = operation->state;
	size_t count = shape_count(alpha_shape(operation));
	if (!operation->has_trainable)
		return;
	allocate_leaves(network, &state->sums, leaf_sums_plan(count, network->batch));
	request_scratch(network, count * sizeof(double) / sizeof(float));
}

/* ---- forward ---- */

static void forward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct prelu_task *task = context;
	const struct operation *operation = task->operation;
	size_t first = (size_t)sample * shape_count(operation->in);
	const float *x = operation->input + first;
	float *out = operation->output + first;
	int channels = operation->in.channels;
	for (int p = 0; p < pixels_of(operation); p++, x += channels, out += channels) {
		const float *alpha = alpha_of(task) + alpha_index(operation, p);
		for (int c = 0; c < channels; c++)
			out[c] = x[c] > 0 ? x[c] : alpha[c] * x[c];
	}
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct prelu_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n, forward_sample, &task);
}

/* ---- the gradient of alpha ---- */

struct alpha_leaf {
	const struct prelu_task *task;
	double *sums;
};

static void add_sample(const struct alpha_leaf *leaf, int sample)
{
	const struct operation *operation = leaf->task->operation;
	size_t first = (size_t)sample * shape_count(operation->in);
	const float *x = operation->input + first, *gradient = leaf->task->gradient + first;
	int channels = operation->in.channels;
	for (int p = 0; p < pixels_of(operation); p++, x += channels, gradient += channels) {
		double *sums = leaf->sums + alpha_index(operation, p);
		for (int c = 0; c < channels; c++)
			sums[c] += x[c] > 0 ? 0 : (double)x[c] * (double)gradient[c];
	}
}

static void sum_leaf(void *context, int first, int end, float *array)
{
	const struct alpha_leaf *leaf = context;
	size_t count = shape_count(alpha_shape(leaf->task->operation));
	memset(leaf->sums, 0, count * sizeof *leaf->sums);
	for (int sample = first; sample < end; sample++)
		add_sample(leaf, sample);
	for (size_t i = 0; i < count; i++)
		array[i] = (float)leaf->sums[i];
}

static void sum_group(void *context, int group, int worker)
{
	const struct prelu_task *task = context;
	const struct prelu_state *state = task->operation->state;
	const struct leaf_block block = {.length = shape_count(alpha_shape(task->operation)),
		.rows = 1};
	struct alpha_leaf leaf = {task, (double *)(void *)worker_scratch(task->network, worker)};
	leaf_sum_group(&state->sums, task->network->kernels, task->network->samples, group, &block,
		1, sum_leaf, &leaf);
}

static void alpha_gradient(struct prelu_task *task, int n)
{
	struct network *network = task->network;
	const struct prelu_state *state = task->operation->state;
	parallel_for(network->pool, leaf_groups(&state->sums, n), sum_group, task);
	leaf_join_groups(&state->sums, network->kernels, network->pool, n);
	memcpy(network->gradients + network->offsets[task->operation->first_parameter],
		state->sums.arrays, shape_count(alpha_shape(task->operation)) * sizeof(float));
}

/* ---- backward ---- */

static void backward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct prelu_task *task = context;
	const struct operation *operation = task->operation;
	size_t first = (size_t)sample * shape_count(operation->in);
	const float *x = operation->input + first;
	float *gradient = task->gradient + first;
	int channels = operation->in.channels;
	for (int p = 0; p < pixels_of(operation); p++, x += channels, gradient += channels) {
		const float *alpha = alpha_of(task) + alpha_index(operation, p);
		for (int c = 0; c < channels; c++)
			gradient[c] *= x[c] > 0 ? 1 : alpha[c];
	}
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct prelu_task task = {network, operation, gradient};
	if (trains(network, operation))
		alpha_gradient(&task, n);
	if (operation->input_gradients[0])
		parallel_for(network->pool, n, backward_sample, &task);
}

static const struct operation_kind prelu_kind = {
	.state_size = sizeof(struct prelu_state),
	.allocate_buffers = allocate_buffers,
	.forward = forward,
	.backward = backward,
	.in_place = true,
};

const struct layer_operation operation_of_PRELU = {&prelu_kind, NULL};
