/* Dense: out (n, units) from x (n, inputs). A dense layer on an image works on its last axis: then
 * n counts pixels. */
#include "nn/dense.h"

#include "nn/leaves.h"
#include "nn/normalization.h"

#include <string.h>

struct dense {
	float *weights, *bias; /* units padded; normalisation folded */
	float *partials;       /* partial sums of the output; in backward its padded gradient */
};

static struct dense *dense_of(const struct operation *operation)
{
	return operation->state;
}

enum {
	CHUNK = 1024, /* inputs whose products are summed together; decides the order of sums */
	BLOCK = 64,   /* inputs whose weights are transposed together */
};

static int units_of(const struct operation *operation)
{
	return operation->layer->filters;
}

static int rows_of(const struct operation *operation, int n)
{
	return n * operation->in.height * operation->in.width;
}

static int chunks_of(const struct operation *operation)
{
	return (operation->in.channels + CHUNK - 1) / CHUNK;
}

static bool needs_copy(const struct operation *operation)
{
	return operation->normalization || units_of(operation) % CHANNEL_BLOCK;
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct arena *arena = &network->arena;
	size_t width = (size_t)padded_channels(units_of(operation)),
	       rows = (size_t)rows_of(operation, network->batch);
	dense_of(operation)->bias = arena_floats(arena, width);
	dense_of(operation)->weights = needs_copy(operation)
		? arena_floats(arena, (size_t)operation->in.channels * width)
		: NULL;
	dense_of(operation)->partials =
		arena_floats(arena, (size_t)chunks_of(operation) * rows * width);
	request_scratch(network, BLOCK * (width + rows));
}

static void prepare(struct network *network, struct operation *operation)
{
	const struct parameter *parameters = &network->parameters[operation->first_parameter];
	int units = units_of(operation), width = padded_channels(units);
	if (!needs_copy(operation))
		dense_of(operation)->weights =
			network->weights + network->offsets[operation->first_parameter];
	else
		pad_rows(dense_of(operation)->weights, parameters[0].values, operation->in.channels,
			units, width);
	memset(dense_of(operation)->bias, 0, (size_t)width * sizeof(float));
	if (operation->layer->use_bias)
		memcpy(dense_of(operation)->bias, parameters[1].values,
			(size_t)units * sizeof(float));
	if (operation->normalization)
		fold_normalization(network, operation, dense_of(operation)->weights,
			dense_of(operation)->bias, operation->in.channels, width);
}

struct dense_task {
	struct network *network;
	const struct operation *operation;
	int rows;
	float *gradient, *input_gradient;
};

/* partials[chunk] (rows, width) */
static void forward_chunk(void *context, int chunk, int worker)
{
	(void)worker;
	const struct dense_task *task = context;
	const struct operation *operation = task->operation;
	int inputs = operation->in.channels, first = chunk * CHUNK,
	    width = padded_channels(units_of(operation));
	const struct product product = {
		.x = operation->input + first,
		.x_row = inputs,
		.x_inner = 1,
		.w = dense_of(operation)->weights + (ptrdiff_t)first * width,
		.w_row = width,
		.out = dense_of(operation)->partials + (ptrdiff_t)chunk * task->rows * width,
		.out_row = width,
		.initial = chunk == 0 ? dense_of(operation)->bias : NULL,
		.count = task->rows,
		.outer = 1,
		.inner = inputs - first < CHUNK ? inputs - first : CHUNK,
		.width = width,
	};
	task->network->kernels->product(&product);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct dense_task task = {.network = network,
		.operation = operation,
		.rows = rows_of(operation, n)};
	int units = units_of(operation), width = padded_channels(units);
	size_t count = (size_t)task.rows * (size_t)width;
	parallel_for(network->pool, chunks_of(operation), forward_chunk, &task);
	for (int i = 1; i < chunks_of(operation); i++)
		network->kernels->add(dense_of(operation)->partials,
			dense_of(operation)->partials + (size_t)i * count, count);
	compact_rows(operation->output, dense_of(operation)->partials, task.rows, units, width);
	network->kernels->activate(&operation->activation, operation->output,
		(size_t)task.rows * (size_t)units);
}

