/* Gradients of a 3x3 convolution of stride 1 with a 2x2 max-pool fused behind it, in training.
 *
 * Only the largest of the four pixels of a pool window has a gradient, and only where the
 * activation's derivative is not zero: fewer than one in four. These gradients are collected in
 * lists, by filter for the gradient of the weights and by pixel for that of the input, and only
 * they are multiplied. With few channels a list costs more than it saves.
 *
 * With many threads several tasks work on one group of samples (leaves.h): each on some of the
 * filters for the weights, or on some of the rows for the input. */
#include "nn/convolution.h"

#include <string.h>

/* For short loops whose registers the compiler would otherwise spill in the calling function. */
#define SEPARATE __attribute__((noinline))

/* Pooled rows and columns whose windows are summed together: their input fits the first-level
 * cache. */
enum { TILE_ROWS = 2, TILE_COLUMNS = FEW_CHANNELS_WINDOWS, TILE = TILE_ROWS * TILE_COLUMNS };

/* Rows of the padded input that one pooled row depends on, and that a band of TILE_ROWS of them
 * depends on. */
enum { WINDOW_ROWS = 4, BAND_ROWS = 2 * TILE_ROWS + 2 };

static size_t window_count(const struct operation *operation)
{
	return (size_t)convolution_of(operation)->window.height *
		(size_t)convolution_of(operation)->window.width * (size_t)operation->in.channels;
}

static bool suits(const struct network *network, const struct operation *operation)
{
	(void)network;
	const struct layer *layer = operation->layer;
	return operation->pools && layer->kernel_height == 3 && layer->kernel_width == 3 &&
		layer->stride_height == 1 && layer->stride_width == 1 &&
		window_count(operation) <= INT32_MAX && operation->has_trainable &&
		(!operation->inputs[0]->wants_gradient ||
			operation->in.channels % CHANNEL_BLOCK == 0);
}

static bool has_few_channels(const struct operation *operation)
{
	return 3 * operation->in.channels <= CHANNEL_BLOCK;
}

/* Distance of two rows of a filter's 3x3 taps in a leaf, and of two filters. */
static int run_of(const struct operation *operation)
{
	return has_few_channels(operation) ? 3 * operation->in.channels
					   : padded_channels(3 * operation->in.channels);
}

static int filter_size(const struct operation *operation)
{
	return padded_channels(3 * run_of(operation));
}

/* Scratch memory of the weights' gradient, one after the other: padded input, gradient and output
 * of a band. */
static size_t band_count(const struct operation *operation)
{
	return TILE_ROWS * (size_t)operation->out.width * (size_t)operation->out.channels;
}

/* Of the input's: gradient of WINDOW_ROWS padded rows; gradient of a pooled row; its lists; their
 * counts. */
static size_t rows_count(const struct operation *operation)
{
	return WINDOW_ROWS * (size_t)convolution_of(operation)->window.width *
		(size_t)operation->in.channels;
}

static void allocate(struct network *network, struct operation *operation)
{
	size_t filters = (size_t)operation->out.channels,
	       row = filters * (size_t)operation->out.width;
	allocate_leaves(network, &convolution_of(operation)->leaves,
		leaf_sums_plan(filters * (size_t)filter_size(operation) + filters, network->batch));
	operation->checks_finite = true;
	convolution_of(operation)->transposed = !operation->inputs[0]->wants_gradient
		? NULL
		: arena_floats(&network->arena, filters * 9 * (size_t)operation->in.channels);
	request_scratch(network, window_scratch(operation, BAND_ROWS) + 2 * band_count(operation));
	request_scratch(network,
		rows_count(operation) + 9 * row + 4 * (size_t)operation->out.width);
}

/* ---- from Keras' order of weights (3, 3, channels, filters) and back ---- */

struct transposition {
	const struct operation *operation;
	const float *from;
	float *to;
};

