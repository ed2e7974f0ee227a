/* Layers that move pixels: zero padding, cropping, up-sampling, resizing.
 *
 * out is (n, height, width, channels). Padding and cropping shift: out[y][x] = in[y - top][x -
 * left], or 0 outside; the gradient is shifted back. A centre crop begins at (in - target) / 2,
 * rounded down, as Keras' CenterCrop.
 *
 * Resizing computes as tf.image.resize without antialiasing (TensorFlow's resize_bilinear_op.cc and
 * resize_nearest_neighbor_op.cc with half_pixel_centers), in the same order of floats. With scale =
 * in / out, pixel i of the output lies at (i + 0.5) * scale in the input:
 *
 *     nearest    the pixel there, rounded down
 *     bilinear   with at = (i + 0.5) * scale - 0.5 between the pixels floor(at) and ceil(at), the
 *                edge repeated: lower + (upper - lower) * (at - floor(at)), along rows first
 *
 * Up-sampling by a factor is the same with out = factor * in. Backward gives each pixel its share
 * of the gradients that it had part in, in the order of the output's pixels. */
#include "nn/plan.h"

#include <math.h>
#include <string.h>

struct place_task {
	struct network *network;
	const struct operation *operation;
	float *gradient;
};

static size_t row_count(struct shape shape)
{
	return (size_t)shape.width * (size_t)shape.channels;
}

/* ---- padding and cropping ---- */

/* Of the output against the input; below 0: cropped. */
struct shift {
	int top, left;
};

static struct shift shift_of(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	if (layer->kind == LAYER_ZERO_PADDING)
		return (struct shift){layer->top, layer->left};
	if (layer->kind == LAYER_CROPPING)
		return (struct shift){-layer->top, -layer->left};
	return (struct shift){-((operation->in.height - operation->out.height) / 2),
		-((operation->in.width - operation->out.width) / 2)};
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* to[x] = from[x - left], 0 outside; both with the same channels. */
static void shift_row(float *to, struct shape to_shape, const float *from, struct shape from_shape,
	int left)
{
	int first = smaller(larger(left, 0), to_shape.width),
	    end = larger(smaller(from_shape.width + left, to_shape.width), first);
	size_t channels = (size_t)to_shape.channels;
	memset(to, 0, (size_t)first * channels * sizeof *to);
	if (end > first)
		memcpy(to + (size_t)first * channels, from + (size_t)(first - left) * channels,
			(size_t)(end - first) * channels * sizeof *to);
	memset(to + (size_t)end * channels, 0,
		(size_t)(to_shape.width - end) * channels * sizeof *to);
}

/* One row of all samples' `to`. */
static void shift_index(float *to, struct shape to_shape, const float *from,
	struct shape from_shape, struct shift shift, int index)
{
	int sample = index / to_shape.height, row = index % to_shape.height - shift.top;
	to += (size_t)index * row_count(to_shape);
	if (row < 0 || row >= from_shape.height)
		memset(to, 0, row_count(to_shape) * sizeof *to);
	else
		shift_row(to, to_shape,
			from +
				((size_t)sample * (size_t)from_shape.height + (size_t)row) *
					row_count(from_shape),
			from_shape, shift.left);
}

static void shift_forward_row(void *context, int index, int worker)
{
	(void)worker;
	const struct operation *operation = ((const struct place_task *)context)->operation;
	shift_index(operation->output, operation->out, operation->input, operation->in,
		shift_of(operation), index);
}

static void shift_forward(struct network *network, struct operation *operation, int n)
{
	struct place_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * operation->out.height, shift_forward_row, &task);
}

static void shift_backward_row(void *context, int index, int worker)
{
	(void)worker;
	const struct place_task *task = context;
	const struct operation *operation = task->operation;
	struct shift shift = shift_of(operation), back = {-shift.top, -shift.left};
	shift_index(operation->input_gradients[0], operation->in, task->gradient, operation->out,
		back, index);
}

static void shift_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct place_task task = {network, operation, gradient};
	if (operation->input_gradients[0])
		parallel_for(network->pool, n * operation->in.height, shift_backward_row, &task);
}

static const struct operation_kind shift_kind = {
	.forward = shift_forward,
	.backward = shift_backward,
};

const struct layer_operation operation_of_ZERO_PADDING = {&shift_kind, NULL};
const struct layer_operation operation_of_CROPPING = {&shift_kind, NULL};
const struct layer_operation operation_of_CENTER_CROP = {&shift_kind, NULL};

/* ---- resizing ---- */

/* The pixels that one of the output lies between; `part` of the way from the lower to the upper. */
struct between {
	int lower, upper;
	float part;
};

