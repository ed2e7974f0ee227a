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
	want_scratch(network, channels);
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

/* The pixel under tap (y, x) of output (row, column), as an index into a sample; -1 in the padding. */
static ptrdiff_t pixel_under(const struct operation *operation, int row, int column, int y, int x)
{
	int pixel_y = row * operation->layer->stride_height + y - operation->window.top;
	int pixel_x = column * operation->layer->stride_width + x - operation->window.left;
	if (pixel_y < 0 || pixel_y >= operation->in.height || pixel_x < 0 || pixel_x >= operation->in.width)
		return -1;
	return ((ptrdiff_t)pixel_y * operation->in.width + pixel_x) * operation->in.channels;
}

/* A pixel with every channel repeated `multiplier` times. */
static const float *spread(const struct operation *operation, const float *pixel, float *scratch)
{
	int multiplier = operation->layer->filters;
	if (multiplier == 1)
		return pixel;
	for (int c = 0; c < operation->out.channels; c++)
		scratch[c] = pixel[c / multiplier];
	return scratch;
}

static void forward_row(void *context, int index, int worker)
{
	const struct task *task = context;
	const struct operation *operation = task->operation;
	const struct layer *layer = operation->layer;
	const struct kernels *kernels = task->network->kernels;
	int channels = operation->out.channels, row = index % operation->out.height;
	const float *x = operation->input + (size_t)(index / operation->out.height) * shape_count(operation->in);
	size_t line = (size_t)operation->out.width * (size_t)channels;
	float *out = operation->output + (size_t)index * line, *scratch = worker_scratch(task->network, worker);
	for (int column = 0; column < operation->out.width; column++) {
		float *pixel = out + column * channels;
		memcpy(pixel, operation->bias, (size_t)channels * sizeof *pixel);
		for (int t = 0; t < (int)taps_of(operation); t++) {
			ptrdiff_t under = pixel_under(operation, row, column, t / layer->kernel_width, t % layer->kernel_width);
			if (under >= 0)
				kernels->multiply_add(pixel, spread(operation, x + under, scratch),
					operation->weights + t * channels, channels);
		}
	}
	kernels->activate(operation->activation, operation->negative_slope, out, line);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct task task = {.network = network, .operation = operation, .n = n};
	parallel_for(network->pool, n * operation->out.height, forward_row, &task);
}

/* Adds the gradient that one tap sends to the pixel under it. */
static void send(const struct task *task, const float *gradient, const float *weights, float *pixel, float *scratch)
{
	int channels = task->operation->out.channels, multiplier = task->operation->layer->filters;
	if (multiplier == 1) {
		task->network->kernels->multiply_add(pixel, gradient, weights, channels);
		return;
	}
	memset(scratch, 0, (size_t)channels * sizeof *scratch);
	task->network->kernels->multiply_add(scratch, gradient, weights, channels);
	for (int c = 0; c < channels; c++)
		pixel[c / multiplier] += scratch[c];
}

/* slice (kh, kw, channels) and, behind, the bias: added to. dx is added to; either may be NULL. */
static void backward_sample(const struct task *task, const float *x, const float *gradient, float *slice, float *dx,
	float *scratch)
{
	const struct operation *operation = task->operation;
	int channels = operation->out.channels, taps = (int)taps_of(operation), across = operation->layer->kernel_width;
	if (slice)
		task->network->kernels->sum_channels(slice + taps * channels, gradient,
			operation->out.height * operation->out.width, channels);
	for (int p = 0; p < operation->out.height * operation->out.width; p++, gradient += channels)
		for (int t = 0; t < taps; t++) {
			ptrdiff_t under = pixel_under(operation, p / operation->out.width, p % operation->out.width,
				t / across, t % across);
			if (under >= 0 && slice)
				task->network->kernels->multiply_add(slice + t * channels,
					spread(operation, x + under, scratch), gradient, channels);
			if (under >= 0 && dx)
				send(task, gradient, operation->weights + t * channels, dx + under, scratch);
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
