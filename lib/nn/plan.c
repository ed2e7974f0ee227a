/* From nodes to operations: what is computed together. */
#include "nn/plan.h"

#include "nn/normalization.h"

#include <stdlib.h>

static const struct layer_operation *const ROWS[] = {
#define X(kind) [LAYER_##kind] = &operation_of_##kind,
	LAYER_KINDS(X)
#undef X
};

/* Operations of one node: both parts of a separable convolution, and its activation. */
enum { OPERATIONS_OF_NODE = 3 };

/* ---- operations and values ---- */

static struct value *append_value(struct network *network, struct shape shape,
	struct operation *producer)
{
	struct value *value = &network->values[network->value_count++];
	*value = (struct value){.shape = shape,
		.producer = producer,
		.place = -1,
		.gradient_place = -1,
		.last_use = -1};
	return value;
}

static struct value *value_of(const struct planner *planner, int node)
{
	const struct network *network = planner->network;
	return &network->values[node == GRAPH_INPUT ? 0 : network->node_values[node]];
}

static int count_parameters(const struct network *network, int layer)
{
	int count = 0;
	for (int i = network->first_parameters[layer]; i >= 0 && i < network->parameter_count &&
		network->parameters[i].layer_index == layer;
		i++)
		count++;
	return count;
}

static struct operation *append(struct planner *planner, int node,
	const struct operation_kind *kind, const struct layer *layer, int inputs)
{
	struct network *network = planner->network;
	struct operation *operation = &network->operations[network->operation_count++];
	*operation = (struct operation){.kind = kind,
		.layer = layer,
		.node = node,
		.last_node = node,
		.first_parameter = network->first_parameters[planner->graph->nodes[node].layer],
		.parameter_count = count_parameters(network, planner->graph->nodes[node].layer),
		.is_inference = planner->graph->nodes[node].is_inference || layer->is_frozen,
		.input_count = inputs,
		.inputs = planner->inputs,
		.input_gradients = planner->gradients,
		.spare_places = planner->spares};
	planner->inputs += inputs;
	planner->gradients += inputs;
	planner->spares += inputs;
	return operation;
}

/* Gives an operation its value, which is the node's. */
static void produce(struct planner *planner, struct operation *operation, struct shape in,
	struct shape out)
{
	struct network *network = planner->network;
	operation->in = in;
	operation->middle = operation->out = out;
	operation->output_value = append_value(network, out, operation);
	network->node_values[operation->node] = network->value_count - 1;
}

struct operation *plan_append(struct planner *planner, int node, const struct operation_kind *kind,
	const struct layer *layer)
{
	const struct network *network = planner->network;
	const struct graph *graph = planner->graph;
	int count = graph->nodes[node].input_count;
	struct operation *operation = append(planner, node, kind, layer, count);
	for (int i = 0; i < count; i++)
		operation->inputs[i] = value_of(planner, graph_input(graph, node, i));
	produce(planner, operation,
		graph_shape(graph, network->shapes, graph_input(graph, node, 0)),
		network->shapes[node]);
	return operation;
}

struct operation *plan_append_to(struct planner *planner, int node,
	const struct operation_kind *kind, const struct layer *layer, struct shape out)
{
	struct network *network = planner->network;
	struct operation *last = &network->operations[network->operation_count - 1];
	struct operation *operation = append(planner, node, kind, layer, 1);
	operation->inputs[0] = last->output_value;
	produce(planner, operation, last->out, out);
	return operation;
}

void plan_set_shape(struct operation *operation, struct shape out)
{
	operation->middle = operation->out = operation->output_value->shape = out;
}

struct layer *plan_copy_layer(struct planner *planner, int node)
{
	struct network *network = planner->network;
	struct layer *layer = &network->layers[network->layer_count++];
	*layer = *graph_layer(planner->graph, node);
	return layer;
}

/* ---- fusion ---- */

/* Whether the activation may be part of the operation before it. */
static bool fuses(const struct activation *activation)
{
	return activation_is_elementwise(activation->kind) &&
		activation_derives_from_output(activation->kind);
}

bool plan_is_final(const struct planner *planner, int node, const struct activation *activation)
{
	return node == planner->final_node &&
		(activation->kind == ACTIVATION_SIGMOID || activation->kind == ACTIVATION_SOFTMAX);
}

static void set_final(struct planner *planner, int node, const struct activation *activation)
{
	planner->network->final_activation = *activation;
	planner->network->final_node = node;
}

/* The layer of the only node that reads the operation's value, if it is of `kind`, else NULL. */
static const struct layer *follower(const struct planner *planner,
	const struct operation *operation, enum layer_kind kind)
{
	int user = planner->users[operation->last_node];
	if (user < 0 || graph_layer(planner->graph, user)->kind != kind)
		return NULL;
	return graph_layer(planner->graph, user);
}

