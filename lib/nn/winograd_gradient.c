/* The gradient of a 3x3 convolution's weights by the adjoint of Winograd's algorithm (winograd.c).
 * From Y = A^T [ (G g G^T) . (B^T d B) ] A follows
 *
 *     dg = G^T [ sum over tiles of (A dY A^T) . (B^T d B) ] G
 *
 * so that for each of 36 planes the sum is the product of two matrices, (in channels, tiles) and
 * (tiles, out channels). */
#include "nn/winograd.h"

#include "nn/convolution.h"

#include <string.h>

enum { SIDE = WINOGRAD_SIDE, WINDOW = WINOGRAD_WINDOW, PLANES = WINOGRAD_PLANES };

/* Input channels whose sums, with WINOGRAD_FILTERS outputs, fit the second-level cache together. */
enum {
	IN_BLOCK = 48,
	SUM_PLANE = IN_BLOCK * WINOGRAD_FILTERS + CHANNEL_BLOCK,
	BLOCK = 9 * IN_BLOCK * WINOGRAD_FILTERS
};

/* Leaves of one task, and the blocks that the stack of their sums needs. No result depends on
 * it. */
enum { MOST_LEAVES = 16, LEVELS = 5 };

static int tiles_along(int length)
{
	return (length + SIDE - 1) / SIDE;
}

static int tiles_of_sample(struct shape middle)
{
	return tiles_along(middle.height) * tiles_along(middle.width);
}

/* Tiles whose products are summed together; decides the order of sums. */
static int tiles_together(int channels)
{
	enum { VALUES = 18432, LEAST = 12 };
	return VALUES / channels > LEAST ? VALUES / channels : LEAST;
}

int winograd_gradient_leaves(int in_channels, struct shape middle)
{
	enum { FLOATS = 1 << 22 };
	int filters = middle.channels, leaves = 1;
	double leaf = (double)LEAF_SAMPLES * tiles_of_sample(middle) * PLANES *
		((double)in_channels + filters),
	       weights = 9.0 * in_channels * filters, most = weights < FLOATS ? weights : FLOATS;
	while (leaves < MOST_LEAVES && 2 * leaves * leaf <= most)
		leaves *= 2;
	return leaves;
}

/* Tiles whose transforms are kept at once: of a single leaf, one group at a time. */
static int tiles_kept(int in_channels, struct shape middle, int leaves)
{
	int together = tiles_together(in_channels + middle.channels),
	    tiles = leaves > 1 ? leaves * LEAF_SAMPLES * tiles_of_sample(middle) : 0;
	return tiles > together ? tiles : together;
}

size_t winograd_gradient_scratch(int in_channels, struct shape middle, int leaves)
{
	int tiles = tiles_kept(in_channels, middle, leaves), filters = middle.channels,
	    more = in_channels > filters ? in_channels : filters;
	return PLANES *
		(size_t)(winograd_plane(tiles, in_channels) + winograd_plane(tiles, filters) +
			SUM_PLANE + more) +
		LEVELS * BLOCK;
}

/* Consecutive tiles, through all samples, and their transforms: planes of (tiles, channels). */
struct tiles {
	int first, count;
	float *inputs, *gradients, *sums, *stack, *edge;
	ptrdiff_t input_plane, gradient_plane;
};

static void transform_tiles(const struct winograd_gradient *task, const struct tiles *tiles)
{
	const struct operation *operation = task->operation;
	const struct shape in = operation->in, middle = operation->middle;
	int across = tiles_along(middle.width), of_sample = tiles_of_sample(middle);
	ptrdiff_t pitch;
	for (int t = 0; t < tiles->count; t++) {
		size_t sample = (size_t)(task->first + (tiles->first + t) / of_sample);
		int y = (tiles->first + t) % of_sample / across * SIDE,
		    x = (tiles->first + t) % across * SIDE;
		const struct winograd_source inputs = {task->kernels,
			operation->fused_input_normalization,
			operation->input + sample * shape_count(in), in};
		const struct winograd_source gradients = {task->kernels, NULL,
			task->gradient + sample * shape_count(middle), middle};
		const float *from = winograd_window(&inputs,
			y - convolution_of(operation)->window.top,
			x - convolution_of(operation)->window.left, WINDOW, tiles->edge, &pitch);
		task->kernels->winograd_input(tiles->inputs + t * in.channels, tiles->input_plane,
			from, pitch, in.channels);
		from = winograd_window(&gradients, y, x, SIDE, tiles->edge, &pitch);
		task->kernels->winograd_output_adjoint(tiles->gradients + t * middle.channels,
			tiles->gradient_plane, from, pitch, middle.channels);
	}
}

/* A block of weights: `count` input channels from `in` on, `width` filters from `out` on. */
struct block {
	const struct winograd_gradient *task;
	const struct tiles *tiles;
	int in, count, out, width;
};

/* Where a block's gradients are: 9 taps, `tap` apart, of rows `row` apart. */
struct block_sum {
	float *weights;
	ptrdiff_t tap, row;
};

