/* Conv2D: out (n, out.height, out.width, filters) from x (n, in.height, in.width, in.channels),
 * with bias and activation, and a 2x2 max-pool where the planner fused one. */
#include "nn/convolution.h"
#include "nn/winograd.h"

#include <string.h>

static bool is_padded(const struct operation *operation)
{
	const struct window *window = &operation->window;
	return window->top || window->left || window->height > operation->in.height ||
		window->width > operation->in.width;
}

size_t window_scratch(const struct operation *operation, int rows)
{
	size_t row = (size_t)operation->window.width * (size_t)operation->in.channels;
	return is_padded(operation) || operation->fused_input_normalization
		? (size_t)rows * row + CHANNEL_BLOCK
		: 0;
}

const float *window_rows(const struct kernels *kernels, const struct operation *operation,
	int sample, int first, int rows, float *scratch, ptrdiff_t *pitch)
{
	const struct shape in = operation->in;
	const struct window window = operation->window;
	const float *x = operation->input + (size_t)sample * shape_count(in);
	ptrdiff_t line = (ptrdiff_t)in.width * in.channels;
	*pitch = line;
	if (!window_scratch(operation, rows))
		return x + first * line;
	*pitch = (ptrdiff_t)window.width * in.channels;
	int width = window.width - window.left < in.width ? window.width - window.left : in.width;
	ptrdiff_t left = (ptrdiff_t)window.left * in.channels,
		  end = left + (ptrdiff_t)width * in.channels;
	for (int i = 0; i < rows; i++) {
		float *row = scratch + i * *pitch;
		int y = first + i - window.top;
		bool inside = y >= 0 && y < in.height;
		memset(row, 0, (size_t)(inside ? left : *pitch) * sizeof *row);
		if (!inside)
			continue;
		copy_normalized(kernels, operation->fused_input_normalization, row + left,
			x + y * line, width, in.channels);
		memset(row + end, 0, (size_t)(*pitch - end) * sizeof *row);
	}
	return scratch;
}

/* ---- weights ---- */

static bool needs_copy(const struct operation *operation)
{
	return operation->normalization || operation->layer->filters % CHANNEL_BLOCK;
}

static void prepare(struct network *network, struct operation *operation)
{
	const struct layer *layer = operation->layer;
	const struct parameter *parameters = &network->parameters[operation->first_parameter];
	int filters = layer->filters, width = padded_channels(filters);
	if (!needs_copy(operation))
		operation->weights = network->values + network->offsets[operation->first_parameter];
	else
		pad_rows(operation->weights, parameters[0].values, (int)taps_of(operation), filters,
			width);
	memset(operation->bias, 0, (size_t)width * sizeof(float));
	if (layer->use_bias)
		memcpy(operation->bias, parameters[1].values, (size_t)filters * sizeof(float));
	if (operation->normalization)
		fold_normalization(network, operation, (int)taps_of(operation), width);
	if (operation->winograd)
		winograd_weights(network, operation->winograd, operation->weights,
			operation->in.channels, filters);
	if (operation->transposed && is_sparse(network, operation))
		sparse_transpose_weights(network, operation, parameters[0].values);
	else if (operation->transposed && is_winograd(operation))
		winograd_transpose_weights(network, operation, parameters[0].values);
	else if (operation->transposed)
		convolution_transpose_weights(operation, parameters[0].values);
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct arena *arena = &network->arena;
	size_t width = (size_t)padded_channels(operation->layer->filters);
	operation->bias = arena_floats(arena, width);
	operation->weights =
		needs_copy(operation) ? arena_floats(arena, taps_of(operation) * width) : NULL;
	operation->argmax = operation->pools && network->mode == NETWORK_TRAIN
		? arena_bytes(arena, (size_t)network->batch * shape_count(operation->out))
		: NULL;
	int rows = (BAND - 1) * operation->layer->stride_height + operation->layer->kernel_height;
	request_scratch(network,
		window_scratch(operation, rows) + 2 * (size_t)operation->middle.width * width);
	if (winograd_suits(operation->layer, operation->in.channels, operation->middle)) {
		operation->winograd = arena_floats(arena,
			winograd_weight_count(operation->in.channels, operation->layer->filters));
		request_scratch(network,
			winograd_scratch(operation->in.channels, operation->layer->filters));
	}
	operation->collects_statistics =
		operation->fused_output_normalization && !operation->pools && !operation->winograd;
	if (is_sparse(network, operation))
		sparse_allocate(network, operation);
	else if (network->mode != NETWORK_PREDICT && is_winograd(operation))
		winograd_allocate_backward(network, operation);
	else if (network->mode != NETWORK_PREDICT)
		convolution_allocate_backward(network, operation);
}

