/* The activation of a graph's output, behind layers that keep values. */
#include "graph/graph.h"
#include "tap.h"

#include <stdlib.h>

static struct error error;

static void append(struct graph *graph, enum layer_kind kind, const char *name, int units,
	enum activation_kind activation)
{
	struct layer layer = layer_defaults(kind, name);
	layer.filters = units;
	layer.activation.kind = activation;
	if (graph_append(graph, &layer, &error) < 0)
		exit(1);
}

static void is_activation(struct graph *graph, enum activation_kind expected, const char *name)
{
	is_integer(graph_final_activation(graph), expected, name);
	graph_free(graph);
}

int main(void)
{
	const struct graph empty = {.input = {1, 1, 4, true}};
	struct graph graph = empty;
	append(&graph, LAYER_DENSE, "dense", 2, ACTIVATION_SOFTMAX);
	is_activation(&graph, ACTIVATION_SOFTMAX, "that of the last layer");
	graph = empty;
	append(&graph, LAYER_DENSE, "dense", 2, ACTIVATION_RELU);
	append(&graph, LAYER_ACTIVATION, "output", 0, ACTIVATION_SIGMOID);
	is_activation(&graph, ACTIVATION_SIGMOID, "a layer of its own");
	graph = empty;
	append(&graph, LAYER_DENSE, "dense", 2, ACTIVATION_SOFTMAX);
	append(&graph, LAYER_FLATTEN, "flatten", 0, ACTIVATION_LINEAR);
	append(&graph, LAYER_IDENTITY, "flip", 0, ACTIVATION_LINEAR);
	append(&graph, LAYER_ACTIVATION, "linear", 0, ACTIVATION_LINEAR);
	is_activation(&graph, ACTIVATION_SOFTMAX, "before layers without effect");
	graph = empty;
	append(&graph, LAYER_DENSE, "dense", 2, ACTIVATION_SOFTMAX);
	append(&graph, LAYER_DENSE, "last", 2, ACTIVATION_LINEAR);
	is_activation(&graph, ACTIVATION_LINEAR, "but not before one that computes");
	graph = empty;
	append(&graph, LAYER_FLATTEN, "flatten", 0, ACTIVATION_LINEAR);
	is_activation(&graph, ACTIVATION_LINEAR, "none up to the input");
	return done();
}
