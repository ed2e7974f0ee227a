#include "model/onnx.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/version.h"
#include "model/onnx_graph.h"

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
enum { GRAPH_NAME = 2, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
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

/* ---- parameters and transposes ---- */

/* Adds a parameter as LAYER/PARAMETER, which is written to `name`. Kernels of convolutions are
 * transposed from (height, width, in, out) to (out, in, height, width), those of depthwise
 * convolutions from (height, width, in, multiplier) to (in x multiplier, 1, height, width). */
static void add_parameter(struct onnx_exporter *exporter, const struct parameter *parameter,
	bool depthwise, char name[NAME_SIZE])
{
	const int *shape = parameter->shape;
	bool kernel = parameter->rank == 4;
	int64_t dimensions[4] = {shape[0], shape[1], 0, 0};
	size_t taps = kernel ? (size_t)shape[0] * (size_t)shape[1] : 1;
	size_t filters = kernel ? parameter->count / taps : parameter->count;
	unsigned char *bytes = malloc(4 * parameter->count);
	for (size_t i = 0; bytes && i < parameter->count; i++) {
		size_t tap = i / filters, filter = i % filters, to = i;
		if (kernel && depthwise)
			to = filter * taps + tap;
		else if (kernel)
			to = (filter % (size_t)shape[3] * (size_t)shape[2] +
				     filter / (size_t)shape[3]) *
					taps +
				tap;
		store_f32(bytes + 4 * to, parameter->values[i]);
	}
	if (kernel) {
		dimensions[0] = depthwise ? shape[2] * shape[3] : shape[3];
		dimensions[1] = depthwise ? 1 : shape[2];
		dimensions[2] = shape[0];
		dimensions[3] = shape[1];
	}
	snprintf(name, NAME_SIZE, "%s/%s", parameter->layer, parameter->name);
	if (bytes)
		onnx_constant(exporter, name, dimensions, parameter->rank, bytes,
			4 * parameter->count);
	exporter->graph.failed |= !bytes;
	free(bytes);
}

static void add_transpose(struct onnx_exporter *exporter, const char *layer, const char *suffix,
	const int order[4])
{
	struct protobuf attributes = {0};
	onnx_integers(&attributes, "perm", order, 4);
	onnx_step(exporter, "Transpose", layer, suffix, &attributes);
}

/* ---- layers ---- */

/* A node with the current value and the parameters of layer `index` as inputs. */
static void add_weighted(struct onnx_exporter *exporter, const char *operator_name, int index,
	struct protobuf *attributes)
{
	const struct layer *layer = &network_architecture(exporter->network)->layers[index];
	char input[NAME_SIZE], names[4][NAME_SIZE];
	const char *inputs[6] = {input};
	snprintf(input, sizeof input, "%s", exporter->current);
	for (int i = 0; exporter->parameter < network_parameter_count(exporter->network);
		i++, exporter->parameter++) {
		struct parameter parameter =
			network_parameter(exporter->network, exporter->parameter);
		if (parameter.layer_index != index)
			break;
		add_parameter(exporter, &parameter, layer->kind == LAYER_DEPTHWISE_CONVOLUTION,
			names[i]);
		inputs[i + 1] = names[i];
	}
	onnx_node(exporter, operator_name, inputs, layer->name, attributes);
}

static struct shape input_shape(const struct onnx_exporter *exporter, int index)
{
	return index ? network_shapes(exporter->network)[index - 1]
		     : network_architecture(exporter->network)->input;
}

/* Total padding of "same" along one dimension; as in TensorFlow, an odd pixel is added at the
 * end. */
static int padding_total(int in, int out, int kernel, int stride)
{
	int total = (out - 1) * stride + kernel - in;
	return total > 0 ? total : 0;
}

static void add_window(const struct onnx_exporter *exporter, int index, struct protobuf *attributes)
{
	const struct layer *layer = &network_architecture(exporter->network)->layers[index];
	struct shape in = input_shape(exporter, index),
		     out = network_shapes(exporter->network)[index];
	int vertical = 0, horizontal = 0;
	if (layer->padding == PADDING_SAME) {
		vertical = padding_total(in.height, out.height, layer->kernel_height,
			layer->stride_height);
		horizontal = padding_total(in.width, out.width, layer->kernel_width,
			layer->stride_width);
	}
	onnx_integers(attributes, "kernel_shape",
		(int[]){layer->kernel_height, layer->kernel_width}, 2);
	onnx_integers(attributes, "strides", (int[]){layer->stride_height, layer->stride_width}, 2);
	onnx_integers(attributes, "pads",
		(int[]){vertical / 2, horizontal / 2, vertical - vertical / 2,
			horizontal - horizontal / 2},
		4);
}

static void add_normalization(struct onnx_exporter *exporter, int index)
{
	static const char *const names[] = {"gamma", "beta", "moving_mean", "moving_variance"};
	const struct layer *layer = &network_architecture(exporter->network)->layers[index];
	char input[NAME_SIZE], constants[4][NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	for (int i = 0; i < 4; i++) {
		bool omitted = (i == 0 && !layer->scale) || (i == 1 && !layer->center);
		snprintf(constants[i], NAME_SIZE, "%s/%s", layer->name, names[i]);
		if (omitted) {
			onnx_filled(exporter, constants[i], input_shape(exporter, index).channels,
				i == 0);
			continue;
		}
		struct parameter parameter =
			network_parameter(exporter->network, exporter->parameter++);
		add_parameter(exporter, &parameter, false, constants[i]);
	}
	struct protobuf attributes = {0};
	onnx_float(&attributes, "epsilon", layer->epsilon);
	onnx_node(exporter, "BatchNormalization",
		(const char *const[]){input, constants[0], constants[1], constants[2], constants[3],
			NULL},
		layer->name, &attributes);
}

/* From (N, C, H, W) to (N, values) in Keras' order, channels last. */
static void add_flatten(struct onnx_exporter *exporter, const char *layer)
{
	if (!exporter->channels_first)
		return;
	struct protobuf attributes = {0};
	add_transpose(exporter, layer, "channels_last", (const int[]){0, 2, 3, 1});
	onnx_integer(&attributes, "axis", 1);
	onnx_step(exporter, "Flatten", layer, "", &attributes);
	exporter->channels_first = false;
}

static void add_pooling(struct onnx_exporter *exporter, int index)
{
	const struct layer *layer = &network_architecture(exporter->network)->layers[index];
	struct protobuf attributes = {0};
	if (layer->kind == LAYER_GLOBAL_AVERAGE_POOLING) {
		onnx_step(exporter, "GlobalAveragePool", layer->name, "mean", NULL);
		onnx_integer(&attributes, "axis", 1);
		onnx_step(exporter, "Flatten", layer->name, "", &attributes);
		exporter->channels_first = false;
		return;
	}
	add_window(exporter, index, &attributes);
	onnx_step(exporter, layer->kind == LAYER_MAX_POOLING ? "MaxPool" : "AveragePool",
		layer->name, "", &attributes);
}

static void add_layer(struct onnx_exporter *exporter, int index)
{
	const struct layer *layer = &network_architecture(exporter->network)->layers[index];
	struct protobuf attributes = {0};
	switch (layer->kind) {
	case LAYER_CONVOLUTION:
	case LAYER_DEPTHWISE_CONVOLUTION:
		add_window(exporter, index, &attributes);
		if (layer->kind == LAYER_DEPTHWISE_CONVOLUTION)
			onnx_integer(&attributes, "group", input_shape(exporter, index).channels);
		add_weighted(exporter, "Conv", index, &attributes);
		onnx_activation(exporter, &layer->activation, layer->name);
		break;
	case LAYER_DENSE:
		add_weighted(exporter, "Gemm", index, NULL);
		onnx_activation(exporter, &layer->activation, layer->name);
		break;
	case LAYER_MAX_POOLING:
	case LAYER_AVERAGE_POOLING:
	case LAYER_GLOBAL_AVERAGE_POOLING:
		add_pooling(exporter, index);
		break;
	case LAYER_FLATTEN:
		add_flatten(exporter, layer->name);
		break;
	case LAYER_BATCH_NORMALIZATION:
		add_normalization(exporter, index);
		break;
	case LAYER_ACTIVATION:
		onnx_activation(exporter, &layer->activation, layer->name);
		break;
	case LAYER_DROPOUT:
		break;
	}
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
	const struct architecture *architecture = network_architecture(network);
	struct shape input = architecture->input;
	struct onnx_exporter exporter = {.network = network,
		.current = "images",
		.channels_first = true};
	int outputs = network_outputs(network);
	add_transpose(&exporter, "images", "channels_first", (const int[]){0, 3, 1, 2});
	for (int i = 0; i < architecture->layer_count; i++)
		add_layer(&exporter, i);
	add_flatten(&exporter, "flattened");
	onnx_step(&exporter, "Identity", "probabilities", "", NULL);
	protobuf_text(&exporter.graph, GRAPH_NAME, architecture->name);
	add_value(&exporter.graph, GRAPH_INPUT, "images",
		(const int[]){input.height, input.width, input.channels}, 3);
	add_value(&exporter.graph, GRAPH_OUTPUT, "probabilities", &outputs, 1);
	return exporter.graph;
}

static void add_labels(struct protobuf *model, const struct text_list *labels)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	for (size_t i = 0; stream && i < labels->count; i++)
		fprintf(stream, "%s%s", i ? "\n" : "", labels->items[i]);
	struct protobuf entry = {.failed = !stream || fclose(stream)};
	if (!entry.failed) {
		protobuf_text(&entry, METADATA_KEY, "labels");
		protobuf_bytes(&entry, METADATA_VALUE, text, size);
	}
	protobuf_message(model, MODEL_METADATA, &entry);
	free(text);
}

int onnx_write(const struct network *network, const struct text_list *labels, const char *path,
	struct error *error)
{
	struct protobuf model = {0}, operators = {0}, graph = make_graph(network);
	protobuf_integer(&operators, OPSET_VERSION, OPERATOR_SET);
	protobuf_integer(&model, MODEL_IR_VERSION, IR_VERSION);
	protobuf_text(&model, MODEL_PRODUCER, "millrace");
	protobuf_text(&model, MODEL_PRODUCER_VERSION, MILLRACE_VERSION);
	protobuf_message(&model, MODEL_GRAPH, &graph);
	protobuf_message(&model, MODEL_OPSET, &operators);
	add_labels(&model, labels);
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