/* ---- forward ---- */

struct convolution_forward {
	const struct network *network;
	const struct operation *operation;
	int bands; /* of a sample */
};

/* The convolution of `count` windows, side by side from x on, into out (count, out_row). */
static struct product product_of(const struct operation *operation, const float *x, ptrdiff_t pitch,
	float *out, int count, int out_row)
{
	const struct layer *layer = operation->layer;
	int width = padded_channels(layer->filters);
	return (struct product){
		.x = x,
		.x_row = (ptrdiff_t)layer->stride_width * operation->in.channels,
		.x_outer = pitch,
		.x_inner = 1,
		.w = operation->weights,
		.w_row = width,
		.out = out,
		.out_row = out_row,
		.initial = operation->bias,
		.count = count,
		.outer = layer->kernel_height,
		.inner = layer->kernel_width * operation->in.channels,
		.width = width,
	};
}

/* One row of outputs at `out`; x is the first of its windows' rows, `rows` scratch for a row of
 * padded outputs. */
static void output_row(const struct convolution_forward *forward, const float *x, ptrdiff_t pitch,
	float *rows, float *out, uint8_t *argmax)
{
	const struct operation *operation = forward->operation;
	const struct kernels *kernels = forward->network->kernels;
	int filters = operation->layer->filters, width = padded_channels(filters),
	    count = operation->out.width;
	bool direct = filters == width;
	const struct product product =
		product_of(operation, x, pitch, direct ? out : rows, count, width);
	uint8_t *padded = direct || !argmax ? argmax : (uint8_t *)(rows + (ptrdiff_t)count * width);
	if (operation->pools)
		kernels->product_pool(&product, operation->layer->stride_height * pitch, padded);
	else
		kernels->product(&product);
	if (!direct) {
		compact_rows(out, rows, count, filters, width);
		for (int i = 0; i < count && argmax; i++)
			memcpy(argmax + (ptrdiff_t)i * filters, padded + (ptrdiff_t)i * width,
				(size_t)filters);
	}
	kernels->activate(&operation->activation, out, (size_t)count * (size_t)filters);
}

static void forward_band(void *context, int index, int worker)
{
	const struct convolution_forward *forward = context;
	const struct operation *operation = forward->operation;
	const struct shape out = operation->out;
	int sample = index / forward->bands, per_output = operation->pools ? 2 : 1,
	    height = BAND / per_output;
	int first = index % forward->bands * height,
	    last = first + height < out.height ? first + height : out.height;
	int stride = operation->layer->stride_height * per_output;
	int rows = (last - first) * stride - operation->layer->stride_height +
		operation->layer->kernel_height;
	float *scratch = worker_scratch(forward->network, worker);
	float *convolved = scratch + window_scratch(operation, rows);
	ptrdiff_t pitch, line = (ptrdiff_t)out.width * out.channels;
	const float *x = window_rows(forward->network->kernels, operation, sample, first * stride,
		rows, scratch, &pitch);
	for (int y = first; y < last; y++) {
		ptrdiff_t place = ((ptrdiff_t)sample * out.height + y) * line;
		output_row(forward, x + (y - first) * stride * pitch, pitch, convolved,
			operation->output + place,
			operation->argmax ? operation->argmax + place : NULL);
	}
	if (operation->collects_statistics && forward->network->training)
		collect_band_statistics(forward->network->kernels, operation, index, scratch);
}

static void forward_winograd(const struct network *network, const struct operation *operation,
	int n)
{
	const struct winograd winograd = {
		.network = network,
		.samples = n,
		.in = operation->in,
		.middle = operation->middle,
		.top = operation->window.top,
		.left = operation->window.left,
		.pools = operation->pools,
		.out = operation->out,
		.activation = operation->activation,
		.fused_input_normalization = operation->fused_input_normalization,
		.input = operation->input,
		.weights = operation->winograd,
		.bias = operation->bias,
		.output = operation->output,
		.argmax = operation->argmax,
	};
	winograd_convolve(&winograd);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	if (operation->winograd) {
		forward_winograd(network, operation, n);
		return;
	}
	int height = operation->pools ? BAND / 2 : BAND;
	struct convolution_forward task = {network, operation,
		(operation->out.height + height - 1) / height};
	parallel_for(network->pool, n * task.bands, forward_band, &task);
}

const struct operation_kind convolution_kind = {allocate_buffers, prepare, forward,
	convolution_backward, NULL, false};
