/* Gradients of a 3x3 convolution of stride 1 with a 2x2 max-pool fused behind it, in training.
 *
 * Only the winner of each pool window has a gradient, and only where its activation lets one through: less than one
 * in four. These are collected in lists, by filter for the gradient of the weights and by pixel for that of the
 * input, and only they are multiplied. With few channels a list costs more than it saves. */
#include "nn/convolution.h"

#include <string.h>

/* For short loops that would lose their registers to the function around them. */
#define SEPARATE __attribute__((noinline))

/* Pooled rows and columns whose windows are summed together: their input fits the first-level cache. */
enum { TILE_ROWS = 2, TILE_COLUMNS = 16, TILE = TILE_ROWS * TILE_COLUMNS };

static size_t window_count(const struct operation *operation)
{
	return (size_t)operation->window.height * (size_t)operation->window.width * (size_t)operation->in.channels;
}

bool is_sparse(const struct network *network, const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	return network->mode == NETWORK_TRAIN && operation->pools && layer->kernel_height == 3 && layer->kernel_width == 3
		&& layer->stride_height == 1 && layer->stride_width == 1 && window_count(operation) <= INT32_MAX
		&& (operation == network->operations || operation->in.channels % CHANNEL_BLOCK == 0);
}

static size_t run_of(const struct operation *operation)
{
	return (size_t)padded_channels(3 * operation->in.channels);
}

/* Scratch memory, one after the other: padded input; gradient of the padded input; lists of a row; their counts. */
static size_t lists_by_pixel(const struct operation *operation)
{
	return (size_t)operation->out.width * 4 * (size_t)operation->out.channels;
}

void sparse_lay_out(struct network *network, struct operation *operation)
{
	size_t filters = (size_t)operation->out.channels;
	plan_slices(network, operation, filters * 3 * run_of(operation) + filters);
	operation->turned = operation == network->operations ? NULL
		: arena_floats(&network->arena, filters * 9 * (size_t)operation->in.channels);
	want_scratch(network, 2 * window_scratch(operation, operation->window.height) + 2 * lists_by_pixel(operation)
		+ 4 * (size_t)operation->out.width);
}

void sparse_turn(struct operation *operation, const float *kernel)
{
	int filters = operation->out.channels, taps = 9 * operation->in.channels;
	for (int t = 0; t < taps; t++)
		for (int f = 0; f < filters; f++)
			operation->turned[(ptrdiff_t)f * taps + t] = kernel[(ptrdiff_t)t * filters + f];
}

struct sample {
	const struct kernels *kernels;
	const struct operation *operation;
	const float *gradient; /* (out.height, out.width, filters), zero where the activation lets nothing through */
	const uint8_t *marks;
};

/* Whether value != 0, by its bits: compilers make jumps of the comparison. */
static int is_not_zero(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return (bits & 0x7fffffff) != 0;
}

/* ---- weights ---- */

/* Lists the gradients of one filter in `count` windows side by side, with places in the padded input from `corner` on;
 * returns how many there are. What is zero is written and then overwritten: no branch to guess wrong. */
SEPARATE static int list_filter(struct entry *entries, const float *gradient, const uint8_t *marks, int filters,
	int count, int32_t corner, int32_t channels, ptrdiff_t pitch)
{
	const int32_t steps[4] = {0, channels, (int32_t)pitch, (int32_t)pitch + channels};
	int used = 0;
	for (int i = 0; i < count; i++, gradient += filters, marks += filters, corner += 2 * channels) {
		entries[used] = (struct entry){corner + steps[*marks], *gradient};
		used += is_not_zero(*gradient);
	}
	return used;
}

/* What is at the first pooled pixel of a row of a tile. */
struct row {
	const float *x, *gradient;
	const uint8_t *marks;
	int32_t corner; /* of x in the padded input */
	int count;
};

static struct row row_of(const struct sample *sample, const float *x, ptrdiff_t pitch, int y, int left)
{
	const struct shape out = sample->operation->out;
	ptrdiff_t first = ((ptrdiff_t)y * out.width + left) * out.channels;
	int32_t corner = (int32_t)(2 * y * pitch) + 2 * left * sample->operation->in.channels;
	return (struct row){x + corner, sample->gradient + first, sample->marks + first, corner,
		out.width - left < TILE_COLUMNS ? out.width - left : TILE_COLUMNS};
}

/* Adds what the windows of `rows` rows of a tile send to the kernels. */
static void sum_tile(const struct sample *sample, const struct row *rows, int row_count, const float *x,
	ptrdiff_t pitch, float *slice)
{
	int filters = sample->operation->out.channels, channels = sample->operation->in.channels;
	size_t size = 3 * run_of(sample->operation);
	for (int i = 0; i < row_count && size == 3 * CHANNEL_BLOCK; i++)
		sample->kernels->sum_narrow(slice, rows[i].x, pitch, channels, rows[i].gradient, rows[i].marks, filters,
			rows[i].count);
	for (int f = 0; f < filters && size > 3 * CHANNEL_BLOCK; f++) {
		struct entry entries[TILE];
		int used = 0;
		for (int i = 0; i < row_count; i++)
			used += list_filter(entries + used, rows[i].gradient + f, rows[i].marks + f, filters, rows[i].count,
				rows[i].corner, channels, pitch);
		sample->kernels->sum_windows(slice + (size_t)f * size, x, pitch, entries, used, 3 * channels);
	}
}

