/* The calls of a model, with those of nested models, as nodes of a graph. */
#include "format/layer_format.h"
#include "format/structure.h"

#include <stdlib.h>

enum { NOT_APPLIED = -2 };

/* A use of a structure. */
struct application {
	const struct structure *structure;
	struct structure_reader *reader;
	int input; /* a node, or GRAPH_INPUT */
	bool is_inference;
	int *nodes; /* of its calls, or NOT_APPLIED */
};

/* The call that a source is, or STRUCTURE_INPUT. */
static int source_call(const struct structure *structure, struct call_source source)
{
	const struct member *member = &structure->members[source.member];
	return member->is_input ? STRUCTURE_INPUT : member->first_call + source.call;
}

/* The node of a call's input; NOT_APPLIED: not yet. */
static int input_node(const struct application *application, const struct call *call, int index)
{
	const struct structure *structure = application->structure;
	int source = source_call(structure, structure->sources[call->first_source + index]);
	return source == STRUCTURE_INPUT ? application->input : application->nodes[source];
}

static bool is_ready(const struct application *application, const struct call *call)
{
	for (int i = 0; i < call->source_count; i++)
		if (input_node(application, call, i) == NOT_APPLIED)
			return false;
	return true;
}

static int apply_layer(const struct application *application, const struct call *call, int layer,
	int *node)
{
	struct graph *graph = application->reader->graph;
	int inputs[GRAPH_INPUTS_MAXIMUM] = {application->input};
	int count = call->source_count ? call->source_count : 1; /* the first of a Sequential */
	for (int i = 0; i < call->source_count; i++)
		inputs[i] = input_node(application, call, i);
	*node = graph_add_node(graph, layer, inputs, count, application->reader->error);
	if (*node < 0)
		return error_within(application->reader->error, application->reader->path);
	graph->nodes[*node].is_inference = (application->is_inference || call->is_inference) &&
		layer_format(graph->layers[layer].kind)->has_training;
	return 0;
}

static int apply_call(const struct application *application, int index)
{
	const struct structure *structure = application->structure;
	const struct call *call = &structure->calls[index];
	const struct member *member = &structure->members[call->member];
	int *node = &application->nodes[index];
	if (!member->nested)
		return apply_layer(application, call, member->layer, node);
	if (call->source_count > 1)
		return structure_refuse(application->reader, member->name,
			"has %d inputs; a nested model takes 1", call->source_count);
	return structure_apply(member->nested, application->reader,
		call->source_count ? input_node(application, call, 0) : application->input,
		application->is_inference || call->is_inference, node);
}

/* Every call waits for another: following those leads into a cycle. */
static int refuse_cycle(const struct application *application)
{
	const struct structure *structure = application->structure;
	int call = 0;
	while (application->nodes[call] != NOT_APPLIED)
		call++;
	for (int step = 0; step < structure->call_count; step++) {
		const struct call *waiting = &structure->calls[call];
		int i = 0;
		while (input_node(application, waiting, i) != NOT_APPLIED)
			i++;
		call = source_call(structure, structure->sources[waiting->first_source + i]);
	}
	return structure_refuse(application->reader,
		structure->members[structure->calls[call].member].name, "is part of a cycle");
}

/* Applies the calls in their order, each as soon as its inputs are there. */
static int apply_calls(const struct application *application)
{
	int count = application->structure->call_count, applied = 0;
	for (int before = -1; applied < count && applied > before;) {
		before = applied;
		for (int i = 0; i < count; i++) {
			bool is_next = application->nodes[i] == NOT_APPLIED &&
				is_ready(application, &application->structure->calls[i]);
			if (is_next && apply_call(application, i))
				return -1;
			applied += is_next;
		}
	}
	return applied == count ? 0 : refuse_cycle(application);
}

int structure_apply(const struct structure *structure, struct structure_reader *reader, int input,
	bool is_inference, int *output)
{
	int count = structure->call_count;
	*output = input;
	if (count == 0)
		return 0;
	reader->call_count += count;
	if (reader->call_count > 2 * GRAPH_NODES_MAXIMUM)
		return structure_refuse(reader,
			structure->members[structure->member_count - 1].name,
			"is one of more than %d layers", GRAPH_NODES_MAXIMUM);
	int *nodes = malloc((size_t)count * sizeof *nodes);
	if (!nodes)
		return error_memory(reader->error, reader->path);
	for (int i = 0; i < count; i++)
		nodes[i] = NOT_APPLIED;
	struct application application = {structure, reader, input, is_inference, nodes};
	int result = apply_calls(&application);
	if (result == 0 && structure->output != STRUCTURE_INPUT)
		*output = nodes[structure->output];
	free(nodes);
	return result;
}
