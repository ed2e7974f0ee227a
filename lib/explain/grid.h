/* Where the values of a layer lie on the network's input. */
#ifndef EXPLAIN_GRID_H
#define EXPLAIN_GRID_H

#include "graph/graph.h"

/* The positions of a node's output on the network's input: the receptive field of (i, j) is centred
 * on input pixel (top + i * down, left + j * right). */
struct grid {
	double top, left, down, right;
};

/* The grid of a node's output (GRAPH_INPUT: the input itself), by the windows, strides, dilations
 * and paddings of the nodes on the way to it, and by what they pad, crop or resample (Araujo,
 * Norris and Sim: "Computing receptive fields of convolutional neural networks", Distill 2019).
 * Where several values are joined, the first of the output's size that keeps places counts.
 * `shapes` is network_shapes(). The node must keep places. */
struct grid grid_of_node(const struct graph *graph, const struct shape *shapes, int node);

#endif
