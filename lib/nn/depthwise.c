/* DepthwiseConv2D: out (n, out.height, out.width, in.channels * multiplier) from x (n, in.height, in.width,
 * in.channels); output channel c * multiplier + m sees input channel c alone. */
#include "nn/engine.h"

#include <string.h>

static size_t taps_of(const struct operation *operation)
{
	return (size_t)operation->layer->kernel_height * (size_t)operation->layer->kernel_width;
}

static void lay_out(struct network *network, struct operation *operation)
{
	size_t channels = (size_t)operation->out.channels;
	operation->weights = arena_floats(&network->arena, taps_of(operation) * channels);
	operation->bias = arena_floats(&network->arena, channels);
	if (network->mode == NETWORK_TRAIN)
		plan_slices(network, operation, (taps_of(operation) + 1) * channels);
	want_scratch(network, (size_t)(operation->in.width + operation->out.width) * channels);
}

static void prepare(struct network *network, struct operation *operation)
{
	const struct parameter *parameters = &network->parameters[operation->first_parameter];
	size_t channels = (size_t)operation->out.channels;
	memcpy(operation->weights, parameters[0].values, taps_of(operation) * channels * sizeof(float));
	memset(operation->bias, 0, channels * sizeof(float));
	if (operation->layer->use_bias)
		memcpy(operation->bias, parameters[1].values, channels * sizeof(float));
	if (operation->normalization)
		fold_normalization(network, operation, (int)taps_of(operation), operation->out.channels);
}

struct task {
	struct network *network;
	const struct operation *operation;
	int n;
	float *gradient, *input_gradient;
};

/* One tap over one row of outputs: where it lies inside the input. */
struct tap {
	int index;                /* of its weights */
	int first, count;         /* columns of the output */
	int column;               /* of the input, under the first of them */
};

static struct tap tap_of(const struct operation *operation, int y, int x)
{
	int stride = operation->layer->stride_width, offset = x - operation->window.left;
	int first = offset < 0 ? (-offset + stride - 1) / stride : 0;
	int end = operation->in.width > offset ? (operation->in.width - offset - 1) / stride + 1 : 0;
	end = end < operation->out.width ? end : operation->out.width;
	return (struct tap){y * operation->layer->kernel_width + x, first, end > first ? end - first : 0,
		first * stride + offset};
}

/* The row of a sample under row `y` of the kernel at output `row`; negative in the padding. */
static int row_under(const struct operation *operation, int row, int y)
{
	int under = row * operation->layer->stride_height + y - operation->window.top;
	return under < operation->in.height ? under : -1;
}

/* A row of the input with every channel repeated `multiplier` times. */
static const float *spread_row(const struct operation *operation, const float *x, float *scratch)
{
	int multiplier = operation->layer->filters, channels = operation->out.channels;
	if (multiplier == 1)
		return x;
	for (int i = 0; i < operation->in.width * channels; i++)
		scratch[i] = x[i / multiplier];
	return scratch;
}

static void forward_row(void *context, int index, int worker)
{
	const struct task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	const struct layer *layer = operation->layer;
	int channels = operation->out.channels, row = index % operation->out.height;
	const float *x = operation->input + (size_t)(index / operation->out.height) * shape_count(operation->in);
	size_t line = (size_t)operation->out.width * (size_t)channels;
	float *out = operation->output + (size_t)index * line, *scratch = worker_scratch(task->network, worker);
	for (int column = 0; column < operation->out.width; column++)
		memcpy(out + column * channels, operation->bias, (size_t)channels * sizeof *out);
	for (int ky = 0; ky < layer->kernel_height; ky++) {
		int under = row_under(operation, row, ky);
		if (under < 0)
			continue;
		const float *spread = spread_row(operation, x + (ptrdiff_t)under * operation->in.width * operation->in.channels,
			scratch);
		for (int kx = 0; kx < layer->kernel_width; kx++) {
			struct tap tap = tap_of(operation, ky, kx);
			kernels->multiply_add(out + tap.first * channels, channels, spread + tap.column * channels,
				(ptrdiff_t)layer->stride_width * channels, operation->weights + tap.index * channels, 0, tap.count,
				channels);
		}
	}
	kernels->activate(operation->activation, operation->negative_slope, out, line);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct task task = {.network = network, .operation = operation, .n = n};
	parallel_for(network->pool, n * operation->out.height, forward_row, &task);
}

