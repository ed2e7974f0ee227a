/* Pooling. */
#include "format/layer_format.h"
#include "format/onnx_layers.h"

static const char *const PADDINGS[] = {[PADDING_VALID] = "valid", [PADDING_SAME] = "same", NULL};

static void read_pooling(struct config_reader *reader, struct layer *layer)
{
	layer->kernel_height = layer->kernel_width = 2;
	config_pair(reader, "pool_size", &layer->kernel_height, &layer->kernel_width);
	layer->stride_height = layer->kernel_height;
	layer->stride_width = layer->kernel_width;
	config_pair(reader, "strides", &layer->stride_height, &layer->stride_width);
	layer->padding = (enum padding)config_choice(reader, "padding", PADDINGS, PADDING_VALID);
	config_require(reader, "data_format", "channels_last");
}

static json_t *write_pooling(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return json_pack("{s:[ii], s:[ii], s:s, s:s}", "pool_size", layer->kernel_height,
		layer->kernel_width, "strides", layer->stride_height, layer->stride_width,
		"padding", padding_name(layer->padding), "data_format", "channels_last");
}

#define POOLING_KEYS "pool_size strides padding data_format"

static void add_pool(struct onnx_exporter *exporter, int node, const char *operator_name)
{
	struct protobuf attributes = {0};
	onnx_window(exporter, node, &attributes);
	onnx_step(exporter, operator_name, onnx_name(exporter, node), "", &attributes);
}

static void max_pooling_onnx(struct onnx_exporter *exporter, int node)
{
	add_pool(exporter, node, "MaxPool");
}

static void average_pooling_onnx(struct onnx_exporter *exporter, int node)
{
	add_pool(exporter, node, "AveragePool");
}

const struct layer_format format_of_MAX_POOLING = {
	.class_name = "MaxPooling2D",
	.keys = POOLING_KEYS,
	.read = read_pooling,
	.write = write_pooling,
	.onnx = max_pooling_onnx,
};

const struct layer_format format_of_AVERAGE_POOLING = {
	.class_name = "AveragePooling2D",
	.keys = POOLING_KEYS,
	.read = read_pooling,
	.write = write_pooling,
	.onnx = average_pooling_onnx,
};

/* ---- global pooling ---- */

static void read_global(struct config_reader *reader, struct layer *layer)
{
	config_require(reader, "data_format", "channels_last");
	layer->keeps_dimensions = config_flag(reader, "keepdims", false);
}

static json_t *write_global(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	return layer->keeps_dimensions
		? json_pack("{s:s, s:b}", "data_format", "channels_last", "keepdims", 1)
		: json_pack("{s:s}", "data_format", "channels_last");
}

static void add_global(struct onnx_exporter *exporter, int node, const char *operator_name,
	const char *suffix)
{
	const char *name = onnx_name(exporter, node);
	struct protobuf attributes = {0};
	if (onnx_layer(exporter, node)->keeps_dimensions) {
		onnx_step(exporter, operator_name, name, "", NULL);
		return;
	}
	onnx_step(exporter, operator_name, name, suffix, NULL);
	onnx_integer(&attributes, "axis", 1);
	onnx_step(exporter, "Flatten", name, "", &attributes);
}

static void global_average_onnx(struct onnx_exporter *exporter, int node)
{
	add_global(exporter, node, "GlobalAveragePool", "mean");
}

static void global_max_onnx(struct onnx_exporter *exporter, int node)
{
	add_global(exporter, node, "GlobalMaxPool", "maximum");
}

const struct layer_format format_of_GLOBAL_AVERAGE_POOLING = {
	.class_name = "GlobalAveragePooling2D",
	.keys = "data_format keepdims",
	.read = read_global,
	.write = write_global,
	.onnx = global_average_onnx,
};

const struct layer_format format_of_GLOBAL_MAX_POOLING = {
	.class_name = "GlobalMaxPooling2D",
	.keys = "data_format keepdims",
	.read = read_global,
	.write = write_global,
	.onnx = global_max_onnx,
};
