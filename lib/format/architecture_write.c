#include "format/architecture.h"

#include "base/json.h"
#include "format/keras.h"
#include "format/layer_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether each node reads the one before it, is the only use of its layer, and is trained as Keras'
 * Sequential does. */
static bool is_chain(const struct graph *graph)
{
	for (int i = 0; i < graph->node_count; i++)
		if (graph->nodes[i].input_count != 1 || graph_input(graph, i, 0) != i - 1 ||
			graph->nodes[i].layer != i || graph->nodes[i].is_inference)
			return false;
	return graph->layer_count == graph->node_count;
}

/* What is written of a graph, the one of keras_graph(). */
struct architecture_writer {
	const struct graph *graph;
	const struct shape *shapes; /* of its nodes; NULL: in the form that all read */
	char input_name[LAYER_NAME_SIZE];
	bool is_functional;
};

/* ---- objects ---- */

/* The new name of a key; `object` (NULL: out of memory) may lack it. */
static json_t *rename_key(json_t *object, const char *old, const char *key)
{
	json_t *value = json_incref(json_object_get(object, old));
	if (!value)
		return object;
	json_object_del(object, old);
	return json_add_member(object, key, value);
}

/* {"module", "class_name", "config": {"name", "trainable", "dtype", ...}}. Takes ownership of
 * `config`. */
static json_t *layer_object(const char *class_name, const char *name, bool is_frozen,
	json_t *config)
{
	json_t *object = json_pack("{s:s, s:b, s:s}", "name", name, "trainable", !is_frozen,
		"dtype", "float32");
	if (json_object_update(object, config)) {
		json_decref(object);
		object = NULL;
	}
	json_decref(config);
	return json_pack("{s:s, s:s, s:o, s:n}", "module", "keras.layers", "class_name", class_name,
		"config", object, "registered_name");
}

/* A side that is free is null. */
static json_t *side_value(int side)
{
	return side ? json_integer(side) : json_null();
}

/* [null, height, width, channels] */
static json_t *batch_shape(struct shape shape)
{
	return shape.is_vector ? json_pack("[ni]", shape.channels)
			       : json_pack("[nooi]", side_value(shape.height),
					 side_value(shape.width), shape.channels);
}

/* ---- inbound nodes ---- */

/* Which of its layer's uses a node is. */
static int use_number(const struct graph *graph, int node)
{
	int number = 0;
	for (int i = 0; i < node; i++)
		number += graph->nodes[i].layer == graph->nodes[node].layer;
	return number;
}

/* ["NAME", use, 0] of a node, or of the input. */
static json_t *tensor_name(const struct architecture_writer *writer, int node)
{
	const struct graph *graph = writer->graph;
	return node == GRAPH_INPUT
		? json_pack("[sii]", writer->input_name, 0, 0)
		: json_pack("[sii]", graph_layer(graph, node)->name, use_number(graph, node), 0);
}

/* Keyword arguments of a node's call. */
static json_t *call_keywords(const struct node *node)
{
	return node->is_inference ? json_pack("{s:b}", "training", 0) : json_object();
}

/* Keras 2's form, [["NAME", use, 0, {keywords}], ...], which Keras 3 and TensorFlow.js read too. */
static json_t *call_as_list(const struct architecture_writer *writer, int index)
{
	const struct node *node = &writer->graph->nodes[index];
	json_t *call = json_array();
	for (int k = 0; call && k < node->input_count; k++) {
		json_t *tensor = tensor_name(writer, graph_input(writer->graph, index, k));
		call = json_add_item(call, json_add_item(tensor, call_keywords(node)));
	}
	return call;
}

static json_t *tensor_object(const struct architecture_writer *writer, int node)
{
	struct shape shape = graph_shape(writer->graph, writer->shapes, node);
	return json_pack("{s:s, s:{s:o, s:s, s:o}}", "class_name", "__keras_tensor__", "config",
		"shape", batch_shape(shape), "dtype", "float32", "keras_history",
		tensor_name(writer, node));
}

/* Keras 3's form, {"args": [tensor], "kwargs": {}}; of a layer that joins tensors, [[tensors]]. */
static json_t *call_as_arguments(const struct architecture_writer *writer, int index)
{
	const struct node *node = &writer->graph->nodes[index];
	json_t *tensors = json_array();
	for (int k = 0; tensors && k < node->input_count; k++)
		tensors = json_add_item(tensors,
			tensor_object(writer, graph_input(writer->graph, index, k)));
	bool is_join = layer_kind_row(graph_layer(writer->graph, index)->kind)->most_inputs > 1;
	return json_pack("{s:o, s:o}", "args", is_join ? json_pack("[o]", tensors) : tensors,
		"kwargs", call_keywords(node));
}

