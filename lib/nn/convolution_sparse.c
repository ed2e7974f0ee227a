/* Gradients of a 3x3 convolution of stride 1 with a 2x2 max-pool fused behind it, in training.
 *
 * Only the winner of each pool window has a gradient, and only where its activation lets one through: less than one
 * in four. These are collected in lists, by filter for the gradient of the weights and by pixel for that of the
 * input, and only they are multiplied. */
#include "nn/convolution.h"

#include <string.h>

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

/* Scratch memory, one after the other: padded input; gradient of the padded input; lists; counts. */
static size_t lists_by_filter(const struct operation *operation)
{
	return (size_t)operation->out.channels * TILE;
}

static size_t lists_by_pixel(const struct operation *operation)
{
	return (size_t)operation->out.width * 4 * (size_t)operation->out.channels;
}

void sparse_lay_out(struct network *network, struct operation *operation)
{
	size_t filters = (size_t)operation->out.channels, by_filter = lists_by_filter(operation);
	size_t by_pixel = lists_by_pixel(operation);
	plan_slices(network, operation, filters * 3 * run_of(operation) + filters);
	operation->turned = operation == network->operations ? NULL
		: arena_floats(&network->arena, filters * 9 * (size_t)operation->in.channels);
	want_scratch(network, 2 * window_scratch(operation, operation->window.height)
		+ 2 * (by_filter > by_pixel ? by_filter : by_pixel) + 4 * (size_t)operation->out.width + filters + CHANNEL_BLOCK);
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

/* ---- weights ---- */

/* Lists the gradients of a tile by filter: entries (filters, TILE), places in the padded input. */
static void list_by_filter(const struct sample *sample, int top, int left, ptrdiff_t pitch, struct entry *entries,
	int32_t *counts)
{
	const struct shape out = sample->operation->out;
	int channels = sample->operation->in.channels;
	const int32_t steps[4] = {0, channels, (int32_t)pitch, (int32_t)pitch + channels};
	memset(counts, 0, (size_t)out.channels * sizeof *counts);
	for (int y = top; y < top + TILE_ROWS && y < out.height; y++)
		for (int x = left; x < left + TILE_COLUMNS && x < out.width; x++) {
			ptrdiff_t first = ((ptrdiff_t)y * out.width + x) * out.channels;
			int32_t corner = (int32_t)(2 * y * pitch) + 2 * x * channels;
			struct entry *entry = entries;
			for (int f = 0; f < out.channels; f++, entry += TILE) {
				float value = sample->gradient[first + f];
				entry[counts[f]] = (struct entry){corner + steps[sample->marks[first + f]], value};
				counts[f] += value != 0;
			}
		}
}

/* slice (filters, 3, run), bias (filters) behind: added to. */
static void sparse_weights(const struct sample *sample, const float *x, ptrdiff_t pitch, float *slice, float *scratch)
{
	const struct shape out = sample->operation->out;
	struct entry *entries = (struct entry *)(void *)scratch;
	int32_t *counts = (int32_t *)(void *)(scratch + 2 * lists_by_filter(sample->operation));
	int run = 3 * sample->operation->in.channels;
	size_t size = 3 * run_of(sample->operation);
	for (int top = 0; top < out.height; top += TILE_ROWS)
		for (int left = 0; left < out.width; left += TILE_COLUMNS) {
			list_by_filter(sample, top, left, pitch, entries, counts);
			for (int f = 0; f < out.channels; f++)
				sample->kernels->sum_windows(slice + (size_t)f * size, x, pitch, entries + (ptrdiff_t)f * TILE, counts[f], run);
		}
	sample->kernels->sum_channels(slice + (size_t)out.channels * size, sample->gradient, out.height * out.width, out.channels);
}

/* ---- input ---- */

/* Lists the gradients of pooled row y by pixel: entries (out.width, 4, filters), places in the turned weights. */
static void list_by_pixel(const struct sample *sample, int y, struct entry *entries, int32_t *counts)
{
	const struct shape out = sample->operation->out;
	ptrdiff_t first = (ptrdiff_t)y * out.width * out.channels;
	const float *gradient = sample->gradient + first;
	const uint8_t *marks = sample->marks + first;
	int32_t taps = 9 * sample->operation->in.channels;
	memset(counts, 0, 4 * (size_t)out.width * sizeof *counts);
	for (int x = 0; x < out.width; x++, entries += 4 * out.channels, counts += 4)
		for (int f = 0; f < out.channels; f++) {
			float value = *gradient++;
			int mark = *marks++;
			entries[mark * out.channels + counts[mark]] = (struct entry){f * taps, value};
			counts[mark] += value != 0;
		}
}

/* dx (window.height, window.width, channels): added to. */
static void sparse_input(const struct sample *sample, float *dx, ptrdiff_t pitch, float *scratch)
{
	const struct operation *operation = sample->operation;
	struct entry *entries = (struct entry *)(void *)scratch;
	int32_t *counts = (int32_t *)(void *)(scratch + 2 * lists_by_pixel(operation));
	const struct winners winners = {entries, counts, operation->out.width, operation->out.channels};
	for (int y = 0; y < operation->out.height; y++) {
		list_by_pixel(sample, y, entries, counts);
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
	sparse_weights(&sample, x, pitch, slice, lists);
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
