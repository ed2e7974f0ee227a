/* A map over a picture: one number per place, how much it matters. */
#ifndef EXPLAIN_MAP_H
#define EXPLAIN_MAP_H

#include "base/error.h"
#include "nn/architecture.h"

/* Where the places of a layer lie on the network's input: place (i, j) is centred on input pixel
 * (top + i * down, left + j * right). */
struct grid {
	double top, left, down, right;
};

struct map {
	int height, width;
	float *values;    /* height x width; owned */
	struct grid grid;
};

/* The grid of the output of layer `index` (-1: the input itself), by the strides, windows and paddings of the layers
 * up to it (Araujo, Norris and Sim: "Computing receptive fields of convolutional neural networks", Distill
 * 2019). `shapes` is network_shapes(). The layers must keep places: no flatten, dense or global pooling. */
struct grid grid_of_layer(const struct architecture *architecture, const struct shape *shapes, int index);

/* Allocates a map of zeros. On failure (-1) it is empty. */
CHECKED int map_create(struct map *map, int height, int width, struct grid grid, struct error *error);
void map_free(struct map *map);

/* Scales to 0..1: what is below zero becomes 0, and the value that 99 % of the places do not exceed becomes 1,
 * with all above it, so that one hot place does not darken the rest. Where that value is 0 the largest takes its
 * part. Returns 0; or -1, the map then being all 0, when no value is above 0. */
int map_normalize(struct map *map);

/* The value at input pixel (x, y), bilinear between the four places around it; beyond the outermost places theirs. */
float map_at(const struct map *map, double x, double y);

#endif
