/* DepthwiseConv2D: out (n, out.height, out.width, in.channels * multiplier) from x (n, in.height,
 * in.width, in.channels); output channel c * multiplier + m depends on input channel c alone. */
#include "nn/convolution.h"

#include <string.h>

static size_t kernel_size(const struct operation *operation)
{
	return (size_t)operation->layer->kernel_height * (size_t)operation->layer->kernel_width;
}

/* Floats of the input of a band, with every channel repeated once per output channel. */
static size_t spread_count(const struct operation *operation)
{
	int width = convolution_of(operation)->window.width > operation->in.width
		? convolution_of(operation)->window.width
		: operation->in.width;
	return (size_t)input_rows(operation, BAND) * (size_t)width *
		(size_t)operation->out.channels;
}

static void choose(const struct network *network, struct operation *operation)
{
	(void)network;
	convolution_of(operation)->window =
		window_of(operation->layer, operation->in, operation->out);
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct convolution *convolution = operation->state;
	size_t channels = (size_t)operation->out.channels;
	operation->collects_statistics = operation->fused_output_normalization &&
		!operation->fused_output_normalization->is_inference;
	convolution->weights = arena_floats(&network->arena, kernel_size(operation) * channels);
	convolution->bias = arena_floats(&network->arena, channels);
	if (operation->has_trainable)
		allocate_leaves(network, &convolution->leaves,
			leaf_sums_plan((kernel_size(operation) + 1) * channels, network->batch));
	request_scratch(network,
		window_scratch(operation, input_rows(operation, BAND)) +
			2 * spread_count(operation));
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
}

struct depthwise_task {
	struct network *network;
	const struct operation *operation;
};

/* The input of some rows of outputs, as the kernels read it; `scratch` is for window_rows and
 * repeated channels. */
static struct depthwise read_band(const struct kernels *kernels, const struct operation *operation,
	int sample, int first, int rows, float *scratch)
{
	const struct layer *layer = operation->layer;
	int channels = operation->out.channels, multiplier = layer->multiplier,
	    under = input_rows(operation, rows);
	struct depthwise band = {.step = (ptrdiff_t)layer->stride_width * channels,
		.weights = convolution_of(operation)->weights,
		.height = layer->kernel_height,
		.width = layer->kernel_width,
		.count = operation->out.width,
		.channels = channels};
	band.x = window_rows(kernels, operation, sample, first * layer->stride_height, under,
		scratch, &band.pitch);
	if (multiplier == 1)
		return band;
	float *spread = scratch + window_scratch(operation, input_rows(operation, BAND));
	ptrdiff_t line = (ptrdiff_t)convolution_of(operation)->window.width * channels;
	for (int y = 0; y < under; y++)
		for (ptrdiff_t i = 0; i < line; i++)
			spread[y * line + i] = band.x[y * band.pitch + i / multiplier];
	band.x = spread;
	band.pitch = line;
	return band;
}

static void forward_band(void *context, int index, int worker)
{
	const struct depthwise_task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	struct row_band place = row_band_of(operation->out, index);
	float *out = operation->output + place.first;
	struct depthwise band = read_band(kernels, operation, place.sample, place.row, place.rows,
		worker_scratch(task->network, worker));
	size_t line = (size_t)operation->out.width * (size_t)band.channels;
	for (int y = 0; y < place.rows; y++, out += line) {
		kernels->depthwise(&band, convolution_of(operation)->bias, out);
		kernels->activate(&operation->activation, out, line);
		band.x += operation->layer->stride_height * band.pitch;
	}
	if (operation->collects_statistics && task->network->training)
		collect_band_statistics(kernels, operation, index,
			worker_scratch(task->network, worker));
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct depthwise_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * bands_of(operation->out), forward_band, &task);
}

/* Adds rows of the gradient of windows, from row `first` of the padded input on, to dx (in). */
static void add_rows(const struct sample_work *work, const float *windows, ptrdiff_t pitch,
	int first, int rows)
{
	const struct operation *operation = work->operation;
	const struct shape in = operation->in;
	const struct window window = convolution_of(operation)->window;
	int multiplier = operation->layer->multiplier, reached = window.width - window.left;
	int line = (reached < in.width ? reached : in.width) * in.channels;
	windows += window.left * operation->out.channels;
	for (int i = 0; i < rows; i++, windows += pitch) {
		int y = first + i - window.top;
		float *row = work->dx + (ptrdiff_t)y * in.width * in.channels;
		if (y < 0 || y >= in.height)
			continue;
		if (multiplier == 1)
			work->network->kernels->add(row, windows, (size_t)line);
		for (int k = 0; k < line * multiplier && multiplier > 1; k++)
			row[k / multiplier] += windows[k];
	}
}

/* Backward of one band of outputs: adds to the leaf (kh, kw, channels; then the bias) and dx. */
static void backward_band(const struct sample_work *work, struct row_band place, float *gradient)
{
	const struct operation *operation = work->operation;
	const struct kernels *kernels = work->network->kernels;
	int width = operation->out.width, channels = operation->out.channels,
	    stride = operation->layer->stride_height;
	int under = input_rows(operation, place.rows);
	if (work->fuses)
		fused_backward(kernels, operation, gradient, place.first,
			(size_t)(place.rows * width * channels));
	if (work->leaf)
		kernels->sum_channels(work->leaf + (int)kernel_size(operation) * channels, gradient,
			place.rows * width, channels);
	struct depthwise band =
		read_band(kernels, operation, place.sample, place.row, place.rows, work->scratch);
	float *windows = work->dx
		? work->scratch + window_scratch(operation, input_rows(operation, BAND)) +
			spread_count(operation)
		: NULL;
	if (windows)
		memset(windows, 0, (size_t)(under * band.pitch) * sizeof *windows);
	for (int y = 0; y < place.rows; y++, gradient += width * channels) {
		kernels->depthwise_backward(&band, gradient,
			windows ? windows + y * stride * band.pitch : NULL, work->leaf);
		band.x += stride * band.pitch;
	}
	if (windows)
		add_rows(work, windows, band.pitch, place.row * stride, under);
}

static void backward_sample(const struct sample_work *work)
{
	const struct operation *operation = work->operation;
	int bands = bands_of(operation->out);
	float *gradient = work->gradient;
	if (work->dx)
		memset(work->dx, 0, shape_count(operation->in) * sizeof *work->dx);
	for (int i = 0; i < bands; i++) {
		struct row_band band = row_band_of(operation->out, work->sample * bands + i);
		backward_band(work, band, gradient);
		gradient += band.rows * operation->out.width * operation->out.channels;
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
