/* Convolutions with groups or dilation: the inputs of each window are gathered into a row of their
 * own (im2col), and the rows of one group are multiplied by its weights. */
#include "nn/convolution.h"

#include <string.h>

/* Sizes of one group. */
struct group {
	int channels, filters; /* of the input, of the output */
	int taps;              /* inputs of one output */
	int width, run;        /* filters, taps: padded */
};

static struct group group_of(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	struct group group = {.channels = operation->in.channels / layer->groups,
		.filters = layer->filters / layer->groups};
	group.taps = layer->kernel_height * layer->kernel_width * group.channels;
	group.width = padded_channels(group.filters);
	group.run = padded_channels(group.taps);
	return group;
}

static bool suits(const struct network *network, const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	(void)network;
	return layer->groups > 1 || layer->dilation_height > 1 || layer->dilation_width > 1;
}

/* Scratch memory, one after the other: gathered rows; products of a row; the gradient of a row; the
 * sum of the weights' gradients. */
struct rooms {
	size_t gathered, products, gradient, sum;
};

static struct rooms rooms_of(const struct operation *operation)
{
	const struct group group = group_of(operation);
	size_t columns = (size_t)operation->out.width,
	       wide = (size_t)(group.run > group.width ? group.run : group.width);
	return (struct rooms){
		.gathered = columns * (size_t)group.run,
		.products = columns * wide,
		.gradient = columns * (size_t)group.width,
		.sum = (size_t)group.taps * (size_t)group.width,
	};
}

static void request_rooms(struct network *network, const struct operation *operation)
{
	struct rooms rooms = rooms_of(operation);
	request_scratch(network, rooms.gathered + rooms.products + rooms.gradient + rooms.sum);
}

/* ---- weights: (groups, taps, width), and for backward (groups, filters, run) ---- */

static void allocate_forward(struct network *network, struct operation *operation)
{
	struct convolution *convolution = operation->state;
	const struct group group = group_of(operation);
	convolution->grouped = arena_floats(&network->arena,
		(size_t)operation->layer->groups * (size_t)group.taps * (size_t)group.width);
	request_rooms(network, operation);
}

static void prepare_forward(struct network *network, struct operation *operation)
{
	const struct convolution *convolution = operation->state;
	const struct group group = group_of(operation);
	int stride = padded_channels(operation->layer->filters);
	float *to = convolution->grouped;
	(void)network;
	for (int g = 0; g < operation->layer->groups; g++)
		for (int tap = 0; tap < group.taps; tap++, to += group.width) {
			memset(to, 0, (size_t)group.width * sizeof *to);
			memcpy(to,
				convolution->weights + (ptrdiff_t)tap * stride + g * group.filters,
				(size_t)group.filters * sizeof *to);
		}
}

static void allocate_backward(struct network *network, struct operation *operation)
{
	struct convolution *convolution = operation->state;
	const struct group group = group_of(operation);
	if (operation->has_trainable)
		allocate_leaves(network, &convolution->leaves,
			leaf_sums_plan((size_t)(group.taps + 1) * (size_t)operation->layer->filters,
				network->batch));
	convolution->transposed = arena_floats(&network->arena,
		(size_t)operation->layer->filters * (size_t)group.run);
	request_rooms(network, operation);
}

static void prepare_backward(struct network *network, struct operation *operation)
{
	const struct convolution *convolution = operation->state;
	const struct group group = group_of(operation);
	int filters = operation->layer->filters;
	const float *kernel = network->parameters[operation->first_parameter].values;
	for (int f = 0; f < filters; f++) {
		float *to = convolution->transposed + (ptrdiff_t)f * group.run;
		memset(to, 0, (size_t)group.run * sizeof *to);
		for (int tap = 0; tap < group.taps; tap++)
			to[tap] = kernel[(ptrdiff_t)tap * filters + f];
	}
}

/* ---- gathering ---- */

/* Index, in a sample's input, of group `g` at tap (i, k) of the window of output (y, column); -1:
 * beyond the border. */
