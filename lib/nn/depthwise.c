/* DepthwiseConv2D: out (n, out.height, out.width, in.channels * multiplier) from x (n, in.height,
 * in.width, in.channels); output channel c * multiplier + m depends on input channel c alone.
 *
 * The gradient of the input is a depthwise convolution of that of the output as well. With stride s
 * it has s x s phases: pixels with equal (y mod s, x mod s) of the padded input depend on the same
 * taps of the kernel, in reverse order, and each phase is a convolution of stride 1. */
#include "nn/convolution.h"

#include <string.h>

static size_t kernel_size(const struct operation *operation)
{
	return (size_t)operation->layer->kernel_height * (size_t)operation->layer->kernel_width;
}

/* Floats of a row of the input, with every channel repeated once per output channel. */
static size_t spread_row(const struct operation *operation)
{
	return (size_t)operation->in.width * (size_t)operation->out.channels;
}

/* Whether the kernels read rows of the input where they are, not copies. */
static bool reads_input(const struct operation *operation)
{
	return !operation->fused_input_normalization && operation->layer->multiplier == 1;
}

/* ---- scratch memory ---- */

/* What a band reads: its rows of the padded input, NULL where these are padding. */
struct band_scratch {
	const float **rows;          /* band_input_rows(operation) */
	const float **gradient_rows; /* kernel_height */
	float *copies;               /* band_input_rows(operation) of spread_row; NULL: none */
	float *row;                  /* spread_row */
};

/* Divides memory into the parts, or counts the floats that these need. */
static size_t divide_scratch(const struct operation *operation, float *memory,
	struct band_scratch *scratch)
{
	size_t rows = (size_t)band_input_rows(operation),
	       pointers = rows + (size_t)operation->layer->kernel_height,
	       floats = pointers * sizeof *scratch->rows / sizeof *memory;
	floats = (floats + CHANNEL_BLOCK - 1) / CHANNEL_BLOCK * CHANNEL_BLOCK;
	size_t row = (spread_row(operation) + CHANNEL_BLOCK - 1) / CHANNEL_BLOCK * CHANNEL_BLOCK;
	if (memory)
		*scratch = (struct band_scratch){.rows = (void *)memory,
			.gradient_rows = (const float **)(void *)memory + rows,
			.row = memory + floats,
			.copies = memory + floats + row};
	return floats + row + (reads_input(operation) ? 0 : rows * row);
}

static struct band_scratch scratch_at(const struct operation *operation, float *memory)
{
	struct band_scratch scratch;
	divide_scratch(operation, memory, &scratch);
	return scratch;
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct convolution *convolution = operation->state;
	size_t channels = (size_t)operation->out.channels;
	operation->collects_statistics = operation->fused_output_normalization &&
		!operation->fused_output_normalization->is_inference;
	operation->collects_gradients = operation->fused_input_normalization;
	convolution->weights = arena_floats(&network->arena, kernel_size(operation) * channels);
	convolution->bias = arena_floats(&network->arena, channels);
	if (operation->inputs[0]->wants_gradient)
		convolution->transposed =
			arena_floats(&network->arena, (kernel_size(operation) + 1) * channels);
	if (operation->has_trainable)
		allocate_leaves(network, &convolution->leaves,
			leaf_sums_plan((kernel_size(operation) + 1) * channels, network->batch));
	request_scratch(network, divide_scratch(operation, NULL, NULL));
}

/* ---- phases of the gradient of the input ---- */

/* Along one side: `taps` of the kernel, from `phase` on, `stride` apart. */
static int phase_taps(int phase, int stride, int kernel)
{
	return phase < kernel ? (kernel - phase - 1) / stride + 1 : 0;
}

