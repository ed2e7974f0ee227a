#include "model/output_head.h"

#include <stdlib.h>
#include <string.h>

const char *const output_activation_names[] = {"auto", "softmax", "sigmoid", "linear", NULL};

static const enum activation_kind KINDS[] = {[OUTPUT_SOFTMAX] = ACTIVATION_SOFTMAX,
	[OUTPUT_SIGMOID] = ACTIVATION_SIGMOID,
	[OUTPUT_LINEAR] = ACTIVATION_LINEAR};

enum output_activation output_activation_of_loss(const char *loss)
{
	static const char *const squared_errors[] = {"mse", "mean_squared_error",
		"MeanSquaredError"};
	if (!loss)
		return OUTPUT_AUTO;
	for (size_t i = 0; i < sizeof squared_errors / sizeof *squared_errors; i++)
		if (strcasecmp(loss, squared_errors[i]) == 0)
			return OUTPUT_LINEAR;
	if (strncasecmp(loss, "binary", 6) == 0)
		return OUTPUT_SIGMOID;
	return strcasestr(loss, "categorical") ? OUTPUT_SOFTMAX : OUTPUT_AUTO;
}

/* ---- what the outputs are ---- */

static bool is_probability(enum activation_kind activation)
{
	return activation == ACTIVATION_SOFTMAX || activation == ACTIVATION_SIGMOID ||
		activation == ACTIVATION_HARD_SIGMOID ||
		activation == ACTIVATION_KERAS2_HARD_SIGMOID;
}

/* Whether a layer makes probabilities of probabilities. */
static bool keeps_probabilities(const struct layer *layer)
{
	return layer->kind == LAYER_AVERAGE || layer->kind == LAYER_CONCATENATE ||
		layer->kind == LAYER_GLOBAL_AVERAGE_POOLING || layer->kind == LAYER_DROPOUT ||
		(layer->kind == LAYER_ACTIVATION && layer->activation.kind == ACTIVATION_LINEAR) ||
		layer_kind_row(layer->kind)->keeps_values;
}

static bool ends_with_probabilities(const struct graph *graph)
{
	bool good[GRAPH_NODES_MAXIMUM];
	for (int i = 0; i < graph->node_count; i++) {
		const struct layer *layer = graph_layer(graph, i);
		good[i] = keeps_probabilities(layer);
		for (int k = 0; k < graph->nodes[i].input_count; k++) {
			int input = graph_input(graph, i, k);
			good[i] = good[i] && input != GRAPH_INPUT && good[input];
		}
		good[i] = good[i] || is_probability(layer->activation.kind);
	}
	return good[graph->node_count - 1];
}

/* ---- layers that are added ---- */

static int append_activation(struct graph *graph, enum activation_kind kind, struct error *error)
{
	struct layer layer = graph_new_layer(graph, LAYER_ACTIVATION, activation_name(kind));
	layer.activation = activation_default(kind);
	return graph_append(graph, &layer, error) < 0 ? -1 : 0;
}

/* Adds a node with `multiplier` times the values of `node` plus `offset`. Returns it, or -1. */
static int add_rescaling(struct graph *graph, const char *name, int node, float multiplier,
	float offset, struct error *error)
{
	struct layer layer = graph_new_layer(graph, LAYER_RESCALING, name);
	layer.constant_count = 1;
	layer.multipliers[0] = multiplier;
	layer.offsets[0] = offset;
	int index = graph_add_layer(graph, &layer, error);
	return index < 0 ? -1 : graph_add_node(graph, index, &node, 1, error);
}

static int concatenate(struct graph *graph, const char *name, int first, int second,
	struct error *error)
{
	struct layer layer = graph_new_layer(graph, LAYER_CONCATENATE, name);
	int index = graph_add_layer(graph, &layer, error), nodes[] = {first, second};
	return index < 0 || graph_add_node(graph, index, nodes, 2, error) < 0 ? -1 : 0;
}

/* ---- one output, two labels ---- */

static int count_uses(const struct graph *graph, int layer)
{
	int uses = 0;
	for (int i = 0; i < graph->node_count; i++)
		uses += graph->nodes[i].layer == layer;
	return uses;
}