static struct between between_of(const struct operation *operation, int i, int in, int out)
{
	float at = ((float)i + 0.5f) * ((float)in / (float)out);
	if (operation->layer->interpolation == INTERPOLATION_NEAREST) {
		int nearest = smaller((int)at, in - 1);
		return (struct between){nearest, nearest, 0};
	}
	at -= 0.5f;
	return (struct between){larger((int)floorf(at), 0), smaller((int)ceilf(at), in - 1),
		at - floorf(at)};
}

static float blend(float lower, float upper, float part)
{
	return lower + (upper - lower) * part;
}

/* `upper` and `lower` are rows of the input. */
static void resize_row(const struct operation *operation, float *out, const float *lower,
	const float *upper, float part)
{
	const struct shape in = operation->in;
	for (int x = 0; x < operation->out.width; x++, out += in.channels) {
		struct between at = between_of(operation, x, in.width, operation->out.width);
		ptrdiff_t left = (ptrdiff_t)at.lower * in.channels,
			  right = (ptrdiff_t)at.upper * in.channels;
		if (operation->layer->interpolation == INTERPOLATION_NEAREST) {
			memcpy(out, lower + left, (size_t)in.channels * sizeof *out);
			continue;
		}
		for (int c = 0; c < in.channels; c++)
			out[c] = blend(blend(lower[left + c], lower[right + c], at.part),
				blend(upper[left + c], upper[right + c], at.part), part);
	}
}

static void resize_forward_row(void *context, int index, int worker)
{
	(void)worker;
	const struct operation *operation = ((const struct place_task *)context)->operation;
	const struct shape in = operation->in, out = operation->out;
	const float *x = operation->input + (size_t)(index / out.height) * shape_count(in);
	struct between at = between_of(operation, index % out.height, in.height, out.height);
	resize_row(operation, operation->output + (size_t)index * row_count(out),
		x + (size_t)at.lower * row_count(in), x + (size_t)at.upper * row_count(in),
		at.part);
}

static void resize_forward(struct network *network, struct operation *operation, int n)
{
	struct place_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * operation->out.height, resize_forward_row, &task);
}

/* out[i] += x[i] * share */
static void add_share(float *out, const float *x, size_t count, float share)
{
	for (size_t i = 0; i < count; i++)
		out[i] += x[i] * share;
}

/* Adds to both what is theirs; where they are one, all of it. */
static void add_shares(float *lower, float *upper, const float *x, size_t count, float part)
{
	if (lower == upper) {
		add_share(lower, x, count, 1);
		return;
	}
	add_share(lower, x, count, 1 - part);
	add_share(upper, x, count, part);
}

/* A row of the output's gradient to one as long as the input's. */
static void gather_row(const struct operation *operation, float *row, const float *gradient)
{
	const struct shape in = operation->in;
	size_t channels = (size_t)in.channels;
	memset(row, 0, row_count(in) * sizeof *row);
	for (int x = 0; x < operation->out.width; x++, gradient += channels) {
		struct between at = between_of(operation, x, in.width, operation->out.width);
		add_shares(row + (size_t)at.lower * channels, row + (size_t)at.upper * channels,
			gradient, channels, at.part);
	}
}

static void resize_backward_sample(void *context, int sample, int worker)
{
	const struct place_task *task = context;
	const struct operation *operation = task->operation;
	const struct shape in = operation->in, out = operation->out;
	const float *gradient = task->gradient + (size_t)sample * shape_count(out);
	float *dx = operation->input_gradients[0] + (size_t)sample * shape_count(in),
	      *row = worker_scratch(task->network, worker);
	memset(dx, 0, shape_count(in) * sizeof *dx);
	for (int y = 0; y < out.height; y++, gradient += row_count(out)) {
		struct between at = between_of(operation, y, in.height, out.height);
		gather_row(operation, row, gradient);
		add_shares(dx + (size_t)at.lower * row_count(in),
			dx + (size_t)at.upper * row_count(in), row, row_count(in), at.part);
	}
}

static void resize_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct place_task task = {network, operation, gradient};
	if (operation->input_gradients[0])
		parallel_for(network->pool, n, resize_backward_sample, &task);
}

static void request_row(struct network *network, struct operation *operation)
{
	request_scratch(network, row_count(operation->in));
}

static const struct operation_kind resize_kind = {
	.allocate_buffers = request_row,
	.forward = resize_forward,
	.backward = resize_backward,
};

const struct layer_operation operation_of_UP_SAMPLING = {&resize_kind, NULL};
const struct layer_operation operation_of_RESIZING = {&resize_kind, NULL};