static void transpose_filter(void *context, int filter, int worker)
{
	(void)worker;
	const struct transposition *task = context;
	int filters = task->operation->out.channels, taps = 9 * task->operation->in.channels;
	for (int t = 0; t < taps; t++)
		task->to[(ptrdiff_t)filter * taps + t] =
			task->from[(ptrdiff_t)t * filters + filter];
}

static void prepare(struct network *network, struct operation *operation)
{
	const float *kernel = network->parameters[operation->first_parameter].values;
	if (!convolution_of(operation)->transposed)
		return;
	struct transposition task = {operation, kernel, convolution_of(operation)->transposed};
	parallel_for(network->pool, operation->out.channels, transpose_filter, &task);
}

/* All filters of nine taps: threads share cache lines only at the edges. */
static void transpose_back_channel(void *context, int index, int worker)
{
	(void)worker;
	const struct transposition *task = context;
	const struct operation *operation = task->operation;
	int filters = operation->out.channels, run = 3 * operation->in.channels,
	    size = filter_size(operation);
	for (int k = 3 * index; k < 3 * index + 3; k++)
		for (int r = 0; r < 3; r++)
			for (int f = 0; f < filters; f++)
				task->to[(ptrdiff_t)(r * run + k) * filters + f] =
					task->from[(ptrdiff_t)f * size + r * run_of(operation) + k];
}

/* Writes the sum of all leaves into the gradients of the parameters. */
static void write_gradients(const struct network *network, const struct operation *operation)
{
	int filters = operation->out.channels;
	const size_t *offsets = network->offsets + operation->first_parameter;
	const float *sums = convolution_of(operation)->leaves.arrays;
	struct transposition task = {operation, sums, network->gradients + offsets[0]};
	parallel_for(network->pool, operation->in.channels, transpose_back_channel, &task);
	if (operation->layer->use_bias)
		memcpy(network->gradients + offsets[1],
			sums + (ptrdiff_t)filters * filter_size(operation),
			(size_t)filters * sizeof *network->gradients);
}

/* ---- the gradient of the pooled output ---- */

struct sparse_task {
	struct network *network;
	const struct operation *operation;
	int n, groups;
	int parts, input_parts; /* of the filters of a group, of the rows of a sample's input */
	const float *gradient;
	float *input_gradient;
};

/* A block of values: columns [first, first + count) of some rows. */
static void copy_block(float *to, const float *from, size_t rows, int row, int first, int count)
{
	if (count == row)
		memcpy(to, from, rows * (size_t)row * sizeof *to);
	for (size_t i = 0; i < rows && count < row; i++)
		memcpy(to + i * (size_t)count, from + i * (size_t)row + first,
			(size_t)count * sizeof *to);
}

/* out (rows, out.width, count): the gradient before the activation of pooled rows from `y` of one
 * sample, of filters [first, first + count); `y_scratch` has room for as many. */
static void gradient_rows(const struct sparse_task *task, int sample, int y, int rows, int first,
	int count, float *out, float *y_scratch)
{
	const struct operation *operation = task->operation;
	int filters = operation->out.channels;
	size_t place = ((size_t)sample * (size_t)operation->out.height + (size_t)y) *
		(size_t)operation->out.width * (size_t)filters,
	       pixels = (size_t)rows * (size_t)operation->out.width;
	const float *output = operation->output + place;
	if (count < filters) {
		copy_block(y_scratch, output, pixels, filters, first, count);
		output = y_scratch;
	}
	copy_block(out, task->gradient + place, pixels, filters, first, count);
	const struct kernels *kernels = task->network->kernels;
	if (!kernels->finite(output, pixels * (size_t)count)) /* while it is in the cache */
		task->network->not_finite = true;
	kernels->activate_backward(&operation->activation, output, out, pixels * (size_t)count);
}

/* Whether value != 0, by its bits: compilers make a branch of the comparison. */
static int is_not_zero(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return (bits & 0x7fffffff) != 0;
}

/* ---- weights ---- */

