#include "nn/memory.h"
#include "nn/operations.h"
#include "nn/parameters.h"

#include <stdlib.h>
#include <string.h>

static int build(struct network *network, const struct graph *graph, struct error *error)
{
	if (kernels_select(&network->kernels, error) || graph_copy(&network->graph, graph, error))
		return -1;
	network->shapes = calloc((size_t)graph->node_count + 1, sizeof *network->shapes);
	if (!network->shapes)
		return error_memory(error, "network");
	if (graph_shapes(&network->graph, network->shapes, error) ||
		list_parameters(network, error))
		return -1;
	if (network->mode == NETWORK_DESCRIBE)
		return 0;
	return plan_operations(network, error) || allocate_memory(network, error) ? -1 : 0;
}

/* As Keras has them before a file is read: ones for what divides or multiplies. */
static void set_ones(struct network *network)
{
	for (int i = 0; i < network->parameter_count; i++) {
		const struct parameter *parameter = &network->parameters[i];
		float *values = network_parameter_values(network, i);
		for (size_t k = 0;
			k < parameter->count && parameter->initializer == INITIALIZER_ONES; k++)
			values[k] = 1;
	}
}

int network_create(struct network **out, const struct graph *graph, enum network_mode mode,
	int batch, struct parallel *pool, struct error *error)
{
	*out = NULL;
	if (batch < 1 || batch > 1 << 20)
		return error_set(error, "batch size", "%d is not in 1..%d", batch, 1 << 20);
	struct network *network = calloc(1, sizeof *network);
	if (!network)
		return error_memory(error, "network");
	network->mode = mode;
	network->batch = batch;
	network->pool = pool;
	if (build(network, graph, error)) {
		network_destroy(network);
		return -1;
	}
	if (mode != NETWORK_DESCRIBE)
		set_ones(network);
	network->weights_changed = true;
	*out = network;
	return 0;
}

void network_destroy(struct network *network)
{
	if (!network)
		return;
	for (int i = 0; i < network->operation_count; i++)
		free(network->operations[i].state);
	graph_free(&network->graph);
	free(network->shapes);
	free(network->parameters);
	free(network->offsets);
	free(network->first_parameters);
	free(network->has_gradient);
	free(network->layers);
	free(network->values);
	free(network->operations);
	free(network->node_values);
	free(network->input_room);
	free(network->gradient_room);
	free(network->spare_room);
	free(network->places);
	free(network->memory);
	free(network->kept_memory);
	free(network);
}

const struct graph *network_graph(const struct network *network)
{
	return &network->graph;
}

const struct shape *network_shapes(const struct network *network)
{
	return network->shapes;
}