/* slice (filters, 3, run), bias (filters) behind: added to. */
static void sparse_weights(const struct sample *sample, const float *x, ptrdiff_t pitch, float *slice)
{
	const struct shape out = sample->operation->out;
	for (int top = 0; top < out.height; top += TILE_ROWS)
		for (int left = 0; left < out.width; left += TILE_COLUMNS) {
			struct row rows[TILE_ROWS];
			int count = 0;
			for (; count < TILE_ROWS && top + count < out.height; count++)
				rows[count] = row_of(sample, x, pitch, top + count, left);
			sum_tile(sample, rows, count, x, pitch, slice);
		}
	sample->kernels->sum_channels(slice + (size_t)out.channels * 3 * run_of(sample->operation), sample->gradient,
		out.height * out.width, out.channels);
}

/* ---- input ---- */

/* Lists the gradients of one window by pixel: entries (4, filters), places in the turned weights. The four counts
 * are quarters of one number, so that they stay in a register. */
SEPARATE static void list_window(struct entry *entries, int32_t counts[4], const float *gradient, const uint8_t *marks,
	int filters, int32_t taps)
{
	uint64_t used = 0;
	int32_t place = 0;
	for (int f = 0; f < filters; f++, place += taps) {
		int quarter = 16 * marks[f];
		entries[marks[f] * filters + (int)(used >> quarter & 0xffff)] = (struct entry){place, gradient[f]};
		used += (uint64_t)is_not_zero(gradient[f]) << quarter;
	}
	for (int i = 0; i < 4; i++)
		counts[i] = (int32_t)(used >> 16 * i & 0xffff);
}

/* dx (window.height, window.width, channels): added to. */
static void sparse_input(const struct sample *sample, float *dx, ptrdiff_t pitch, float *scratch)
{
	const struct operation *operation = sample->operation;
	struct entry *entries = (struct entry *)(void *)scratch;
	int32_t *counts = (int32_t *)(void *)(scratch + 2 * lists_by_pixel(operation));
	const struct shape out = operation->out;
	const struct winners winners = {entries, counts, out.width, out.channels};
	for (int y = 0; y < out.height; y++) {
		for (int x = 0; x < out.width; x++) {
			ptrdiff_t first = ((ptrdiff_t)y * out.width + x) * out.channels;
			list_window(entries + (ptrdiff_t)x * 4 * out.channels, counts + 4 * x, sample->gradient + first,
				sample->marks + first, out.channels, 9 * operation->in.channels);
		}
		sample->kernels->scatter_windows(dx + 2 * y * pitch, pitch, operation->turned, &winners, operation->in.channels);
	}
}

/* Takes dx (in.height, in.width, channels) out of its padded form. */
static void crop(const struct operation *operation, float *dx, const float *padded, ptrdiff_t pitch)
{
	const struct shape in = operation->in;
	ptrdiff_t line = (ptrdiff_t)in.width * in.channels;
	padded += operation->window.top * pitch + operation->window.left * in.channels;
	for (int y = 0; y < in.height; y++)
		memcpy(dx + y * line, padded + y * pitch, (size_t)line * sizeof *dx);
}

void sparse_backward_sample(const struct network *network, const struct operation *operation, int index,
	const float *gradient, float *slice, float *dx, float *scratch)
{
	const struct sample sample = {network->kernels, operation, gradient,
		operation->marks + (size_t)index * shape_count(operation->out)};
	size_t padded = window_scratch(operation, operation->window.height);
	float *padded_dx = scratch + padded, *lists = padded_dx + padded;
	ptrdiff_t pitch;
	const float *x = window_rows(operation, operation->input + (size_t)index * shape_count(operation->in), 0,
		operation->window.height, scratch, &pitch);
	sparse_weights(&sample, x, pitch, slice);
	if (!dx)
		return;
	float *target = padded ? padded_dx : dx;
	memset(target, 0, (padded ? window_count(operation) : shape_count(operation->in)) * sizeof *target);
	sparse_input(&sample, target, pitch, lists);
	if (padded)
		crop(operation, dx, padded_dx, pitch);
}

void sparse_collect(const struct operation *operation, float *kernel, float *bias)
{
	int filters = operation->out.channels, run = 3 * operation->in.channels;
	size_t row = run_of(operation);
	for (int f = 0; f < filters; f++)
		for (int r = 0; r < 3; r++)
			for (int k = 0; k < run; k++)
				kernel[(ptrdiff_t)(r * run + k) * filters + f] = operation->slices[((size_t)f * 3 + (size_t)r) * row + (size_t)k];
	if (bias)
		memcpy(bias, operation->slices + (size_t)filters * 3 * row, (size_t)filters * sizeof *bias);
}
