/* Layers that add, remove, resample or rearrange pixels. */
#include "format/layer_format.h"

#include "base/json.h"
#include "format/onnx_layers.h"

#include <stdio.h>

/* ---- zero padding and cropping ---- */

/* A whole number of pixels >= 0. */
static int read_border(struct config_reader *reader, const char *key, const json_t *value)
{
	json_int_t number = json_integer_value(value);
	if (json_is_integer(value) && number >= 0 && number <= 1 << 20)
		return (int)number;
	config_error(reader, key, "is not a whole number from 0 to 1048576");
	return 0;
}

/* One number for the two sides, or a pair. */
static void read_sides(struct config_reader *reader, const char *key, const json_t *value,
	int *first, int *last)
{
	if (json_is_array(value) && json_array_size(value) == 2) {
		*first = read_border(reader, key, json_array_get(value, 0));
		*last = read_border(reader, key, json_array_get(value, 1));
	} else {
		*first = *last = read_border(reader, key, value);
	}
}

/* [top, bottom, left, right] or {"top_pad": 1, ...}, of Keras 1. */
static bool read_keras1_borders(struct config_reader *reader, struct layer *layer, const char *key,
	const json_t *value)
{
	static const char *const names[] = {"top_pad", "bottom_pad", "left_pad", "right_pad"};
	int *const sides[] = {&layer->top, &layer->bottom, &layer->left, &layer->right};
	if (!json_is_object(value) && json_array_size(value) != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		const json_t *side = json_is_object(value) ? json_object_get(value, names[i])
							   : json_array_get(value, i);
		*sides[i] = side ? read_border(reader, key, side) : 0;
	}
	return true;
}

/* One number for the four sides, [rows, columns], or [[top, bottom], [left, right]]. */
static void read_borders(struct config_reader *reader, struct layer *layer, const char *key,
	int default_border)
{
	const json_t *value = config_value(reader, key);
	bool is_pair = json_is_array(value) && json_array_size(value) == 2;
	config_require(reader, "data_format", "channels_last");
	layer->top = layer->bottom = layer->left = layer->right = default_border;
	if (!value || read_keras1_borders(reader, layer, key, value))
		return;
	read_sides(reader, key, is_pair ? json_array_get(value, 0) : value, &layer->top,
		&layer->bottom);
	read_sides(reader, key, is_pair ? json_array_get(value, 1) : value, &layer->left,
		&layer->right);
}

static json_t *write_borders(const struct layer *layer, const char *key)
{
	return json_pack("{s:[[ii], [ii]], s:s}", key, layer->top, layer->bottom, layer->left,
		layer->right, "data_format", "channels_last");
}

static void read_zero_padding(struct config_reader *reader, struct layer *layer)
{
	read_borders(reader, layer, "padding", 1);
}

static json_t *write_zero_padding(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return write_borders(layer, "padding");
}

static void zero_padding_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	const char *name = onnx_name(exporter, node);
	char pads[NAME_SIZE];
	snprintf(pads, sizeof pads, "%s/pads", name);
	onnx_whole_numbers(exporter, pads,
		(const int[]){0, 0, layer->top, layer->left, 0, 0, layer->bottom, layer->right}, 8);
	onnx_binary(exporter, "Pad", pads, name, "");
}

const struct layer_format format_of_ZERO_PADDING = {
	.class_name = "ZeroPadding2D",
	.keys = "padding data_format",
	.read = read_zero_padding,
	.write = write_zero_padding,
	.onnx = zero_padding_onnx,
};

static void read_cropping(struct config_reader *reader, struct layer *layer)
{
	read_borders(reader, layer, "cropping", 0);
}

static json_t *write_cropping(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return write_borders(layer, "cropping");
}