static ptrdiff_t input_index(const struct operation *operation, int g, int y, int column, int i,
	int k)
{
	const struct layer *layer = operation->layer;
	const struct window window = convolution_of(operation)->window;
	const struct shape in = operation->in;
	int row = y * layer->stride_height + i * layer->dilation_height - window.top;
	int x = column * layer->stride_width + k * layer->dilation_width - window.left;
	if (row < 0 || row >= in.height || x < 0 || x >= in.width)
		return -1;
	return ((ptrdiff_t)row * in.width + x) * in.channels + g * (in.channels / layer->groups);
}

/* Gathers the windows of row `y` of a sample's outputs for group `g`; zeros beyond the input. */
static void gather_row(const struct operation *operation, const float *sample, int y, int g,
	float *gathered)
{
	const struct layer *layer = operation->layer;
	const struct group group = group_of(operation);
	size_t bytes = (size_t)group.channels * sizeof *gathered;
	for (int column = 0; column < operation->out.width; column++, gathered += group.run) {
		float *to = gathered;
		for (int i = 0; i < layer->kernel_height; i++)
			for (int k = 0; k < layer->kernel_width; k++, to += group.channels) {
				ptrdiff_t from = input_index(operation, g, y, column, i, k);
				if (from < 0)
					memset(to, 0, bytes);
				else
					memcpy(to, sample + from, bytes);
			}
	}
}

/* ---- forward ---- */

struct gathered_task {
	const struct network *network;
	const struct operation *operation;
};

static void forward_row(void *context, int index, int worker)
{
	const struct gathered_task *task = context;
	const struct operation *operation = task->operation;
	const struct convolution *convolution = operation->state;
	const struct layer *layer = operation->layer;
	const struct kernels *kernels = task->network->kernels;
	const struct group group = group_of(operation);
	int sample = index / operation->out.height, y = index % operation->out.height,
	    filters = layer->filters, width = operation->out.width;
	float *gathered = worker_scratch(task->network, worker);
	float *products = gathered + rooms_of(operation).gathered;
	float *out = operation->output + (ptrdiff_t)index * width * filters;
	const float *x = operation->input + (size_t)sample * shape_count(operation->in);
	for (int g = 0; g < layer->groups; g++) {
		gather_row(operation, x, y, g, gathered);
		const struct product product = {
			.x = gathered,
			.x_row = group.run,
			.x_inner = 1,
			.w = convolution->grouped + (ptrdiff_t)g * group.taps * group.width,
			.w_row = group.width,
			.out = products,
			.out_row = group.width,
			.count = width,
			.outer = 1,
			.inner = group.taps,
			.width = group.width,
		};
		kernels->product(&product);
		for (int i = 0; i < width; i++)
			for (int f = 0; f < group.filters; f++)
				out[(ptrdiff_t)i * filters + g * group.filters + f] =
					products[(ptrdiff_t)i * group.width + f] +
					convolution->bias[g * group.filters + f];
	}
	finish_outputs(kernels, operation, out, (size_t)width * (size_t)filters);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct gathered_task task = {network, operation};
	parallel_for(network->pool, n * operation->out.height, forward_row, &task);
}

/* ---- backward ---- */

/* sum (taps, width) += the gradient of one group's weights by one row of outputs. */
static void add_weights(const struct kernels *kernels, const struct group *group, int width,
	const float *gathered, const float *gradient, float *sum)
{
	const struct product product = {
		.x = gathered,
		.x_row = 1,
		.x_inner = group->run,
		.w = gradient,
		.w_row = group->width,
		.out = sum,
		.out_row = group->width,
		.accumulate = true,
		.count = group->taps,
		.outer = 1,
		.inner = width,
		.width = group->width,
	};
	kernels->product(&product);
}

