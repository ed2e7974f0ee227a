/* Layers that act in training only, and those that do nothing here. */
#include "format/layer_format.h"
#include "format/onnx_layers.h"

/* The sides of the mask without the batch: [null, 1, 1, 1] drops all values of a sample together,
 * [null, 1, 1, null] all of a channel. */
static void read_noise_shape(struct config_reader *reader, struct layer *layer)
{
	json_t *shape = config_value(reader, "noise_shape");
	int ones = 0, size = (int)json_array_size(shape);
	for (int i = 1; i < size && i < 4; i++)
		ones += (json_integer_value(json_array_get(shape, (size_t)i)) == 1) << i;
	if (!shape || (size == 4 && ones == 0))
		return;
	if (size == 4 && ones == 14)
		layer->drops_samples = true;
	else if (size == 4 && ones == 6)
		layer->kind = LAYER_SPATIAL_DROPOUT;
	else
		config_error(reader, "noise_shape", "is not supported");
}

static void read_dropout(struct config_reader *reader, struct layer *layer)
{
	layer->rate = config_number(reader, "rate", 0, 0, 0.999999);
	read_noise_shape(reader, layer);
	config_require(reader, "data_format", "channels_last");
}

static json_t *write_dropout(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return layer->drops_samples ? json_pack("{s:f, s:[niii]}", "rate",
					      shortest_decimal(layer->rate), "noise_shape", 1, 1, 1)
				    : json_pack("{s:f}", "rate", shortest_decimal(layer->rate));
}

const struct layer_format format_of_DROPOUT = {
	.class_name = "Dropout",
	.keys = "rate noise_shape",
	.has_training = true,
	.read = read_dropout,
	.write = write_dropout,
	.onnx = onnx_nothing,
};

const struct layer_format format_of_SPATIAL_DROPOUT = {
	.class_name = "SpatialDropout2D",
	.keys = "rate data_format",
	.has_training = true,
	.read = read_dropout,
	.write = write_dropout,
	.onnx = onnx_nothing,
};

const struct layer_format format_of_GAUSSIAN_DROPOUT = {
	.class_name = "GaussianDropout",
	.keys = "rate",
	.has_training = true,
	.read = read_dropout,
	.write = write_dropout,
	.onnx = onnx_nothing,
};

static void read_noise(struct config_reader *reader, struct layer *layer)
{
	layer->rate = config_number(reader, "stddev", 0, 0, 1e6);
}

static json_t *write_noise(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return json_pack("{s:f}", "stddev", shortest_decimal(layer->rate));
}

const struct layer_format format_of_GAUSSIAN_NOISE = {
	.class_name = "GaussianNoise",
	.keys = "stddev",
	.has_training = true,
	.read = read_noise,
	.write = write_noise,
	.onnx = onnx_nothing,
};

/* ---- identity ---- */

static void read_identity(struct config_reader *reader, struct layer *layer)
{
	(void)reader, (void)layer;
}

void read_random(struct config_reader *reader, struct layer *layer)
{
	(void)layer;
	config_note(reader, "%.64s has no effect", reader->class_name);
}

const struct layer_format format_of_IDENTITY = {
	.class_name = "Identity",
	.keys = "",
	.read = read_identity,
	.onnx = onnx_nothing,
};
