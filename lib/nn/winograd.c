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

/* FILTERS are computed together: few enough that their products of all planes stay in the
 * second-level cache until they are transformed back. No result depends on it. */
enum { SIDE = WINOGRAD_SIDE, WINDOW = WINOGRAD_WINDOW, PLANES = WINOGRAD_PLANES, FILTERS = 64 };

static int tiles_along(int side)
{
	return (side + SIDE - 1) / SIDE;
}

/* With less than two thirds of the multiplications, what does not fill a tile counted too. */
bool winograd_suits(const struct layer *layer, int in_channels, struct shape out)
{
	int64_t tiles = (int64_t)tiles_along(out.height) * tiles_along(out.width),
		pixels = (int64_t)out.height * out.width;
	return layer->kernel_height == 3 && layer->kernel_width == 3 && layer->stride_height == 1 &&
		layer->stride_width == 1 && in_channels >= CHANNEL_BLOCK &&
		2 * 9 * pixels >= 3 * PLANES * tiles;
}

/* ---- weights ---- */

size_t winograd_weight_count(int in_channels, int out_channels)
{
	return PLANES * (size_t)winograd_plane(in_channels, padded_channels(out_channels));
}

struct weights_task {
	const struct kernels *kernels;
	float *out;
	const float *w;
	int in_channels, width;
};

/* CHANNELS of a block of filters: all planes are written as streams. */
enum { CHANNELS = 64 };

static void transform_channels(void *context, int index, int worker)
{
	(void)worker;
	const struct weights_task *task = context;
	int in = task->in_channels, pieces = (in + CHANNELS - 1) / CHANNELS,
	    filter = index / pieces * CHANNEL_BLOCK, first = index % pieces * CHANNELS,
	    end = smaller(first + CHANNELS, in);
	for (int i = first; i < end; i++)
		task->kernels->winograd_weights(task->out + (ptrdiff_t)filter * in +
				i * CHANNEL_BLOCK,
			winograd_plane(in, task->width),
			task->w + (ptrdiff_t)i * task->width + filter, (ptrdiff_t)in * task->width,
			CHANNEL_BLOCK);
}

void winograd_weights(const struct network *network, float *out, const float *w, int in_channels,
	int out_channels)
{
	struct weights_task task = {network->kernels, out, w, in_channels,
		padded_channels(out_channels)};
	int pieces = (in_channels + CHANNELS - 1) / CHANNELS;
	parallel_for(network->pool, task.width / CHANNEL_BLOCK * pieces, transform_channels, &task);
}

/* ---- tiles ---- */

/* Tiles that are computed together: enough that the weights are not read too often, few enough
 * that a plane of them stays in the second-level cache. No result depends on it. */
static int tiles_together(int in_channels)
{
	enum { VALUES = 1 << 15, LEAST = 24, MOST = 96 };
	int tiles = VALUES / in_channels;
	return tiles < LEAST ? LEAST : smaller(tiles, MOST);
}

/* Scratch memory, in this order: transformed inputs and products of the tiles; outputs and inputs
 * of one tile; its inputs with padded channels. */
size_t winograd_scratch(int in_channels)
{
	int tiles = tiles_together(in_channels), width = padded_channels(in_channels);
	return (size_t)(PLANES * (winograd_plane(tiles, width) + winograd_plane(tiles, FILTERS)) +
		SIDE * SIDE * FILTERS + PLANES * ((ptrdiff_t)in_channels + width));
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
	ptrdiff_t channels = in.channels;
	int first = left < 0 ? -left : 0, end = left + side < in.width ? side : in.width - left;
	bool inside = top >= 0 && left >= 0 && top + side <= in.height && left + side <= in.width;
	*pitch = in.width * channels;
	const float *x = source->x + top * *pitch + left * channels;
	if (inside && !source->normalization)
		return x;
	if (!inside)
		memset(edge, 0, (size_t)(side * side * channels) * sizeof *edge);
	for (int i = 0; i < side; i++)
		if (top + i >= 0 && top + i < in.height && first < end)
			copy_normalized(source->kernels, source->normalization,
				edge + (side * i + first) * channels,
				x + i * *pitch + first * channels, end - first, in.channels);
	*pitch = side * channels;
	return edge;
}

