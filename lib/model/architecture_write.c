#include "model/model.h"

#include "base/json.h"
#include "model/keras.h"
#include "model/layer_format.h"

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

/* ---- inbound nodes, in Keras 2's list form ---- */

/* Which of its layer's uses a node is. */
static int use_number(const struct graph *graph, int node)
{
	int number = 0;
	for (int i = 0; i < node; i++)
		number += graph->nodes[i].layer == graph->nodes[node].layer;
	return number;
}

/* ["NAME", use, 0] of a node, or of the input. */
static json_t *tensor_value(const struct graph *graph, int node, const char *input_name)
{
	return node == GRAPH_INPUT
		? json_pack("[sii]", input_name, 0, 0)
		: json_pack("[sii]", graph_layer(graph, node)->name, use_number(graph, node), 0);
}

static json_t *call_value(const struct graph *graph, int node, const char *input_name)
{
	json_t *call = json_array();
	for (int k = 0; call && k < graph->nodes[node].input_count; k++) {
		json_t *named = graph->nodes[node].is_inference ? json_pack("{s:b}", "training", 0)
								: json_object();
		json_t *tensor = tensor_value(graph, graph_input(graph, node, k), input_name);
		call = json_add_item(call, tensor ? json_add_item(tensor, named) : NULL);
		if (!tensor)
			json_decref(named);
	}
	return call;
}

/* The calls of layer `layer`; -1: of the input. */
static json_t *inbound_nodes(const struct graph *graph, int layer, const char *input_name)
{
	json_t *calls = json_array();
	for (int i = 0; calls && i < graph->node_count; i++)
		if (graph->nodes[i].layer == layer)
			calls = json_add_item(calls, call_value(graph, i, input_name));
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

/* A side that is free is null. */
static json_t *side_value(int side)
{
	return side ? json_integer(side) : json_null();
}

static json_t *input_object(const struct graph *graph, const char *name)
{
	const struct shape *input = &graph->input;
	json_t *shape = input->is_vector
		? json_pack("{s:[ni]}", "batch_input_shape", input->channels)
		: json_pack("{s:[nooi]}", "batch_input_shape", side_value(input->height),
			  side_value(input->width), input->channels);
	return layer_object("InputLayer", name, false, shape);
}

/* Adds a layer's object, in a functional model with its calls. */
static json_t *add_object(json_t *list, const struct graph *graph, int layer,
	const char *input_name, bool is_functional, json_t *object)
{
	const char *name = layer < 0 ? input_name : graph->layers[layer].name;
	if (object && is_functional) {
		object = json_add_member(object, "name", json_string(name));
		object = json_add_member(object, "inbound_nodes",
			inbound_nodes(graph, layer, input_name));
	}
	return json_add_item(list, object);
}

static json_t *layers_value(const struct graph *graph, const char *input_name, bool is_functional)
{
	json_t *list = add_object(json_array(), graph, -1, input_name, is_functional,
		input_object(graph, input_name));
	for (int i = 0; list && i < graph->layer_count; i++) {
		const struct layer *layer = &graph->layers[i];
		const char *class_name;
		json_t *config = layer_write(layer, &class_name);
		list = add_object(list, graph, i, input_name, is_functional,
			layer_object(class_name, layer->name, layer->is_frozen, config));
	}
	return list;
}

/* Keras reads a Model with these keys as a functional one; "Functional" has no public module. */
static json_t *model_object(const struct graph *graph)
{
	bool is_functional = !is_chain(graph);
	char input_name[LAYER_NAME_SIZE];
	name_input(graph, input_name);
	json_t *config = json_pack("{s:s, s:b, s:s, s:o}", "name", graph->name, "trainable", 1,
		"dtype", "float32", "layers", layers_value(graph, input_name, is_functional));
	if (config && is_functional) {
		config = json_add_member(config, "input_layers",
			json_pack("[o]", tensor_value(graph, GRAPH_INPUT, input_name)));
		config = json_add_member(config, "output_layers",
			json_pack("[o]", tensor_value(graph, graph->node_count - 1, input_name)));
	}
	return json_pack("{s:s, s:s, s:o, s:n}", "module", "keras", "class_name",
		is_functional ? "Model" : "Sequential", "config", config, "registered_name");
}

int architecture_write(const struct graph *graph, const char *path, struct error *error)
{
	for (int i = 0; i < graph->layer_count; i++)
		if (graph->layers[i].activation.kind == ACTIVATION_KERAS2_HARD_SIGMOID)
			return error_set(error, path,
				"layer '%s': Keras 3 has no name for the hard_sigmoid of Keras 2",
				graph->layers[i].name);
	return keras_write_json(model_object(graph), path, error);
}
