/* Convolutions and dense layers. */
#include "format/layer_format.h"

#include "base/json.h"
#include "format/onnx_layers.h"

static const char *const PADDINGS[] = {[PADDING_VALID] = "valid", [PADDING_SAME] = "same", NULL};

static void read_window(struct config_reader *reader, struct layer *layer)
{
	if (!config_value(reader, "kernel_size"))
		config_error(reader, "kernel_size", "is missing");
	config_pair(reader, "kernel_size", &layer->kernel_height, &layer->kernel_width);
	config_pair(reader, "strides", &layer->stride_height, &layer->stride_width);
	config_pair(reader, "dilation_rate", &layer->dilation_height, &layer->dilation_width);
	layer->padding = (enum padding)config_choice(reader, "padding", PADDINGS, PADDING_VALID);
	layer->use_bias = config_flag(reader, "use_bias", true);
	config_require(reader, "data_format", "channels_last");
	config_activation(reader, layer);
}

static json_t *write_window(const struct layer *layer, const char *count_key, int count)
{
	return json_pack("{s:i, s:[ii], s:[ii], s:s, s:s, s:[ii], s:o, s:b}", count_key, count,
		"kernel_size", layer->kernel_height, layer->kernel_width, "strides",
		layer->stride_height, layer->stride_width, "padding", padding_name(layer->padding),
		"data_format", "channels_last", "dilation_rate", layer->dilation_height,
		layer->dilation_width, "activation", activation_value(&layer->activation),
		"use_bias", layer->use_bias);
}

/* ---- convolution ---- */

static void read_convolution(struct config_reader *reader, struct layer *layer)
{
	layer->filters = config_count(reader, "filters");
	if (config_value(reader, "groups"))
		layer->groups = config_count(reader, "groups");
	read_window(reader, layer);
	config_penalty(reader, layer, "kernel", 0);
	config_penalty(reader, layer, "bias", 1);
}

static json_t *write_convolution(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = write_window(layer, "filters", layer->filters);
	if (layer->groups > 1)
		config = json_add_member(config, "groups", json_integer(layer->groups));
	return add_penalty(add_penalty(config, layer, "kernel", 0), layer, "bias", 1);
}

static void convolution_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	struct protobuf attributes = {0};
	onnx_window(exporter, node, &attributes);
	if (layer->groups > 1)
		onnx_integer(&attributes, "group", layer->groups);
	onnx_weighted(exporter, node, "Conv", 0, 1 + layer->use_bias, ONNX_KERNEL, "", &attributes);
	onnx_activate(exporter, node);
}

const struct layer_format format_of_CONVOLUTION = {
	.class_name = "Conv2D",
	.keys = "filters kernel_size strides padding data_format dilation_rate groups activation "
		"use_bias kernel_regularizer bias_regularizer",
	.read = read_convolution,
	.write = write_convolution,
	.onnx = convolution_onnx,
};

/* ---- depthwise convolution ---- */

static void read_multiplier(struct config_reader *reader, struct layer *layer)
{
	int groups = 1;
	config_pair(reader, "groups", &groups, &groups);
	if (groups != 1)
		config_error(reader, "groups", "other than 1 is not supported");
	if (config_value(reader, "depth_multiplier"))
		layer->multiplier = config_count(reader, "depth_multiplier");
	read_window(reader, layer);
	config_penalty(reader, layer, "depthwise", 0);
}

static void read_depthwise(struct config_reader *reader, struct layer *layer)
{
	read_multiplier(reader, layer);
	config_penalty(reader, layer, "bias", 1);
}

static json_t *write_depthwise(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = write_window(layer, "depth_multiplier", layer->multiplier);
	return add_penalty(add_penalty(config, layer, "depthwise", 0), layer, "bias", 1);
}

static void add_depthwise(struct onnx_exporter *exporter, int node, int parameters,
	const char *suffix)
{
	struct protobuf attributes = {0};
	onnx_window(exporter, node, &attributes);
	onnx_integer(&attributes, "group", onnx_input_shape(exporter, node, 0).channels);
	onnx_weighted(exporter, node, "Conv", 0, parameters, ONNX_DEPTHWISE_KERNEL, suffix,
		&attributes);
}