/* Some filters of the tiles [first, first + count). */
struct winograd_group {
	const struct winograd *task;
	int first, count;
	int filter, width; /* width: a multiple of CHANNEL_BLOCK */
	float *inputs, *products, *outputs, *edge;
	ptrdiff_t input_plane, product_plane;
};

/* The 6x6 inputs of a tile, with padded channels. */
static const float *tile_input(const struct winograd_group *group, struct winograd_tile tile,
	ptrdiff_t *pitch)
{
	const struct winograd *task = group->task;
	const struct winograd_source source = {task->network->kernels,
		task->fused_input_normalization,
		task->input + (size_t)tile.sample * shape_count(task->in), task->in};
	const float *x = winograd_window(&source, tile.y - task->top, tile.x - task->left, WINDOW,
		group->edge, pitch);
	int channels = task->in.channels, width = padded_channels(channels);
	if (channels == width)
		return x;
	float *padded = group->edge + (ptrdiff_t)PLANES * channels;
	for (int i = 0; i < WINDOW; i++)
		pad_rows(padded + (ptrdiff_t)i * WINDOW * width, x + i * *pitch, WINDOW, channels,
			width);
	*pitch = (ptrdiff_t)WINDOW * width;
	return padded;
}

static void transform_inputs(const struct winograd_group *group)
{
	const struct winograd *task = group->task;
	int width = padded_channels(task->in.channels);
	ptrdiff_t pitch;
	for (int t = 0; t < group->count; t++) {
		const float *x = tile_input(group, tile_of(task, group->first + t), &pitch);
		task->network->kernels->winograd_input(group->inputs + (ptrdiff_t)t * width,
			group->input_plane, x, pitch, width);
	}
}

static void multiply(const struct winograd_group *group)
{
	const struct winograd *task = group->task;
	int in = task->in.channels;
	ptrdiff_t weight_plane = winograd_plane(in, padded_channels(task->out.channels));
	for (int p = 0; p < PLANES; p++) {
		const struct product product = {
			.x = group->inputs + p * group->input_plane,
			.x_row = padded_channels(in),
			.x_inner = 1,
			.w = task->weights + p * weight_plane + (ptrdiff_t)group->filter * in,
			.w_row = CHANNEL_BLOCK,
			.w_block = (ptrdiff_t)in * CHANNEL_BLOCK,
			.out = group->products + p * group->product_plane,
			.out_row = FILTERS,
			.count = group->count,
			.outer = 1,
			.inner = in,
			.width = group->width,
		};
		task->network->kernels->product(&product);
	}
}

/* Outputs that lie side by side: `count` of the tile, (count, width) at `from`, and as many of the
 * image, from its value `index` on; of a pooled one pairs in two rows of the tile. */
typedef void run_function(const struct winograd_group *group, float *from, size_t index, int count);

static int channels_of(const struct winograd_group *group)
{
	return smaller(group->width, group->task->out.channels - group->filter);
}

static void add_term(const struct winograd_group *group, float *from, size_t index, int count)
{
	group->task->network->kernels->add(from, group->task->term + index,
		(size_t)(count * channels_of(group)));
}

static void write_run(const struct winograd_group *group, float *from, size_t index, int count)
{
	memcpy(group->task->output + index, from,
		(size_t)(count * channels_of(group)) * sizeof *from);
}

static void write_pooled(const struct winograd_group *group, float *from, size_t index, int count)
{
	const struct winograd *task = group->task;
	const struct kernels *kernels = task->network->kernels;
	kernels->max_pool(from, from + SIDE * group->width, group->width, task->output + index,
		task->argmax ? task->argmax + index : NULL, count, channels_of(group));
	kernels->activate(&task->activation, task->output + index,
		(size_t)(count * channels_of(group)));
}

