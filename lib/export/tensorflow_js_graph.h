/* A network's graph as TensorFlow.js has it (tfjs-layers 4.22). */
#ifndef EXPORT_TENSORFLOW_JS_GRAPH_H
#define EXPORT_TENSORFLOW_JS_GRAPH_H

#include "nn/network.h"

/* Copies the graph of a network with layers of TensorFlow.js only, which compute the same in
 * prediction; what it lacks is made of others where that is possible: Subtract, Normalization,
 * hard_sigmoid. Names are those of the graph, but for characters that TensorFlow.js refuses.
 * layers[i] becomes the index in *out of the graph's layer i, or -1 for one that others replace. On
 * failure (-1, naming the layer that it lacks) *out is empty. */
CHECKED int tensorflow_js_graph(struct graph *out, int *layers, const struct network *network,
	struct error *error);

#endif
