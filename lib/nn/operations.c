/* From the nodes of a graph to operations: each kind plans its own. */
#include "nn/operations.h"

#include "nn/chain.h"
#include "nn/normalization.h"
#include "nn/plan.h"

#include <stdlib.h>

static const struct layer_operation *const ROWS[] = {
#define X(kind) [LAYER_##kind] = &operation_of_##kind,
	LAYER_KINDS(X)
#undef X
};

/* Operations of one node: both parts of a separable convolution, and its activation. */
enum { OPERATIONS_OF_NODE = 3 };

/* ---- nodes ---- */

static bool has_no_effect(const struct planner *planner, int node,
	const struct operation_kind *kind)
{
	return !kind ||
		(kind->is_noise &&
			(planner->network->mode != NETWORK_TRAIN ||
				planner->graph->nodes[node].is_inference));
}

static void plan_node(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	const struct layer_operation *row = ROWS[layer->kind];
	if (has_no_effect(planner, node, row->kind))
		plan_nothing(planner, node);
	else if (row->plan)
		row->plan(planner, node);
	else
		plan_append(planner, node, row->kind, layer);
}

static void find_users(struct planner *planner)
{
	const struct graph *graph = planner->graph;
	enum { NONE = -1, SEVERAL = -2 };
	for (int i = 0; i < graph->node_count; i++)
		planner->users[i] = NONE;
	planner->users[graph->node_count - 1] = SEVERAL;
	for (int i = 0; i < graph->node_count; i++)
		for (int k = 0; k < graph->nodes[i].input_count; k++) {
			int input = graph_input(graph, i, k);
			if (input != GRAPH_INPUT)
				planner->users[input] = planner->users[input] == NONE ? i : SEVERAL;
		}
}

static void count_uses(struct network *network)
{
	for (int i = 0; i < network->operation_count; i++)
		for (int k = 0; k < network->operations[i].input_count; k++) {
			struct value *value = network->operations[i].inputs[k];
			value->uses++;
			value->last_use = i;
		}
	network->values[network->node_values[network->graph.node_count - 1]].uses++;
}

static bool has_trainable(const struct network *network, const struct operation *operation)
{
	bool found = false;
	for (int i = 0; i < operation->parameter_count; i++)
		found |= network->parameters[operation->first_parameter + i].trainable;
	return found;
}

/* In training the gradients of what trained parameters come before; for explaining all. */
static void decide_gradients(struct network *network)
{
	network->values[0].wants_gradient = network->mode == NETWORK_EXPLAIN;
	for (int i = 0; i < network->operation_count && network->mode != NETWORK_PREDICT; i++) {
		struct operation *operation = &network->operations[i];
		operation->has_trainable =
			network->mode == NETWORK_TRAIN && has_trainable(network, operation);
		bool wanted = operation->has_trainable || network->mode == NETWORK_EXPLAIN;
		for (int k = 0; k < operation->input_count; k++)
			wanted |= operation->inputs[k]->wants_gradient;
		operation->output_value->wants_gradient = wanted;
	}
}

/* Fuses batch normalisation, in training, with the convolutions before and after it. A sparse
 * convolution reads its gradient more than once and leaves it as it is, so none is fused into its
 * backward. */
static void link_normalizations(struct network *network)
{
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i];
		if (operation->kind != &normalization_kind)
			continue;
		struct operation *before = operation->inputs[0]->producer;
		if (before && operation->inputs[0]->uses == 1 &&
			before->kind->fuses_normalization && !before->keeps_gradient &&
			shape_is_same(before->out, operation->in))
			before->fused_output_normalization = operation;
		if (operation->output_value->uses != 1 || operation->output_value->last_use < 0)
			continue;
		struct operation *after = &network->operations[operation->output_value->last_use];
		operation->is_fused = after->kind->fuses_normalization &&
			!after->reads_single_pixels && shape_is_same(operation->out, after->in);
		if (operation->is_fused)
			after->fused_input_normalization = operation;
	}
}

static int plan_all(struct planner *planner, struct error *error)
{
	struct network *network = planner->network;
	const struct graph *graph = planner->graph;
	size_t nodes = (size_t)graph->node_count, operations = OPERATIONS_OF_NODE * nodes;
	size_t inputs = (size_t)graph->edge_count + operations;
	planner->users = calloc(nodes, sizeof *planner->users);
	planner->is_done = calloc(nodes, sizeof *planner->is_done);
	network->input_room = planner->inputs = calloc(inputs, sizeof *planner->inputs);
	network->gradient_room = planner->gradients = calloc(inputs, sizeof *planner->gradients);
	network->spare_room = planner->spares = calloc(inputs, sizeof *planner->spares);
	network->layers = calloc(operations, sizeof *network->layers);
	network->values = calloc(operations + 1, sizeof *network->values);
	network->operations = calloc(operations, sizeof *network->operations);
	network->node_values = calloc(nodes, sizeof *network->node_values);
	if (!planner->users || !planner->is_done || !planner->inputs || !planner->gradients ||
		!planner->spares || !network->layers || !network->values || !network->operations ||
		!network->node_values)
		return error_memory(error, "network");
	plan_value(network, graph->input, NULL);
	find_users(planner);
	for (int i = 0; i < graph->node_count; i++)
		if (!planner->is_done[i])
			plan_node(planner, i);
	return 0;
}

int plan_operations(struct network *network, struct error *error)
{
	struct planner planner = {.network = network,
		.graph = &network->graph,
		.final_node = graph_final_node(&network->graph)};
	network->final_activation = (struct activation){.kind = ACTIVATION_LINEAR};
	network->final_node = -1;
	int result = plan_all(&planner, error);
	free(planner.users);
	free(planner.is_done);
	if (result)
		return result;
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i];
		if (operation->kind->state_size &&
			!(operation->state = calloc(1, operation->kind->state_size)))
			return error_memory(error, "network");
	}
	count_uses(network);
	decide_gradients(network);
	for (int i = 0; i < network->operation_count; i++)
		if (network->operations[i].kind->choose)
			network->operations[i].kind->choose(network, &network->operations[i]);
	if (network->mode == NETWORK_TRAIN)
		link_normalizations(network);
	if (network->mode == NETWORK_PREDICT)
		link_chains(network);
	return 0;
}
