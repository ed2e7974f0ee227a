#include "format/onnx_layers.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a node is ---- */

const struct layer *onnx_layer(const struct onnx_exporter *exporter, int node)
{
	return graph_layer(network_graph(exporter->network), node);
}

/* Names of nodes have no '/'. */
const char *onnx_name(const struct onnx_exporter *exporter, int node)
{
	static const char *const reserved[] = {"images", "flattened", "probabilities"},
				 *const instead[] = {"layer/images", "layer/flattened",
					 "layer/probabilities"};
	const char *name = network_graph(exporter->network)->nodes[node].name;
	for (int i = 0; i < 3; i++)
		if (strcmp(name, reserved[i]) == 0)
			return instead[i];
	return name;
}

struct shape onnx_input_shape(const struct onnx_exporter *exporter, int node, int index)
{
	const struct graph *graph = network_graph(exporter->network);
	return graph_shape(graph, network_shapes(exporter->network),
		graph_input(graph, node, index));
}

struct shape onnx_output_shape(const struct onnx_exporter *exporter, int node)
{
	return network_shapes(exporter->network)[node];
}

/* ---- constants ---- */

/* Which side of a parameter, filled with ones in front up to four, each side of the constant is. */
static const int ORDERS[][4] = {
	[ONNX_AS_IN_KERAS] = {0, 1, 2, 3},
	[ONNX_KERNEL] = {3, 2, 0, 1},
	[ONNX_DEPTHWISE_KERNEL] = {2, 3, 0, 1},
	[ONNX_BY_CHANNEL] = {0, 3, 1, 2},
};

/* out[...] = x[...] with the sides in another order, as bytes. */
static void reorder(unsigned char *out, const float *x, const int sides[4], const int order[4])
{
	size_t steps[4], at = 0; /* from one value to the next along a side, in x */
	for (size_t i = 4, step = 1; i-- > 0; step *= (size_t)sides[i])
		steps[i] = step;
	int index[4] = {0};
	for (size_t count = (size_t)sides[0] * steps[0]; count > 0; count--, out += 4) {
		store_f32(out, x[at]);
		for (int i = 3; i >= 0; i--) {
			at += steps[order[i]];
			if (++index[i] < sides[order[i]])
				break;
			at -= steps[order[i]] * (size_t)sides[order[i]];
			index[i] = 0;
		}
	}
}

/* The rank, and the sides of the constant. */
static int constant_sides(const int sides[4], int rank, enum onnx_layout layout,
	int64_t dimensions[4])
{
	int64_t ordered[4];
	for (int i = 0; i < 4; i++)
		ordered[i] = sides[ORDERS[layout][i]];
	if (layout == ONNX_DEPTHWISE_KERNEL) {
		ordered[0] *= ordered[1];
		ordered[1] = 1;
	}
	rank = layout == ONNX_BY_CHANNEL ? 3 : rank;
	for (int i = 0; i < rank; i++)
		dimensions[i] = ordered[4 - rank + i];
	return rank;
}

static void add_parameter(struct onnx_exporter *exporter, const struct parameter *parameter,
	enum onnx_layout layout, const char *name)
{
	int sides[4] = {1, 1, 1, 1};
	int64_t dimensions[4];
	unsigned char *bytes = malloc(4 * parameter->count);
	for (int i = 0; i < parameter->rank; i++)
		sides[4 - parameter->rank + i] = parameter->shape[i];
	if (bytes) {
		reorder(bytes, parameter->values, sides, ORDERS[layout]);
		int rank = constant_sides(sides, parameter->rank, layout, dimensions);
		onnx_constant(exporter, name, dimensions, rank, bytes, 4 * parameter->count);
	}
	exporter->graph.failed |= !bytes;
	free(bytes);
}

/* Index of the first parameter of the node's layer. */
static int first_parameter(const struct onnx_exporter *exporter, int node)
{
	int layer = network_graph(exporter->network)->nodes[node].layer, index = 0;
	while (network_parameter(exporter->network, index).layer_index != layer)
		index++;
	return index;
}

void onnx_parameter(struct onnx_exporter *exporter, int node, int index, enum onnx_layout layout,
	char name[NAME_SIZE])
{
	index += first_parameter(exporter, node);
	struct parameter parameter = network_parameter(exporter->network, index);
	snprintf(name, NAME_SIZE, "%s/%s%s", parameter.layer, parameter.name,
		layout == ONNX_BY_CHANNEL ? "_by_channel" : "");
	if (!(exporter->is_constant[index] & 1 << layout))
		add_parameter(exporter, &parameter, layout, name);
	exporter->is_constant[index] |= (unsigned char)(1 << layout);
}

const float *onnx_parameter_values(const struct onnx_exporter *exporter, int node, int index)
{
	return network_parameter(exporter->network, first_parameter(exporter, node) + index).values;
}

