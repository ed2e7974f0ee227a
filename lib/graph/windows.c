/* Shapes of layers that move a window over their input. */
#include "graph/rules.h"

#include <stdint.h>

enum { SIDE_MAXIMUM = 1 << 20 };

/* Pixels that a window covers. */
static int64_t extent(int kernel, int dilation)
{
	return ((int64_t)kernel - 1) * dilation + 1;
}

/* Side of the output of a window that moves over `side` pixels; 0 or less where it does not fit. */
static int windows(int side, int64_t window, int stride, enum padding padding)
{
	return padding == PADDING_SAME ? (side - 1) / stride + 1
		: side < window        ? 0
				       : (int)((side - window) / stride + 1);
}

/* So that no sum of sides, strides and windows leaves the range of int. */
static bool is_window(int kernel, int dilation)
{
	return kernel >= 1 && kernel <= SIDE_MAXIMUM && extent(kernel, dilation) <= SIDE_MAXIMUM;
}

static int window_shape(const struct layer *layer, struct shape in, struct shape *out,
	struct error *error)
{
	if (in.is_vector)
		return layer_refuse(layer, error,
			"its input is a vector, without height and width");
	if (!is_window(layer->kernel_height, layer->dilation_height) ||
		!is_window(layer->kernel_width, layer->dilation_width))
		return layer_refuse(layer, error, "window size out of range");
	if ((layer->stride_height > 1 || layer->stride_width > 1) &&
		(layer->dilation_height > 1 || layer->dilation_width > 1))
		return layer_refuse(layer, error, "strides and dilation are both above 1");
	*out = in;
	out->height = windows(in.height, extent(layer->kernel_height, layer->dilation_height),
		layer->stride_height, layer->padding);
	out->width = windows(in.width, extent(layer->kernel_width, layer->dilation_width),
		layer->stride_width, layer->padding);
	if (out->height < 1 || out->width < 1)
		return layer_refuse(layer, error, "its window is larger than its input");
	return 0;
}

static int check_filters(const struct layer *layer, struct error *error)
{
	if (layer->filters < 1 || layer->filters > 1 << 20)
		return layer_refuse(layer, error, "number of filters or units out of range");
	return 0;
}

int convolution_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	if (check_filters(layer, error) || window_shape(layer, inputs[0], out, error))
		return -1;
	if (inputs[0].channels % layer->groups || layer->filters % layer->groups)
		return layer_refuse(layer, error,
			"channels and filters are no multiples of groups");
	out->channels = layer->filters;
	return 0;
}

int depthwise_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	if (window_shape(layer, inputs[0], out, error))
		return -1;
	int64_t channels = (int64_t)inputs[0].channels * layer->multiplier;
	if (channels > INT32_MAX)
		return layer_refuse(layer, error, "more than 2^31 channels");
	out->channels = (int)channels;
	return 0;
}

int separable_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	if (check_filters(layer, error) || depthwise_shape(layer, inputs, count, out, error))
		return -1;
	out->channels = layer->filters;
	return 0;
}

int pooling_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	return window_shape(layer, inputs[0], out, error);
}

int layer_padding_before(const struct layer *layer, int in, int out, int kernel, int stride,
	int dilation)
{
	int64_t total = ((int64_t)out - 1) * stride + extent(kernel, dilation) - in;
	return layer->padding == PADDING_SAME && total > 0 ? (int)(total / 2) : 0;
}