/* What is left of the picture from row `top` and column `left` on. */
static void add_slice(struct onnx_exporter *exporter, int node, int top, int left)
{
	struct shape out = onnx_output_shape(exporter, node);
	const char *name = onnx_name(exporter, node);
	char input[NAME_SIZE], starts[NAME_SIZE], ends[NAME_SIZE], axes[NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	snprintf(starts, sizeof starts, "%s/starts", name);
	snprintf(ends, sizeof ends, "%s/ends", name);
	snprintf(axes, sizeof axes, "%s/axes", name);
	onnx_whole_numbers(exporter, starts, (const int[]){top, left}, 2);
	onnx_whole_numbers(exporter, ends, (const int[]){top + out.height, left + out.width}, 2);
	onnx_whole_numbers(exporter, axes, (const int[]){2, 3}, 2);
	onnx_node(exporter, "Slice", (const char *const[]){input, starts, ends, axes, NULL}, name,
		NULL);
}

static void cropping_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	add_slice(exporter, node, layer->top, layer->left);
}

const struct layer_format format_of_CROPPING = {
	.class_name = "Cropping2D",
	.keys = "cropping data_format",
	.read = read_cropping,
	.write = write_cropping,
	.onnx = cropping_onnx,
};

/* ---- up-sampling, resizing, centre crop ---- */

static const char *const INTERPOLATIONS[] =
	{[INTERPOLATION_NEAREST] = "nearest", [INTERPOLATION_BILINEAR] = "bilinear", NULL};

static void read_interpolation(struct config_reader *reader, struct layer *layer,
	enum interpolation unsaid)
{
	layer->interpolation = (enum interpolation)config_choice(reader, "interpolation",
		INTERPOLATIONS, (int)unsaid);
	config_require(reader, "data_format", "channels_last");
}

static void read_up_sampling(struct config_reader *reader, struct layer *layer)
{
	layer->target.height = layer->target.width = 2;
	config_pair(reader, "size", &layer->target.height, &layer->target.width);
	read_interpolation(reader, layer, INTERPOLATION_NEAREST);
}

static json_t *write_up_sampling(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return json_pack("{s:[ii], s:s, s:s}", "size", layer->target.height, layer->target.width,
		"data_format", "channels_last", "interpolation",
		INTERPOLATIONS[layer->interpolation]);
}

static void up_sampling_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	onnx_resize_by(exporter, node, layer->interpolation == INTERPOLATION_BILINEAR,
		layer->target.height, layer->target.width);
}

const struct layer_format format_of_UP_SAMPLING = {
	.class_name = "UpSampling2D",
	.keys = "size data_format interpolation",
	.read = read_up_sampling,
	.write = write_up_sampling,
	.onnx = up_sampling_onnx,
};

static void read_size(struct config_reader *reader, struct layer *layer)
{
	layer->target.height = config_count(reader, "height");
	layer->target.width = config_count(reader, "width");
	config_require(reader, "data_format", "channels_last");
}

static void read_resizing(struct config_reader *reader, struct layer *layer)
{
	read_size(reader, layer);
	read_interpolation(reader, layer, INTERPOLATION_BILINEAR);
	config_require_false(reader, "crop_to_aspect_ratio");
	config_require_false(reader, "pad_to_aspect_ratio");
	config_require_false(reader, "antialias");
}

static json_t *write_resizing(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return json_pack("{s:i, s:i, s:s}", "height", layer->target.height, "width",
		layer->target.width, "interpolation", INTERPOLATIONS[layer->interpolation]);
}

/* What it fills with is used with pad_to_aspect_ratio only. */
static void resizing_onnx(struct onnx_exporter *exporter, int node)
{
	if (onnx_layer(exporter, node)->interpolation == INTERPOLATION_BILINEAR)
		onnx_resize_linear(exporter, node);
	else
		onnx_resize_nearest(exporter, node);
}

const struct layer_format format_of_RESIZING = {
	.class_name = "Resizing",
	.keys = "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio antialias "
		"fill_mode fill_value data_format",
	.read = read_resizing,
	.write = write_resizing,
	.onnx = resizing_onnx,
};

