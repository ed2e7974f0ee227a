/* Layers that join several inputs: sums, products and maxima value by value, and concatenation.
 *
 * out is (n, height, width, channels). A side of an input is that of the output, or 1: the input is
 * then repeated along it (NumPy's broadcasting), as a squeeze-and-excite block multiplies
 * (height, width, channels) by (1, 1, channels). The gradient of such an input is the sum over what
 * it was repeated for: over channels, then over the pixels of a row, then over rows.
 *
 * With x[k] the inputs, g the gradient of the output y:
 *
 *     add       y = sum of x[k]              dx[k] = g
 *     subtract  y = x[0] - x[1]              dx[0] = g, dx[1] = -g
 *     multiply  y = product of x[k]          dx[k] = g * product of the others, without dividing
 *     average   y = sum of x[k] / count      dx[k] = g / count
 *     maximum   y = max x[k]                 dx[k] = g where x[k] is the first that equals y
 *     minimum   y = min x[k]                 the same
 *
 * The first of equal values gets the whole gradient as in TensorFlow (_MaximumGrad, greater_equal);
 * PyTorch and JAX halve it. NaN is the largest and the smallest value. */
#include "nn/plan.h"

#include <math.h>
#include <string.h>

/* The shape that a node has for its reader; its value may have another (reshape, flatten). */
static struct shape input_shape(const struct network *network, const struct operation *operation,
	int k)
{
	return graph_shape(&network->graph, network->shapes,
		graph_input(&network->graph, operation->node, k));
}

struct join_task {
	struct network *network;
	const struct operation *operation;
	float *gradient;
};

static struct row_band band_of(const struct join_task *task, int index)
{
	return row_band_of(task->operation->out, index);
}

static size_t row_count(struct shape shape)
{
	return (size_t)shape.width * (size_t)shape.channels;
}

/* ---- rows of inputs, repeated to the length of the output's ---- */

/* Where a sample's row of a value begins, in floats. */
static size_t row_offset(struct shape shape, int sample, int row)
{
	return ((size_t)sample * (size_t)shape.height + (size_t)(shape.height == 1 ? 0 : row)) *
		row_count(shape);
}

static void repeat_pixels(float *out, const float *x, struct shape in, struct shape shape)
{
	for (int p = 0; p < shape.width; p++, out += shape.channels) {
		const float *pixel = x + (in.width == 1 ? 0 : (size_t)p * (size_t)in.channels);
		for (int c = 0; c < shape.channels && in.channels == 1; c++)
			out[c] = *pixel;
		if (in.channels > 1)
			memcpy(out, pixel, (size_t)in.channels * sizeof *out);
	}
}

/* A row of input `k` as long as the output's: its own, or repeated in `room`. */
static const float *full_row(const struct join_task *task, int k, int sample, int row, float *room)
{
	const struct operation *operation = task->operation;
	const struct shape in = input_shape(task->network, operation, k), out = operation->out;
	const float *x = operation->inputs[k]->data + row_offset(in, sample, row);
	if (row_count(in) == row_count(out))
		return x;
	repeat_pixels(room, x, in, out);
	return room;
}

/* Adds a row of gradients as long as the output's to that of an input. `room`: a row of
 * the input. */
static void reduce_row(float *dx, const float *gradient, struct shape in, struct shape shape,
	float *room)
{
	memset(room, 0, row_count(in) * sizeof *room);
	for (int p = 0; p < shape.width; p++, gradient += shape.channels) {
		float *pixel = room + (in.width == 1 ? 0 : (size_t)p * (size_t)in.channels);
		float sum = 0;
		for (int c = 0; c < shape.channels && in.channels == 1; c++)
			sum += gradient[c];
		for (int c = 0; c < in.channels; c++)
			pixel[c] += in.channels == 1 ? sum : gradient[c];
	}
	for (size_t i = 0; i < row_count(in); i++)
		dx[i] += room[i];
}

/* ---- what each kind computes, row by row ---- */

/* One row of the gradient, and what an input's is computed from. */
struct gradient_row {
	const struct join_task *task;
	int sample, row;
	size_t count;
	float *gradient; /* maximum, minimum: without what earlier inputs got */
	float *room;     /* for a repeated row */
};

