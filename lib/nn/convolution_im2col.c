/* A strided convolution as the product of two matrices: the windows of many outputs, copied side by
 * side (im2col), and the weights in blocks of filters that stay in the cache meanwhile. Sums have
 * the order of the direct way. */
#include "nn/convolution.h"

#include <string.h>

/* The copies pay where pixels are long and multiplied by enough filters. */
static bool suits(const struct network *network, const struct operation *operation)
{
	(void)network;
	const struct layer *layer = operation->layer;
	return !operation->pools && layer->filters >= CHANNEL_BLOCK &&
		operation->in.channels >= CHANNEL_BLOCK &&
		layer->stride_height * layer->stride_width > 1;
}

/* Windows that are multiplied together, so few that they stay in the second-level cache beside a
 * block of weights. No result depends on it. */
static int windows_together(const struct operation *operation)
{
	enum { VALUES = 1 << 16, LEAST = 12, MOST = 192 };
	int windows = VALUES / (int)taps_of(operation);
	return windows < LEAST ? LEAST : smaller(windows, MOST);
}

static void allocate(struct network *network, struct operation *operation)
{
	allocate_packed(network, operation);
	request_scratch(network, (size_t)windows_together(operation) * taps_of(operation));
}

struct im2col {
	const struct network *network;
	const struct operation *operation;
	ptrdiff_t outputs; /* of all samples */
	int groups;        /* that they are divided into */
};

/* The window of one output, (kernel height, kernel width, channels), zero outside the input. */
static void copy_window(const struct im2col *task, ptrdiff_t output, float *to)
{
	const struct operation *operation = task->operation;
	const struct layer *layer = operation->layer;
	const struct shape in = operation->in, out = operation->out;
	int y = (int)(output / out.width % out.height) * layer->stride_height -
		convolution_of(operation)->window.top,
	    x = (int)(output % out.width) * layer->stride_width -
		convolution_of(operation)->window.left,
	    first = x < 0 ? -x : 0, end = smaller(layer->kernel_width, in.width - x);
	const float *sample = operation->input +
		(size_t)output / ((size_t)out.height * (size_t)out.width) * shape_count(in);
	ptrdiff_t row = (ptrdiff_t)layer->kernel_width * in.channels;
	bool clipped = first > 0 || end < layer->kernel_width;
	for (int i = 0; i < layer->kernel_height; i++, to += row) {
		bool inside = y + i >= 0 && y + i < in.height && first < end;
		if (!inside || clipped)
			memset(to, 0, (size_t)row * sizeof *to);
		if (inside)
			copy_normalized(task->network->kernels,
				operation->fused_input_normalization, to + first * in.channels,
				sample + ((ptrdiff_t)(y + i) * in.width + x + first) * in.channels,
				end - first, in.channels);
	}
}

static void forward_group(void *context, int index, int worker)
{
	const struct im2col *task = context;
	const struct operation *operation = task->operation;
	const struct convolution *convolution = operation->state;
	const struct kernels *kernels = task->network->kernels;
	int filters = operation->layer->filters, taps = (int)taps_of(operation);
	ptrdiff_t first = long_part_begin(index, task->groups, task->outputs);
	int count = (int)(long_part_begin(index + 1, task->groups, task->outputs) - first);
	float *windows = worker_scratch(task->network, worker),
	      *out = operation->output + first * filters;
	for (int i = 0; i < count; i++)
		copy_window(task, first + i, windows + (ptrdiff_t)i * taps);
	struct product product =
		packed_product(windows, count, taps, convolution->packed, out, filters);
	product.initial = convolution->bias;
	kernels->product(&product);
	finish_outputs(kernels, operation, out, (size_t)count * (size_t)filters);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct im2col task = {network, operation,
		(ptrdiff_t)n * operation->out.height * operation->out.width, 1};
	task.groups = equal_parts(network->pool, task.outputs, windows_together(operation));
	parallel_for(network->pool, task.groups, forward_group, &task);
}

const struct convolution_way im2col_forward = {
	.suits = suits,
	.allocate = allocate,
	.prepare = prepare_packed,
	.forward = forward,
};
