/* The gradient of a 3x3 convolution's weights with a quarter of the multiplications: the adjoint of Winograd's F(4x4, 3x3)
 * (winograd.c). From Y = A^T [ (G g G^T) . (B^T d B) ] A follows
 *
 *     dg = G^T [ sum over tiles of (A dY A^T) . (B^T d B) ] G
 *
 * so that for each of 36 planes the sum is the product of two matrices, (in channels, tiles) and (tiles, out channels). */
#include "nn/winograd.h"

enum { SIDE = 4, WINDOW = 6, PLANES = WINDOW * WINDOW };

/* Weights whose 36 sums are held together in the second-level cache. */
enum { IN_BLOCK = 64, OUT_BLOCK = 32, SUM_PLANE = IN_BLOCK * OUT_BLOCK + CHANNEL_BLOCK };

/* Tiles whose products are summed in one go. It decides the order of sums. */
static int tiles_together(int channels)
{
	enum { VALUES = 18432 }; /* of one plane */
	int tiles = VALUES / channels;
	return tiles > 12 ? tiles : 12;
}

static ptrdiff_t plane_count(int tiles, int channels)
{
	return (ptrdiff_t)tiles * channels + CHANNEL_BLOCK; /* see winograd.c */
}

size_t winograd_gradient_scratch(int in_channels, int out_channels)
{
	int tiles = tiles_together(in_channels + out_channels), more = in_channels > out_channels ? in_channels : out_channels;
	return PLANES * (size_t)(plane_count(tiles, in_channels) + plane_count(tiles, out_channels) + SUM_PLANE + more);
}

/* What a group of tiles is transformed to. */
struct transformed {
	const float *inputs, *gradients; /* planes of (tiles, channels) */
	ptrdiff_t input_plane, gradient_plane;
	int tiles, in_channels, out_channels;
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* The sums of the weights from input channel `in` and output channel `out` on, and back from 36 planes to 9 taps. */
static void add_block(const struct kernels *kernels, const struct transformed *group, int in, int out, float *sums, float *w)
{
	int count = smaller(IN_BLOCK, group->in_channels - in), width = smaller(OUT_BLOCK, group->out_channels - out);
	for (int p = 0; p < PLANES; p++) {
		const struct product product = {
			.x = group->inputs + p * group->input_plane + in, .x_row = 1, .x_inner = group->in_channels,
			.w = group->gradients + p * group->gradient_plane + out, .w_row = group->out_channels,
			.out = sums + p * SUM_PLANE, .out_row = OUT_BLOCK,
			.count = count, .outer = 1, .inner = group->tiles, .width = width,
		};
		kernels->product(&product);
	}
	ptrdiff_t tap = (ptrdiff_t)group->in_channels * group->out_channels;
	for (int i = 0; i < count; i++)
		kernels->winograd_weights_adjoint(w + (ptrdiff_t)(in + i) * group->out_channels + out, tap, sums + i * OUT_BLOCK,
			SUM_PLANE, width);
}

void winograd_gradient(const struct kernels *kernels, float *w, const struct operation *operation, int sample,
	const float *gradient, float *scratch)
{
	const struct shape in = operation->in, middle = operation->middle;
	const struct winograd_source source = {kernels, operation->before, operation->input + (size_t)sample * shape_count(in), in};
	const struct winograd_source gradient_source = {kernels, NULL, gradient, middle};
	int across = (middle.width + SIDE - 1) / SIDE, tiles = across * ((middle.height + SIDE - 1) / SIDE);
	int together = tiles_together(in.channels + middle.channels), groups = (tiles + together - 1) / together;
	ptrdiff_t input_plane = plane_count(together, in.channels), gradient_plane = plane_count(together, middle.channels), pitch;
	float *inputs = scratch, *gradients = inputs + PLANES * input_plane, *sums = gradients + PLANES * gradient_plane;
	float *edge = sums + PLANES * SUM_PLANE;
	for (int g = 0, first = 0; g < groups; g++) {
		int count = (tiles - first + groups - g - 1) / (groups - g); /* as even as can be */
		for (int t = 0; t < count; t++) {
			int tile_y = (first + t) / across * SIDE, tile_x = (first + t) % across * SIDE;
			const float *from = winograd_window(&source, tile_y - operation->window.top, tile_x - operation->window.left,
				WINDOW, edge, &pitch);
			kernels->winograd_input(inputs + t * in.channels, input_plane, from, pitch, in.channels);
			from = winograd_window(&gradient_source, tile_y, tile_x, SIDE, edge, &pitch);
			kernels->winograd_output_adjoint(gradients + t * middle.channels, gradient_plane, from, pitch, middle.channels);
		}
		const struct transformed group = {inputs, gradients, input_plane, gradient_plane, count, in.channels, middle.channels};
		for (int i = 0; i < in.channels; i += IN_BLOCK)
			for (int o = 0; o < middle.channels; o += OUT_BLOCK)
				add_block(kernels, &group, i, o, sums, w);
		first += count;
	}
}
