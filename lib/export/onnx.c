#include "base/file.h"
#include "base/version.h"
#include "export/formats.h"
#include "format/layer_format.h"
#include "format/onnx_layers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Field numbers and values of onnx.proto (ONNX 1.8, IR version 7), used by this writer. */
enum {
	MODEL_IR_VERSION = 1,
	MODEL_PRODUCER = 2,
	MODEL_PRODUCER_VERSION = 3,
	MODEL_GRAPH = 7,
	MODEL_OPSET = 8,
	MODEL_METADATA = 14,
	OPSET_VERSION = 2,
	METADATA_KEY = 1,
	METADATA_VALUE = 2
};
enum { GRAPH_NAME = 2, GRAPH_INPUTS = 11, GRAPH_OUTPUTS = 12 };
enum {
	VALUE_NAME = 1,
	VALUE_TYPE = 2,
	TYPE_TENSOR = 1,
	TENSOR_ELEMENT = 1,
	TENSOR_SHAPE = 2,
	SHAPE_DIMENSION = 1,
	DIMENSION_VALUE = 1,
	DIMENSION_NAME = 2
};
enum { IR_VERSION = 7, OPERATOR_SET = 13 };

/* ---- nodes ---- */

/* Adds the nodes of the graph in order. */
static void add_nodes(struct onnx_exporter *exporter)
{
	const struct graph *graph = network_graph(exporter->network);
	for (int i = 0; i < graph->node_count; i++) {
		memcpy(exporter->current, exporter->values[graph_input(graph, i, 0) + 1],
			NAME_SIZE);
		layer_format(graph_layer(graph, i)->kind)->onnx(exporter, i);
		memcpy(exporter->values[i + 1], exporter->current, NAME_SIZE);
	}
}

/* From "images", the network's input, to "probabilities". */
static void add_network(struct onnx_exporter *exporter)
{
	const struct graph *graph = network_graph(exporter->network);
	snprintf(exporter->current, NAME_SIZE, "images");
	if (!graph->input.is_vector)
		onnx_channels_first(exporter, "images", "channels_first");
	memcpy(exporter->values[0], exporter->current, NAME_SIZE);
	add_nodes(exporter);
	if (!network_shapes(exporter->network)[graph->node_count - 1].is_vector)
		onnx_flatten(exporter, "flattened");
	onnx_step(exporter, "Identity", "probabilities", "", NULL);
}

/* ---- the file ---- */

/* An input or output of floats, (N, dimensions...). */
static void add_value(struct protobuf *graph, int field, const char *name, const int *dimensions,
	int count)
{
	struct protobuf shape = {0}, tensor = {0}, type = {0}, value = {0}, dimension = {0};
	protobuf_text(&dimension, DIMENSION_NAME, "N");
	protobuf_message(&shape, SHAPE_DIMENSION, &dimension);
	for (int i = 0; i < count; i++) {
		protobuf_integer(&dimension, DIMENSION_VALUE, dimensions[i]);
		protobuf_message(&shape, SHAPE_DIMENSION, &dimension);
	}
	protobuf_integer(&tensor, TENSOR_ELEMENT, ELEMENT_FLOAT);
	protobuf_message(&tensor, TENSOR_SHAPE, &shape);
	protobuf_message(&type, TYPE_TENSOR, &tensor);
	protobuf_text(&value, VALUE_NAME, name);
	protobuf_message(&value, VALUE_TYPE, &type);
	protobuf_message(graph, field, &value);
}

static struct protobuf make_graph(const struct network *network)
{
	const struct graph *graph = network_graph(network);
	const struct shape input = graph->input;
	int outputs = network_outputs(network),
	    sides[] = {input.height, input.width, input.channels};
	struct onnx_exporter exporter = {.network = network,
		.values = calloc((size_t)graph->node_count + 1, NAME_SIZE),
		.is_constant = calloc((size_t)network_parameter_count(network) + 1, 1)};
	if (exporter.values && exporter.is_constant)
		add_network(&exporter);
	else
		exporter.graph.failed = true;
	protobuf_text(&exporter.graph, GRAPH_NAME, graph->name);
	add_value(&exporter.graph, GRAPH_INPUTS, "images", input.is_vector ? &sides[2] : sides,
		input.is_vector ? 1 : 3);
	add_value(&exporter.graph, GRAPH_OUTPUTS, "probabilities", &outputs, 1);
	free(exporter.values);
	free(exporter.is_constant);
	return exporter.graph;
}

/* ---- metadata ---- */

static void add_property(struct protobuf *model, const char *key, const char *value)
{
	struct protobuf entry = {.failed = !value};
	if (value) {
		protobuf_text(&entry, METADATA_KEY, key);
		protobuf_bytes(&entry, METADATA_VALUE, value, strlen(value));
	}
	protobuf_message(model, MODEL_METADATA, &entry);
}

/* ONNX has names for three ranges; NULL: another. */
static const char *range_name(const struct input_values *values)
{
	double black = values->offset[0], white = black + values->scale[0];
	static const struct {
		int minimum, maximum;
		const char *name;
	} names[] = {{0, 1, "Normalized_0_1"}, {-1, 1, "Normalized_1_1"},
		{0, 255, "NominalRange_0_255"}};
	for (size_t i = 0; i < sizeof names / sizeof *names && values->mode == INPUT_RANGE; i++)
		if (black == names[i].minimum && white == names[i].maximum)
			return names[i].name;
	return NULL;
}

static void add_picture_properties(struct protobuf *model, const struct export_model *source)
{
	struct shape input = network_graph(source->network)->input;
	const struct input_values *values = &source->input->values;
	const char *range = range_name(values);
	if (input.is_vector || (input.channels != 1 && input.channels != 3))
		return;
	add_property(model, "Image.BitmapPixelFormat",
		input.channels == 1      ? "Gray8"
			: values->is_bgr ? "Bgr8"
					 : "Rgb8");
	add_property(model, "Image.ColorSpaceGamma", "SRGB");
	if (range)
		add_property(model, "Image.NominalPixelRange", range);
}

static void add_metadata(struct protobuf *model, const struct export_model *source)
{
	json_t *metadata = export_metadata(source), *value;
	const char *key;
	model->failed |= !metadata;
	json_object_foreach (metadata, key, value) {
		char *text = export_metadata_text(value);
		add_property(model, key, text);
		free(text);
	}
	json_decref(metadata);
	add_picture_properties(model, source);
}

int onnx_write(const struct export_model *source, const char *path, struct error *error)
{
	struct protobuf model = {0}, operators = {0}, graph = make_graph(source->network);
	protobuf_integer(&operators, OPSET_VERSION, OPERATOR_SET);
	protobuf_integer(&model, MODEL_IR_VERSION, IR_VERSION);
	protobuf_text(&model, MODEL_PRODUCER, "millrace");
	protobuf_text(&model, MODEL_PRODUCER_VERSION, MILLRACE_VERSION);
	protobuf_message(&model, MODEL_GRAPH, &graph);
	protobuf_message(&model, MODEL_OPSET, &operators);
	add_metadata(&model, source);
	int result;
	if (model.failed)
		result = error_memory(error, path);
	else if (model.buffer.size > INT32_MAX)
		result = error_set(error, path, "would be larger than the 2 GiB that ONNX allows");
	else
		result = output_bytes(path, model.buffer.bytes, model.buffer.size, error);
	protobuf_free(&model);
	return result;
}