/* Without what lies outside the image. */
static void for_runs(const struct winograd_group *group, struct winograd_tile tile,
	run_function *function)
{
	const struct winograd *task = group->task;
	const struct shape out = task->out;
	int step = task->pools ? 2 : 1, side = SIDE / step, width = group->width;
	int y = tile.y / step, x = tile.x / step, rows = smaller(side, out.height - y),
	    count = smaller(side, out.width - x), together = out.channels == width ? count : 1;
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < count; j += together) {
			size_t pixel =
				((size_t)tile.sample * (size_t)out.height + (size_t)(y + i)) *
					(size_t)out.width +
				(size_t)(x + j);
			function(group, group->outputs + (i * SIDE + j) * step * width,
				pixel * (size_t)out.channels + (size_t)group->filter, together);
		}
}

/* Writes the outputs (4, 4, width) of a tile. */
static void write_tile(const struct winograd_group *group, struct winograd_tile tile)
{
	const struct winograd *task = group->task;
	if (task->pools) {
		for_runs(group, tile, write_pooled);
		return;
	}
	if (task->term)
		for_runs(group, tile, add_term);
	task->network->kernels->activate(&task->activation, group->outputs,
		(size_t)(SIDE * SIDE * group->width));
	for_runs(group, tile, write_run);
}

struct winograd_tasks {
	const struct winograd *winograd;
	int tiles, groups, parts; /* parts: of the filters */
};

static void convolve_group(void *context, int index, int worker)
{
	const struct winograd_tasks *tasks = context;
	const struct winograd *task = tasks->winograd;
	int in = task->in.channels, blocks = padded_channels(task->out.channels) / CHANNEL_BLOCK,
	    number = index / tasks->parts, part = index % tasks->parts,
	    together = tiles_together(in);
	int end = part_begin(part + 1, tasks->parts, blocks) * CHANNEL_BLOCK;
	struct winograd_group group = {.task = task,
		.first = part_begin(number, tasks->groups, tasks->tiles),
		.input_plane = winograd_plane(together, padded_channels(in)),
		.product_plane = winograd_plane(together, FILTERS)};
	group.count = part_begin(number + 1, tasks->groups, tasks->tiles) - group.first;
	group.inputs = worker_scratch(task->network, worker);
	group.products = group.inputs + PLANES * group.input_plane;
	group.outputs = group.products + PLANES * group.product_plane;
	group.edge = group.outputs + SIDE * SIDE * FILTERS;
	transform_inputs(&group);
	for (group.filter = part_begin(part, tasks->parts, blocks) * CHANNEL_BLOCK;
		group.filter < end; group.filter += group.width) {
		group.width = smaller(FILTERS, end - group.filter);
		multiply(&group);
		for (int t = 0; t < group.count; t++) {
			task->network->kernels->winograd_output(group.outputs,
				group.products + t * FILTERS, group.product_plane,
				task->bias ? task->bias + group.filter : NULL, group.width);
			write_tile(&group, tile_of(task, group.first + t));
		}
	}
}

void winograd_convolve(const struct winograd *winograd)
{
	enum { LEAST = 12 };
	struct parallel *pool = winograd->network->pool;
	int tiles = winograd->samples * tiles_along(winograd->middle.height) *
		tiles_along(winograd->middle.width),
	    together = tiles_together(winograd->in.channels),
	    groups = (tiles + together - 1) / together;
	/* Parts read fewer weights than more groups would, but each transforms all inputs. */
	int parts = parts_of(pool, groups, 1, padded_channels(winograd->out.channels) / FILTERS),
	    share = parallel_threads(pool) / parts;
	if (groups > share) /* as many for each thread */
		groups = (groups + share - 1) / share * share;
	else if (tiles >= LEAST * groups)
		groups = smaller(share, tiles / LEAST);
	struct winograd_tasks tasks = {winograd, tiles, groups, parts};
	parallel_for(pool, groups * parts, convolve_group, &tasks);
}
