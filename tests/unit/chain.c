#include "chain.h"

#include <stdio.h>
#include <stdlib.h>

static void set_one(int *number)
{
	*number += *number == 0;
}

static struct layer complete(struct layer layer, int index)
{
	if (!*layer.name)
		snprintf(layer.name, sizeof layer.name, "layer %d", index);
	set_one(&layer.stride_height);
	set_one(&layer.stride_width);
	set_one(&layer.dilation_height);
	set_one(&layer.dilation_width);
	set_one(&layer.groups);
	set_one(&layer.multiplier);
	if (layer.epsilon == 0)
		layer.epsilon = 1e-3f;
	return layer;
}

struct graph chain(struct shape input, const struct layer *layers, int count)
{
	struct graph graph = {.name = "chain", .input = input};
	for (int i = 0; i < count; i++) {
		struct layer layer = complete(layers[i], i);
		if (graph_append(&graph, &layer, NULL) < 0)
			abort();
	}
	return graph;
}