/* Weights of a phase: (taps in y, taps in x, channels); all phases lie one after the other. */
static float *phase_weights(const struct operation *operation, int phase_y, int phase_x)
{
	const struct layer *layer = operation->layer;
	int taps = 0;
	for (int y = 0; y < phase_y; y++)
		taps += phase_taps(y, layer->stride_height, layer->kernel_height) *
			layer->kernel_width;
	for (int x = 0; x < phase_x; x++)
		taps += phase_taps(phase_y, layer->stride_height, layer->kernel_height) *
			phase_taps(x, layer->stride_width, layer->kernel_width);
	return convolution_of(operation)->transposed + (ptrdiff_t)taps * operation->out.channels;
}

/* The taps of a phase in reverse order. */
static void fill_phase(const struct operation *operation, int phase_y, int phase_x)
{
	const struct layer *layer = operation->layer;
	const int rows = phase_taps(phase_y, layer->stride_height, layer->kernel_height),
		  columns = phase_taps(phase_x, layer->stride_width, layer->kernel_width);
	const ptrdiff_t channels = operation->out.channels;
	float *to = phase_weights(operation, phase_y, phase_x);
	for (int y = rows - 1; y >= 0; y--)
		for (int x = columns - 1; x >= 0; x--, to += channels) {
			int ky = phase_y + y * layer->stride_height,
			    kx = phase_x + x * layer->stride_width;
			memcpy(to,
				convolution_of(operation)->weights +
					(ky * layer->kernel_width + kx) * channels,
				(size_t)channels * sizeof *to);
		}
}

/* Zeros that its sums begin with. */
static float *phase_bias(const struct operation *operation)
{
	return convolution_of(operation)->transposed +
		kernel_size(operation) * (size_t)operation->out.channels;
}

static void prepare_phases(const struct operation *operation)
{
	for (int y = 0; y < operation->layer->stride_height; y++)
		for (int x = 0; x < operation->layer->stride_width; x++)
			fill_phase(operation, y, x);
	memset(phase_bias(operation), 0, (size_t)operation->out.channels * sizeof(float));
}

static void prepare(struct network *network, struct operation *operation)
{
	const struct convolution *convolution = operation->state;
	const struct parameter *parameters = &network->parameters[operation->first_parameter];
	size_t channels = (size_t)operation->out.channels;
	memcpy(convolution->weights, parameters[0].values,
		kernel_size(operation) * channels * sizeof(float));
	memset(convolution->bias, 0, channels * sizeof(float));
	if (operation->layer->use_bias)
		memcpy(convolution->bias, parameters[1].values, channels * sizeof(float));
	if (operation->normalization)
		fold_normalization(network, operation, convolution->weights, convolution->bias,
			(int)kernel_size(operation), operation->out.channels);
	if (convolution->transposed)
		prepare_phases(operation);
}

/* ---- forward ---- */

struct depthwise_task {
	struct network *network;
	const struct operation *operation;
};

/* All of a row of windows but where it lies. */
static struct depthwise windows_of(const struct operation *operation)
{
	return (struct depthwise){.columns = operation->in.width,
		.step = operation->layer->stride_width,
		.left = convolution_of(operation)->window.left,
		.weights = convolution_of(operation)->weights,
		.height = operation->layer->kernel_height,
		.width = operation->layer->kernel_width,
		.channels = operation->out.channels,
		.count = operation->out.width,
		.bias = convolution_of(operation)->bias,
		.out_step = operation->out.channels,
		.activation = operation->activation};
}

/* Computes rows of outputs; the kernel of row y begins at rows->in[y * stride_height]. */
static void forward_rows(const struct network *network, const struct operation *operation,
	const struct output_rows *rows)
{
	struct depthwise row = windows_of(operation);
	for (int y = 0; y < rows->count; y++) {
		row.rows = rows->in + y * operation->layer->stride_height;
		row.out = rows->out + (ptrdiff_t)y * row.count * row.channels;
		network->kernels->depthwise(&row);
	}
}

