/* Inside lib/format: nodes, attributes and constants of an ONNX graph. What fails for lack of
 * memory is said by graph.failed. */
#ifndef FORMAT_ONNX_GRAPH_H
#define FORMAT_ONNX_GRAPH_H

#include "format/protobuf.h"
#include "nn/network.h"

enum { NAME_SIZE = 2 * LAYER_NAME_SIZE };
/* Types of a tensor's elements, in onnx.proto. */
enum { ELEMENT_FLOAT = 1, ELEMENT_INTEGER = 7 };

/* State of the export. Nodes are added in order; the value of each is (N, C, H, W) for a picture
 * and (N, values) for a vector. */
struct onnx_exporter {
	const struct network *network;
	struct protobuf graph;
	char current[NAME_SIZE];    /* name of the last output */
	char (*values)[NAME_SIZE];  /* names of the network's input and of each node's value */
	unsigned char *is_constant; /* per parameter: the layouts that are constants already */
};

/* Adds an attribute to those of a node. */
void onnx_integer(struct protobuf *attributes, const char *name, int64_t value);
void onnx_float(struct protobuf *attributes, const char *name, float value);
void onnx_integers(struct protobuf *attributes, const char *name, const int *values, int count);
void onnx_text(struct protobuf *attributes, const char *name, const char *text);

/* Adds a node with `inputs` (NULL-terminated; "": one that is left out) and `output`, which becomes
 * the current value. Frees `attributes` (NULL: none). */
void onnx_node(struct onnx_exporter *exporter, const char *operator_name, const char *const *inputs,
	const char *output, struct protobuf *attributes);

/* Adds a node whose only input is the current value; its output is LAYER/SUFFIX, or LAYER for the
 * suffix "". */
void onnx_step(struct onnx_exporter *exporter, const char *operator_name, const char *layer,
	const char *suffix, struct protobuf *attributes);

/* Adds a node whose inputs are the current value and `other`; its output is LAYER/SUFFIX, or
 * LAYER. */
void onnx_binary(struct onnx_exporter *exporter, const char *operator_name, const char *other,
	const char *layer, const char *suffix);

/* Adds a constant of `size` bytes, floats with the lowest byte first. */
void onnx_constant(struct onnx_exporter *exporter, const char *name, const int64_t *dimensions,
	int rank, const unsigned char *values, size_t size);

/* Adds a vector of numbers. */
void onnx_numbers(struct onnx_exporter *exporter, const char *name, const float *values, int count);

/* Adds a vector of `count` equal values, or a scalar for count 0. */
void onnx_filled(struct onnx_exporter *exporter, const char *name, int64_t count, float value);

/* Adds a vector of whole numbers (int64). */
void onnx_whole_numbers(struct onnx_exporter *exporter, const char *name, const int *values,
	int count);

/* Adds an activation of the current value; its values are called LAYER/..., after their operator or
 * what they are. Nothing for linear. */
void onnx_activation(struct onnx_exporter *exporter, const struct activation *activation,
	const char *layer);

#endif