/* The node after the operation's last becomes part of it. */
static void fuse_follower(struct planner *planner, struct operation *operation)
{
	struct network *network = planner->network;
	int node = planner->users[operation->last_node];
	planner->is_done[node] = true;
	network->node_values[operation->last_node] = -1;
	network->node_values[node] = (int)(operation->output_value - network->values);
	operation->last_node = node;
	operation->out = operation->output_value->shape = network->shapes[node];
}

void plan_fuse_activation(struct planner *planner, struct operation *operation)
{
	const struct layer *layer = follower(planner, operation, LAYER_ACTIVATION);
	if (!layer || operation->activation.kind != ACTIVATION_LINEAR ||
		!fuses(&layer->activation) ||
		plan_is_final(planner, planner->users[operation->last_node], &layer->activation))
		return;
	operation->activation = layer->activation;
	fuse_follower(planner, operation);
}

/* In prediction the moving statistics are part of the weights. */
static void fold_normalization_layer(struct planner *planner, struct operation *operation)
{
	const struct layer *layer = follower(planner, operation, LAYER_BATCH_NORMALIZATION);
	if (!layer || operation->activation.kind != ACTIVATION_LINEAR ||
		planner->network->mode != NETWORK_PREDICT)
		return;
	int node = planner->users[operation->last_node];
	operation->normalization = layer;
	operation->normalization_parameter =
		planner->network->first_parameters[planner->graph->nodes[node].layer];
	fuse_follower(planner, operation);
	operation->middle = operation->out;
}

static bool is_small_pool(const struct layer *layer, struct shape in)
{
	return layer->kernel_height == 2 && layer->kernel_width == 2 && layer->stride_height == 2 &&
		layer->stride_width == 2 &&
		(layer->padding == PADDING_VALID || (in.height % 2 == 0 && in.width % 2 == 0));
}

static void fuse_pool(struct planner *planner, struct operation *operation)
{
	const struct layer *layer = follower(planner, operation, LAYER_MAX_POOLING);
	if (!layer || !operation->kind->fuses_pool || operation->layer->groups > 1 ||
		operation->layer->dilation_height > 1 || operation->layer->dilation_width > 1 ||
		!is_small_pool(layer, operation->out))
		return;
	operation->pools = true;
	fuse_follower(planner, operation);
}

void plan_activation(struct planner *planner, int node, const struct activation *activation)
{
	struct network *network = planner->network;
	const struct operation *last = &network->operations[network->operation_count - 1];
	struct operation *operation =
		plan_append_to(planner, node, &activation_kind, last->layer, last->out);
	operation->activation = *activation;
	operation->first_parameter = -1;
	operation->parameter_count = 0;
}

void plan_weighted(struct planner *planner, int node, struct operation *operation)
{
	const struct activation *activation = &graph_layer(planner->graph, node)->activation;
	if (plan_is_final(planner, node, activation)) {
		set_final(planner, node, activation);
	} else if (!fuses(activation)) {
		plan_activation(planner, node, activation);
	} else {
		operation->activation = *activation;
		if (planner->network->mode == NETWORK_EXPLAIN)
			return;
		fold_normalization_layer(planner, operation);
		plan_fuse_activation(planner, operation);
		fuse_pool(planner, operation);
	}
}

/* ---- the kinds that are planned here ---- */

static void plan_activation_layer(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	struct network *network = planner->network;
	bool is_final = plan_is_final(planner, node, &layer->activation);
	if (is_final)
		set_final(planner, node, &layer->activation);
	if (is_final || layer->activation.kind == ACTIVATION_LINEAR) {
		network->node_values[node] =
			(int)(value_of(planner, graph_input(planner->graph, node, 0)) -
				network->values);
		return;
	}
	plan_append(planner, node, &activation_kind, layer)->activation = layer->activation;
}

const struct layer_operation operation_of_ACTIVATION = {&activation_kind, plan_activation_layer};
const struct layer_operation operation_of_FLATTEN = {NULL, NULL};
const struct layer_operation operation_of_RESHAPE = {NULL, NULL};
const struct layer_operation operation_of_IDENTITY = {NULL, NULL};

/* ---- all nodes ---- */

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
	struct network *network = planner->network;
	if (has_no_effect(planner, node, row->kind))
		network->node_values[node] =
			(int)(value_of(planner, graph_input(planner->graph, node, 0)) -
				network->values);
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

/* Both sides of a value may see other shapes: a reshape is no operation. */
static bool is_same(struct shape a, struct shape b)
{
	return a.height == b.height && a.width == b.width && a.channels == b.channels;
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
			is_same(before->out, operation->in))
			before->fused_output_normalization = operation;
		if (operation->output_value->uses != 1 || operation->output_value->last_use < 0)
			continue;
		struct operation *after = &network->operations[operation->output_value->last_use];
		operation->is_fused =
			after->kind->fuses_normalization && is_same(operation->out, after->in);
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
	append_value(network, graph->input, NULL);
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
	return 0;
}