/* Takes the final sigmoid away; *logit becomes the node of its logit. False, and nothing is
 * changed, if there is none, or if it is part of a layer that is used elsewhere too. */
static bool remove_sigmoid(struct graph *graph, int *logit)
{
	int node = graph_final_node(graph), last = graph->node_count - 1;
	if (graph_final_activation(graph) != ACTIVATION_SIGMOID)
		return false;
	struct layer *layer = &graph->layers[graph->nodes[node].layer];
	*logit = last;
	if (layer->kind == LAYER_ACTIVATION) {
		int input = graph_input(graph, node, 0);
		for (int i = 0; i < graph->edge_count; i++)
			if (graph->edges[i] == node)
				graph->edges[i] = input;
		if (node == last)
			*logit = input;
		return true;
	}
	if (count_uses(graph, graph->nodes[node].layer) > 1)
		return false;
	layer->activation = activation_default(ACTIVATION_LINEAR);
	return true;
}

static int pair_logit(struct graph *graph, int logit, struct error *error)
{
	int first = add_rescaling(graph, "first_logit", logit, -0.5f, 0, error),
	    second = first < 0 ? -1 : add_rescaling(graph, "second_logit", logit, 0.5f, 0, error);
	return second < 0 || concatenate(graph, "logits", first, second, error) ||
			append_activation(graph, ACTIVATION_SOFTMAX, error)
		? -1
		: graph_keep(graph, graph->node_count - 1, error);
}

static int pair_probability(struct graph *graph, struct error *error)
{
	int second = graph->node_count - 1,
	    first = add_rescaling(graph, "first_probability", second, -1, 1, error);
	return first < 0 ? -1 : concatenate(graph, "probabilities", first, second, error);
}

static int pair_output(struct graph *graph, struct output_head *head, struct error *error)
{
	int logit;
	head->outputs = 2;
	head->has_paired_logits = remove_sigmoid(graph, &logit);
	return head->has_paired_logits ? pair_logit(graph, logit, error)
				       : pair_probability(graph, error);
}

/* ---- the choice ---- */

static enum output_activation choose(const struct graph *graph,
	const struct output_request *request, struct output_head *head)
{
	if (request->wished)
		return request->wished;
	if (graph_final_activation(graph) == ACTIVATION_LOG_SOFTMAX)
		return OUTPUT_SOFTMAX; /* exp(x), as the sum of these is 1 */
	head->is_assumed = !request->trained;
	if (head->outputs == 1 && request->trained != OUTPUT_LINEAR)
		return OUTPUT_SIGMOID;
	return request->trained ? request->trained : OUTPUT_SOFTMAX;
}

static int check_wish(const struct graph *graph, const struct output_request *request,
	bool is_complete, int outputs, struct error *error)
{
	enum output_activation wished = request->wished;
	if (is_complete && wished != OUTPUT_AUTO && wished != OUTPUT_LINEAR &&
		graph_final_activation(graph) != KINDS[wished])
		return error_set(error, request->model,
			"its outputs are probabilities already: no %s can follow",
			output_activation_names[wished]);
	if (!is_complete && wished == OUTPUT_SOFTMAX && outputs == 1)
		return error_set(error, request->model,
			"the softmax of its one output is always 1");
	return 0;
}

int output_complete(struct graph *graph, const struct output_request *request,
	struct output_head *head, struct error *error)
{
	struct shape shape = {0};
	*head = (struct output_head){0};
	if (graph_output_shape(graph, &shape, error))
		return -1;
	head->outputs = (int)shape_count(shape);
	if (head->outputs != shape.channels)
		return 0;
	bool is_complete = ends_with_probabilities(graph);
	if (check_wish(graph, request, is_complete, head->outputs, error))
		return -1;
	if (!is_complete)
		head->appended = choose(graph, request, head);
	if (head->appended && head->appended != OUTPUT_LINEAR &&
		append_activation(graph, KINDS[head->appended], error))
		return -1;
	return head->outputs == 1 && request->labels == 2 ? pair_output(graph, head, error) : 0;
}
