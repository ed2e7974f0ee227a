/* A saliency map: a relevance value per spatial position. */
#ifndef EXPLAIN_MAP_H
#define EXPLAIN_MAP_H

#include "base/error.h"
#include "nn/architecture.h"

/* The positions of a layer's output on the network's input: the receptive field of (i, j) is
 * centred on input pixel (top + i * down, left + j * right). */
struct grid {
	double top, left, down, right;
};

struct map {
	int height, width;
	float *values; /* height x width; owned */
	struct grid grid;
};

/* The grid of the output of layer `index` (-1: the input itself), by the strides, windows and
 * paddings of the layers up to it (Araujo, Norris and Sim: "Computing receptive fields of
 * convolutional neural networks", Distill 2019). `shapes` is network_shapes(). The layers must keep
 * spatial dimensions: no flatten, dense or global pooling. */
struct grid grid_of_layer(const struct architecture *architecture, const struct shape *shapes,
	int index);

/* Allocates a map of zeros. On failure (-1) it is empty. */
CHECKED int map_create(struct map *map, int height, int width, struct grid grid,
	struct error *error);
void map_free(struct map *map);

/* Scales to 0..1: negative values become 0, and the 99th percentile and all above it 1, so that an
 * outlier does not suppress the rest. If the percentile is 0 the maximum is used instead. Returns
 * 0; or -1, with all values 0, if no value is positive. */
int map_normalize(struct map *map);

/* The value at input pixel (x, y): bilinear interpolation, constant beyond the outermost
 * positions. */
float map_at(const struct map *map, double x, double y);

#endif
