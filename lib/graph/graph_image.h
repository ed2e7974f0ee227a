/* A graph as plain memory without pointers, for one process to write and another to read. */
#ifndef GRAPH_GRAPH_IMAGE_H
#define GRAPH_GRAPH_IMAGE_H

#include "graph/graph.h"

enum { GRAPH_EDGES_MAXIMUM = 1 << 16 };

struct graph_image {
	struct shape input;
	char name[LAYER_NAME_SIZE];
	int layer_count, node_count, edge_count;
	struct layer layers[GRAPH_NODES_MAXIMUM];
	struct node nodes[GRAPH_NODES_MAXIMUM];
	int edges[GRAPH_EDGES_MAXIMUM];
};

/* Writes a graph as the image. -1: it has more edges than an image. */
CHECKED int graph_image_write(struct graph_image *image, const struct graph *graph,
	struct error *error);

/* Makes a graph of an image that another process wrote, and that may still change: what is not a
 * graph is refused (-1, and *out is empty). Numbers of layers and shapes are checked by
 * graph_shapes(), as of any graph. */
CHECKED int graph_image_read(struct graph *out, const struct graph_image *image,
	struct error *error);

#endif
