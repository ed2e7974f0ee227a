/* Shapes of layers that add, remove or resample pixels. */
#include "graph/rules.h"

#include <stdint.h>

static int check_picture(const struct layer *layer, struct shape in, struct error *error)
{
	return in.is_vector
		? layer_refuse(layer, error, "its input is a vector, without height and width")
		: 0;
}

/* Sets a shape whose sides may have left the range of int. */
static int set_sides(const struct layer *layer, struct shape in, int64_t height, int64_t width,
	struct shape *out, struct error *error)
{
	if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX)
		return layer_refuse(layer, error, "the size of its output is out of range");
	*out = (struct shape){(int)height, (int)width, in.channels, false};
	return 0;
}

int zero_padding_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	return check_picture(layer, inputs[0], error)
		? -1
		: set_sides(layer, inputs[0],
			  (int64_t)inputs[0].height + layer->top + layer->bottom,
			  (int64_t)inputs[0].width + layer->left + layer->right, out, error);
}

int cropping_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	return check_picture(layer, inputs[0], error)
		? -1
		: set_sides(layer, inputs[0],
			  (int64_t)inputs[0].height - layer->top - layer->bottom,
			  (int64_t)inputs[0].width - layer->left - layer->right, out, error);
}

int up_sampling_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	return check_picture(layer, inputs[0], error)
		? -1
		: set_sides(layer, inputs[0], (int64_t)inputs[0].height * layer->target.height,
			  (int64_t)inputs[0].width * layer->target.width, out, error);
}

int resizing_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	return check_picture(layer, inputs[0], error)
		? -1
		: set_sides(layer, inputs[0], layer->target.height, layer->target.width, out,
			  error);
}

/* Keras would resize a smaller picture instead. */
int center_crop_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	if (layer->target.height > inputs[0].height || layer->target.width > inputs[0].width)
		return layer_refuse(layer, error, "its input is smaller than what it crops to");
	return resizing_shape(layer, inputs, count, out, error);
}
