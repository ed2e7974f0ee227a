/* Gradients of a convolution by Winograd's algorithm. That of the input is a convolution of that of
 * the output with the kernel rotated by 180 degrees and its channels exchanged. */
#include "nn/convolution.h"
#include "nn/winograd.h"

#include <string.h>

bool is_winograd(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	return !operation->pools &&
		winograd_suits(layer, operation->in.channels, operation->middle) &&
		winograd_suits(layer, layer->filters, operation->middle);
}

void winograd_allocate_backward(struct network *network, struct operation *operation)
{
	int in = operation->in.channels, filters = operation->layer->filters;
	if (network->mode == NETWORK_TRAIN) { /* fewer slices have more tiles each, and filters are
		                                 shared out too */
		plan_slices(network, operation, (taps_of(operation) + 1) * (size_t)filters,
			SLICES / 2);
		request_scratch(network, winograd_gradient_scratch(in, filters));
	}
	operation->transposed = arena_floats(&network->arena, taps_of(operation) * (size_t)filters);
	operation->winograd_transposed =
		arena_floats(&network->arena, winograd_weight_count(filters, in));
	request_scratch(network, winograd_scratch(filters, in));
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
	float *to = task->operation->transposed + (ptrdiff_t)tap * channels * filters;
	for (int f = 0; f < filters; f++)
		for (int c = 0; c < channels; c++)
			to[f * channels + c] = from[c * filters + f];
}

void winograd_transpose_weights(const struct network *network, struct operation *operation,
	const float *kernel)
{
	struct winograd_transposition task = {operation, kernel};
	parallel_for(network->pool, 9, transpose_tap, &task);
	winograd_weights(network, operation->winograd_transposed, operation->transposed,
		operation->layer->filters, operation->in.channels);
}

/* ---- backward ---- */

struct winograd_backward {
	const struct network *network;
	const struct operation *operation;
	int n, slices;
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

static int begin_of(int part, int parts, int filters)
{
	return (int)((long)(filters / WINOGRAD_FILTERS) * part / parts) * WINOGRAD_FILTERS;
}

/* Some filters of one slice. */
static void sum_part(void *context, int index, int worker)
{
	const struct winograd_backward *task = context;
	const struct operation *operation = task->operation;
	const struct shape out = operation->out;
	int number = index / task->parts, part = index % task->parts;
	float *slice = operation->slices + (size_t)number * operation->slice_size;
	float *bias = slice + taps_of(operation) * (size_t)out.channels;
	const struct winograd_gradient gradient = {
		.kernels = task->network->kernels,
		.operation = operation,
		.gradient = task->gradient,
		.first = number,
		.step = task->slices,
		.samples = (task->n - number + task->slices - 1) / task->slices,
		.first_filter = begin_of(part, task->parts, out.channels),
		.end_filter = part == task->parts - 1
			? out.channels
			: begin_of(part + 1, task->parts, out.channels),
		.weights = slice,
		.scratch = worker_scratch(task->network, worker),
	};
	winograd_gradient(&gradient);
	if (part > 0)
		return;
	memset(bias, 0, (size_t)out.channels * sizeof *bias);
	for (int sample = number; sample < task->n && operation->layer->use_bias;
		sample += task->slices)
		task->network->kernels->sum_channels(bias,
			task->gradient + (size_t)sample * shape_count(out), out.height * out.width,
			out.channels);
}

/* So many parts that each thread has a slice's part; the tiles are transformed anew for each. */
static int parts_of(const struct network *network, const struct operation *operation, int slices)
{
	int wanted = parallel_threads(network->pool) / slices,
	    most = operation->out.channels / WINOGRAD_FILTERS;
	return wanted < 1 || most < 1 ? 1 : wanted < most ? wanted : most;
}

void winograd_backward(struct network *network, const struct operation *operation, int n,
	float *gradient, float *input_gradient)
{
	int slices = n < operation->slice_count ? n : operation->slice_count;
	struct winograd_backward task = {network, operation, n, slices, 1, gradient};
	if (operation->fused_output_normalization || operation->activation != ACTIVATION_LINEAR)
		parallel_for(network->pool, n * bands_of(operation->out), fused_backward_band,
			&task);
	if (network->computes_parameter_gradients) {
		task.parts = parts_of(network, operation, slices);
		parallel_for(network->pool, slices * task.parts, sum_part, &task);
		collect_slices(network, operation, n);
	}
	const struct winograd winograd = {
		.network = network,
		.samples = n,
		.in = operation->middle,
		.middle = operation->in,
		.top = 2 - operation->window.top,
		.left = 2 - operation->window.left,
		.out = operation->in,
		.input = gradient,
		.weights = operation->winograd_transposed,
		.output = input_gradient,
	};
	if (input_gradient)
		winograd_convolve(&winograd);
}
