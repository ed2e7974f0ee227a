/* A network as a graph: nodes, each with a layer and the nodes that it reads; no weights. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "graph/layer.h"

/* A nested model is flattened; a file of more is refused. */
enum { GRAPH_NODES_MAXIMUM = 1 << 12, GRAPH_INPUTS_MAXIMUM = 256 };

/* As an input of a node: the input of the graph. */
enum { GRAPH_INPUT = -1 };

/* One use of a layer. */
struct node {
	char name[LAYER_NAME_SIZE]; /* unique: its layer's, with a number from the second use on */
	int layer;                  /* index of its layer */
	int first_edge, input_count;
	bool is_inference; /* as in prediction always: Keras' argument training=False */
};

/* Nodes are in topological order, and all lead to the last one, the output. */
struct graph {
	char name[LAYER_NAME_SIZE];
	struct shape input;   /* sides of 0 are free: any size fits */
	struct layer *layers; /* in Keras' order, which is that of the weights */
	struct node *nodes;
	int *edges; /* node indices, or GRAPH_INPUT */
	int layer_count, node_count, edge_count;
};

/* Adds a layer, a copy. Returns its index, or -1. */
CHECKED int graph_add_layer(struct graph *graph, const struct layer *layer, struct error *error);

/* Adds a node that applies layer `layer` to `count` nodes that are there already. Returns its
 * index, or -1. */
CHECKED int graph_add_node(struct graph *graph, int layer, const int *inputs, int count,
	struct error *error);

/* Adds a layer and a node of it that reads the last node, or the input if there is none yet.
 * Returns the node, or -1. */
CHECKED int graph_append(struct graph *graph, const struct layer *layer, struct error *error);

/* Removes the nodes that do not lead to node `output`, and the layers without a node, so that
 * `output` is the last node. */
CHECKED int graph_keep(struct graph *graph, int output, struct error *error);

/* Whether a side of the input is free, 0. */
static inline bool graph_is_free(const struct graph *graph)
{
	return !graph->input.height || !graph->input.width;
}

/* Sets the sides of the input that are free. */
void graph_set_input(struct graph *graph, int height, int width);

static inline const struct layer *graph_layer(const struct graph *graph, int node)
{
	return &graph->layers[graph->nodes[node].layer];
}

/* The node that input `index` of a node is, or GRAPH_INPUT. */
static inline int graph_input(const struct graph *graph, int node, int index)
{
	return graph->edges[graph->nodes[node].first_edge + index];
}

/* The first node of the graph's layer `layer`. */
int graph_first_node(const struct graph *graph, int layer);

/* The node of this name, else -1. */
int graph_find(const struct graph *graph, const char *name);

/* Whether a layer has this name. */
bool graph_has_layer(const struct graph *graph, const char *name);

/* layer_defaults() for a layer to be added: its name is `stem`, or that with a number if a layer or
 * node has it already. */
struct layer graph_new_layer(const struct graph *graph, enum layer_kind kind, const char *stem);

/* Writes the output shape of every node into shapes[node_count]. -1, naming the layer: inputs that
 * do not fit, a number out of range, more than 2^31 values or weights. */
CHECKED int graph_shapes(const struct graph *graph, struct shape *shapes, struct error *error);

/* The shape of the output, the last node's; the same checks. -1 also without memory. */
CHECKED int graph_output_shape(const struct graph *graph, struct shape *shape, struct error *error);

/* The shape of a node (GRAPH_INPUT: the graph's input), from graph_shapes's. */
static inline struct shape graph_shape(const struct graph *graph, const struct shape *shapes,
	int node)
{
	return node == GRAPH_INPUT ? graph->input : shapes[node];
}

/* Whether each pixel of a node's output belongs to a place of the input: no layer on the way from
 * the input has mixed places. */
bool graph_keeps_places(const struct graph *graph, int node);

/* How often the nodes read a node's output (GRAPH_INPUT: the graph's input). */
int graph_uses(const struct graph *graph, int node);

/* The last node that computes something: the output has its values. GRAPH_INPUT: none does. */
int graph_final_node(const struct graph *graph);

/* The activation that it applies; ACTIVATION_LINEAR: none. */
enum activation_kind graph_final_activation(const struct graph *graph);

CHECKED int graph_copy(struct graph *out, const struct graph *in, struct error *error);
void graph_free(struct graph *graph);

/* The part of a graph up to node `output`, as a graph of its own: a front whose output is a feature
 * vector. On failure (-1) *out is empty. */
CHECKED int graph_front(struct graph *out, const struct graph *in, int output, struct error *error);

#endif
