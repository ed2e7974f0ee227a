/* A convolution and its gradients by Winograd's algorithm. The gradient of the input is a
 * convolution of that of the output with the kernel rotated by 180 degrees and its channels
 * exchanged. */
#include "nn/winograd.h"

#include "nn/convolution.h"

#include <string.h>

/* ---- forward ---- */

static bool suits_forward(const struct network *network, const struct operation *operation)
{
	(void)network;
	return winograd_suits(operation->layer, operation->in.channels, operation->middle);
}

static void allocate_forward(struct network *network, struct operation *operation)
{
	int in = operation->in.channels, filters = operation->layer->filters;
	convolution_of(operation)->winograd =
		arena_floats(&network->arena, winograd_weight_count(in, filters));
	request_scratch(network, winograd_scratch(in));
}

static void prepare_forward(struct network *network, struct operation *operation)
{
	const struct convolution *convolution = operation->state;
	winograd_weights(network, convolution->winograd, convolution->weights,
		operation->in.channels, operation->layer->filters);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	const struct winograd winograd = {
		.network = network,
		.samples = n,
		.in = operation->in,
		.middle = operation->middle,
		.top = convolution_of(operation)->window.top,
		.left = convolution_of(operation)->window.left,
		.pools = operation->pools,
		.out = operation->out,
		.activation = operation->activation,
		.fused_input_normalization = operation->fused_input_normalization,
		.input = operation->input,
		.weights = convolution_of(operation)->winograd,
		.bias = convolution_of(operation)->bias,
		.term = operation->adds ? operation->inputs[1]->data : NULL,
		.output = operation->output,
		.argmax = convolution_of(operation)->argmax,
	};
	winograd_convolve(&winograd);
}

const struct convolution_way winograd_forward = {
	.suits = suits_forward,
	.allocate = allocate_forward,
	.prepare = prepare_forward,
	.forward = forward,
};

/* ---- backward ---- */

static bool suits_backward(const struct network *network, const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	return !operation->pools && operation->in.channels % CHANNEL_BLOCK == 0 &&
		layer->filters % CHANNEL_BLOCK == 0 && suits_forward(network, operation) &&
		winograd_suits(layer, layer->filters, operation->middle);
}

/* Leaves that a task sums at once: no more than leave a task for each thread. */
static int leaves_together(const struct network *network, const struct operation *operation)
{
	int together = winograd_gradient_leaves(operation->in.channels, operation->middle),
	    share = leaf_count(network->batch) / parallel_threads(network->pool);
	while (together > 1 && together > share)
		together /= 2;
	return together;
}

static void allocate_backward(struct network *network, struct operation *operation)
{
	struct convolution *convolution = operation->state;
	int in = operation->in.channels, filters = operation->layer->filters;
	if (operation->has_trainable) {
		struct leaf_sums *leaves = &convolution->leaves;
		allocate_leaves(network, leaves,
			leaf_sums_plan_together((taps_of(operation) + 1) * (size_t)filters,
				network->batch, leaves_together(network, operation)));
		request_scratch(network,
			winograd_gradient_scratch(in, operation->middle, leaves->together));
		request_scratch(network, LEAF_LEVELS * (size_t)filters);
	}
	convolution->transposed =
		arena_floats(&network->arena, taps_of(operation) * (size_t)filters);
	convolution->winograd_transposed =
		arena_floats(&network->arena, winograd_weight_count(filters, in));
	request_scratch(network, winograd_scratch(filters));
}

struct winograd_transposition {
	const struct operation *operation;
	const float *kernel;
};

/* One tap: (filters, channels) from (channels, filters), at the opposite position. */
static void transpose_tap(void *context, int tap, int worker)
{
	(void)worker;
	const struct winograd_transposition *task = context;
	int channels = task->operation->in.channels, filters = task->operation->layer->filters;
	const float *from = task->kernel + (ptrdiff_t)(8 - tap) * channels * filters;
	float *to =
		convolution_of(task->operation)->transposed + (ptrdiff_t)tap * channels * filters;
	for (int f = 0; f < filters; f++)
		for (int c = 0; c < channels; c++)
			to[f * channels + c] = from[c * filters + f];
}

static void prepare_backward(struct network *network, struct operation *operation)
{
	const struct convolution *convolution = operation->state;
	struct winograd_transposition task = {operation,
		network->parameters[operation->first_parameter].values};
	parallel_for(network->pool, 9, transpose_tap, &task);
	winograd_weights(network, convolution->winograd_transposed, convolution->transposed,
		operation->layer->filters, operation->in.channels);
}

