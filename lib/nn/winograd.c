/* Winograd's minimal filtering as Lavin and Gray have it (Fast Algorithms for Convolutional Neural
 * Networks, 2016): a tile of 4x4 outputs Y of a 3x3 filter g depends on 6x6 inputs d, and
 *
 *     Y = A^T [ (G g G^T) . (B^T d B) ] A
 *
 * with 36 products in place of 144. Over many channels and tiles these are 36 products of matrices.
 *
 * The matrices belong to six points, here 0, 3/4, -3/4, 3/2, -3/2 and infinity: A and B are exact
 * in binary, and the error is a third of what the usual 0, 1, -1, 2, -2 give, twice that of a
 * direct convolution. */
#include "nn/winograd.h"

#include "nn/normalization.h"

#include <string.h>

/* TILES are computed together: few enough that their planes and some weights stay in the
 * second-level cache, enough that the weights are not read too often. No result depends on it. */
enum { SIDE = WINOGRAD_SIDE, WINDOW = WINOGRAD_WINDOW, PLANES = WINOGRAD_PLANES, TILES = 24 };

static int tiles_along(int side)
{
	return (side + SIDE - 1) / SIDE;
}

bool winograd_suits(const struct layer *layer, int in_channels, struct shape out)
{
	int tiles = tiles_along(out.height) * tiles_along(out.width);
	return layer->kernel_height == 3 && layer->kernel_width == 3 && layer->stride_height == 1 &&
		layer->stride_width == 1 && in_channels % CHANNEL_BLOCK == 0 &&
		2 * out.height * out.width >= tiles * SIDE * SIDE;
}

/* ---- weights ---- */

size_t winograd_weight_count(int in_channels, int out_channels)
{
	return PLANES * (size_t)in_channels * (size_t)padded_channels(out_channels);
}

struct weights_task {
	const struct kernels *kernels;
	float *out;
	const float *w;
	int in_channels, width;
};

static void transform_channel(void *context, int channel, int worker)
{
	(void)worker;
	const struct weights_task *task = context;
	ptrdiff_t plane = (ptrdiff_t)task->in_channels * task->width,
		  first = (ptrdiff_t)channel * task->width;
	task->kernels->winograd_weights(task->out + first, task->w + first, plane, task->width);
}

void winograd_weights(const struct network *network, float *out, const float *w, int in_channels,
	int out_channels)
{
	struct weights_task task = {network->kernels, out, w, in_channels,
		padded_channels(out_channels)};
	parallel_for(network->pool, in_channels, transform_channel, &task);
}

/* ---- tiles ---- */

/* Scratch memory, in this order: transformed inputs and products of the tiles; outputs and inputs
 * of one tile. */
size_t winograd_scratch(int in_channels, int out_channels)
{
	int width = padded_channels(out_channels);
	return (size_t)(PLANES *
			(winograd_plane(TILES, in_channels) + winograd_plane(TILES, width)) +
		SIDE * SIDE * width + PLANES * in_channels);
}

/* The position of a tile: its sample, and its first output. */
struct winograd_tile {
	int sample, y, x;
};

static struct winograd_tile tile_of(const struct winograd *task, int index)
{
	int across = tiles_along(task->middle.width), down = tiles_along(task->middle.height);
	return (struct winograd_tile){index / (across * down), index / across % down * SIDE,
		index % across * SIDE};
}

const float *winograd_window(const struct winograd_source *source, int top, int left, int side,
	float *edge, ptrdiff_t *pitch)
{
	const struct shape in = source->in;
	int channels = in.channels, first = left < 0 ? -left : 0,
	    end = left + side < in.width ? side : in.width - left;
	bool inside = top >= 0 && left >= 0 && top + side <= in.height && left + side <= in.width;
	*pitch = (ptrdiff_t)in.width * channels;
	const float *x = source->x + top * *pitch + left * channels;
	if (inside && !source->normalization)
		return x;
	if (!inside)
		memset(edge, 0, (size_t)(side * side * channels) * sizeof *edge);
	for (int i = 0; i < side; i++)
		if (top + i >= 0 && top + i < in.height && first < end)
			copy_normalized(source->kernels, source->normalization,
				edge + (side * i + first) * channels,
				x + i * *pitch + first * channels, end - first, channels);
	*pitch = (ptrdiff_t)side * channels;
	return edge;
}

