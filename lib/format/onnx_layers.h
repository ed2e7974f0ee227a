/* Inside lib/format: what the ONNX functions of the rows in layers_*.c are made of.
 *
 * A row's function adds the nodes that make the value of a graph's node. Before it the current
 * value is the first input's; after it the current value is the node's. Values are called NODE or
 * NODE/SUFFIX, constants LAYER/PARAMETER, or NODE/SUFFIX where they are no parameters. */
#ifndef FORMAT_ONNX_LAYERS_H
#define FORMAT_ONNX_LAYERS_H

#include "format/onnx_graph.h"

/* How a parameter's values lie in its constant. */
enum onnx_layout {
	ONNX_AS_IN_KERAS,
	ONNX_KERNEL,           /* (height, width, in, out) to (out, in, height, width) */
	ONNX_DEPTHWISE_KERNEL, /* (height, width, in, n) to (in * n, 1, height, width) */
	ONNX_BY_CHANNEL /* (channels) or (height, width, channels) to (channels, height, width),
	                   as LAYER/PARAMETER_by_channel */
};

/* ---- what a node is ---- */

const struct layer *onnx_layer(const struct onnx_exporter *exporter, int node);
/* Of its values: no other node's. */
const char *onnx_name(const struct onnx_exporter *exporter, int node);
struct shape onnx_input_shape(const struct onnx_exporter *exporter, int node, int index);
struct shape onnx_output_shape(const struct onnx_exporter *exporter, int node);

/* ---- constants ---- */

/* Adds parameter `index` of the node's layer as a constant, unless it is there already; its name is
 * written to `name`. */
void onnx_parameter(struct onnx_exporter *exporter, int node, int index, enum onnx_layout layout,
	char name[NAME_SIZE]);

/* The values of parameter `index` of the node's layer. */
const float *onnx_parameter_values(const struct onnx_exporter *exporter, int node, int index);

/* ONNX_BY_CHANNEL, or ONNX_AS_IN_KERAS for a node whose input is a vector: it then fits the
 * values. */
enum onnx_layout onnx_layout_by_channel(const struct onnx_exporter *exporter, int node);

/* Adds NODE/SUFFIX with a number for each channel of the node's first input, or one for all. */
void onnx_channel_constant(struct onnx_exporter *exporter, int node, const char *suffix,
	const float *values, int count, char name[NAME_SIZE]);

/* ---- nodes ---- */

/* The value is that of the first input. */
void onnx_nothing(struct onnx_exporter *exporter, int node);

/* The current value becomes that of the node's input `index`, as (N, C, 1, 1) if it is a vector
 * that is joined to pictures. */
void onnx_select_input(struct onnx_exporter *exporter, int node, int index);

/* Adds one node with all inputs, as onnx_select_input has them. */
void onnx_join(struct onnx_exporter *exporter, int node, const char *operator_name,
	struct protobuf *attributes);
void onnx_join_all(struct onnx_exporter *exporter, int node, const char *operator_name);
/* Adds nodes with two inputs each: the first two, then what they give and the third, and so on. */
void onnx_join_by_two(struct onnx_exporter *exporter, int node, const char *operator_name);

/* Adds a node whose inputs are the current value and `count` parameters from `first` on: that one
 * in `layout`, the others as in Keras. */
void onnx_weighted(struct onnx_exporter *exporter, int node, const char *operator_name, int first,
	int count, enum onnx_layout layout, const char *suffix, struct protobuf *attributes);

/* The attributes of a window that moves over the node's input. */
void onnx_window(const struct onnx_exporter *exporter, int node, struct protobuf *attributes);

/* The current value from (N, C, H, W) to (N, H, W, C) as NAME/channels_last, and back as
 * NAME/SUFFIX or NAME. */
void onnx_channels_last(struct onnx_exporter *exporter, const char *name);
void onnx_channels_first(struct onnx_exporter *exporter, const char *name, const char *suffix);

/* Flattens a picture in Keras' order, channels last. */
void onnx_flatten(struct onnx_exporter *exporter, const char *name);

/* Reshapes the current value to (N, sides...), of which one may be -1: what is left. */
void onnx_reshape(struct onnx_exporter *exporter, const char *name, const char *suffix,
	const int *sides, int count);

/* (x - mean) / sqrt(variance + epsilon) over one axis of the current value, as NAME/normalized. */
void onnx_standardize(struct onnx_exporter *exporter, const char *name, int axis, float epsilon);

/* Adds "Add" or "Mul" with a parameter by channel; the output is NODE/SUFFIX. */
void onnx_by_channel(struct onnx_exporter *exporter, int node, const char *operator_name, int index,
	const char *suffix);

/* Resizes a picture as lib/nn/places.c: by whole factors; to the node's size, linear or nearest. */
void onnx_resize_by(struct onnx_exporter *exporter, int node, bool is_linear, int vertical,
	int horizontal);
void onnx_resize_linear(struct onnx_exporter *exporter, int node);
void onnx_resize_nearest(struct onnx_exporter *exporter, int node);

/* The node's activation, of what is there. */
void onnx_activate(struct onnx_exporter *exporter, int node);

#endif
