#include "reference_layers.h"

#include <stddef.h>

/* Called for every (output, tap) pair whose pixel lies in the image, with the indices of their
 * first channels. */
typedef void tap_function(void *context, ptrdiff_t output, ptrdiff_t input, int tap);

static int padding_before(const struct layer *layer, int out, int stride, int kernel, int in)
{
	int total = (out - 1) * stride + kernel - in;
	return layer->padding == PADDING_SAME && total > 0 ? total / 2 : 0;
}

static void for_taps(const struct layer *layer, struct shape in, struct shape out,
	tap_function *function, void *context)
{
	int top = padding_before(layer, out.height, layer->stride_height, layer->kernel_height,
		in.height);
	int left = padding_before(layer, out.width, layer->stride_width, layer->kernel_width,
		in.width);
	for (int oy = 0; oy < out.height; oy++)
		for (int ox = 0; ox < out.width; ox++)
			for (int ky = 0; ky < layer->kernel_height; ky++)
				for (int kx = 0; kx < layer->kernel_width; kx++) {
					int y = oy * layer->stride_height + ky - top,
					    x = ox * layer->stride_width + kx - left;
					if (y >= 0 && y < in.height && x >= 0 && x < in.width)
						function(context,
							((ptrdiff_t)oy * out.width + ox) *
								out.channels,
							((ptrdiff_t)y * in.width + x) * in.channels,
							ky * layer->kernel_width + kx);
				}
}

/* ---- convolution ---- */

struct convolution {
	const struct layer *layer;
	int channels, outputs; /* of a pixel */
	const float *x, *kernel;
	const double *gradient;
	double *y, *dx, *dkernel;
};

/* Whether output channel `o` depends on input channel `c`, and the index of their weight at a
 * tap. */
static bool is_connected(const struct convolution *task, int c, int o, int tap, ptrdiff_t *weight)
{
	bool depthwise = task->layer->kind == LAYER_DEPTHWISE_CONVOLUTION;
	int filters = depthwise ? task->layer->multiplier : task->layer->filters;
	*weight = ((ptrdiff_t)tap * task->channels + c) * filters + (depthwise ? o % filters : o);
	return !depthwise || o / filters == c;
}

static void add_tap(void *context, ptrdiff_t output, ptrdiff_t input, int tap)
{
	struct convolution *task = context;
	ptrdiff_t weight;
	for (int c = 0; c < task->channels; c++)
		for (int o = 0; o < task->outputs; o++)
			if (is_connected(task, c, o, tap, &weight))
				task->y[output + o] +=
					(double)task->x[input + c] * (double)task->kernel[weight];
}

static void add_tap_backward(void *context, ptrdiff_t output, ptrdiff_t input, int tap)
{
	struct convolution *task = context;
	ptrdiff_t weight;
	for (int c = 0; c < task->channels; c++)
		for (int o = 0; o < task->outputs; o++)
			if (is_connected(task, c, o, tap, &weight)) {
				task->dx[input + c] +=
					task->gradient[output + o] * (double)task->kernel[weight];
				task->dkernel[weight] +=
					task->gradient[output + o] * (double)task->x[input + c];
			}
}

void reference_convolution(const struct layer *layer, struct shape in, struct shape out,
	const float *x, const float *kernel, const float *bias, double *y)
{
	for (ptrdiff_t i = 0; i < (ptrdiff_t)out.height * out.width * out.channels; i++)
		y[i] = (double)bias[i % out.channels];
	struct convolution task = {.layer = layer,
		.channels = in.channels,
		.outputs = out.channels,
		.x = x,
		.kernel = kernel,
		.y = y};
	for_taps(layer, in, out, add_tap, &task);
}

void reference_convolution_backward(const struct layer *layer, struct shape in, struct shape out,
	const float *x, const float *kernel, const double *gradient, double *dx, double *dkernel,
	double *dbias)
{
	for (ptrdiff_t i = 0; i < (ptrdiff_t)out.height * out.width * out.channels; i++)
		dbias[i % out.channels] += gradient[i];
	struct convolution task = {.layer = layer,
		.channels = in.channels,
		.outputs = out.channels,
		.x = x,
		.kernel = kernel,
		.gradient = gradient,
		.dx = dx,
		.dkernel = dkernel};
	for_taps(layer, in, out, add_tap_backward, &task);
}

/* ---- pooling ---- */

struct area {
	int top, bottom, left, right;
};

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static struct area area_of(const struct layer *layer, struct shape in, struct shape out, int oy,
	int ox)
{
	int top = padding_before(layer, out.height, layer->stride_height, layer->kernel_height,
		in.height);
	int left = padding_before(layer, out.width, layer->stride_width, layer->kernel_width,
		in.width);
	int y = oy * layer->stride_height - top, x = ox * layer->stride_width - left;
	return (struct area){clamp(y, 0, in.height), clamp(y + layer->kernel_height, 0, in.height),
		clamp(x, 0, in.width), clamp(x + layer->kernel_width, 0, in.width)};
}

/* Average of the area and the index of its first maximum, for one channel. */
static double pool_area(const struct area area, struct shape in, int channel, const double *x,
	ptrdiff_t *argmax)
{
	double sum = 0;
	*argmax = -1;
	for (int row = area.top; row < area.bottom; row++)
		for (int column = area.left; column < area.right; column++) {
			ptrdiff_t place =
				((ptrdiff_t)row * in.width + column) * in.channels + channel;
			sum += x[place];
			if (*argmax < 0 || x[place] > x[*argmax])
				*argmax = place;
		}
	return sum / ((area.bottom - area.top) * (area.right - area.left));
}

void reference_pooling(const struct layer *layer, struct shape in, struct shape out,
	const double *x, double *y)
{
	ptrdiff_t argmax;
	for (int i = 0; i < out.height * out.width; i++)
		for (int c = 0; c < out.channels; c++) {
			double average =
				pool_area(area_of(layer, in, out, i / out.width, i % out.width), in,
					c, x, &argmax);
			y[(ptrdiff_t)i * out.channels + c] =
				layer->kind == LAYER_MAX_POOLING ? x[argmax] : average;
		}
}

static void spread_average(const struct area area, struct shape in, int channel, double gradient,
	double *dx)
{
	int count = (area.bottom - area.top) * (area.right - area.left);
	for (int row = area.top; row < area.bottom; row++)
		for (int column = area.left; column < area.right; column++)
			dx[((ptrdiff_t)row * in.width + column) * in.channels + channel] +=
				gradient / count;
}

void reference_pooling_backward(const struct layer *layer, struct shape in, struct shape out,
	const double *x, const double *gradient, double *dx)
{
	ptrdiff_t argmax;
	for (int i = 0; i < out.height * out.width; i++)
		for (int c = 0; c < out.channels; c++) {
			struct area area = area_of(layer, in, out, i / out.width, i % out.width);
			double sent = gradient[(ptrdiff_t)i * out.channels + c];
			pool_area(area, in, c, x, &argmax);
			if (layer->kind == LAYER_MAX_POOLING)
				dx[argmax] += sent;
			else
				spread_average(area, in, c, sent, dx);
		}
}