static void choose(const struct network *network, struct operation *operation)
{
	(void)network;
	const struct layer *layer = operation->layer;
	convolution_of(operation)->window = window_of(layer, operation->in, operation->out);
	operation->row_window = (struct row_window){convolution_of(operation)->window.top,
		layer->stride_height, layer->kernel_height};
	if (layer->multiplier == 1)
		operation->forward_rows = forward_rows;
}

/* A row of the input, normalised, with repeated channels. It is normalised at the end of `to`,
 * where no value is overwritten before it is read. */
static void copy_row(const struct kernels *kernels, const struct operation *operation, float *to,
	const float *from)
{
	const int multiplier = operation->layer->multiplier;
	const size_t count = spread_row(operation);
	float *end = to + count - count / (size_t)multiplier;
	copy_normalized(kernels, operation->fused_input_normalization, end, from,
		operation->in.width, operation->in.channels);
	for (size_t i = 0; i < count && multiplier > 1; i++)
		to[i] = end[i / (size_t)multiplier];
}

/* Finds the rows of the padded input that rows [first, first + count) of outputs are computed
 * from. */
static void find_rows(const struct kernels *kernels, const struct operation *operation, int sample,
	int first, int count, const struct band_scratch *scratch)
{
	const struct shape in = operation->in;
	const float *x = operation->input + (size_t)sample * shape_count(in);
	float *copy = scratch->copies;
	for (int i = 0; i < input_rows(operation, count); i++) {
		int y = first * operation->layer->stride_height + i -
			convolution_of(operation)->window.top;
		const float *row = x + (ptrdiff_t)y * in.width * in.channels;
		scratch->rows[i] = NULL;
		if (y < 0 || y >= in.height)
			continue;
		if (!reads_input(operation)) {
			copy_row(kernels, operation, copy, row);
			row = copy;
			copy += spread_row(operation);
		}
		scratch->rows[i] = row;
	}
}

static void forward_band(void *context, int index, int worker)
{
	const struct depthwise_task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	struct row_band place = row_band_of(operation->out, index);
	const struct band_scratch scratch =
		scratch_at(operation, worker_scratch(task->network, worker));
	find_rows(kernels, operation, place.sample, place.row, place.rows, &scratch);
	const struct output_rows rows = {.count = place.rows,
		.in = scratch.rows,
		.out = operation->output + place.first};
	forward_rows(task->network, operation, &rows);
	if (operation->collects_statistics && task->network->training)
		collect_band_statistics(kernels, operation, index,
			worker_scratch(task->network, worker));
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct depthwise_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * bands_of(operation->out), forward_band, &task);
}

/* ---- backward ---- */

/* One phase of a row of the gradient of the input, `out`; `rows` are those of the gradient of the
 * output. */
static void phase_row(const struct sample_work *work, const float **rows, int phase_y, int phase_x,
	float *out)
{
	const struct operation *operation = work->operation;
	const struct layer *layer = operation->layer;
	const int stride = layer->stride_width, left = convolution_of(operation)->window.left;
	/* The first pixel of the padded input that is one of the input, in steps of the stride. */
	int first = left > phase_x ? (left - phase_x + stride - 1) / stride : 0;
	int x = phase_x + first * stride - left,
	    taps = phase_taps(phase_x, stride, layer->kernel_width);
	if (x >= operation->in.width)
		return;
	const struct depthwise row = {.rows = rows,
		.columns = operation->out.width,
		.step = 1,
		.left = taps - 1 - first,
		.weights = phase_weights(operation, phase_y, phase_x),
		.height = phase_taps(phase_y, layer->stride_height, layer->kernel_height),
		.width = taps,
		.channels = operation->out.channels,
		.count = (operation->in.width - 1 - x) / stride + 1,
		.bias = phase_bias(operation),
		.out = out + (ptrdiff_t)x * operation->out.channels,
		.out_step = (ptrdiff_t)stride * operation->out.channels};
	work->network->kernels->depthwise(&row);
}

