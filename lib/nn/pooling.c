/* Pooling: out (n, out.height, out.width, channels) from x (n, in.height, in.width, channels).
 * Windows are clipped at the border: padding is never a maximum and never counted in an average. */
#include "nn/plan.h"
#include "nn/window.h"

#include <string.h>

struct pooling {
	struct window window;
};

static void allocate_buffers(struct network *network, struct operation *operation)
{
	(void)network;
	struct pooling *pooling = operation->state;
	pooling->window = window_of(operation->layer, operation->in, operation->out);
}

/* Tasks are rows of the output, backward samples, each divided by channels where they are few. */
struct pooling_task {
	struct network *network;
	const struct operation *operation;
	float *gradient, *input_gradient;
	int parts;
};

/* The part of the input that a window covers. */
struct area {
	int top, bottom, left, right;
};

static bool is_maximum(const struct operation *operation)
{
	return operation->layer->kind == LAYER_MAX_POOLING ||
		operation->layer->kind == LAYER_GLOBAL_MAX_POOLING;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static struct area area_of(const struct operation *operation, int row, int column)
{
	const struct layer *layer = operation->layer;
	const struct pooling *pooling = operation->state;
	if (layer->kind == LAYER_GLOBAL_AVERAGE_POOLING || layer->kind == LAYER_GLOBAL_MAX_POOLING)
		return (struct area){0, operation->in.height, 0, operation->in.width};
	int top = row * layer->stride_height - pooling->window.top;
	int left = column * layer->stride_width - pooling->window.left;
	return (struct area){larger(top, 0),
		smaller(top + layer->kernel_height, operation->in.height), larger(left, 0),
		smaller(left + layer->kernel_width, operation->in.width)};
}

/* A task's part of the channels, whole lines of the cache. */
static struct span channels_of(const struct pooling_task *task, int part)
{
	const size_t channels = (size_t)task->operation->in.channels;
	const int blocks = padded_channels((int)channels) / CHANNEL_BLOCK;
	size_t first = CHANNEL_BLOCK * (size_t)part_begin(part, task->parts, blocks),
	       end = CHANNEL_BLOCK * (size_t)part_begin(part + 1, task->parts, blocks);
	return (struct span){first, (end < channels ? end : channels) - first};
}

/* Values of a part at least: to wake a thread for fewer takes longer than to pool them. */
enum { WORTHWHILE = 1 << 17 };

static void run_tasks(struct pooling_task *task, int count, parallel_task *work)
{
	struct parallel *pool = task->network->pool;
	const struct shape in = task->operation->in;
	task->parts = parts_of(pool, count, 1,
		smaller(padded_channels(in.channels) / CHANNEL_BLOCK,
			(int)(shape_count(in) / WORTHWHILE)));
	parallel_for(pool, count * task->parts, work, task);
}

/* Of the input, or of what is laid out as it. */
static ptrdiff_t place_of(struct shape in, int sample, int row, int column, size_t channel)
{
	return (((ptrdiff_t)sample * in.height + row) * in.width + column) * in.channels +
		(ptrdiff_t)channel;
}

static struct pool_window window_at(const struct operation *operation, int sample, struct area area,
	struct span channels)
{
	const struct shape in = operation->in;
	return (struct pool_window){.x = operation->input +
			place_of(in, sample, area.top, area.left, channels.first),
		.pitch = (ptrdiff_t)in.width * in.channels,
		.stride = in.channels,
		.rows = area.bottom - area.top,
		.columns = area.right - area.left,
		.channels = (int)channels.count};
}

/* ---- forward ---- */

static void pool_row(void *context, int index, int worker)
{
	(void)worker;
	const struct pooling_task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	const struct shape out = operation->out;
	const struct span channels = channels_of(task, index % task->parts);
	const int row = index / task->parts;
	float *to = operation->output + place_of(out, 0, row, 0, channels.first);
	for (int column = 0; column < out.width; column++, to += out.channels) {
		struct pool_window window = window_at(operation, row / out.height,
			area_of(operation, row % out.height, column), channels);
		if (is_maximum(operation))
			kernels->max_window(&window, to);
		else
			kernels->mean_window(&window, to);
	}
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct pooling_task task = {.network = network, .operation = operation};
	run_tasks(&task, n * operation->out.height, pool_row);
}

/* ---- backward ---- */

/* Zeros a part of the channels of the input's gradient in rows [row, end) of a sample. */
static void clear_rows(const struct pooling_task *task, int sample, int row, int end,
	struct span channels)
{
	const struct shape in = task->operation->in;
	float *dx = task->input_gradient + place_of(in, sample, row, 0, channels.first);
	const int pixels = (end - row) * in.width;
	if (task->parts == 1)
		memset(dx, 0, (size_t)pixels * channels.count * sizeof *dx);
	else
		for (int p = 0; p < pixels; p++, dx += in.channels)
			memset(dx, 0, channels.count * sizeof *dx);
}

static void spread_row(const struct pooling_task *task, int sample, int row, struct span channels)
{
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	const struct shape in = operation->in, out = operation->out;
	const float *gradient = task->gradient + place_of(out, sample, row, 0, channels.first);
	for (int column = 0; column < out.width; column++, gradient += out.channels) {
		struct area area = area_of(operation, row, column);
		struct pool_window window = window_at(operation, sample, area, channels);
		float *dx = task->input_gradient +
			place_of(in, sample, area.top, area.left, channels.first);
		if (is_maximum(operation))
			kernels->max_window_backward(&window, gradient, dx);
		else
			kernels->mean_window_backward(&window, gradient, dx);
	}
}

/* Rows of the input's gradient are zeroed just before windows reach them: they stay in the cache.
 */
static void backward_sample(void *context, int index, int worker)
{
	(void)worker;
	const struct pooling_task *task = context;
	const struct operation *operation = task->operation;
	const struct span channels = channels_of(task, index % task->parts);
	const int sample = index / task->parts;
	int cleared = 0;
	for (int row = 0; row < operation->out.height; row++) {
		int bottom = area_of(operation, row, 0).bottom;
		clear_rows(task, sample, cleared, bottom, channels);
		cleared = bottom;
		spread_row(task, sample, row, channels);
	}
	clear_rows(task, sample, cleared, operation->in.height, channels);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct pooling_task task = {network, operation, gradient, operation->input_gradients[0], 1};
	if (task.input_gradient)
		run_tasks(&task, n, backward_sample);
}

static const struct operation_kind pooling_kind = {
	.state_size = sizeof(struct pooling),
	.allocate_buffers = allocate_buffers,
	.forward = forward,
	.backward = backward,
};

const struct layer_operation operation_of_MAX_POOLING = {&pooling_kind, NULL};
const struct layer_operation operation_of_GLOBAL_MAX_POOLING = {&pooling_kind, NULL};
const struct layer_operation operation_of_AVERAGE_POOLING = {&pooling_kind, NULL};
const struct layer_operation operation_of_GLOBAL_AVERAGE_POOLING = {&pooling_kind, NULL};