/* Adds the gradient of a row's gathered windows (out.width, run) to dx. */
static void scatter_row(const struct operation *operation, const float *gathered, int y, int g,
	float *dx)
{
	const struct layer *layer = operation->layer;
	const struct group group = group_of(operation);
	for (int column = 0; column < operation->out.width; column++, gathered += group.run) {
		const float *from = gathered;
		for (int i = 0; i < layer->kernel_height; i++)
			for (int k = 0; k < layer->kernel_width; k++, from += group.channels) {
				ptrdiff_t to = input_index(operation, g, y, column, i, k);
				for (int c = 0; c < group.channels && to >= 0; c++)
					dx[to + c] += from[c];
			}
	}
}

/* One group's gradients by one row of outputs; `gradient` (out.width, width) is that row's. */
static void add_input(const struct sample_work *work, int y, int g, const float *gradient,
	float *products)
{
	const struct operation *operation = work->operation;
	const struct convolution *convolution = operation->state;
	const struct group group = group_of(operation);
	const struct product product = {
		.x = gradient,
		.x_row = group.width,
		.x_inner = 1,
		.w = convolution->transposed + (ptrdiff_t)g * group.filters * group.run,
		.w_row = group.run,
		.out = products,
		.out_row = group.run,
		.count = operation->out.width,
		.outer = 1,
		.inner = group.filters,
		.width = group.run,
	};
	work->network->kernels->product(&product);
	scatter_row(operation, products, y, g, work->dx);
}

static void backward_group(const struct sample_work *work, int g)
{
	const struct operation *operation = work->operation;
	const struct kernels *kernels = work->network->kernels;
	const struct group group = group_of(operation);
	const struct rooms rooms = rooms_of(operation);
	int width = operation->out.width, filters = operation->layer->filters;
	const float *x = operation->input + (size_t)work->sample * shape_count(operation->in);
	float *gathered = work->scratch, *products = gathered + rooms.gathered,
	      *gradient = products + rooms.products, *sum = gradient + rooms.gradient;
	memset(sum, 0, rooms.sum * sizeof *sum);
	for (int y = 0; y < operation->out.height; y++) {
		for (int i = 0; i < width; i++) {
			float *row = gradient + (ptrdiff_t)i * group.width;
			memset(row, 0, (size_t)group.width * sizeof *row);
			memcpy(row,
				work->gradient + ((ptrdiff_t)y * width + i) * filters +
					g * group.filters,
				(size_t)group.filters * sizeof *row);
		}
		if (work->leaf) {
			gather_row(operation, x, y, g, gathered);
			add_weights(kernels, &group, width, gathered, gradient, sum);
		}
		if (work->dx)
			add_input(work, y, g, gradient, products);
	}
	for (int tap = 0; work->leaf && tap < group.taps; tap++)
		for (int f = 0; f < group.filters; f++)
			work->leaf[(ptrdiff_t)tap * filters + g * group.filters + f] +=
				sum[(ptrdiff_t)tap * group.width + f];
}

static void backward_sample(const struct sample_work *work)
{
	const struct operation *operation = work->operation;
	const struct group group = group_of(operation);
	size_t count = shape_count(operation->out), first = (size_t)work->sample * count;
	if (work->fuses)
		fused_backward(work->network->kernels, operation, work->gradient, (ptrdiff_t)first,
			count);
	if (work->dx)
		memset(work->dx, 0, shape_count(operation->in) * sizeof *work->dx);
	for (int g = 0; g < operation->layer->groups; g++)
		backward_group(work, g);
	if (work->leaf)
		work->network->kernels->sum_channels(work->leaf +
				(ptrdiff_t)group.taps * operation->layer->filters,
			work->gradient, operation->out.height * operation->out.width,
			operation->layer->filters);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	const struct sample_backward samples = {backward_sample, operation->layer->filters, 1,
		false};
	backward_by_samples(network, operation, n, gradient, &samples);
}

const struct convolution_way gathered_forward = {
	.suits = suits,
	.allocate = allocate_forward,
	.prepare = prepare_forward,
	.forward = forward,
	.reads_single_pixels = true,
};

const struct convolution_way gathered_backward = {
	.suits = suits,
	.allocate = allocate_backward,
	.prepare = prepare_backward,
	.backward = backward,
};
