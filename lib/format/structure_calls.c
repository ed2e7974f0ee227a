/* The calls of a model's members: what each reads. */
#include "format/structure.h"

#include "base/array.h"
#include "format/call_arguments.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int add_call(struct structure *structure, struct structure_reader *reader, int member,
	bool is_inference)
{
	struct call *calls =
		array_grow(structure->calls, (size_t)structure->call_count, sizeof *calls);
	if (!calls)
		return error_memory(reader->error, reader->path);
	structure->calls = calls;
	calls[structure->call_count++] = (struct call){.member = member,
		.first_source = structure->source_count,
		.is_inference = is_inference};
	structure->members[member].call_count++;
	return 0;
}

/* Adds a source to the last call. */
static int add_source(struct structure *structure, struct structure_reader *reader,
	struct call_source source)
{
	struct call_source *sources =
		array_grow(structure->sources, (size_t)structure->source_count, sizeof *sources);
	if (!sources)
		return error_memory(reader->error, reader->path);
	structure->sources = sources;
	sources[structure->source_count++] = source;
	structure->calls[structure->call_count - 1].source_count++;
	return 0;
}

/* ---- Sequential ---- */

static int connect_chain(struct structure *structure, struct structure_reader *reader)
{
	structure->output = STRUCTURE_INPUT;
	structure->input = structure->member_count && structure->members[0].is_input ? 0 : -1;
	for (int i = structure->input + 1; i < structure->member_count; i++) {
		struct member *member = &structure->members[i];
		if (member->is_input)
			return structure_refuse(reader, member->name, "is a second input");
		member->first_call = structure->call_count;
		if (add_call(structure, reader, i, false) ||
			(i > 0 && add_source(structure, reader, (struct call_source){i - 1, 0})))
			return -1;
		member->lowest_call = 0;
		structure->output = structure->call_count - 1;
	}
	return 0;
}

/* ---- functional models ---- */

/* Finds the member of a tensor that `user` (NULL: the model) reads. */
static int find_source(struct structure *structure, struct structure_reader *reader,
	const struct tensor_name *tensor, const char *user, struct call_source *source)
{
	int found = text_list_find(&structure->names, tensor->layer);
	if (found < 0 || tensor->call < 0 || tensor->call > GRAPH_NODES_MAXIMUM)
		return structure_refuse(reader, user, "its input '%.64s' is missing",
			tensor->layer);
	struct member *member = &structure->members[found];
	if (member->is_input && found != structure->input)
		return structure_refuse(reader, member->name, "is a second input");
	*source = (struct call_source){found, (int)tensor->call};
	if (source->call < member->lowest_call)
		member->lowest_call = source->call;
	return 0;
}

static int remark_argument(const struct structure_reader *reader, const char *name,
	const char *argument)
{
	char text[256];
	snprintf(text, sizeof text, "layer '%.64s': argument '%.64s' is not known", name, argument);
	return reader->remarks ? text_list_add(&reader->remarks->refusals, text, reader->error) : 0;
}

static int connect_call(struct structure *structure, struct structure_reader *reader, int index,
	json_t *object)
{
	const char *name = structure->members[index].name;
	struct call_arguments arguments;
	call_arguments_read(&arguments, object);
	if (arguments.wrong)
		return structure_refuse(reader, name, "%s", arguments.wrong);
	if (arguments.constant && structure->members[index].call_count > 0)
		return structure_refuse(reader, name, "is used more than once with constants");
	if (add_call(structure, reader, index, arguments.is_inference) ||
		(arguments.unknown && remark_argument(reader, name, arguments.unknown)))
		return -1;
	structure->is_keras2 |= arguments.is_keras2;
	for (int i = 0; i < arguments.tensor_count; i++) {
		struct call_source source;
		if (find_source(structure, reader, &arguments.tensors[i], name, &source) ||
			add_source(structure, reader, source))
			return -1;
	}
	return 0;
}