static json_t *write_center_crop(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return json_pack("{s:i, s:i}", "height", layer->target.height, "width",
		layer->target.width);
}

static void center_crop_onnx(struct onnx_exporter *exporter, int node)
{
	struct shape in = onnx_input_shape(exporter, node, 0),
		     out = onnx_output_shape(exporter, node);
	add_slice(exporter, node, (in.height - out.height) / 2, (in.width - out.width) / 2);
}

const struct layer_format format_of_CENTER_CROP = {
	.class_name = "CenterCrop",
	.keys = "height width data_format",
	.read = read_size,
	.write = write_center_crop,
	.onnx = center_crop_onnx,
};

/* ---- flatten and reshape ---- */

static void read_flatten(struct config_reader *reader, struct layer *layer)
{
	(void)layer;
	config_require(reader, "data_format", "channels_last");
}

static json_t *write_flatten(const struct layer *layer, const char **class_name)
{
	(void)layer, (void)class_name;
	return json_pack("{s:s}", "data_format", "channels_last");
}

static void flatten_onnx(struct onnx_exporter *exporter, int node)
{
	if (!onnx_input_shape(exporter, node, 0).is_vector)
		onnx_flatten(exporter, onnx_name(exporter, node));
}

const struct layer_format format_of_FLATTEN = {
	.class_name = "Flatten",
	.keys = "data_format",
	.read = read_flatten,
	.write = write_flatten,
	.onnx = flatten_onnx,
};

/* One side of a target shape, or -1: what is left, once. */
static int read_target(struct config_reader *reader, const json_t *value, bool *has_rest)
{
	bool is_rest = json_is_integer(value) && json_integer_value(value) == -1;
	if (!is_rest)
		return config_parse_count(reader, "target_shape", value);
	if (*has_rest)
		config_error(reader, "target_shape", "has -1 twice");
	*has_rest = true;
	return -1;
}

static void read_reshape(struct config_reader *reader, struct layer *layer)
{
	const json_t *sides = config_value(reader, "target_shape");
	bool has_rest = false;
	layer->target = (struct shape){1, 1, 1, true};
	if (json_array_size(sides) == 3) {
		layer->target.height = read_target(reader, json_array_get(sides, 0), &has_rest);
		layer->target.width = read_target(reader, json_array_get(sides, 1), &has_rest);
		layer->target.channels = read_target(reader, json_array_get(sides, 2), &has_rest);
		layer->target.is_vector = false;
	} else if (json_array_size(sides) == 1) {
		layer->target.channels = read_target(reader, json_array_get(sides, 0), &has_rest);
	} else {
		config_error(reader, "target_shape", "is not a list of 1 or 3 numbers");
	}
}

static json_t *write_reshape(const struct layer *layer, const char **class_name)
{
	const struct shape *target = &layer->target;
	(void)class_name;
	return target->is_vector ? json_pack("{s:[i]}", "target_shape", target->channels)
				 : json_pack("{s:[iii]}", "target_shape", target->height,
					   target->width, target->channels);
}

/* In Keras' order, channels last. */
static void reshape_onnx(struct onnx_exporter *exporter, int node)
{
	const char *name = onnx_name(exporter, node);
	struct shape in = onnx_input_shape(exporter, node, 0),
		     out = onnx_output_shape(exporter, node);
	int sides[] = {out.height, out.width, out.channels};
	if (!in.is_vector)
		onnx_channels_last(exporter, name);
	if (out.is_vector) {
		onnx_reshape(exporter, name, "", &out.channels, 1);
		return;
	}
	onnx_reshape(exporter, name, "reshaped", sides, 3);
	onnx_channels_first(exporter, name, "");
}

const struct layer_format format_of_RESHAPE = {
	.class_name = "Reshape",
	.keys = "target_shape",
	.read = read_reshape,
	.write = write_reshape,
	.onnx = reshape_onnx,
};