enum onnx_layout onnx_layout_by_channel(const struct onnx_exporter *exporter, int node)
{
	return onnx_input_shape(exporter, node, 0).is_vector ? ONNX_AS_IN_KERAS : ONNX_BY_CHANNEL;
}

void onnx_channel_constant(struct onnx_exporter *exporter, int node, const char *suffix,
	const float *values, int count, char name[NAME_SIZE])
{
	int64_t dimensions[] = {count, 1, 1};
	bool is_vector = onnx_input_shape(exporter, node, 0).is_vector;
	unsigned char *bytes = malloc(4 * (size_t)count);
	for (int i = 0; bytes && i < count; i++)
		store_f32(bytes + 4 * i, values[i]);
	snprintf(name, NAME_SIZE, "%s/%s", onnx_name(exporter, node), suffix);
	if (bytes)
		onnx_constant(exporter, name, dimensions,
			count == 1          ? 0
				: is_vector ? 1
					    : 3,
			bytes, 4 * (size_t)count);
	exporter->graph.failed |= !bytes;
	free(bytes);
}

/* ---- nodes ---- */

void onnx_nothing(struct onnx_exporter *exporter, int node)
{
	(void)exporter, (void)node;
}

void onnx_select_input(struct onnx_exporter *exporter, int node, int index)
{
	const struct graph *graph = network_graph(exporter->network);
	struct shape in = onnx_input_shape(exporter, node, index);
	char suffix[32];
	memcpy(exporter->current, exporter->values[graph_input(graph, node, index) + 1], NAME_SIZE);
	snprintf(suffix, sizeof suffix, "input_%d", index + 1);
	if (in.is_vector && !onnx_output_shape(exporter, node).is_vector)
		onnx_reshape(exporter, onnx_name(exporter, node), suffix,
			(const int[]){in.channels, 1, 1}, 3);
}

void onnx_join(struct onnx_exporter *exporter, int node, const char *operator_name,
	struct protobuf *attributes)
{
	int count = network_graph(exporter->network)->nodes[node].input_count;
	char(*names)[NAME_SIZE] = calloc((size_t)count, NAME_SIZE);
	const char *inputs[GRAPH_INPUTS_MAXIMUM + 1] = {NULL};
	for (int i = 0; names && i < count; i++) {
		onnx_select_input(exporter, node, i);
		memcpy(names[i], exporter->current, NAME_SIZE);
		inputs[i] = names[i];
	}
	onnx_node(exporter, operator_name, inputs, onnx_name(exporter, node), attributes);
	exporter->graph.failed |= !names;
	free(names);
}

void onnx_join_all(struct onnx_exporter *exporter, int node, const char *operator_name)
{
	onnx_join(exporter, node, operator_name, NULL);
}

void onnx_join_by_two(struct onnx_exporter *exporter, int node, const char *operator_name)
{
	int count = network_graph(exporter->network)->nodes[node].input_count;
	char joined[NAME_SIZE], other[NAME_SIZE], suffix[32] = "";
	onnx_select_input(exporter, node, 0);
	memcpy(joined, exporter->current, NAME_SIZE);
	for (int i = 1; i < count; i++) {
		onnx_select_input(exporter, node, i);
		memcpy(other, exporter->current, NAME_SIZE);
		memcpy(exporter->current, joined, NAME_SIZE);
		snprintf(suffix, sizeof suffix, "first_%d", i + 1);
		onnx_binary(exporter, operator_name, other, onnx_name(exporter, node),
			i + 1 < count ? suffix : "");
		memcpy(joined, exporter->current, NAME_SIZE);
	}
}

void onnx_weighted(struct onnx_exporter *exporter, int node, const char *operator_name, int first,
	int count, enum onnx_layout layout, const char *suffix, struct protobuf *attributes)
{
	char names[PARAMETERS_MAXIMUM + 1][NAME_SIZE], output[NAME_SIZE];
	const char *inputs[PARAMETERS_MAXIMUM + 2] = {names[0]};
	snprintf(names[0], NAME_SIZE, "%s", exporter->current);
	for (int i = 0; i < count; i++) {
		onnx_parameter(exporter, node, first + i, i ? ONNX_AS_IN_KERAS : layout,
			names[i + 1]);
		inputs[i + 1] = names[i + 1];
	}
	snprintf(output, sizeof output, "%s%s%s", onnx_name(exporter, node), *suffix ? "/" : "",
		suffix);
	onnx_node(exporter, operator_name, inputs, output, attributes);
}

/* Pixels added at the end: what the last window covers beyond the input. */
static int padding_after(const struct layer *layer, int in, int out, int kernel, int stride,
	int dilation, int before)
{
	int after = (out - 1) * stride + (kernel - 1) * dilation + 1 - in - before;
	return layer->padding == PADDING_SAME && after > 0 ? after : 0;
}