/* The calls of layer `layer`; -1: of the input. */
static json_t *inbound_nodes(const struct architecture_writer *writer, int layer)
{
	json_t *calls = json_array();
	for (int i = 0; calls && i < writer->graph->node_count; i++)
		if (writer->graph->nodes[i].layer == layer)
			calls = json_add_item(calls,
				writer->shapes ? call_as_arguments(writer, i)
					       : call_as_list(writer, i));
	return calls;
}

/* ---- the list of layers ---- */

/* A name for the input that no layer has. */
static void name_input(const struct graph *graph, char out[LAYER_NAME_SIZE])
{
	snprintf(out, LAYER_NAME_SIZE, "input_layer");
	for (int i = 0, number = 1; i < graph->layer_count; i++)
		if (strcmp(graph->layers[i].name, out) == 0) {
			snprintf(out, LAYER_NAME_SIZE, "input_layer_%d", number++);
			i = -1;
		}
}

static json_t *input_object(const struct architecture_writer *writer)
{
	const char *key = writer->shapes ? "batch_shape" : "batch_input_shape";
	return layer_object("InputLayer", writer->input_name, false,
		json_pack("{s:o}", key, batch_shape(writer->graph->input)));
}

static json_t *any_layer_object(const struct architecture_writer *writer, const struct layer *layer)
{
	const char *class_name;
	json_t *config = layer_write(layer, &class_name);
	if (writer->shapes && strcmp(class_name, "LeakyReLU") == 0)
		config = rename_key(config, "alpha", "negative_slope");
	return layer_object(class_name, layer->name, layer->is_frozen, config);
}

/* Adds the object of a layer (-1: the input), in a functional model with its calls. */
static json_t *add_layer(json_t *list, const struct architecture_writer *writer, int index)
{
	const struct layer *layer = index < 0 ? NULL : &writer->graph->layers[index];
	json_t *object = layer ? any_layer_object(writer, layer) : input_object(writer);
	if (object && writer->is_functional) {
		object = json_add_member(object, "name",
			json_string(layer ? layer->name : writer->input_name));
		object = json_add_member(object, "inbound_nodes", inbound_nodes(writer, index));
	}
	return json_add_item(list, object);
}

/* Keras reads a Model with these keys as a functional one; "Functional" has no public module. */
static json_t *model_object(const struct architecture_writer *writer)
{
	const struct graph *graph = writer->graph;
	json_t *layers = json_array();
	for (int i = -1; layers && i < graph->layer_count; i++)
		layers = add_layer(layers, writer, i);
	json_t *config = json_pack("{s:s, s:b, s:s, s:o}", "name", graph->name, "trainable", 1,
		"dtype", "float32", "layers", layers);
	if (config && writer->is_functional) {
		config = json_add_member(config, "input_layers",
			json_pack("[o]", tensor_name(writer, GRAPH_INPUT)));
		config = json_add_member(config, "output_layers",
			json_pack("[o]", tensor_name(writer, graph->node_count - 1)));
	}
	return json_pack("{s:s, s:s, s:o, s:n}", "module", "keras", "class_name",
		writer->is_functional ? "Model" : "Sequential", "config", config,
		"registered_name");
}

/* ---- models ---- */

/* `shapes` has room for those of the graph's nodes; NULL: not in Keras 3's form. */
static json_t *write_graph(const struct graph *graph, struct shape *shapes, const char *path,
	struct error *error)
{
	struct architecture_writer writer = {graph, shapes, "", !is_chain(graph)};
	name_input(graph, writer.input_name);
	if (shapes && graph_shapes(graph, shapes, error))
		return NULL;
	json_t *value = model_object(&writer);
	if (!value)
		error_memory(error, path);
	return value;
}

json_t *architecture_value(const struct graph *graph, enum architecture_form form, const char *path,
	struct error *error)
{
	struct graph keras;
	for (int i = 0; i < graph->layer_count; i++)
		if (graph->layers[i].activation.kind == ACTIVATION_KERAS2_HARD_SIGMOID) {
			error_set(error, path,
				"layer '%s': Keras 3 has no name for the hard_sigmoid of Keras 2",
				graph->layers[i].name);
			return NULL;
		}
	if (keras_graph(&keras, graph, error))
		return NULL;
	bool needs_shapes = form == ARCHITECTURE_KERAS_3;
	struct shape *shapes =
		needs_shapes ? calloc((size_t)keras.node_count, sizeof *shapes) : NULL;
	json_t *value = NULL;
	if (needs_shapes && !shapes)
		error_memory(error, path);
	else
		value = write_graph(&keras, shapes, path, error);
	free(shapes);
	graph_free(&keras);
	return value;
}

int architecture_write(const struct graph *graph, const char *path, struct error *error)
{
	json_t *value = architecture_value(graph, ARCHITECTURE_FOR_ALL, path, error);
	return value ? keras_write_json(value, path, error) : -1;
}
