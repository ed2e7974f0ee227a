#include "format/ranks.h"

#include <stdlib.h>

/* The rank of a layer's output from that of its (first) input. */
static int output_rank(const struct layer *layer, int input)
{
	bool is_global = layer->kind == LAYER_GLOBAL_AVERAGE_POOLING ||
		layer->kind == LAYER_GLOBAL_MAX_POOLING;
	if (is_global)
		return layer->keeps_dimensions ? 3 : 1;
	if (layer->kind == LAYER_RESHAPE)
		return layer->target.is_vector ? 1 : 3;
	return layer->kind == LAYER_FLATTEN ? 1 : input;
}

/* Whether a layer computes the same for [height, width] as for [height, width, 1]. */
static bool ignores_channels(const struct layer *layer)
{
	static const bool IGNORES[LAYER_KIND_COUNT] = {
		[LAYER_FLATTEN] = true,
		[LAYER_RESHAPE] = true,
		[LAYER_DROPOUT] = true,
		[LAYER_GAUSSIAN_NOISE] = true,
		[LAYER_GAUSSIAN_DROPOUT] = true,
		[LAYER_IDENTITY] = true,
	};
	return IGNORES[layer->kind] ||
		(layer->kind == LAYER_RESCALING && layer->constant_count == 1);
}

static int check_node(const struct graph *graph, int node, int rank, int axis, struct error *error)
{
	const struct layer *layer = graph_layer(graph, node);
	if (axis && axis != rank)
		return layer_refuse(layer, error, "axis is not the last one");
	if (rank == 2 && !ignores_channels(layer))
		return layer_refuse(layer, error,
			"its input has no channels; a Reshape to [height, width, 1] adds them");
	return 0;
}

int ranks_check(const struct graph *graph, const int *axes, int input_rank, struct error *error)
{
	int *ranks = calloc((size_t)graph->node_count + 1, sizeof *ranks);
	int result = ranks ? 0 : error_memory(error, "graph");
	for (int i = 0; result == 0 && i < graph->node_count; i++) {
		int rank = 0;
		for (int k = 0; k < graph->nodes[i].input_count; k++) {
			int input = graph_input(graph, i, k);
			int other = input == GRAPH_INPUT ? input_rank : ranks[input];
			rank = other > rank ? other : rank;
		}
		ranks[i] = output_rank(graph_layer(graph, i), rank);
		result = check_node(graph, i, rank, axes[graph->nodes[i].layer], error);
	}
	free(ranks);
	return result;
}
