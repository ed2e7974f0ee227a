#include "graph/graph.h"

#include "base/array.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int graph_add_layer(struct graph *graph, const struct layer *layer, struct error *error)
{
	struct layer *layers =
		array_grow(graph->layers, (size_t)graph->layer_count, sizeof *layers);
	if (!layers)
		return error_memory(error, "graph");
	graph->layers = layers;
	layers[graph->layer_count] = *layer;
	return graph->layer_count++;
}

bool graph_has_layer(const struct graph *graph, const char *name)
{
	for (int i = 0; i < graph->layer_count; i++)
		if (strcmp(graph->layers[i].name, name) == 0)
			return true;
	return false;
}

struct layer graph_new_layer(const struct graph *graph, enum layer_kind kind, const char *stem)
{
	char name[LAYER_NAME_SIZE];
	snprintf(name, sizeof name, "%s", stem);
	for (int number = 1; graph_has_layer(graph, name) || graph_find(graph, name) >= 0; number++)
		snprintf(name, sizeof name, "%s_%d", stem, number);
	return layer_defaults(kind, name);
}

/* A layer's name is taken by its first node; the next ones get numbers. */
static void name_node(struct graph *graph, struct node *node)
{
	const char *name = graph->layers[node->layer].name;
	char stem[LAYER_NAME_SIZE - 16];
	int use = 1;
	for (int i = 0; i < graph->node_count; i++)
		use += graph->nodes[i].layer == node->layer;
	snprintf(stem, sizeof stem, "%.*s", (int)sizeof stem - 1, name);
	while (!text_is_utf8(stem)) /* cut in the middle of a character */
		stem[strlen(stem) - 1] = 0;
	snprintf(node->name, sizeof node->name, "%s", name);
	if (use > 1)
		snprintf(node->name, sizeof node->name, "%s_use_%d", stem, use);
	while (graph_find(graph, node->name) >= 0 ||
		(use > 1 && graph_has_layer(graph, node->name)))
		snprintf(node->name, sizeof node->name, "%s_use_%d", stem, ++use);
}

static int add_edges(struct graph *graph, const int *inputs, int count, struct error *error)
{
	for (int i = 0; i < count; i++) {
		int *edges = array_grow(graph->edges, (size_t)graph->edge_count, sizeof *edges);
		if (!edges)
			return error_memory(error, "graph");
		graph->edges = edges;
		edges[graph->edge_count++] = inputs[i];
	}
	return 0;
}

int graph_add_node(struct graph *graph, int layer, const int *inputs, int count,
	struct error *error)
{
	if (graph->node_count == GRAPH_NODES_MAXIMUM)
		return layer_refuse(&graph->layers[layer], error, "is one of more than %d layers",
			GRAPH_NODES_MAXIMUM);
	struct node *nodes = array_grow(graph->nodes, (size_t)graph->node_count, sizeof *nodes);
	if (!nodes)
		return error_memory(error, "graph");
	graph->nodes = nodes;
	struct node node = {.layer = layer, .first_edge = graph->edge_count, .input_count = count};
	name_node(graph, &node);
	if (add_edges(graph, inputs, count, error))
		return -1;
	nodes[graph->node_count] = node;
	return graph->node_count++;
}

int graph_append(struct graph *graph, const struct layer *layer, struct error *error)
{
	int last = graph->node_count - 1, index = graph_add_layer(graph, layer, error);
	return index < 0 ? -1 : graph_add_node(graph, index, &last, 1, error);
}

int graph_find(const struct graph *graph, const char *name)
{
	for (int i = 0; i < graph->node_count; i++)
		if (strcmp(graph->nodes[i].name, name) == 0)
			return i;
	return -1;
}

void graph_set_input(struct graph *graph, int height, int width)
{
	struct shape *input = &graph->input;
	input->height = input->height ? input->height : height;
	input->width = input->width ? input->width : width;
}

int graph_first_node(const struct graph *graph, int layer)
{
	int node = 0;
	while (graph->nodes[node].layer != layer)
		node++;
	return node;
}

int graph_shapes(const struct graph *graph, struct shape *shapes, struct error *error)
{
	if (graph->node_count < 1)
		return error_set(error, "graph", "has no layers");
	for (int i = 0; i < graph->node_count; i++) {
		const struct node *node = &graph->nodes[i];
		struct shape inputs[GRAPH_INPUTS_MAXIMUM];
		if (node->input_count > GRAPH_INPUTS_MAXIMUM)
			return layer_refuse(graph_layer(graph, i), error, "more than %d inputs",
				GRAPH_INPUTS_MAXIMUM);
		for (int k = 0; k < node->input_count; k++)
			inputs[k] = graph_shape(graph, shapes, graph_input(graph, i, k));
		if (layer_shape(graph_layer(graph, i), inputs, node->input_count, &shapes[i],
			    error))
			return -1;
	}
	return 0;
}