static int connect_member(struct structure *structure, struct structure_reader *reader, int index)
{
	struct member *member = &structure->members[index];
	json_t *calls = json_object_get(member->object, "inbound_nodes"), *call;
	size_t number;
	member->first_call = structure->call_count;
	if (member->is_input)
		return 0;
	if (calls && !json_is_array(calls))
		return structure_refuse(reader, member->name, "its inbound_nodes are not a list");
	if (json_array_size(calls) > GRAPH_NODES_MAXIMUM)
		return structure_refuse(reader, member->name, "is used more than %d times",
			GRAPH_NODES_MAXIMUM);
	json_array_foreach (calls, number, call)
		if (connect_call(structure, reader, index, call))
			return -1;
	return 0;
}

/* The one tensor of "input_layers" or "output_layers": [["a", 0, 0]], ["a", 0, 0], or an object of
 * those. -1: there is another number of them, or none. */
static int read_tensor(struct structure_reader *reader, json_t *config, const char *key,
	const char *what, const char *name, struct tensor_name *tensor)
{
	json_t *value = json_object_get(config, key);
	size_t count = json_is_object(value)               ? json_object_size(value)
		: json_is_string(json_array_get(value, 0)) ? 1
							   : json_array_size(value);
	if (count != 1)
		return structure_refuse(reader, name,
			"has %zu %ss; only models of one %s are supported", count, what, what);
	if (json_is_object(value))
		value = json_object_iter_value(json_object_iter(value));
	while (json_array_size(value) == 1)
		value = json_array_get(value, 0);
	if (!tensor_name_read(tensor, value) || tensor->output != 0)
		return structure_refuse(reader, name, "its %s is not [name, 0, 0]", key);
	return 0;
}

static int find_input(struct structure *structure, struct structure_reader *reader, json_t *config,
	const char *name)
{
	struct tensor_name tensor;
	if (read_tensor(reader, config, "input_layers", "input", name, &tensor))
		return -1;
	structure->input = text_list_find(&structure->names, tensor.layer);
	if (structure->input < 0 || !structure->members[structure->input].is_input)
		return structure_refuse(reader, name, "its input '%.64s' is not an input layer",
			tensor.layer);
	return 0;
}

/* Numbers of calls count from 0; those of nested models in TensorFlow's files, from 1. */
static int check_source(const struct structure *structure, const struct structure_reader *reader,
	const char *user, struct call_source *source)
{
	const struct member *member = &structure->members[source->member];
	if (member->is_input)
		return 0;
	if (member->nested && structure->is_keras2 && member->lowest_call >= 1)
		source->call--;
	return source->call < member->call_count
		? 0
		: structure_refuse(reader, user, "its input '%.64s' is missing", member->name);
}

static int check_sources(struct structure *structure, const struct structure_reader *reader)
{
	for (int i = 0; i < structure->call_count; i++) {
		const struct call *call = &structure->calls[i];
		for (int k = 0; k < call->source_count; k++)
			if (check_source(structure, reader, structure->members[call->member].name,
				    &structure->sources[call->first_source + k]))
				return -1;
	}
	return 0;
}

static int connect_graph(struct structure *structure, struct structure_reader *reader,
	json_t *config, const char *name)
{
	struct tensor_name tensor;
	struct call_source output;
	if (find_input(structure, reader, config, name))
		return -1;
	for (int i = 0; i < structure->member_count; i++)
		if (connect_member(structure, reader, i))
			return -1;
	if (read_tensor(reader, config, "output_layers", "output", name, &tensor) ||
		find_source(structure, reader, &tensor, name, &output) ||
		check_sources(structure, reader) || check_source(structure, reader, name, &output))
		return -1;
	structure->output = output.member == structure->input
		? STRUCTURE_INPUT
		: structure->members[output.member].first_call + output.call;
	return 0;
}

int structure_connect(struct structure *structure, struct structure_reader *reader, json_t *model,
	const char *name)
{
	return structure_is_sequential(model)
		? connect_chain(structure, reader)
		: connect_graph(structure, reader, json_object_get(model, "config"), name);
}