/* In the task's result, and in an array of their own. */
static struct block_sum block_in_weights(const struct block *block)
{
	const struct operation *operation = block->task->operation;
	ptrdiff_t channels = operation->in.channels, filters = operation->middle.channels;
	return (struct block_sum){block->task->weights + block->in * filters + block->out,
		channels * filters, filters};
}

static struct block_sum block_alone(const struct block *block, float *array)
{
	return (struct block_sum){array, (ptrdiff_t)block->count * block->width, block->width};
}

/* Tiles [first, first + count) of those kept: summed in planes, then transformed to taps. */
static void sum_group(const struct block *block, int first, int count, struct block_sum to,
	bool adds)
{
	const struct kernels *kernels = block->task->kernels;
	const struct tiles *tiles = block->tiles;
	ptrdiff_t channels = block->task->operation->in.channels,
		  filters = block->task->operation->middle.channels;
	for (int p = 0; p < PLANES; p++) {
		const struct product product = {
			.x = tiles->inputs + p * tiles->input_plane + first * channels + block->in,
			.x_row = 1,
			.x_inner = channels,
			.w = tiles->gradients + p * tiles->gradient_plane + first * filters +
				block->out,
			.w_row = filters,
			.out = tiles->sums + p * SUM_PLANE,
			.out_row = WINOGRAD_FILTERS,
			.count = block->count,
			.outer = 1,
			.inner = count,
			.width = block->width,
		};
		kernels->product(&product);
	}
	for (int i = 0; i < block->count; i++)
		kernels->winograd_weights_adjoint(to.weights + i * to.row, to.tap,
			tiles->sums + i * WINOGRAD_FILTERS, SUM_PLANE, block->width, adds);
}

/* Groups that tiles are divided into, and the size of the next of `groups`: as equal as
 * possible. */
static int group_count(const struct winograd_gradient *task, int tiles)
{
	const struct operation *operation = task->operation;
	int together = tiles_together(operation->in.channels + operation->middle.channels);
	return (tiles + together - 1) / together;
}

static int group_size(int tiles, int groups)
{
	return (tiles + groups - 1) / groups;
}

/* The sum over a leaf, samples of those kept, of a block. */
static void sum_leaf(void *context, int first, int end, float *array)
{
	const struct block *block = context;
	int of_sample = tiles_of_sample(block->task->operation->middle), tile = first * of_sample,
	    left = (end - first) * of_sample, groups = group_count(block->task, left);
	for (int g = 0, count; g < groups; g++, tile += count, left -= count) {
		count = group_size(left, groups - g);
		sum_group(block, tile, count, block_alone(block, array), g > 0);
	}
}

static void sum_leaves(struct block *block)
{
	const struct block_sum to = block_in_weights(block);
	const struct leaf_block whole = {.length = 9 * (size_t)block->count * (size_t)block->width,
		.rows = 1};
	const float *from = block->tiles->stack;
	leaf_sum_samples(block->tiles->stack, BLOCK, block->task->kernels, 0, block->task->samples,
		1, &whole, 1, sum_leaf, block);
	for (int tap = 0; tap < 9; tap++)
		for (int i = 0; i < block->count; i++, from += block->width)
			memcpy(to.weights + tap * to.tap + i * to.row, from,
				(size_t)block->width * sizeof *from);
}

static void sum_blocks(const struct winograd_gradient *task, const struct tiles *tiles,
	bool are_leaves)
{
	int channels = task->operation->in.channels;
	for (int in = 0; in < channels; in += IN_BLOCK)
		for (int out = task->first_filter; out < task->end_filter;
			out += WINOGRAD_FILTERS) {
			struct block block = {task, tiles, in, smaller(IN_BLOCK, channels - in),
				out, smaller(WINOGRAD_FILTERS, task->end_filter - out)};
			if (are_leaves)
				sum_leaves(&block);
			else
				sum_group(&block, 0, tiles->count, block_in_weights(&block),
					tiles->first > 0);
		}
}

void winograd_gradient(const struct winograd_gradient *task)
{
	const struct shape middle = task->operation->middle;
	int in = task->operation->in.channels, out = middle.channels,
	    kept = tiles_kept(in, middle, leaf_count(task->samples)),
	    left = task->samples * tiles_of_sample(middle);
	bool are_leaves = task->samples > LEAF_SAMPLES;
	int groups = are_leaves ? 1 : group_count(task, left);
	struct tiles tiles = {.input_plane = winograd_plane(kept, in),
		.gradient_plane = winograd_plane(kept, out)};
	tiles.inputs = task->scratch;
	tiles.gradients = tiles.inputs + PLANES * tiles.input_plane;
	tiles.sums = tiles.gradients + PLANES * tiles.gradient_plane;
	tiles.stack = tiles.sums + PLANES * SUM_PLANE;
	tiles.edge = tiles.stack + LEVELS * BLOCK;
	for (int g = 0; g < groups; g++, tiles.first += tiles.count, left -= tiles.count) {
		tiles.count = group_size(left, groups - g);
		transform_tiles(task, &tiles);
		sum_blocks(task, &tiles, are_leaves);
	}
}