/* Some filters of a band of pooled rows. */
struct band {
	const struct kernels *kernels;
	int channels, filters, all_filters, width, rows;
	const float *x; /* the first row of its windows' input */
	ptrdiff_t pitch;
	const float *gradient; /* (rows, width, filters) */
	const uint8_t *argmax; /* (rows, width, all_filters) */
	float *leaf;           /* of the first filter */
	int filter_size;
};

/* Lists the gradients of one filter in `count` windows side by side, with indices into the padded
 * input from `corner` on; returns how many there are. Zeros are written and then overwritten, which
 * avoids mispredicted branches. */
SEPARATE static int list_filter(struct sparse_entry *entries, const struct band *band,
	const float *gradient, const uint8_t *argmax, int count, int32_t corner)
{
	const int32_t channels = band->channels, pitch = (int32_t)band->pitch;
	const int32_t steps[4] = {0, channels, pitch, pitch + channels};
	ptrdiff_t gradient_row = band->filters, argmax_row = band->all_filters;
	int used = 0;
	for (int i = 0; i < count;
		i++, gradient += gradient_row, argmax += argmax_row, corner += 2 * channels) {
		entries[used] = (struct sparse_entry){corner + steps[*argmax], *gradient};
		used += is_not_zero(*gradient);
	}
	return used;
}

/* Adds the gradients of the weights from `count` windows in each of the band's rows, from column
 * `left` on. */
static void sum_tile(const struct band *band, int left, int count)
{
	for (int f = 0; f < band->filters; f++) {
		struct sparse_entry entries[TILE];
		int used = 0;
		for (int i = 0; i < band->rows; i++) {
			ptrdiff_t first = (ptrdiff_t)i * band->width + left;
			int32_t corner = (int32_t)(2 * i * band->pitch) + 2 * left * band->channels;
			used += list_filter(entries + used, band,
				band->gradient + first * band->filters + f,
				band->argmax + first * band->all_filters + f, count, corner);
		}
		band->kernels->sum_windows(band->leaf + (ptrdiff_t)f * band->filter_size, band->x,
			band->pitch, entries, used, 3 * band->channels);
	}
}

static void sum_few_channels_tile(const struct band *band, int left, int count)
{
	for (int i = 0; i < band->rows; i++) {
		ptrdiff_t first = (ptrdiff_t)i * band->width + left;
		const struct few_channels narrow = {
			.x = band->x + 2 * i * band->pitch + 2 * left * band->channels,
			.pitch = band->pitch,
			.channels = band->channels,
			.gradient = band->gradient + first * band->filters,
			.gradient_row = band->filters,
			.argmax = band->argmax + first * band->all_filters,
			.argmax_row = band->all_filters,
			.filters = band->filters,
			.count = count,
		};
		band->kernels->sum_few_channels(band->leaf, &narrow);
	}
}

/* Adds one sample's gradient of the weights of filters [first, first + count) to their part of the
 * leaf, (count, 3, run), and that of their biases, which follow all weights in the leaf. */
static void sum_weights(const struct sparse_task *task, int sample, int first, int count,
	float *leaf, float *scratch)
{
	const struct operation *operation = task->operation;
	const struct shape out = operation->out;
	float *gradient = scratch + window_scratch(operation, BAND_ROWS);
	struct band band = {.kernels = task->network->kernels,
		.channels = operation->in.channels,
		.filters = count,
		.all_filters = out.channels,
		.width = out.width,
		.gradient = gradient,
		.filter_size = filter_size(operation)};
	band.leaf = leaf + (ptrdiff_t)first * band.filter_size;
	for (int y = 0; y < out.height; y += TILE_ROWS) {
		band.rows = out.height - y < TILE_ROWS ? out.height - y : TILE_ROWS;
		band.x = window_rows(band.kernels, operation, sample, 2 * y, 2 * band.rows + 2,
			scratch, &band.pitch);
		band.argmax = convolution_of(operation)->argmax +
			(((ptrdiff_t)sample * out.height + y) * out.width) * out.channels + first;
		gradient_rows(task, sample, y, band.rows, first, count, gradient,
			gradient + band_count(operation));
		for (int left = 0; left < out.width; left += TILE_COLUMNS)
			(has_few_channels(operation) ? sum_few_channels_tile : sum_tile)(&band,
				left,
				out.width - left < TILE_COLUMNS ? out.width - left : TILE_COLUMNS);
		band.kernels->sum_channels(leaf + (ptrdiff_t)out.channels * band.filter_size +
				first,
			gradient, band.rows * out.width, count);
	}
}

