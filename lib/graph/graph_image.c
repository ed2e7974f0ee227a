#include "graph/graph_image.h"

#include "base/text.h"

#include <string.h>

int graph_image_write(struct graph_image *image, const struct graph *graph, struct error *error)
{
	if (graph->edge_count > GRAPH_EDGES_MAXIMUM)
		return error_set(error, "graph", "has %d connections; %d are supported",
			graph->edge_count, GRAPH_EDGES_MAXIMUM);
	image->input = graph->input;
	memcpy(image->name, graph->name, sizeof image->name);
	image->layer_count = graph->layer_count;
	image->node_count = graph->node_count;
	image->edge_count = graph->edge_count;
	memcpy(image->layers, graph->layers, (size_t)graph->layer_count * sizeof *graph->layers);
	memcpy(image->nodes, graph->nodes, (size_t)graph->node_count * sizeof *graph->nodes);
	memcpy(image->edges, graph->edges, (size_t)graph->edge_count * sizeof *graph->edges);
	return 0;
}

/* ---- what may be believed ---- */

static bool is_name(const char *name, size_t size)
{
	return memchr(name, 0, size) && text_is_utf8(name);
}

/* Any other value of the byte is no bool. */
static bool is_bool(const bool *value)
{
	unsigned char byte;
	memcpy(&byte, value, 1);
	return byte <= 1;
}

static bool is_side(int value)
{
	return value >= 0 && value <= 1 << 24;
}

static bool is_shape(const struct shape *shape)
{
	return is_bool(&shape->is_vector) && is_side(shape->height) && is_side(shape->width) &&
		is_side(shape->channels);
}

static bool is_layer(const struct layer *layer)
{
	const bool *const bools[] = {&layer->is_frozen, &layer->use_bias, &layer->drops_samples,
		&layer->center, &layer->scale, &layer->invert, &layer->keeps_dimensions,
		&layer->shared_height, &layer->shared_width, &layer->target.is_vector};
	for (size_t i = 0; i < sizeof bools / sizeof *bools; i++)
		if (!is_bool(bools[i]))
			return false;
	return (unsigned)layer->kind < LAYER_KIND_COUNT &&
		(unsigned)layer->activation.kind < ACTIVATION_COUNT &&
		(unsigned)layer->padding <= PADDING_SAME &&
		(unsigned)layer->interpolation <= INTERPOLATION_BILINEAR &&
		(unsigned)layer->constant_count <= LAYER_CONSTANTS &&
		is_name(layer->name, sizeof layer->name) &&
		is_name(layer->group, sizeof layer->group) &&
		is_name(layer->outermost, sizeof layer->outermost);
}

static bool is_node(const struct graph *graph, int index)
{
	const struct node *node = &graph->nodes[index];
	if (!is_bool(&node->is_inference) || !is_name(node->name, sizeof node->name) ||
		node->layer < 0 || node->layer >= graph->layer_count || node->input_count < 1 ||
		node->input_count > GRAPH_INPUTS_MAXIMUM || node->first_edge < 0 ||
		node->first_edge > graph->edge_count - node->input_count)
		return false;
	for (int i = 0; i < node->input_count; i++) {
		int input = graph->edges[node->first_edge + i];
		if (input < GRAPH_INPUT || input >= index)
			return false;
	}
	return true;
}

static bool is_graph(const struct graph *graph)
{
	if (!is_shape(&graph->input) || graph->input.channels < 1 ||
		!is_name(graph->name, sizeof graph->name))
		return false;
	for (int i = 0; i < graph->layer_count; i++)
		if (!is_layer(&graph->layers[i]))
			return false;
	for (int i = 0; i < graph->node_count; i++)
		if (!is_node(graph, i))
			return false;
	return true;
}

/* ---- reading ---- */

int graph_image_read(struct graph *out, const struct graph_image *image, struct error *error)
{
	struct graph view = {.input = image->input,
		.layers = (struct layer *)image->layers,
		.nodes = (struct node *)image->nodes,
		.edges = (int *)image->edges,
		.layer_count = image->layer_count,
		.node_count = image->node_count,
		.edge_count = image->edge_count};
	*out = (struct graph){0};
	memcpy(view.name, image->name, sizeof view.name);
	if (view.layer_count < 1 || view.layer_count > GRAPH_NODES_MAXIMUM || view.node_count < 1 ||
		view.node_count > GRAPH_NODES_MAXIMUM || view.edge_count < 1 ||
		view.edge_count > GRAPH_EDGES_MAXIMUM)
		return error_set(error, "graph", "is damaged");
	if (graph_copy(out, &view, error))
		return -1;
	/* The copy is checked, which the other process can't change. What leads to the last node is
	 * kept, so that no layer is without a node. */
	int result = is_graph(out) ? graph_keep(out, out->node_count - 1, error)
				   : error_set(error, "graph", "is damaged");
	if (result)
		graph_free(out);
	return result;
}