struct winograd_backward {
	const struct network *network;
	const struct operation *operation;
	int n;
	int parts; /* that the filters are divided into */
	float *gradient;
};

/* Backward through the activation and the fused normalisation for one band of rows. */
static void fused_backward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct winograd_backward *task = context;
	const struct shape out = task->operation->out;
	struct row_band band = row_band_of(out, index);
	fused_backward(task->network->kernels, task->operation, task->gradient + band.first,
		band.first, (size_t)(band.rows * out.width) * (size_t)out.channels);
}

/* Some of the filters: a multiple of WINOGRAD_FILTERS, or the rest of them. */
struct winograd_part {
	struct winograd_backward *task;
	int first, end;
	float *scratch;
};

static int filter_begin(const struct winograd_backward *task, int part)
{
	int filters = task->operation->out.channels;
	return part == task->parts
		? filters
		: part_begin(part, task->parts, filters / WINOGRAD_FILTERS) * WINOGRAD_FILTERS;
}

static void sum_bias_leaf(void *context, int first, int end, float *bias)
{
	const struct winograd_backward *task = context;
	const struct shape out = task->operation->out;
	memset(bias, 0, (size_t)out.channels * sizeof *bias);
	if (task->operation->layer->use_bias)
		task->network->kernels->sum_channels(bias,
			task->gradient + (size_t)first * shape_count(out),
			(end - first) * out.height * out.width, out.channels);
}

static void sum_leaves(void *context, int first, int end, float *sum)
{
	struct winograd_part *part = context;
	struct winograd_backward *task = part->task;
	const struct operation *operation = task->operation;
	size_t filters = (size_t)operation->out.channels;
	const struct winograd_gradient gradient = {
		.kernels = task->network->kernels,
		.operation = operation,
		.gradient = task->gradient,
		.first = first,
		.samples = end - first,
		.first_filter = part->first,
		.end_filter = part->end,
		.weights = sum,
		.scratch = part->scratch,
	};
	winograd_gradient(&gradient);
	if (part->first > 0)
		return;
	const struct leaf_block biases = {.length = filters, .rows = 1};
	leaf_sum_samples(part->scratch, filters, task->network->kernels, first, end, 1, &biases, 1,
		sum_bias_leaf, task);
	memcpy(sum + taps_of(operation) * filters, part->scratch, filters * sizeof *sum);
}

/* Some filters of one group; the first part has the biases of all. */
static void sum_part(void *context, int index, int worker)
{
	struct winograd_backward *task = context;
	const struct operation *operation = task->operation;
	int number = index % task->parts;
	struct winograd_part part = {task, filter_begin(task, number),
		filter_begin(task, number + 1), worker_scratch(task->network, worker)};
	size_t filters = (size_t)operation->out.channels, taps = taps_of(operation);
	const struct leaf_block blocks[] = {{.first = (size_t)part.first,
						    .length = (size_t)(part.end - part.first),
						    .rows = taps,
						    .pitch = filters},
		{.first = taps * filters, .length = filters, .rows = 1}};
	leaf_sum_group(&convolution_of(operation)->leaves, task->network->kernels, task->n,
		index / task->parts, blocks, number == 0 ? 2 : 1, sum_leaves, &part);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	float *input_gradient = operation->input_gradients[0];
	struct winograd_backward task = {network, operation, n, 1, gradient};
	if (operation->fused_output_normalization ||
		operation->activation.kind != ACTIVATION_LINEAR)
		parallel_for(network->pool, n * bands_of(operation->out), fused_backward_band,
			&task);
	if (trains(network, operation)) {
		int groups = leaf_groups(&convolution_of(operation)->leaves, n);
		/* One task for each thread: the tiles are transformed anew for each part. */
		task.parts = parts_of(network->pool, groups, 1,
			operation->out.channels / WINOGRAD_FILTERS);
		parallel_for(network->pool, groups * task.parts, sum_part, &task);
		collect_leaves(network, operation, n, operation->out.channels);
	}
	const struct winograd winograd = {
		.network = network,
		.samples = n,
		.in = operation->middle,
		.middle = operation->in,
		.top = 2 - convolution_of(operation)->window.top,
		.left = 2 - convolution_of(operation)->window.left,
		.out = operation->in,
		.input = gradient,
		.weights = convolution_of(operation)->winograd_transposed,
		.output = input_gradient,
	};
	if (input_gradient)
		winograd_convolve(&winograd);
}

const struct convolution_way winograd_backward = {
	.suits = suits_backward,
	.allocate = allocate_backward,
	.prepare = prepare_backward,
	.backward = backward,
};