/* The 6x6 inputs of a tile. */
static const float *tile_input(const struct winograd *task, struct winograd_tile tile, float *edge,
	ptrdiff_t *pitch)
{
	const struct winograd_source source = {task->network->kernels,
		task->fused_input_normalization,
		task->input + (size_t)tile.sample * shape_count(task->in), task->in};
	return winograd_window(&source, tile.y - task->top, tile.x - task->left, WINDOW, edge,
		pitch);
}

/* Writes the outputs (4, 4, width) of a tile, pooled and activated, without what lies outside the
 * image. */
static void write_tile(const struct winograd *task, struct winograd_tile tile, const float *outputs,
	int width)
{
	const struct kernels *kernels = task->network->kernels;
	const struct shape out = task->out;
	int side = task->pools ? SIDE / 2 : SIDE, step = SIDE / side, first = tile.y / step,
	    left = tile.x / step;
	int count = smaller(side, out.width - left), rows = smaller(side, out.height - first);
	for (int i = 0; i < rows && count > 0; i++) {
		const float *row = outputs + i * step * SIDE * width;
		size_t index = (((size_t)tile.sample * (size_t)out.height + (size_t)(first + i)) *
					       (size_t)out.width +
				       (size_t)left) *
			(size_t)out.channels;
		float *to = task->output + index;
		if (task->pools)
			kernels->max_pool(row, row + SIDE * width, width, to,
				task->argmax ? task->argmax + index : NULL, count, out.channels);
		else
			compact_rows(to, row, count, out.channels, width);
		kernels->activate(&task->activation, to, (size_t)(count * out.channels));
	}
}

static void convolve_tiles(void *context, int index, int worker)
{
	const struct winograd *task = context;
	const struct kernels *kernels = task->network->kernels;
	int in = task->in.channels, width = padded_channels(task->out.channels);
	int total =
		task->samples * tiles_along(task->middle.height) * tiles_along(task->middle.width);
	int first = index * TILES, count = smaller(TILES, total - first);
	ptrdiff_t in_plane = winograd_plane(TILES, in), out_plane = winograd_plane(TILES, width),
		  pitch;
	float *inputs = worker_scratch(task->network, worker),
	      *products = inputs + PLANES * in_plane;
	float *outputs = products + PLANES * out_plane, *edge = outputs + SIDE * SIDE * width;
	for (int t = 0; t < count; t++) {
		const float *x = tile_input(task, tile_of(task, first + t), edge, &pitch);
		kernels->winograd_input(inputs + t * in, in_plane, x, pitch, in);
	}
	for (int p = 0; p < PLANES; p++) {
		const struct product product = {
			.x = inputs + p * in_plane,
			.x_row = in,
			.x_inner = 1,
			.w = task->weights + (ptrdiff_t)p * in * width,
			.w_row = width,
			.out = products + p * out_plane,
			.out_row = width,
			.count = count,
			.outer = 1,
			.inner = in,
			.width = width,
		};
		kernels->product(&product);
	}
	for (int t = 0; t < count; t++) {
		kernels->winograd_output(outputs, products + t * width, out_plane, task->bias,
			width);
		write_tile(task, tile_of(task, first + t), outputs, width);
	}
}

void winograd_convolve(const struct winograd *winograd)
{
	struct winograd task = *winograd;
	int tiles = task.samples * tiles_along(task.middle.height) * tiles_along(task.middle.width);
	parallel_for(task.network->pool, (tiles + TILES - 1) / TILES, convolve_tiles, &task);
}
