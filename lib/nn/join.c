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
	const struct network *network;
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

/* A row of input `k` as long as the output's: its own, one pixel of it that is repeated, or else
 * all in `room`. */
static struct join_operand operand_of(const struct join_task *task, int k, int sample, int row,
	float *room)
{
	const struct operation *operation = task->operation;
	const struct shape in = input_shape(task->network, operation, k), out = operation->out;
	const float *x = operation->inputs[k]->data + row_offset(in, sample, row);
	if (in.channels == out.channels)
		return (struct join_operand){x, in.width == out.width ? out.channels : 0};
	repeat_pixels(room, x, in, out);
	return (struct join_operand){room, out.channels};
}

/* Adds a row of gradients as long as the output's to that of an input. `room`: a row of
 * the input. */
static void reduce_row(const struct kernels *kernels, float *dx, const float *gradient,
	struct shape in, struct shape shape, float *room)
{
	memset(room, 0, row_count(in) * sizeof *room);
	if (in.channels == shape.channels && in.width == 1)
		kernels->sum_channels(room, gradient, shape.width, shape.channels);
	else if (in.channels == shape.channels)
		kernels->add(room, gradient, row_count(in));
	else
		for (int p = 0; p < shape.width; p++, gradient += shape.channels) {
			float sum = 0;
			for (int c = 0; c < shape.channels; c++)
				sum += gradient[c];
			room[in.width == 1 ? 0 : p] += sum;
		}
	kernels->add(dx, room, row_count(in));
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
	enum join_kind join;
	/* The gradient of input `k`, as long as the output's row; called for k = 0, 1, 2... */
	void (*derive)(const struct gradient_row *row, int k, float *dx);
	bool is_mean;
	bool compares_output; /* derive does, with inputs: no activation may change it before */
};

static void divide(float *out, size_t count, float divisor)
{
	for (size_t i = 0; i < count; i++)
		out[i] /= divisor;
}

/* Joins two rows as long as the output's. */
static void join_operands(const struct join_task *task, enum join_kind kind, float *out,
	struct join_operand first, struct join_operand second)
{
	const struct shape shape = task->operation->out;
	struct join_pixels join = {out, first, second, shape.width, shape.channels};
	task->network->kernels->joins[kind](&join);
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
	const int channels = row->task->operation->out.channels;
	const float *product = row->gradient;
	for (int other = 0; other < row->task->operation->input_count; other++) {
		if (other == k)
			continue;
		join_operands(row->task, JOIN_MULTIPLY, dx,
			(struct join_operand){product, channels},
			operand_of(row->task, other, row->sample, row->row, row->room));
		product = dx;
	}
}

/* Takes the gradient where the input has the output's value. */
static void derive_extreme(const struct gradient_row *row, int k, float *dx)
{
	const struct operation *operation = row->task->operation;
	const struct join_operand x = operand_of(row->task, k, row->sample, row->row, row->room);
	const size_t channels = (size_t)operation->out.channels;
	const float *y = operation->output + row_offset(operation->out, row->sample, row->row);
	for (size_t i = 0; i < row->count; i++) {
		const float value = x.x[i / channels * (size_t)x.step + i % channels];
		bool takes = value == y[i] || isnan(value);
		dx[i] = takes ? row->gradient[i] : 0;
		row->gradient[i] = takes ? 0 : row->gradient[i];
	}
}

/* Of the operation's layer. */
static const struct join_rule *rule_of(const struct operation *operation)
{
	static const struct join_rule rules[LAYER_KIND_COUNT] = {
		[LAYER_ADD] = {JOIN_ADD, derive_sum, false, false},
		[LAYER_SUBTRACT] = {JOIN_SUBTRACT, derive_difference, false, false},
		[LAYER_MULTIPLY] = {JOIN_MULTIPLY, derive_product, false, false},
		[LAYER_AVERAGE] = {JOIN_ADD, derive_mean, true, false},
		[LAYER_MAXIMUM] = {JOIN_MAXIMUM, derive_extreme, false, true},
		[LAYER_MINIMUM] = {JOIN_MINIMUM, derive_extreme, false, true},
	};
	return &rules[operation->layer->kind];
}

/* ---- value by value: forward ---- */

/* Forward two repeated rows; backward one, a row of gradients, and an input's sums over a row. */
enum { ROOMS = 3 };

static void request_rows(struct network *network, struct operation *operation)
{
	request_scratch(network, ROOMS * row_count(operation->out));
}

