#include "format/onnx_graph.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>

/* Field numbers and values of onnx.proto. */
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OPERATOR = 4, NODE_ATTRIBUTE = 5 };
enum {
	ATTRIBUTE_NAME = 1,
	ATTRIBUTE_FLOAT = 2,
	ATTRIBUTE_INTEGER = 3,
	ATTRIBUTE_TEXT = 4,
	ATTRIBUTE_INTEGERS = 8,
	ATTRIBUTE_TYPE = 20
};
enum { TYPE_FLOAT = 1, TYPE_INTEGER = 2, TYPE_TEXT = 3, TYPE_INTEGERS = 7 };
enum { TENSOR_DIMENSION = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };

/* ---- attributes and nodes ---- */

static void add_attribute(struct protobuf *attributes, struct protobuf *attribute, const char *name,
	int type)
{
	protobuf_text(attribute, ATTRIBUTE_NAME, name);
	protobuf_integer(attribute, ATTRIBUTE_TYPE, type);
	protobuf_message(attributes, NODE_ATTRIBUTE, attribute);
}

void onnx_integer(struct protobuf *attributes, const char *name, int64_t value)
{
	struct protobuf attribute = {0};
	protobuf_integer(&attribute, ATTRIBUTE_INTEGER, value);
	add_attribute(attributes, &attribute, name, TYPE_INTEGER);
}

void onnx_float(struct protobuf *attributes, const char *name, float value)
{
	struct protobuf attribute = {0};
	protobuf_float(&attribute, ATTRIBUTE_FLOAT, value);
	add_attribute(attributes, &attribute, name, TYPE_FLOAT);
}

void onnx_integers(struct protobuf *attributes, const char *name, const int *values, int count)
{
	struct protobuf attribute = {0};
	for (int i = 0; i < count; i++)
		protobuf_integer(&attribute, ATTRIBUTE_INTEGERS, values[i]);
	add_attribute(attributes, &attribute, name, TYPE_INTEGERS);
}

void onnx_text(struct protobuf *attributes, const char *name, const char *text)
{
	struct protobuf attribute = {0};
	protobuf_text(&attribute, ATTRIBUTE_TEXT, text);
	add_attribute(attributes, &attribute, name, TYPE_TEXT);
}

void onnx_node(struct onnx_exporter *exporter, const char *operator_name, const char *const *inputs,
	const char *output, struct protobuf *attributes)
{
	struct protobuf node = {0};
	for (; *inputs; inputs++)
		protobuf_text(&node, NODE_INPUT, *inputs);
	protobuf_text(&node, NODE_OUTPUT, output);
	protobuf_text(&node, NODE_NAME, output);
	protobuf_text(&node, NODE_OPERATOR, operator_name);
	if (attributes)
		protobuf_merge(&node, attributes);
	protobuf_message(&exporter->graph, GRAPH_NODE, &node);
	if (output != exporter->current)
		snprintf(exporter->current, sizeof exporter->current, "%s", output);
}

void onnx_step(struct onnx_exporter *exporter, const char *operator_name, const char *layer,
	const char *suffix, struct protobuf *attributes)
{
	char input[NAME_SIZE], output[NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	snprintf(output, sizeof output, "%s%s%s", layer, *suffix ? "/" : "", suffix);
	onnx_node(exporter, operator_name, (const char *const[]){input, NULL}, output, attributes);
}

void onnx_binary(struct onnx_exporter *exporter, const char *operator_name, const char *other,
	const char *layer, const char *suffix)
{
	char input[NAME_SIZE], output[NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	snprintf(output, sizeof output, "%s%s%s", layer, *suffix ? "/" : "", suffix);
	onnx_node(exporter, operator_name, (const char *const[]){input, other, NULL}, output, NULL);
}

/* ---- constants ---- */

static void add_constant(struct onnx_exporter *exporter, const char *name, int type,
	const int64_t *dimensions, int rank, const unsigned char *values, size_t size)
{
	struct protobuf tensor = {0};
	for (int i = 0; i < rank; i++)
		protobuf_integer(&tensor, TENSOR_DIMENSION, dimensions[i]);
	protobuf_integer(&tensor, TENSOR_TYPE, type);
	protobuf_text(&tensor, TENSOR_NAME, name);
	protobuf_bytes(&tensor, TENSOR_RAW, values, size);
	protobuf_message(&exporter->graph, GRAPH_INITIALIZER, &tensor);
}

void onnx_constant(struct onnx_exporter *exporter, const char *name, const int64_t *dimensions,
	int rank, const unsigned char *values, size_t size)
{
	add_constant(exporter, name, ELEMENT_FLOAT, dimensions, rank, values, size);
}

void onnx_numbers(struct onnx_exporter *exporter, const char *name, const float *values, int count)
{
	int64_t length = count;
	unsigned char *bytes = malloc(4 * (size_t)count);
	for (int i = 0; bytes && i < count; i++)
		store_f32(bytes + 4 * i, values[i]);
	if (bytes)
		onnx_constant(exporter, name, &length, 1, bytes, 4 * (size_t)count);
	exporter->graph.failed |= !bytes;
	free(bytes);
}

void onnx_filled(struct onnx_exporter *exporter, const char *name, int64_t count, float value)
{
	size_t size = (size_t)(count ? count : 1);
	unsigned char *bytes = malloc(4 * size);
	for (size_t i = 0; bytes && i < size; i++)
		store_f32(bytes + 4 * i, value);
	if (bytes)
		onnx_constant(exporter, name, &count, count ? 1 : 0, bytes, 4 * size);
	exporter->graph.failed |= !bytes;
	free(bytes);
}

void onnx_whole_numbers(struct onnx_exporter *exporter, const char *name, const int *values,
	int count)
{
	int64_t length = count;
	unsigned char *bytes = malloc(8 * (size_t)count);
	for (int i = 0; bytes && i < count; i++)
		store_u64(bytes + 8 * i, (uint64_t)values[i]);
	if (bytes)
		add_constant(exporter, name, ELEMENT_INTEGER, &length, 1, bytes, 8 * (size_t)count);
	exporter->graph.failed |= !bytes;
	free(bytes);
}
