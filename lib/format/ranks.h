/* Internal to lib/format: what Keras counts in axes, which shapes do not say. */
#ifndef FORMAT_RANKS_H
#define FORMAT_RANKS_H

#include "graph/graph.h"

/* Checks that the axes of the layers (axes[layer], counted from the front; 0: none) are the last
 * ones of their inputs, and that an input of [height, width] without channels (input_rank 2; a
 * vector's is 1, a picture's 3) is read by layers only to which that makes no difference. -1 with
 * an error of the layer. */
CHECKED int ranks_check(const struct graph *graph, const int *axes, int input_rank,
	struct error *error);

#endif