/* out (count, units) = the sum over samples of x (rows, count) by the gradient, where x[row][i]
 * lies at x + row * x_row + i. */
static void sum_samples(const struct dense_task *task, const float *x, int x_row, int count,
	float *out, float *scratch)
{
	const struct operation *operation = task->operation;
	int units = units_of(operation), width = padded_channels(units),
	    leaf = rows_of(operation, LEAF_SAMPLES), leaves = (task->rows + leaf - 1) / leaf;
	const struct product product = {
		.x = x,
		.x_row = 1,
		.x_outer = (ptrdiff_t)leaf * x_row,
		.x_inner = x_row,
		.w = dense_of(operation)->partials,
		.w_row = width,
		.out = units == width ? out : scratch,
		.out_row = width,
		.count = count,
		.outer = leaves,
		.inner = leaf,
		.width = width,
	};
	task->network->kernels->product_leaves(&product, task->rows - (leaves - 1) * leaf);
	if (units != width)
		compact_rows(out, scratch, count, units, width);
}

/* Gradient of `count` inputs from `first`; the weights are transposed so that each lane of a vector
 * is an input. */
static void input_gradient(const struct dense_task *task, int first, int count, float *scratch)
{
	const struct operation *operation = task->operation;
	int units = units_of(operation), width = padded_channels(units),
	    inputs = operation->in.channels;
	const float *weights = dense_of(operation)->weights + (ptrdiff_t)first * width;
	float *transposed = scratch, *rows = scratch + (ptrdiff_t)BLOCK * width,
	      *out = task->input_gradient + first;
	memset(transposed, 0, (size_t)(BLOCK * width) * sizeof *transposed);
	for (int i = 0; i < count; i++)
		for (int u = 0; u < units; u++)
			transposed[u * BLOCK + i] = weights[i * width + u];
	bool direct = count == BLOCK;
	const struct product product = {
		.x = dense_of(operation)->partials,
		.x_row = width,
		.x_inner = 1,
		.w = transposed,
		.w_row = BLOCK,
		.out = direct ? out : rows,
		.out_row = direct ? inputs : BLOCK,
		.count = task->rows,
		.outer = 1,
		.inner = units,
		.width = BLOCK,
	};
	task->network->kernels->product(&product);
	for (int i = 0; i < task->rows && !direct; i++)
		memcpy(out + (ptrdiff_t)i * inputs, rows + i * BLOCK, (size_t)count * sizeof *out);
}

static void backward_block(void *context, int index, int worker)
{
	const struct dense_task *task = context;
	int first = index * BLOCK, left = task->operation->in.channels - first,
	    count = left < BLOCK ? left : BLOCK;
	float *scratch = worker_scratch(task->network, worker);
	if (trains(task->network, task->operation))
		sum_samples(task, task->operation->input + first, task->operation->in.channels,
			count,
			task->network->gradients +
				task->network->offsets[task->operation->first_parameter] +
				(ptrdiff_t)first * units_of(task->operation),
			scratch);
	if (task->input_gradient)
		input_gradient(task, first, count, scratch);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct dense_task task = {network, operation, rows_of(operation, n), gradient,
		operation->input_gradients[0]};
	int units = units_of(operation), width = padded_channels(units);
	const float one = 1;
	network->kernels->activate_backward(&operation->activation, operation->output, gradient,
		(size_t)task.rows * (size_t)units);
	pad_rows(dense_of(operation)->partials, gradient, task.rows, units, width);
	if (trains(network, operation) && operation->layer->use_bias)
		sum_samples(&task, &one, 0, 1,
			network->gradients + network->offsets[operation->first_parameter + 1],
			network->scratch);
	parallel_for(network->pool, (operation->in.channels + BLOCK - 1) / BLOCK, backward_block,
		&task);
}

const struct operation_kind dense_kind = {
	.state_size = sizeof(struct dense),
	.allocate_buffers = allocate_buffers,
	.prepare = prepare,
	.forward = forward,
	.backward = backward,
};
