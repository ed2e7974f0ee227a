/* Appends operations, and fuses what is computed together. */
#include "nn/plan.h"

/* ---- operations and values ---- */

struct value *plan_value(struct network *network, struct shape shape, struct operation *producer)
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
		.row_window = {0, 1, 1},
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
	operation->output_value = plan_value(network, out, operation);
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

void plan_nothing(struct planner *planner, int node)
{
	struct network *network = planner->network;
	const struct value *input = value_of(planner, graph_input(planner->graph, node, 0));
	network->node_values[node] = (int)(input - network->values);
}

struct layer *plan_copy_layer(struct planner *planner, int node)
{
	struct network *network = planner->network;
	struct layer *layer = &network->layers[network->layer_count++];
	*layer = *graph_layer(planner->graph, node);
	return layer;
}

/* ---- fusion ---- */

/* Whether the activation may be part of an operation, whose output is that of the activation. */
static bool fuses(const struct planner *planner, const struct operation *operation,
	const struct activation *activation)
{
	return activation_is_elementwise(activation->kind) &&
		(planner->network->mode == NETWORK_PREDICT ||
			operation->kind->fuses_any_activation ||
			activation_derives_from_output(activation->kind));
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
		!fuses(planner, operation, &layer->activation) ||
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

/* The maximum is taken before the activation, which must not decrease (kernels/activation.h). */
static void fuse_pool(struct planner *planner, struct operation *operation)
{
	const struct layer *layer = follower(planner, operation, LAYER_MAX_POOLING);
	if (!layer || !operation->kind->fuses_pool || operation->layer->groups > 1 ||
		!activation_derives_from_output(operation->activation.kind) ||
		operation->layer->dilation_height > 1 || operation->layer->dilation_width > 1 ||
		!is_small_pool(layer, operation->out))
		return;
	operation->pools = true;
	fuse_follower(planner, operation);
}

/* The other value of the sum that reads the operation's value alone, if it has one more input and
 * that is computed; else NULL. */
static struct value *other_term(const struct planner *planner, const struct operation *operation)
{
	const struct network *network = planner->network;
	if (!follower(planner, operation, LAYER_ADD))
		return NULL;
	int node = planner->users[operation->last_node];
	int first = graph_input(planner->graph, node, 0),
	    second = graph_input(planner->graph, node, 1);
	int other = first == operation->last_node ? second : first;
	if (planner->graph->nodes[node].input_count != 2 || other >= operation->node ||
		!shape_is_same(graph_shape(planner->graph, network->shapes, other), operation->out))
		return NULL;
	return value_of(planner, other);
}

/* In prediction, when the other value is there; the operation is the last one. */
static void fuse_sum(struct planner *planner, struct operation *operation)
{
	if (!operation->kind->fuses_sum || planner->network->mode != NETWORK_PREDICT ||
		operation->activation.kind != ACTIVATION_LINEAR)
		return;
	struct value *other = other_term(planner, operation);
	if (!other)
		return;
	operation->inputs[operation->input_count++] = other;
	planner->inputs++;
	planner->gradients++;
	planner->spares++;
	operation->adds = true;
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
	} else if (!fuses(planner, operation, activation)) {
		plan_activation(planner, node, activation);
	} else {
		operation->activation = *activation;
		if (planner->network->mode == NETWORK_EXPLAIN)
			return;
		fold_normalization_layer(planner, operation);
		fuse_sum(planner, operation);
		plan_fuse_activation(planner, operation);
		if (!operation->adds)
			fuse_pool(planner, operation);
	}
}

/* ---- the kinds that are planned here ---- */

static void plan_activation_layer(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	bool is_final = plan_is_final(planner, node, &layer->activation);
	if (is_final)
		set_final(planner, node, &layer->activation);
	if (is_final || layer->activation.kind == ACTIVATION_LINEAR) {
		plan_nothing(planner, node);
		return;
	}
	plan_append(planner, node, &activation_kind, layer)->activation = layer->activation;
}

const struct layer_operation operation_of_ACTIVATION = {&activation_kind, plan_activation_layer};
const struct layer_operation operation_of_FLATTEN = {NULL, NULL};
const struct layer_operation operation_of_RESHAPE = {NULL, NULL};
const struct layer_operation operation_of_IDENTITY = {NULL, NULL};