/* ---- input ---- */

/* Lists the gradients of one window by pixel: entries (4, filters), indices into the transposed
 * weights. The four counts are packed into one 64-bit number, so that they stay in a register. */
SEPARATE static void list_window(struct sparse_entry *entries, int32_t counts[4],
	const float *gradient, const uint8_t *argmax, int filters, int32_t taps)
{
	uint64_t used = 0;
	int32_t index = 0;
	for (int f = 0; f < filters; f++, index += taps) {
		int quarter = 16 * argmax[f];
		entries[argmax[f] * filters + (int)(used >> quarter & 0xffff)] =
			(struct sparse_entry){index, gradient[f]};
		used += (uint64_t)is_not_zero(gradient[f]) << quarter;
	}
	for (int i = 0; i < 4; i++)
		counts[i] = (int32_t)(used >> 16 * i & 0xffff);
}

/* rows (WINDOW_ROWS, window.width, channels) += the gradient of padded input rows 2 y and on, from
 * pooled row `y`. */
static void scatter_row(const struct sparse_task *task, int sample, int y, float *rows)
{
	const struct operation *operation = task->operation;
	const struct shape out = operation->out;
	ptrdiff_t row = (ptrdiff_t)out.width * out.channels;
	float *gradient = rows + rows_count(operation);
	struct sparse_entry *entries = (struct sparse_entry *)(void *)(gradient + row);
	int32_t *counts = (int32_t *)(void *)(entries + 4 * row);
	const uint8_t *argmax =
		convolution_of(operation)->argmax + ((ptrdiff_t)sample * out.height + y) * row;
	gradient_rows(task, sample, y, 1, 0, out.channels, gradient, NULL);
	for (ptrdiff_t x = 0; x < out.width; x++)
		list_window(entries + x * 4 * out.channels, counts + 4 * x,
			gradient + x * out.channels, argmax + x * out.channels, out.channels,
			9 * operation->in.channels);
	const struct sparse_gradients gradients = {entries, counts, out.width, out.channels};
	task->network->kernels->scatter_windows(rows,
		(ptrdiff_t)convolution_of(operation)->window.width * operation->in.channels,
		convolution_of(operation)->transposed, &gradients, operation->in.channels);
}

/* Copies rows [first, end) of a sample's padded dx from `rows` into dx, without the padding. */
static void write_rows(const struct sparse_task *task, int sample, int first, int end,
	const float *rows)
{
	const struct operation *operation = task->operation;
	const struct shape in = operation->in;
	ptrdiff_t pitch = (ptrdiff_t)convolution_of(operation)->window.width * in.channels,
		  line = (ptrdiff_t)in.width * in.channels;
	float *dx = task->input_gradient + (size_t)sample * shape_count(in);
	for (int y = first; y < end; y++, rows += pitch) {
		int place = y - convolution_of(operation)->window.top;
		if (place >= 0 && place < in.height)
			memcpy(dx + place * line,
				rows + convolution_of(operation)->window.left * in.channels,
				(size_t)line * sizeof *dx);
	}
}

/* dx of padded input rows 2 first to 2 end, and of those below the last pooled row: from pooled
 * rows [first, end) and the one above, whose windows overlap them. */
