#include "nn/engine.h"

#include <string.h>

int network_outputs(const struct network *network)
{
	return (int)shape_count(network->shapes[network->graph.node_count - 1]);
}

void request_scratch(struct network *network, size_t count)
{
	if (count > network->scratch_count)
		network->scratch_count = count;
}

float *worker_scratch(const struct network *network, int worker)
{
	return network->scratch + (size_t)worker * network->scratch_count;
}

void compact_rows(float *out, const float *x, int rows, int width, int stride)
{
	for (int i = 0; i < rows; i++)
		memcpy(out + (size_t)i * (size_t)width, x + (size_t)i * (size_t)stride,
			(size_t)width * sizeof *out);
}

void pad_rows(float *out, const float *x, int rows, int width, int stride)
{
	for (int i = 0; i < rows; i++, out += stride, x += width) {
		memcpy(out, x, (size_t)width * sizeof *out);
		memset(out + width, 0, (size_t)(stride - width) * sizeof *out);
	}
}

void allocate_leaves(struct network *network, struct leaf_sums *sums, struct leaf_sums planned)
{
	size_t count = leaf_sums_floats(&planned, network->batch);
	if (network->leaf_count < count)
		network->leaf_count = count;
	*sums = planned;
	sums->arrays = network->leaves;
}

struct value *node_value(const struct network *network, int node)
{
	if (node == GRAPH_INPUT)
		return &network->values[0];
	if (node == network->graph.node_count)
		node--;
	return &network->values[network->node_values[node]];
}
