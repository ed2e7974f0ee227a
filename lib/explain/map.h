/* A saliency map: a relevance value per spatial position. */
#ifndef EXPLAIN_MAP_H
#define EXPLAIN_MAP_H

#include "base/error.h"
#include "explain/grid.h"

struct map {
	int height, width;
	float *values; /* height x width; owned */
	struct grid grid;
};

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
