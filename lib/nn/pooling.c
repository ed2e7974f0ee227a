/* Pooling: out (n, out.height, out.width, channels) from x (n, in.height, in.width, channels).
 * Windows are clipped at the border: padding is never a maximum and never counted in an average. */
#include "nn/plan.h"
#include "nn/window.h"

#include <math.h>
#include <string.h>

struct pooling {
	struct window window;
};

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct pooling *pooling = operation->state;
	pooling->window = window_of(operation->layer, operation->in, operation->out);
	request_scratch(network, (size_t)operation->in.channels);
}

struct pooling_task {
	struct network *network;
	const struct operation *operation;
	float *gradient, *input_gradient;
};

/* The part of the input that a window covers. */
struct area {
	int top, bottom, left, right;
};

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

/* Index of the first largest value of a channel in the area; NaN counts as the largest. */
static ptrdiff_t argmax_of(const struct operation *operation, const float *x, struct area area,
	int channel)
{
	ptrdiff_t argmax = -1;
	for (int y = area.top; y < area.bottom; y++)
		for (int column = area.left; column < area.right; column++) {
			ptrdiff_t place = ((ptrdiff_t)y * operation->in.width + column) *
					operation->in.channels +
				channel;
			if (argmax < 0 || x[place] > x[argmax] || isnan(x[place]))
				argmax = place;
		}
	return argmax;
}

static void max_row(void *context, int index, int worker)
{
	(void)worker;
	const struct pooling_task *task = context;
	const struct operation *operation = task->operation;
	const struct shape out = operation->out;
	const float *x =
		operation->input + (size_t)(index / out.height) * shape_count(operation->in);
	float *row = operation->output + (size_t)index * (size_t)out.width * (size_t)out.channels;
	for (int column = 0; column < out.width; column++) {
		struct area area = area_of(operation, index % out.height, column);
		for (int c = 0; c < out.channels; c++)
			*row++ = x[argmax_of(operation, x, area, c)];
	}
}

static void max_forward(struct network *network, struct operation *operation, int n)
{
	struct pooling_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * operation->out.height, max_row, &task);
}

static void max_backward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct pooling_task *task = context;
	const struct operation *operation = task->operation;
	const struct shape out = operation->out;
	const float *x = operation->input + (size_t)sample * shape_count(operation->in);
	const float *gradient = task->gradient + (size_t)sample * shape_count(out);
	float *dx = task->input_gradient + (size_t)sample * shape_count(operation->in);
	memset(dx, 0, shape_count(operation->in) * sizeof *dx);
	for (int p = 0; p < out.height * out.width; p++) {
		struct area area = area_of(operation, p / out.width, p % out.width);
		for (int c = 0; c < out.channels; c++)
			dx[argmax_of(operation, x, area, c)] += *gradient++;
	}
}

static void max_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct pooling_task task = {network, operation, gradient, operation->input_gradients[0]};
	if (task.input_gradient)
		parallel_for(network->pool, n, max_backward_sample, &task);
}

/* Sums row by row first, to limit rounding errors in the average of a whole image. */
static void average_row(void *context, int index, int worker)
{
	const struct pooling_task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	const struct shape in = operation->in, out = operation->out;
	size_t channels = (size_t)in.channels;
	const float *x = operation->input + (size_t)(index / out.height) * shape_count(in);
	float *mean = operation->output + (size_t)index * (size_t)out.width * channels;
	float *sum = worker_scratch(task->network, worker);
	for (int column = 0; column < out.width; column++, mean += channels) {
		struct area area = area_of(operation, index % out.height, column);
		memset(mean, 0, channels * sizeof *mean);
		for (int y = area.top; y < area.bottom; y++) {
			memset(sum, 0, channels * sizeof *sum);
			kernels->sum_channels(sum,
				x + ((ptrdiff_t)y * in.width + area.left) * in.channels,
				area.right - area.left, in.channels);
			kernels->add(mean, sum, channels);
		}
		float count = (float)((area.bottom - area.top) * (area.right - area.left));
		for (size_t c = 0; c < channels; c++)
			mean[c] /= count;
	}
}

static void average_forward(struct network *network, struct operation *operation, int n)
{
	struct pooling_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * operation->out.height, average_row, &task);
}

static void average_backward_sample(void *context, int sample, int worker)
{
	const struct pooling_task *task = context;
	const struct operation *operation = task->operation;
	const struct shape in = operation->in, out = operation->out;
	size_t channels = (size_t)in.channels;
	const float *gradient = task->gradient + (size_t)sample * shape_count(out);
	float *dx = task->input_gradient + (size_t)sample * shape_count(in),
	      *share = worker_scratch(task->network, worker);
	memset(dx, 0, shape_count(in) * sizeof *dx);
	for (int p = 0; p < out.height * out.width; p++, gradient += channels) {
		struct area area = area_of(operation, p / out.width, p % out.width);
		float count = (float)((area.bottom - area.top) * (area.right - area.left));
		for (size_t c = 0; c < channels; c++)
			share[c] = gradient[c] / count;
		for (int y = area.top; y < area.bottom; y++)
			for (int x = area.left; x < area.right; x++)
				task->network->kernels->add(dx +
						((ptrdiff_t)y * in.width + x) * in.channels,
					share, channels);
	}
}

static void average_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct pooling_task task = {network, operation, gradient, operation->input_gradients[0]};
	if (task.input_gradient)
		parallel_for(network->pool, n, average_backward_sample, &task);
}

static const struct operation_kind max_pooling_kind = {
	.state_size = sizeof(struct pooling),
	.allocate_buffers = allocate_buffers,
	.forward = max_forward,
	.backward = max_backward,
};

static const struct operation_kind average_pooling_kind = {
	.state_size = sizeof(struct pooling),
	.allocate_buffers = allocate_buffers,
	.forward = average_forward,
	.backward = average_backward,
};

const struct layer_operation operation_of_MAX_POOLING = {&max_pooling_kind, NULL};
const struct layer_operation operation_of_GLOBAL_MAX_POOLING = {&max_pooling_kind, NULL};
const struct layer_operation operation_of_AVERAGE_POOLING = {&average_pooling_kind, NULL};
const struct layer_operation operation_of_GLOBAL_AVERAGE_POOLING = {&average_pooling_kind, NULL};
