/* Which nodes of a network to explain at. */
#include "explain/kinds.h"
#include "explain/saliency.h"

bool saliency_has_places(const struct network *network, int node)
{
	const struct graph *graph = network_graph(network);
	struct shape shape = graph_shape(graph, network_shapes(network), node);
	return shape.height * shape.width > 1 && graph_keeps_places(graph, node);
}

static enum layer_family family_of(const struct graph *graph, int node)
{
	return layer_kind_row(graph_layer(graph, node)->kind)->family;
}

/* ---- the last convolution ---- */

/* The only node that reads a node's output; else GRAPH_INPUT. */
static int only_reader(const struct graph *graph, int node)
{
	if (graph_uses(graph, node) != 1)
		return GRAPH_INPUT;
	for (int reader = node + 1;; reader++)
		for (int k = 0; k < graph->nodes[reader].input_count; k++)
			if (graph_input(graph, reader, k) == node)
				return reader;
}

/* Whether a node belongs to the convolution before it: its positions are the same. */
static bool follows_convolution(const struct network *network, int node)
{
	if (node == GRAPH_INPUT || !saliency_has_places(network, node))
		return false;
	enum layer_family family = family_of(network_graph(network), node);
	return family == FAMILY_ACTIVATION || family == FAMILY_NORMALIZATION ||
		family == FAMILY_JOIN;
}

static int last_convolution(const struct network *network)
{
	const struct graph *graph = network_graph(network);
	int node = graph->node_count - 1;
	while (node >= 0 &&
		!(family_of(graph, node) == FAMILY_CONVOLUTION &&
			saliency_has_places(network, node)))
		node--;
	if (node < 0)
		return -1;
	for (int next = only_reader(graph, node); follows_convolution(network, next);
		next = only_reader(graph, node))
		node = next;
	return node;
}

/* ---- blocks ---- */

/* Whether every path from the input to the output leads through a node. */
static bool is_on_every_path(const struct graph *graph, int node)
{
	for (int later = node + 1; later < graph->node_count; later++)
		for (int k = 0; k < graph->nodes[later].input_count; k++)
			if (graph_input(graph, later, k) < node)
				return false;
	return true;
}

int saliency_blocks(const struct network *network, int blocks[GRAPH_NODES_MAXIMUM])
{
	const struct graph *graph = network_graph(network);
	int count = 0, end = GRAPH_INPUT;
	bool is_open = false; /* there was a convolution since the end of the last block */
	bool has_convolution = false, has_stride = false; /* since the last node on every path */
	for (int node = 0; node < graph->node_count; node++) {
		const struct layer *layer = graph_layer(graph, node);
		enum layer_family family = family_of(graph, node);
		bool on_every_path = is_on_every_path(graph, node),
		     strided = layer->stride_height > 1 || layer->stride_width > 1;
		has_convolution |= family == FAMILY_CONVOLUTION;
		has_stride |= strided && (family == FAMILY_CONVOLUTION || !on_every_path);
		if (!on_every_path)
			continue;
		if (!saliency_has_places(network, node))
			break;
		if (is_open && has_stride)
			blocks[count++] = end;
		if (is_open && family == FAMILY_POOLING)
			blocks[count++] = node;
		is_open = has_convolution || (is_open && family != FAMILY_POOLING);
		has_convolution = has_stride = false;
		/* What pads for the next block does not belong to this one. */
		end = family == FAMILY_PLACES ? end : node;
	}
	if (is_open)
		blocks[count++] = end;
	return count;
}

int saliency_default_node(const struct network *network, enum saliency_method method)
{
	int blocks[GRAPH_NODES_MAXIMUM], count = saliency_blocks(network, blocks);
	/* After a pooling: before it only the argmax positions have a gradient. */
	return saliency_place(method) == PLACE_LAST_BLOCK && count ? blocks[count - 1]
								   : last_convolution(network);
}
