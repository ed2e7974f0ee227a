/* The gradient of a 3x3 convolution's weights by the adjoint of Winograd's algorithm (winograd.c).
 * From Y = A^T [ (G g G^T) . (B^T d B) ] A follows
 *
 *     dg = G^T [ sum over tiles of (A dY A^T) . (B^T d B) ] G
 *
 * so that for each of 36 planes the sum is the product of two matrices, (in channels, tiles) and
 * (tiles, out channels). */
#include "nn/winograd.h"

#include "nn/convolution.h"

enum { SIDE = WINOGRAD_SIDE, WINDOW = WINOGRAD_WINDOW, PLANES = WINOGRAD_PLANES };

/* Input channels whose sums, with WINOGRAD_FILTERS outputs, fit the second-level cache together. */
enum { IN_BLOCK = 48, SUM_PLANE = IN_BLOCK * WINOGRAD_FILTERS + CHANNEL_BLOCK };

/* Tiles whose products are summed together; decides the order of sums. */
static int tiles_together(int channels)
{
	enum { VALUES = 18432, LEAST = 12 };
	return VALUES / channels > LEAST ? VALUES / channels : LEAST;
}

size_t winograd_gradient_scratch(int in_channels, int out_channels)
{
	int tiles = tiles_together(in_channels + out_channels),
	    more = in_channels > out_channels ? in_channels : out_channels;
	return PLANES *
		(size_t)(winograd_plane(tiles, in_channels) + winograd_plane(tiles, out_channels) +
			SUM_PLANE + more);
}

/* Consecutive tiles, through all samples, and their transforms: planes of (tiles, channels). */
struct group {
	int first, count;
	float *inputs, *gradients, *sums, *edge;
	ptrdiff_t input_plane, gradient_plane;
};

static int tiles_along(int length)
{
	return (length + SIDE - 1) / SIDE;
}

static void transform_tiles(const struct winograd_gradient *task, const struct group *group)
{
	const struct operation *operation = task->operation;
	const struct shape in = operation->in, middle = operation->middle;
	int across = tiles_along(middle.width), of_sample = across * tiles_along(middle.height);
	ptrdiff_t pitch;
	for (int t = 0; t < group->count; t++) {
		size_t sample = (size_t)(task->first + (group->first + t) / of_sample);
		int y = (group->first + t) % of_sample / across * SIDE,
		    x = (group->first + t) % across * SIDE;
		const struct winograd_source inputs = {task->kernels,
			operation->fused_input_normalization,
			operation->input + sample * shape_count(in), in};
		const struct winograd_source gradients = {task->kernels, NULL,
			task->gradient + sample * shape_count(middle), middle};
		const float *from = winograd_window(&inputs,
			y - convolution_of(operation)->window.top,
			x - convolution_of(operation)->window.left, WINDOW, group->edge, &pitch);
		task->kernels->winograd_input(group->inputs + t * in.channels, group->input_plane,
			from, pitch, in.channels);
		from = winograd_window(&gradients, y, x, SIDE, group->edge, &pitch);
		task->kernels->winograd_output_adjoint(group->gradients + t * middle.channels,
			group->gradient_plane, from, pitch, middle.channels);
	}
}

/* The gradients of a block of weights, from input channel `in` and filter `out` on: summed in
 * planes, then transformed to taps. */
static void sum_block(const struct winograd_gradient *task, const struct group *group, int in,
	int out)
{
	int channels = task->operation->in.channels, filters = task->operation->middle.channels;
	int count = smaller(IN_BLOCK, channels - in),
	    width = smaller(WINOGRAD_FILTERS, task->end_filter - out);
	for (int p = 0; p < PLANES; p++) {
		const struct product product = {
			.x = group->inputs + p * group->input_plane + in,
			.x_row = 1,
			.x_inner = channels,
			.w = group->gradients + p * group->gradient_plane + out,
			.w_row = filters,
			.out = group->sums + p * SUM_PLANE,
			.out_row = WINOGRAD_FILTERS,
			.count = count,
			.outer = 1,
			.inner = group->count,
			.width = width,
		};
		task->kernels->product(&product);
	}
	for (int i = 0; i < count; i++)
		task->kernels->winograd_weights_adjoint(task->weights +
				(ptrdiff_t)(in + i) * filters + out,
			(ptrdiff_t)channels * filters, group->sums + i * WINOGRAD_FILTERS,
			SUM_PLANE, width, group->first > 0);
}

void winograd_gradient(const struct winograd_gradient *task)
{
	const struct shape middle = task->operation->middle;
	int in = task->operation->in.channels, out = middle.channels;
	int tiles = task->samples * tiles_along(middle.height) * tiles_along(middle.width);
	int together = tiles_together(in + out), groups = (tiles + together - 1) / together;
	struct group group = {.input_plane = winograd_plane(together, in),
		.gradient_plane = winograd_plane(together, out)};
	group.inputs = task->scratch;
	group.gradients = group.inputs + PLANES * group.input_plane;
	group.sums = group.gradients + PLANES * group.gradient_plane;
	group.edge = group.sums + PLANES * SUM_PLANE;
	for (int g = 0; g < groups; g++, group.first += group.count) {
		group.count = (tiles - group.first + groups - g - 1) /
			(groups - g); /* as equal as possible */
		transform_tiles(task, &group);
		for (int i = 0; i < in; i += IN_BLOCK)
			for (int o = task->first_filter; o < task->end_filter;
				o += WINOGRAD_FILTERS)
				sum_block(task, &group, i, o);
	}
}