int graph_output_shape(const struct graph *graph, struct shape *shape, struct error *error)
{
	struct shape *shapes = calloc((size_t)graph->node_count + 1, sizeof *shapes);
	if (!shapes)
		return error_memory(error, "graph");
	int result = graph_shapes(graph, shapes, error);
	if (result == 0)
		*shape = shapes[graph->node_count - 1];
	free(shapes);
	return result;
}

bool graph_keeps_places(const struct graph *graph, int node)
{
	bool keeps[GRAPH_NODES_MAXIMUM];
	for (int i = 0; i <= node; i++) {
		keeps[i] = layer_kind_row(graph_layer(graph, i)->kind)->keeps_places;
		/* With several inputs one is enough: squeeze-and-excite multiplies places by a
		 * vector. */
		bool any = false;
		for (int k = 0; k < graph->nodes[i].input_count; k++) {
			int input = graph_input(graph, i, k);
			any |= input == GRAPH_INPUT || keeps[input];
		}
		keeps[i] = keeps[i] && any;
	}
	return node == GRAPH_INPUT || keeps[node];
}

int graph_uses(const struct graph *graph, int node)
{
	int uses = 0;
	for (int i = 0; i < graph->edge_count; i++)
		uses += graph->edges[i] == node;
	return uses;
}

int graph_final_node(const struct graph *graph)
{
	int node = graph->node_count - 1;
	while (node != GRAPH_INPUT) {
		const struct layer *layer = graph_layer(graph, node);
		bool is_linear = layer->kind == LAYER_ACTIVATION &&
			layer->activation.kind == ACTIVATION_LINEAR;
		if (!is_linear && !layer_kind_row(layer->kind)->keeps_values)
			return node;
		node = graph_input(graph, node, 0);
	}
	return node;
}

enum activation_kind graph_final_activation(const struct graph *graph)
{
	int node = graph_final_node(graph);
	return node == GRAPH_INPUT ? ACTIVATION_LINEAR : graph_layer(graph, node)->activation.kind;
}

/* ---- copies and parts ---- */

int graph_copy(struct graph *out, const struct graph *in, struct error *error)
{
	*out = *in;
	out->layers = array_copy(in->layers, (size_t)in->layer_count, sizeof *in->layers);
	out->nodes = array_copy(in->nodes, (size_t)in->node_count, sizeof *in->nodes);
	out->edges = array_copy(in->edges, (size_t)in->edge_count, sizeof *in->edges);
	if (out->layers && out->nodes && out->edges)
		return 0;
	graph_free(out);
	return error_memory(error, "graph");
}

void graph_free(struct graph *graph)
{
	free(graph->layers);
	free(graph->nodes);
	free(graph->edges);
	*graph = (struct graph){0};
}

/* Marks the nodes that lead to `output`, and itself, with true. */
static void mark_nodes(const struct graph *graph, int output, bool *wanted)
{
	wanted[output] = true;
	for (int i = output; i >= 0; i--)
		for (int k = 0; wanted[i] && k < graph->nodes[i].input_count; k++)
			if (graph_input(graph, i, k) != GRAPH_INPUT)
				wanted[graph_input(graph, i, k)] = true;
}

/* Moves the wanted nodes together; place[i] becomes the new index of node i. */
static void keep_nodes(struct graph *graph, const bool *wanted, int *place)
{
	int kept = 0, edges = 0;
	for (int i = 0; i < graph->node_count; i++) {
		struct node node = graph->nodes[i];
		place[i] = kept;
		if (!wanted[i])
			continue;
		for (int k = 0; k < node.input_count; k++) {
			int input = graph_input(graph, i, k);
			graph->edges[edges + k] = input == GRAPH_INPUT ? input : place[input];
		}
		node.first_edge = edges;
		edges += node.input_count;
		graph->nodes[kept++] = node;
	}
	graph->node_count = kept;
	graph->edge_count = edges;
}

static void keep_layers(struct graph *graph, int *place)
{
	int kept = 0;
	for (int i = 0; i < graph->layer_count; i++) {
		bool used = false;
		for (int k = 0; k < graph->node_count; k++)
			used |= graph->nodes[k].layer == i;
		place[i] = kept;
		if (used)
			graph->layers[kept++] = graph->layers[i];
	}
	for (int k = 0; k < graph->node_count; k++)
		graph->nodes[k].layer = place[graph->nodes[k].layer];
	graph->layer_count = kept;
}

int graph_keep(struct graph *graph, int output, struct error *error)
{
	size_t most = (size_t)(graph->node_count > graph->layer_count ? graph->node_count
								      : graph->layer_count);
	bool *wanted = calloc(most, sizeof *wanted);
	int *place = calloc(most, sizeof *place);
	if (wanted && place) {
		mark_nodes(graph, output, wanted);
		keep_nodes(graph, wanted, place);
		keep_layers(graph, place);
	}
	int result = wanted && place ? 0 : error_memory(error, "graph");
	free(wanted);
	free(place);
	return result;
}

int graph_front(struct graph *out, const struct graph *in, int output, struct error *error)
{
	if (graph_copy(out, in, error))
		return -1;
	int result = graph_keep(out, output, error);
	if (result)
		graph_free(out);
	return result;
}