void onnx_window(const struct onnx_exporter *exporter, int node, struct protobuf *attributes)
{
	const struct layer *layer = onnx_layer(exporter, node);
	struct shape in = onnx_input_shape(exporter, node, 0),
		     out = onnx_output_shape(exporter, node);
	int kernel[] = {layer->kernel_height, layer->kernel_width},
	    strides[] = {layer->stride_height, layer->stride_width},
	    dilations[] = {layer->dilation_height, layer->dilation_width};
	int top = layer_padding_before(layer, in.height, out.height, kernel[0], strides[0],
		    dilations[0]),
	    left = layer_padding_before(layer, in.width, out.width, kernel[1], strides[1],
		    dilations[1]),
	    bottom = padding_after(layer, in.height, out.height, kernel[0], strides[0],
		    dilations[0], top),
	    right = padding_after(layer, in.width, out.width, kernel[1], strides[1], dilations[1],
		    left);
	onnx_integers(attributes, "kernel_shape", kernel, 2);
	onnx_integers(attributes, "strides", strides, 2);
	onnx_integers(attributes, "pads", (const int[]){top, left, bottom, right}, 4);
	if (dilations[0] > 1 || dilations[1] > 1)
		onnx_integers(attributes, "dilations", dilations, 2);
}

static void add_transpose(struct onnx_exporter *exporter, const char *name, const char *suffix,
	const int order[4])
{
	struct protobuf attributes = {0};
	onnx_integers(&attributes, "perm", order, 4);
	onnx_step(exporter, "Transpose", name, suffix, &attributes);
}

void onnx_channels_last(struct onnx_exporter *exporter, const char *name)
{
	add_transpose(exporter, name, "channels_last", (const int[]){0, 2, 3, 1});
}

void onnx_channels_first(struct onnx_exporter *exporter, const char *name, const char *suffix)
{
	add_transpose(exporter, name, suffix, (const int[]){0, 3, 1, 2});
}

void onnx_flatten(struct onnx_exporter *exporter, const char *name)
{
	struct protobuf attributes = {0};
	onnx_channels_last(exporter, name);
	onnx_integer(&attributes, "axis", 1);
	onnx_step(exporter, "Flatten", name, "", &attributes);
}

void onnx_reshape(struct onnx_exporter *exporter, const char *name, const char *suffix,
	const int *sides, int count)
{
	enum { KEPT = 0 }; /* the side that the value has, N */
	char constant[NAME_SIZE];
	int shape[4] = {KEPT};
	memcpy(shape + 1, sides, (size_t)count * sizeof *sides);
	snprintf(constant, sizeof constant, "%s/%s%sshape", name, suffix, *suffix ? "_" : "");
	onnx_whole_numbers(exporter, constant, shape, count + 1);
	onnx_binary(exporter, "Reshape", constant, name, suffix);
}

/* The mean of the current value over one axis, which stays with one value. */
static void add_mean(struct onnx_exporter *exporter, const char *name, const char *suffix, int axis)
{
	struct protobuf attributes = {0};
	onnx_integers(&attributes, "axes", &axis, 1);
	onnx_step(exporter, "ReduceMean", name, suffix, &attributes);
}

void onnx_standardize(struct onnx_exporter *exporter, const char *name, int axis, float epsilon)
{
	char input[NAME_SIZE], distance[NAME_SIZE], other[NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	add_mean(exporter, name, "mean", axis);
	snprintf(other, sizeof other, "%s", exporter->current);
	snprintf(exporter->current, NAME_SIZE, "%s", input);
	onnx_binary(exporter, "Sub", other, name, "distance");
	snprintf(distance, sizeof distance, "%s", exporter->current);
	onnx_binary(exporter, "Mul", distance, name, "square");
	add_mean(exporter, name, "variance", axis);
	snprintf(other, sizeof other, "%s/epsilon", name);
	onnx_filled(exporter, other, 0, epsilon);
	onnx_binary(exporter, "Add", other, name, "variance_plus_epsilon");
	onnx_step(exporter, "Sqrt", name, "deviation", NULL);
	snprintf(other, sizeof other, "%s", exporter->current);
	snprintf(exporter->current, NAME_SIZE, "%s", distance);
	onnx_binary(exporter, "Div", other, name, "normalized");
}

void onnx_by_channel(struct onnx_exporter *exporter, int node, const char *operator_name, int index,
	const char *suffix)
{
	char constant[NAME_SIZE];
	onnx_parameter(exporter, node, index, onnx_layout_by_channel(exporter, node), constant);
	onnx_binary(exporter, operator_name, constant, onnx_name(exporter, node), suffix);
}

void onnx_activate(struct onnx_exporter *exporter, int node)
{
	onnx_activation(exporter, &onnx_layer(exporter, node)->activation,
		onnx_name(exporter, node));
}