static void depthwise_onnx(struct onnx_exporter *exporter, int node)
{
	add_depthwise(exporter, node, 1 + onnx_layer(exporter, node)->use_bias, "");
	onnx_activate(exporter, node);
}

const struct layer_format format_of_DEPTHWISE_CONVOLUTION = {
	.class_name = "DepthwiseConv2D",
	.keys = "depth_multiplier kernel_size strides padding data_format dilation_rate groups "
		"activation use_bias depthwise_regularizer bias_regularizer",
	.read = read_depthwise,
	.write = write_depthwise,
	.onnx = depthwise_onnx,
};

/* ---- separable convolution ---- */

static void read_separable(struct config_reader *reader, struct layer *layer)
{
	layer->filters = config_count(reader, "filters");
	read_multiplier(reader, layer);
	config_penalty(reader, layer, "pointwise", 1);
	config_penalty(reader, layer, "bias", 2);
}

static json_t *write_separable(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = json_add_member(write_window(layer, "filters", layer->filters),
		"depth_multiplier", json_integer(layer->multiplier));
	config = add_penalty(config, layer, "depthwise", 0);
	return add_penalty(add_penalty(config, layer, "pointwise", 1), layer, "bias", 2);
}

static void separable_onnx(struct onnx_exporter *exporter, int node)
{
	add_depthwise(exporter, node, 1, "depthwise");
	onnx_weighted(exporter, node, "Conv", 1, 1 + onnx_layer(exporter, node)->use_bias,
		ONNX_KERNEL, "", NULL);
	onnx_activate(exporter, node);
}

const struct layer_format format_of_SEPARABLE_CONVOLUTION = {
	.class_name = "SeparableConv2D",
	.keys = "filters depth_multiplier kernel_size strides padding data_format dilation_rate "
		"groups activation use_bias depthwise_regularizer pointwise_regularizer "
		"bias_regularizer",
	.read = read_separable,
	.write = write_separable,
	.onnx = separable_onnx,
};

/* ---- dense ---- */

static void read_dense(struct config_reader *reader, struct layer *layer)
{
	layer->filters = config_count(reader, "units");
	layer->use_bias = config_flag(reader, "use_bias", true);
	config_activation(reader, layer);
	config_penalty(reader, layer, "kernel", 0);
	config_penalty(reader, layer, "bias", 1);
}

static json_t *write_dense(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = json_pack("{s:i, s:o, s:b}", "units", layer->filters, "activation",
		activation_value(&layer->activation), "use_bias", layer->use_bias);
	return add_penalty(add_penalty(config, layer, "kernel", 0), layer, "bias", 1);
}

/* Of each pixel. */
static void add_dense_of_picture(struct onnx_exporter *exporter, int node, bool use_bias)
{
	const char *name = onnx_name(exporter, node);
	char bias[NAME_SIZE];
	onnx_channels_last(exporter, name);
	onnx_weighted(exporter, node, "MatMul", 0, 1, ONNX_AS_IN_KERAS, "product", NULL);
	if (use_bias) {
		onnx_parameter(exporter, node, 1, ONNX_AS_IN_KERAS, bias);
		onnx_binary(exporter, "Add", bias, name, "sum");
	}
	onnx_channels_first(exporter, name, "");
}

static void dense_onnx(struct onnx_exporter *exporter, int node)
{
	bool use_bias = onnx_layer(exporter, node)->use_bias;
	if (onnx_input_shape(exporter, node, 0).is_vector)
		onnx_weighted(exporter, node, "Gemm", 0, 1 + use_bias, ONNX_AS_IN_KERAS, "", NULL);
	else
		add_dense_of_picture(exporter, node, use_bias);
	onnx_activate(exporter, node);
}

const struct layer_format format_of_DENSE = {
	.class_name = "Dense",
	.keys = "units activation use_bias kernel_regularizer bias_regularizer",
	.read = read_dense,
	.write = write_dense,
	.onnx = dense_onnx,
};
