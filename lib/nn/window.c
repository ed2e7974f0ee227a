#include "nn/window.h"

struct window window_of(const struct layer *layer, struct shape in, struct shape out)
{
	return (struct window){
		.top = layer_padding_before(layer, in.height, out.height, layer->kernel_height,
			layer->stride_height, layer->dilation_height),
		.left = layer_padding_before(layer, in.width, out.width, layer->kernel_width,
			layer->stride_width, layer->dilation_width),
		.height = (out.height - 1) * layer->stride_height +
			(layer->kernel_height - 1) * layer->dilation_height + 1,
		.width = (out.width - 1) * layer->stride_width +
			(layer->kernel_width - 1) * layer->dilation_width + 1,
	};
}