/* A row of the output from that of the first input, in `joined`. */
static void join_row(const struct join_task *task, int sample, int row, struct join_operand joined,
	float *out, float *rooms)
{
	const struct operation *operation = task->operation;
	const struct join_rule *rule = rule_of(operation);
	const size_t count = row_count(operation->out);
	for (int k = 1; k < operation->input_count; k++) {
		join_operands(task, rule->join, out, joined,
			operand_of(task, k, sample, row, rooms + count));
		joined = (struct join_operand){out, operation->out.channels};
	}
	if (rule->is_mean)
		divide(out, count, (float)operation->input_count);
	task->network->kernels->activate(&operation->activation, out, count);
}

static void join_band(void *context, int index, int worker)
{
	const struct join_task *task = context;
	const struct row_band band = band_of(task, index);
	float *rooms = worker_scratch(task->network, worker);
	for (int i = 0; i < band.rows; i++) {
		int row = band.row + i;
		join_row(task, band.sample, row, operand_of(task, 0, band.sample, row, rooms),
			task->operation->output +
				row_offset(task->operation->out, band.sample, row),
			rooms);
	}
}

static void forward_rows(const struct network *network, const struct operation *operation,
	const struct output_rows *rows)
{
	const struct join_task task = {.network = network, .operation = operation};
	for (int i = 0; i < rows->count; i++)
		join_row(&task, rows->sample, rows->first + i,
			(struct join_operand){rows->in[i], operation->out.channels},
			rows->out + (size_t)i * row_count(operation->out), rows->scratch);
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
	reduce_row(row->task->network->kernels, dx, rooms, in, out, rooms + row->count);
}

static void derive_rows(const struct join_task *task, int sample, int first, int end, float *rooms)
{
	const struct operation *operation = task->operation;
	const size_t count = row_count(operation->out);
	for (int row = first; row < end; row++) {
		const size_t place = row_offset(operation->out, sample, row);
		struct gradient_row gradient = {task, sample, row, count, task->gradient + place,
			rooms};
		task->network->kernels->activate_backward(&operation->activation,
			operation->output + place, gradient.gradient, count);
		for (int k = operation->kind->in_place; k < operation->input_count; k++)
			derive_row(&gradient, k, rooms + count);
	}
}

static void join_backward_band(void *context, int index, int worker)
{
	const struct join_task *task = context;
	const struct row_band band = band_of(task, index);
	derive_rows(task, band.sample, band.row, band.row + band.rows,
		worker_scratch(task->network, worker));
}

static void join_backward_sample(void *context, int sample, int worker)
{
	const struct join_task *task = context;
	derive_rows(task, sample, 0, task->operation->out.height,
		worker_scratch(task->network, worker));
}

/* Whether a row of an input's gradient is the sum of several rows, in their order. */
static bool sums_rows(const struct network *network, const struct operation *operation)
{
	bool sums = false;
	for (int k = 0; k < operation->input_count; k++)
		sums |= input_shape(network, operation, k).height < operation->out.height;
	return sums;
}

static void join_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct join_task task = {network, operation, gradient};
	if (sums_rows(network, operation))
		parallel_for(network->pool, n, join_backward_sample, &task);
	else
		parallel_for(network->pool, n * bands_of(operation->out), join_backward_band,
			&task);
}

static const struct operation_kind join_kind = {
	.allocate_buffers = request_rows,
	.forward = join_forward,
	.backward = join_backward,
};

/* A sum whose first input is as large as the output: its gradient is that of the output. */
static const struct operation_kind sum_kind = {
	.allocate_buffers = request_rows,
	.forward = join_forward,
	.backward = join_backward,
	.in_place = true,
};

static void plan_join(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	struct operation *operation = plan_append(planner, node, &join_kind, layer);
	if (layer->kind == LAYER_ADD && shape_count(operation->in) == shape_count(operation->out))
		operation->kind = &sum_kind;
	if (shape_is_same(operation->in, operation->out))
		operation->forward_rows = forward_rows;
	if (planner->network->mode == NETWORK_PREDICT ||
		(planner->network->mode == NETWORK_TRAIN && !rule_of(operation)->compares_output))
		plan_fuse_activation(planner, operation);
}

const struct layer_operation operation_of_ADD = {&join_kind, plan_join};
const struct layer_operation operation_of_SUBTRACT = {&join_kind, plan_join};
const struct layer_operation operation_of_MULTIPLY = {&join_kind, plan_join};
const struct layer_operation operation_of_AVERAGE = {&join_kind, plan_join};
const struct layer_operation operation_of_MAXIMUM = {&join_kind, plan_join};
const struct layer_operation operation_of_MINIMUM = {&join_kind, plan_join};

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