/* Adds what one tap sends to a row dx (in.width, in.channels) from a row of the output's gradient. */
static void send(const struct task *task, struct tap tap, const float *gradient, float *dx, float *scratch)
{
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	int channels = operation->out.channels, multiplier = operation->layer->filters, stride = operation->layer->stride_width;
	const float *weights = operation->weights + tap.index * channels;
	gradient += tap.first * channels;
	dx += tap.column * operation->in.channels;
	if (multiplier == 1) {
		kernels->multiply_add(dx, (ptrdiff_t)stride * channels, gradient, channels, weights, 0, tap.count, channels);
		return;
	}
	memset(scratch, 0, (size_t)(tap.count * channels) * sizeof *scratch);
	kernels->multiply_add(scratch, channels, gradient, channels, weights, 0, tap.count, channels);
	for (int i = 0; i < tap.count; i++, dx += stride * operation->in.channels)
		for (int c = 0; c < channels; c++)
			dx[c / multiplier] += *scratch++;
}

/* One row of outputs under one row of the kernel: slice (kh, kw, channels) and dx are added to; either may be NULL. */
static void backward_row(const struct task *task, int ky, const float *x, const float *gradient, float *slice, float *dx,
	float *scratch)
{
	const struct operation *operation = task->operation;
	int channels = operation->out.channels;
	const float *spread = spread_row(operation, x, scratch);
	for (int kx = operation->layer->kernel_width; kx-- > 0;) {
		struct tap tap = tap_of(operation, ky, kx);
		if (slice)
			task->network->kernels->multiply_add(slice + tap.index * channels, 0, spread + tap.column * channels,
				(ptrdiff_t)operation->layer->stride_width * channels, gradient + tap.first * channels, channels,
				tap.count, channels);
		if (dx)
			send(task, tap, gradient, dx, scratch + operation->in.width * channels);
	}
}

/* slice has the bias behind the weights. */
static void backward_sample(const struct task *task, const float *x, const float *gradient, float *slice, float *dx,
	float *scratch)
{
	const struct operation *operation = task->operation;
	int channels = operation->out.channels, width = operation->out.width;
	if (slice)
		task->network->kernels->sum_channels(slice + (int)taps_of(operation) * channels, gradient,
			operation->out.height * width, channels);
	for (int row = 0; row < operation->out.height; row++, gradient += width * channels)
		for (int ky = 0; ky < operation->layer->kernel_height; ky++) {
			int under = row_under(operation, row, ky);
			ptrdiff_t first = (ptrdiff_t)under * operation->in.width * operation->in.channels;
			if (under >= 0)
				backward_row(task, ky, x + first, gradient, slice, dx ? dx + first : NULL, scratch);
		}
}

static void backward_samples(void *context, int index, int worker)
{
	const struct task *task = context;
	const struct operation *operation = task->operation;
	size_t in = shape_count(operation->in), out = shape_count(operation->out);
	float *slice = task->network->learns ? operation->slices + (size_t)index * operation->slice_size : NULL;
	if (slice)
		memset(slice, 0, operation->slice_size * sizeof *slice);
	int step = slice ? operation->slice_count : task->n;
	for (int sample = index; sample < task->n; sample += step) {
		float *gradient = task->gradient + (size_t)sample * out;
		float *dx = task->input_gradient ? task->input_gradient + (size_t)sample * in : NULL;
		task->network->kernels->activate_backward(operation->activation, operation->negative_slope,
			operation->output + (size_t)sample * out, gradient, out);
		if (dx)
			memset(dx, 0, in * sizeof *dx);
		backward_sample(task, operation->input + (size_t)sample * in, gradient, slice, dx,
			worker_scratch(task->network, worker));
	}
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient, float *input_gradient)
{
	struct task task = {network, operation, n, gradient, input_gradient};
	int slices = network->learns && operation->slice_count < n ? operation->slice_count : n;
	parallel_for(network->pool, slices, backward_samples, &task);
	if (!network->learns)
		return;
	sum_slices(network, operation, n);
	size_t channels = (size_t)operation->out.channels, count = taps_of(operation) * channels;
	memcpy(network->gradients + network->offsets[operation->first_parameter], operation->slices, count * sizeof(float));
	if (operation->layer->use_bias)
		memcpy(network->gradients + network->offsets[operation->first_parameter + 1], operation->slices + count,
			channels * sizeof(float));
}

const struct operation_kind depthwise_kind = {lay_out, prepare, forward, backward, NULL};