static void sum_input(const struct sparse_task *task, int sample, int first, int end, float *rows)
{
	const struct operation *operation = task->operation;
	size_t half = rows_count(operation) / 2;
	memset(rows, 0, 2 * half * sizeof *rows);
	for (int y = first > 0 ? first - 1 : 0; y < end; y++) {
		scatter_row(task, sample, y, rows);
		if (y >= first)
			write_rows(task, sample, 2 * y, 2 * y + 2, rows);
		memcpy(rows, rows + half, half * sizeof *rows);
		memset(rows + half, 0, half * sizeof *rows);
	}
	if (end == operation->out.height)
		write_rows(task, sample, 2 * end, convolution_of(operation)->window.height, rows);
}

/* ---- tasks ---- */

/* Some of the filters, or of the rows of the input. */
struct sparse_part {
	const struct sparse_task *task;
	int first, end;
	float *scratch;
};

static void sum_leaf(void *context, int first, int end, float *leaf)
{
	const struct sparse_part *part = context;
	const struct operation *operation = part->task->operation;
	size_t size = (size_t)filter_size(operation), filters = (size_t)(part->end - part->first);
	memset(leaf + (size_t)part->first * size, 0, filters * size * sizeof *leaf);
	memset(leaf + (size_t)operation->out.channels * size + (size_t)part->first, 0,
		filters * sizeof *leaf);
	for (int sample = first; sample < end; sample++)
		sum_weights(part->task, sample, part->first, (int)filters, leaf, part->scratch);
}

static void sum_filters(struct sparse_part *part, int group)
{
	const struct operation *operation = part->task->operation;
	size_t size = (size_t)filter_size(operation), first = (size_t)part->first,
	       filters = (size_t)(part->end - part->first);
	const struct leaf_block blocks[] = {{.first = first * size,
						    .length = filters * size,
						    .rows = 1},
		{.first = (size_t)operation->out.channels * size + first,
			.length = filters,
			.rows = 1}};
	leaf_sum_group(&convolution_of(operation)->leaves, part->task->network->kernels,
		part->task->n, group, blocks, 2, sum_leaf, part);
}

static struct sparse_part part_of(const struct sparse_task *task, int number, int parts, int count,
	int worker)
{
	return (struct sparse_part){task, part_begin(number, parts, count),
		part_begin(number + 1, parts, count), worker_scratch(task->network, worker)};
}

/* First parts of the filters of a group each, then parts of the rows of a sample's input. */
static void backward_part(void *context, int index, int worker)
{
	const struct sparse_task *task = context;
	const struct shape out = task->operation->out;
	if (index < task->groups * task->parts) {
		struct sparse_part part =
			part_of(task, index % task->parts, task->parts, out.channels, worker);
		sum_filters(&part, index / task->parts);
		return;
	}
	index -= task->groups * task->parts;
	struct sparse_part part =
		part_of(task, index % task->input_parts, task->input_parts, out.height, worker);
	sum_input(task, index / task->input_parts, part.first, part.end, part.scratch);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	enum { TASKS = 2, FILTERS = 4, ROWS = 4 }; /* for each thread; least in a part */
	const struct leaf_sums *leaves = &convolution_of(operation)->leaves;
	float *input_gradient = operation->input_gradients[0];
	int groups = leaf_groups(leaves, n);
	struct sparse_task task = {network, operation, n, groups,
		parts_of(network->pool, groups, TASKS, operation->out.channels / FILTERS),
		parts_of(network->pool, n, TASKS, operation->out.height / ROWS), gradient,
		input_gradient};
	parallel_for(network->pool,
		groups * task.parts + (input_gradient ? n * task.input_parts : 0), backward_part,
		&task);
	leaf_join_groups(leaves, network->kernels, network->pool, n);
	write_gradients(network, operation);
}

const struct convolution_way sparse_backward = {
	.suits = suits,
	.allocate = allocate,
	.prepare = prepare,
	.backward = backward,
	.keeps_gradient = true,
};
