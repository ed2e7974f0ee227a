/* Graphs of layers that follow each other, for tests. */
#ifndef TESTS_CHAIN_H
#define TESTS_CHAIN_H

#include "graph/graph.h"

/* A graph of copies of `count` layers, each reading the one before. Names that are empty become
 * "layer 0" and so on; sizes of strides, dilations, groups and multipliers that are 0 become 1, and
 * an epsilon of 0 Keras' default. Ends the program without memory; the caller frees the graph. */
struct graph chain(struct shape input, const struct layer *layers, int count);

#endif
