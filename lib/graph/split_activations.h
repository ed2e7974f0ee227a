/* Activations as layers of their own, for formats whose layers know fewer of them. */
#ifndef GRAPH_SPLIT_ACTIVATIONS_H
#define GRAPH_SPLIT_ACTIVATIONS_H

#include "graph/graph.h"

/* Copies a graph; where `is_separate` holds for a layer's activation, this becomes a layer
 * LAYER_ACTIVATION that follows it, in the list of layers as for each of its nodes. Layers with
 * parameters keep their names and their order. On failure (-1: no memory, too many nodes) *out is
 * empty. */
CHECKED int graph_split_activations(struct graph *out, const struct graph *in,
	bool (*is_separate)(const struct activation *activation), struct error *error);

/* Writes "STEM_SUFFIX", with a number where a layer of one of the graphs has that name. A long stem
 * is cut. */
void graph_new_name(char out[LAYER_NAME_SIZE], const char *stem, const char *suffix,
	const struct graph *first, const struct graph *second);

#endif