/* Sums over the output channels of an input channel. */
static void gather_channels(const struct operation *operation, float *dx, const float *spread)
{
	const int multiplier = operation->layer->multiplier;
	for (int i = 0; i < operation->in.width * operation->in.channels; i++) {
		dx[i] = 0;
		for (int k = 0; k < multiplier; k++)
			dx[i] += *spread++;
	}
}

/* Row y of the gradient of the input. */
static void input_row(const struct sample_work *work, const struct band_scratch *scratch, int y)
{
	const struct operation *operation = work->operation;
	const struct layer *layer = operation->layer;
	const struct shape in = operation->in, out = operation->out;
	int padded = y + convolution_of(operation)->window.top,
	    phase = padded % layer->stride_height,
	    taps = phase_taps(phase, layer->stride_height, layer->kernel_height);
	float *dx = work->dx + (ptrdiff_t)y * in.width * in.channels,
	      *to = layer->multiplier == 1 ? dx : scratch->row;
	for (int i = 0; i < taps; i++) {
		int row = padded / layer->stride_height - (taps - 1) + i;
		scratch->gradient_rows[i] = row < 0 || row >= out.height
			? NULL
			: work->gradient + (ptrdiff_t)row * out.width * out.channels;
	}
	for (int x = 0; x < layer->stride_width; x++)
		phase_row(work, scratch->gradient_rows, phase, x, to);
	if (layer->multiplier > 1)
		gather_channels(operation, dx, to);
}

/* Adds one band of outputs to the leaf: (kh, kw, channels), then the bias. */
static void add_band(const struct sample_work *work, struct row_band place, const float *gradient,
	const struct band_scratch *scratch)
{
	const struct operation *operation = work->operation;
	const struct kernels *kernels = work->network->kernels;
	struct depthwise row = windows_of(operation);
	kernels->sum_channels(work->leaf + (int)kernel_size(operation) * row.channels, gradient,
		place.rows * row.count, row.channels);
	find_rows(kernels, operation, place.sample, place.row, place.rows, scratch);
	for (int y = 0; y < place.rows; y++) {
		row.rows = scratch->rows + y * operation->layer->stride_height;
		kernels->depthwise_weights(&row, gradient + (ptrdiff_t)y * row.count * row.channels,
			work->leaf);
	}
}

/* Band by band; after each, those rows of the input's gradient that need no later one. */
static void backward_sample(const struct sample_work *work)
{
	const struct operation *operation = work->operation;
	const struct shape in = operation->in, out = operation->out;
	const struct band_scratch scratch = scratch_at(operation, work->scratch);
	const int bands = bands_of(out);
	for (int i = 0, y = 0; i < bands; i++) {
		struct row_band band = row_band_of(out, work->sample * bands + i);
		float *gradient = work->gradient + (ptrdiff_t)band.row * out.width * out.channels;
		if (work->fuses)
			fused_backward(work->network->kernels, operation, gradient, band.first,
				(size_t)(band.rows * out.width * out.channels));
		if (work->leaf)
			add_band(work, band, gradient, &scratch);
		int end = i + 1 == bands
			? in.height
			: (band.row + band.rows) * operation->layer->stride_height -
				convolution_of(operation)->window.top;
		for (; work->dx && y < end && y < in.height; y++) {
			input_row(work, &scratch, y);
			if (operation->collects_gradients &&
				(y % BAND == BAND - 1 || y + 1 == in.height))
				collect_band_gradients(work->network->kernels, operation,
					work->sample * bands_of(in) + y / BAND, work->scratch);
		}
	}
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	const struct sample_backward samples = {backward_sample, operation->out.channels, 1, false};
	backward_by_samples(network, operation, n, gradient, &samples);
}

const struct operation_kind depthwise_kind = {
	.state_size = sizeof(struct convolution),
	.choose = choose,
	.allocate_buffers = allocate_buffers,
	.prepare = prepare,
	.forward = forward,
	.backward = backward,
	.fuses_normalization = true,
};
