#include "graph/split_activations.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void graph_new_name(char out[LAYER_NAME_SIZE], const char *stem, const char *suffix,
	const struct graph *first, const struct graph *second)
{
	char cut[LAYER_NAME_SIZE / 2];
	snprintf(cut, sizeof cut, "%s", stem);
	while (!text_is_utf8(cut)) /* cut in the middle of a character */
		cut[strlen(cut) - 1] = 0;
	snprintf(out, LAYER_NAME_SIZE, "%s_%.16s", cut, suffix);
	for (int number = 1;
		(first && graph_has_layer(first, out)) || (second && graph_has_layer(second, out));
		number++)
		snprintf(out, LAYER_NAME_SIZE, "%s_%.16s_%d", cut, suffix, number);
}

struct split {
	const struct graph *in;
	struct graph *out;
	bool (*is_separate)(const struct activation *activation);
	int *layers; /* of `in`: theirs in `out`; that of the activation follows */
	int *nodes;  /* of `in`: those of `out` with their values */
};

static bool is_split(const struct split *split, int layer)
{
	const struct layer *old = &split->in->layers[layer];
	return old->kind != LAYER_ACTIVATION && split->is_separate(&old->activation);
}

static int add_layer(struct split *split, int index, struct error *error)
{
	const struct layer *old = &split->in->layers[index];
	struct layer layer = *old;
	bool has_activation = is_split(split, index);
	if (has_activation)
		layer.activation = activation_default(ACTIVATION_LINEAR);
	split->layers[index] = graph_add_layer(split->out, &layer, error);
	if (split->layers[index] < 0 || !has_activation)
		return split->layers[index];
	const char *kind = activation_name(old->activation.kind);
	struct layer activation = layer_defaults(LAYER_ACTIVATION, "");
	graph_new_name(activation.name, old->name, kind ? kind : "activation", split->in,
		split->out);
	activation.activation = old->activation;
	return graph_add_layer(split->out, &activation, error);
}

static int add_node(struct split *split, int index, struct error *error)
{
	const struct node *old = &split->in->nodes[index];
	int inputs[GRAPH_INPUTS_MAXIMUM], layer = split->layers[old->layer];
	for (int k = 0; k < old->input_count; k++) {
		int input = graph_input(split->in, index, k);
		inputs[k] = input == GRAPH_INPUT ? GRAPH_INPUT : split->nodes[input];
	}
	int node = graph_add_node(split->out, layer, inputs, old->input_count, error);
	if (node >= 0)
		split->out->nodes[node].is_inference = old->is_inference;
	if (node >= 0 && is_split(split, old->layer))
		node = graph_add_node(split->out, layer + 1, &node, 1, error);
	split->nodes[index] = node;
	return node;
}

static int add_all(struct split *split, struct error *error)
{
	if (!split->layers || !split->nodes)
		return error_memory(error, "graph");
	for (int i = 0; i < split->in->layer_count; i++)
		if (add_layer(split, i, error) < 0)
			return -1;
	for (int i = 0; i < split->in->node_count; i++)
		if (add_node(split, i, error) < 0)
			return -1;
	return 0;
}

int graph_split_activations(struct graph *out, const struct graph *in,
	bool (*is_separate)(const struct activation *activation), struct error *error)
{
	struct split split = {in, out, is_separate,
		calloc((size_t)in->layer_count + 1, sizeof *split.layers),
		calloc((size_t)in->node_count + 1, sizeof *split.nodes)};
	*out = (struct graph){.input = in->input};
	memcpy(out->name, in->name, sizeof out->name);
	int result = add_all(&split, error);
	free(split.layers);
	free(split.nodes);
	if (result)
		graph_free(out);
	return result;
}
