#include "format/keras.h"

#include "graph/split_activations.h"

#include <stdlib.h>
#include <string.h>

/* ---- activations ---- */

/* Those that not all of Keras 2, Keras 3 and TensorFlow.js have under one name. */
static bool is_layer_in_keras(const struct activation *activation)
{
	enum activation_kind kind = activation->kind;
	return kind == ACTIVATION_RELU6 || kind == ACTIVATION_LEAKY_RELU ||
		!activation_has_name(activation);
}

/* ---- the order of layers ---- */

/* As Keras sorts the layers of a functional model (keras/src/ops/function.py, map_graph): by their
 * distance from the output, the largest first; those of one distance as a depth-first search from
 * the output meets them. */
struct sorting {
	const struct graph *graph;
	int *places;   /* of layers: when the search met them, from 1 on */
	int *depths;   /* of layers */
	int *distance; /* of nodes */
	int *finished; /* nodes, each after its inputs */
	bool *is_finished;
	int place_count, finished_count;
};

static void search(struct sorting *sorting, int node)
{
	const struct graph *graph = sorting->graph;
	if (node == GRAPH_INPUT || sorting->is_finished[node])
		return;
	int *place = &sorting->places[graph->nodes[node].layer];
	if (!*place)
		*place = ++sorting->place_count;
	for (int k = 0; k < graph->nodes[node].input_count; k++)
		search(sorting, graph_input(graph, node, k));
	sorting->is_finished[node] = true;
	sorting->finished[sorting->finished_count++] = node;
}

static void measure(struct sorting *sorting)
{
	const struct graph *graph = sorting->graph;
	for (int i = sorting->finished_count - 1; i >= 0; i--) {
		int node = sorting->finished[i], distance = sorting->distance[node];
		int *depth = &sorting->depths[graph->nodes[node].layer];
		*depth = distance = distance > *depth ? distance : *depth;
		for (int k = 0; k < graph->nodes[node].input_count; k++) {
			int input = graph_input(graph, node, k);
			if (input != GRAPH_INPUT && sorting->distance[input] <= distance)
				sorting->distance[input] = distance + 1;
		}
	}
}

static bool comes_before(const struct sorting *sorting, int a, int b)
{
	if (sorting->depths[a] != sorting->depths[b])
		return sorting->depths[a] > sorting->depths[b];
	if (sorting->places[a] != sorting->places[b])
		return sorting->places[a] < sorting->places[b];
	return a < b;
}

/* Moves the layers to their order; `fresh` and `order` have room for them. */
static void move_layers(const struct sorting *sorting, struct graph *graph, struct layer *fresh,
	int *order)
{
	for (int a = 0; a < graph->layer_count; a++) {
		order[a] = 0;
		for (int b = 0; b < graph->layer_count; b++)
			order[a] += comes_before(sorting, b, a);
		fresh[order[a]] = graph->layers[a];
	}
	memcpy(graph->layers, fresh, (size_t)graph->layer_count * sizeof *fresh);
	for (int i = 0; i < graph->node_count; i++)
		graph->nodes[i].layer = order[graph->nodes[i].layer];
}

static int sort_layers(struct graph *graph, struct error *error)
{
	size_t nodes = (size_t)graph->node_count, layers = (size_t)graph->layer_count;
	int *numbers = calloc(3 * layers + 2 * nodes, sizeof *numbers);
	bool *flags = calloc(nodes, sizeof *flags);
	struct layer *fresh = calloc(layers, sizeof *fresh);
	bool good = numbers && flags && fresh;
	if (good) {
		int *of_nodes = numbers + 3 * layers;
		struct sorting sorting = {.graph = graph,
			.places = numbers,
			.depths = numbers + layers,
			.distance = of_nodes,
			.finished = of_nodes + nodes,
			.is_finished = flags};
		search(&sorting, graph->node_count - 1);
		measure(&sorting);
		move_layers(&sorting, graph, fresh, numbers + 2 * layers);
	}
	free(numbers);
	free(flags);
	free(fresh);
	return good ? 0 : error_memory(error, "graph");
}

int keras_graph(struct graph *out, const struct graph *in, struct error *error)
{
	if (graph_split_activations(out, in, is_layer_in_keras, error))
		return -1;
	if (sort_layers(out, error) == 0)
		return 0;
	graph_free(out);
	return -1;
}