struct join_rule {
	/* out[i] = out[i] (operator) x[i] */
	void (*combine)(float *restrict out, const float *restrict x, size_t count);
	/* The gradient of input `k`, as long as the output's row; called for k = 0, 1, 2... */
	void (*derive)(const struct gradient_row *row, int k, float *dx);
	bool is_mean;
};

static void add(float *restrict out, const float *restrict x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] += x[i];
}

static void subtract(float *restrict out, const float *restrict x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] -= x[i];
}

static void multiply(float *restrict out, const float *restrict x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] *= x[i];
}

static void maximize(float *restrict out, const float *restrict x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = x[i] > out[i] || isnan(x[i]) ? x[i] : out[i];
}

static void minimize(float *restrict out, const float *restrict x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = x[i] < out[i] || isnan(x[i]) ? x[i] : out[i];
}

static void divide(float *out, size_t count, float divisor)
{
	for (size_t i = 0; i < count; i++)
		out[i] /= divisor;
}

static void derive_sum(const struct gradient_row *row, int k, float *dx)
{
	(void)k;
	memcpy(dx, row->gradient, row->count * sizeof *dx);
}

static void derive_difference(const struct gradient_row *row, int k, float *dx)
{
	for (size_t i = 0; i < row->count; i++)
		dx[i] = k ? -row->gradient[i] : row->gradient[i];
}

static void derive_mean(const struct gradient_row *row, int k, float *dx)
{
	derive_sum(row, k, dx);
	divide(dx, row->count, (float)row->task->operation->input_count);
}

static void derive_product(const struct gradient_row *row, int k, float *dx)
{
	derive_sum(row, k, dx);
	for (int other = 0; other < row->task->operation->input_count; other++)
		if (other != k)
			multiply(dx, full_row(row->task, other, row->sample, row->row, row->room),
				row->count);
}

/* Takes the gradient where the input has the output's value. */
static void derive_extreme(const struct gradient_row *row, int k, float *dx)
{
	const struct operation *operation = row->task->operation;
	const float *x = full_row(row->task, k, row->sample, row->row, row->room);
	const float *y = operation->output + row_offset(operation->out, row->sample, row->row);
	for (size_t i = 0; i < row->count; i++) {
		bool takes = x[i] == y[i] || isnan(x[i]);
		dx[i] = takes ? row->gradient[i] : 0;
		row->gradient[i] = takes ? 0 : row->gradient[i];
	}
}

/* Of the operation's layer. */
static const struct join_rule *rule_of(const struct operation *operation)
{
	static const struct join_rule rules[LAYER_KIND_COUNT] = {
		[LAYER_ADD] = {add, derive_sum, false},
		[LAYER_SUBTRACT] = {subtract, derive_difference, false},
		[LAYER_MULTIPLY] = {multiply, derive_product, false},
		[LAYER_AVERAGE] = {add, derive_mean, true},
		[LAYER_MAXIMUM] = {maximize, derive_extreme, false},
		[LAYER_MINIMUM] = {minimize, derive_extreme, false},
	};
	return &rules[operation->layer->kind];
}

/* ---- value by value: forward ---- */

/* A repeated row, a row of gradients, and an input's sums over a row. */
enum { ROOMS = 3 };

static void request_rows(struct network *network, struct operation *operation)
{
	request_scratch(network, ROOMS * row_count(operation->out));
}

static void join_band(void *context, int index, int worker)
{
	const struct join_task *task = context;
	const struct operation *operation = task->operation;
	const struct join_rule *rule = rule_of(operation);
	const struct row_band band = band_of(task, index);
	size_t count = row_count(operation->out);
	float *room = worker_scratch(task->network, worker);
	for (int row = 0; row < band.rows; row++) {
		float *out = operation->output + band.first + (size_t)row * count;
		for (int k = 0; k < operation->input_count; k++) {
			const float *x = full_row(task, k, band.sample, band.row + row, room);
			if (k == 0)
				memcpy(out, x, count * sizeof *out);
			else
				rule->combine(out, x, count);
		}
		if (rule->is_mean)
			divide(out, count, (float)operation->input_count);
	}
}

static void join_forward(struct network *network, struct operation *operation, int n)
{
	struct join_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * bands_of(operation->out), join_band, &task);
}

/* ---- value by value: backward ---- */

/* The gradient of input `k` from a row of the output's. A row that is repeated collects, and its
 * sums begin with zeros. */
