/* Names of nodes: a layer's own name is its first node's; others get numbers that no layer has. */
#include "graph/graph.h"
#include "tap.h"

#include <stdlib.h>

static struct error error;

static int add_layer(struct graph *graph, const char *name)
{
	struct layer layer = layer_defaults(LAYER_IDENTITY, name);
	int index = graph_add_layer(graph, &layer, &error);
	if (index < 0)
		exit(1);
	return index;
}

static void add_node(struct graph *graph, int layer)
{
	int last = graph->node_count - 1;
	if (graph_add_node(graph, layer, &last, 1, &error) < 0)
		exit(1);
}

int main(void)
{
	struct graph graph = {.input = {2, 2, 1, false}};
	int a = add_layer(&graph, "a"), other = add_layer(&graph, "a_use_2");
	add_node(&graph, a);
	add_node(&graph, a);
	add_node(&graph, other);
	add_node(&graph, a);
	is_text(graph.nodes[0].name, "a", "the first use");
	is_text(graph.nodes[1].name, "a_use_3", "the second, whose number a layer has");
	is_text(graph.nodes[2].name, "a_use_2", "that layer");
	is_text(graph.nodes[3].name, "a_use_4", "the third");
	is_integer(graph_find(&graph, "a_use_2"), 2, "found by name");
	is_integer(graph_find(&graph, "b"), -1, "one that is not there");
	graph_free(&graph);
	return done();
}