static void derive_row(const struct gradient_row *row, int k, float *rooms)
{
	const struct operation *operation = row->task->operation;
	const struct shape in = input_shape(row->task->network, operation, k), out = operation->out;
	float *gradients = operation->input_gradients[k];
	float *dx = gradients ? gradients + row_offset(in, row->sample, row->row) : NULL;
	bool is_whole = dx && in.height == out.height && row_count(in) == row->count;
	rule_of(operation)->derive(row, k, is_whole ? dx : rooms);
	if (!dx || is_whole)
		return;
	if (row->row == 0 || in.height > 1)
		memset(dx, 0, row_count(in) * sizeof *dx);
	reduce_row(dx, rooms, in, out, rooms + row->count);
}

static void join_backward_sample(void *context, int sample, int worker)
{
	const struct join_task *task = context;
	const struct operation *operation = task->operation;
	size_t count = row_count(operation->out);
	float *rooms = worker_scratch(task->network, worker);
	for (int row = 0; row < operation->out.height; row++) {
		struct gradient_row gradient = {task, sample, row, count,
			task->gradient + row_offset(operation->out, sample, row), rooms};
		for (int k = 0; k < operation->input_count; k++)
			derive_row(&gradient, k, rooms + count);
	}
}

static void join_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct join_task task = {network, operation, gradient};
	parallel_for(network->pool, n, join_backward_sample, &task);
}

static const struct operation_kind join_kind = {
	.allocate_buffers = request_rows,
	.forward = join_forward,
	.backward = join_backward,
};

const struct layer_operation operation_of_ADD = {&join_kind, NULL};
const struct layer_operation operation_of_SUBTRACT = {&join_kind, NULL};
const struct layer_operation operation_of_MULTIPLY = {&join_kind, NULL};
const struct layer_operation operation_of_AVERAGE = {&join_kind, NULL};
const struct layer_operation operation_of_MAXIMUM = {&join_kind, NULL};
const struct layer_operation operation_of_MINIMUM = {&join_kind, NULL};

/* ---- concatenation: the channels of the inputs, one after the other ---- */

/* Copies `pixels` pixels of `channels`, which are `to_stride` and `from_stride` apart. */
static void copy_pixels(float *to, int to_stride, const float *from, int from_stride, int channels,
	ptrdiff_t pixels)
{
	for (; pixels-- > 0; to += to_stride, from += from_stride)
		memcpy(to, from, (size_t)channels * sizeof *to);
}

static void concatenate_band(void *context, int index, int worker)
{
	(void)worker;
	const struct join_task *task = context;
	const struct operation *operation = task->operation;
	const struct row_band band = band_of(task, index);
	int channels = operation->out.channels, first = 0;
	ptrdiff_t pixel = band.first / channels,
		  pixels = (ptrdiff_t)band.rows * operation->out.width;
	for (int k = 0; k < operation->input_count; k++) {
		int part = input_shape(task->network, operation, k).channels;
		copy_pixels(operation->output + band.first + first, channels,
			operation->inputs[k]->data + pixel * part, part, part, pixels);
		first += part;
	}
}

static void concatenate_forward(struct network *network, struct operation *operation, int n)
{
	struct join_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * bands_of(operation->out), concatenate_band, &task);
}

static void separate_band(void *context, int index, int worker)
{
	(void)worker;
	const struct join_task *task = context;
	const struct operation *operation = task->operation;
	const struct row_band band = band_of(task, index);
	int channels = operation->out.channels, first = 0;
	ptrdiff_t pixel = band.first / channels,
		  pixels = (ptrdiff_t)band.rows * operation->out.width;
	for (int k = 0; k < operation->input_count; k++) {
		int part = input_shape(task->network, operation, k).channels;
		float *dx = operation->input_gradients[k];
		if (dx)
			copy_pixels(dx + pixel * part, part, task->gradient + band.first + first,
				channels, part, pixels);
		first += part;
	}
}

static void concatenate_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct join_task task = {network, operation, gradient};
	parallel_for(network->pool, n * bands_of(operation->out), separate_band, &task);
}

static const struct operation_kind concatenate_kind = {
	.forward = concatenate_forward,
	.backward = concatenate_backward,
};

const struct layer_operation operation_of_CONCATENATE = {&concatenate_kind, NULL};
