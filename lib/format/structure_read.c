/* The layers of a model, in Keras' order, with those of nested models. */
#include "format/structure.h"

#include "base/array.h"
#include "format/call_arguments.h"
#include "format/keras.h"
#include "format/layer_format.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <ctype.h>
#include <string.h>

int structure_refuse(const struct structure_reader *reader, const char *name, const char *format,
	...)
{
	char reason[sizeof reader->error->reason], object[LAYER_NAME_SIZE + 16];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	if (!name)
		return error_set(reader->error, reader->path, "%s", reason);
	snprintf(object, sizeof object, "layer '%.*s'", LAYER_NAME_SIZE, name);
	error_set(reader->error, object, "%s", reason);
	return error_within(reader->error, reader->path);
}

/* ---- models ---- */

static const char *class_of(const json_t *object)
{
	return json_string_value(json_object_get(object, "class_name"));
}

bool structure_is_sequential(const json_t *model)
{
	const char *class_name = class_of(model);
	return class_name && strcmp(class_name, "Sequential") == 0;
}

static bool is_model(const json_t *object)
{
	const char *class_name = class_of(object);
	return structure_is_sequential(object) ||
		(class_name &&
			(strcmp(class_name, "Functional") == 0 ||
				strcmp(class_name, "Model") == 0));
}

/* In old Keras the list is the config. */
json_t *structure_layers(const json_t *model)
{
	json_t *config = json_object_get(model, "config");
	json_t *list = json_is_array(config) ? config : json_object_get(config, "layers");
	return is_model(model) && json_is_array(list) ? list : NULL;
}

void structure_free(struct structure *structure)
{
	for (int i = 0; i < structure->member_count; i++)
		if (structure->members[i].nested) {
			structure_free(structure->members[i].nested);
			free(structure->members[i].nested);
		}
	text_list_free(&structure->names);
	free(structure->members);
	free(structure->calls);
	free(structure->sources);
	*structure = (struct structure){0};
}

/* ---- names ---- */

/* Writes PREFIX NAME END; what is too long loses its beginning, for the end says more. */
static void join_name(char out[LAYER_NAME_SIZE], const char *prefix, const char *name,
	const char *end)
{
	char text[3 * LAYER_NAME_SIZE];
	int length = snprintf(text, sizeof text, "%s%s%s", prefix, name, end);
	const char *from = text + (length < LAYER_NAME_SIZE ? 0 : length - LAYER_NAME_SIZE + 1);
	while ((*from & 0xC0) == 0x80) /* the middle of a character of UTF-8 */
		from++;
	memset(out, 0, LAYER_NAME_SIZE);
	memcpy(out, from, strlen(from));
	for (char *c = out; *c; c++)
		if (*c == '/' || iscntrl((unsigned char)*c))
			*c = '_';
}

/* A name that no other layer of the graph has. */
static int name_layer(struct structure_reader *reader, const char *prefix, const char *name,
	char out[LAYER_NAME_SIZE])
{
	char number[16] = "";
	join_name(out, prefix, name, number);
	while (text_list_find(&reader->names, out) >= 0) {
		snprintf(number, sizeof number, "_%d", ++reader->renamed + 1);
		join_name(out, prefix, name, number);
	}
	return text_list_add(&reader->names, out, reader->error);
}

static bool is_layer_name(const char *name)
{
	size_t length = strlen(name);
	return length > 0 && length < LAYER_NAME_SIZE && strcmp(name, ".") && strcmp(name, "..");
}

/* A functional model refers to its layers by the name beside the config, which is another one for a
 * TensorFlowOpLayer; in a Sequential there may be none. */
static const char *find_name(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	return name ? name
		    : json_string_value(json_object_get(json_object_get(object, "config"), "name"));
}

/* ---- members ---- */

/* What the members of a list have in common. */
struct listing {
	struct structure *structure;
	struct structure_reader *reader;
	const struct structure_place *place;
};

static const char *keras3_class(const json_t *object)
{
	return is_model(object) && !structure_is_sequential(object) ? "Functional"
								    : keras_class(class_of(object));
}

/* The group of the last member in a Keras 3 weights file: its class in snake case, with the number
 * of those before it. */
static int name_group(const struct listing *listing, char group[LAYER_PATH_SIZE])
{
	const struct member *members = listing->structure->members;
	int last = listing->structure->member_count - 1, previous = 0;
	const char *class_name = members[last].class_name;
	char snake[KERAS_GROUP_SIZE], number[16] = "";
	keras_snake_case(class_name, snake);
	for (int i = 0; i < last; i++)
		previous += strcmp(members[i].class_name, class_name) == 0;
	if (previous)
		snprintf(number, sizeof number, "_%d", previous);
	int length =
		snprintf(group, LAYER_PATH_SIZE, "%s%s%s", listing->place->group, snake, number);
	return length < LAYER_PATH_SIZE ? 0 : -1;
}

/* Reads a layer's config into *layer, which has all but its place. */
static int read_config(const struct listing *listing, const struct member *member,
	struct layer *layer, int *axis)
{
	const struct structure_reader *reader = listing->reader;
	struct call_arguments arguments;
	json_t *calls = json_object_get(member->object, "inbound_nodes");
	struct config_reader config = {.config = json_object_get(member->object, "config"),
		.class_name = class_of(member->object),
		.name = member->name,
		.remarks = reader->remarks,
		.is_keras2 = reader->is_keras2,
		.error = reader->error};
	if (json_array_size(calls) > 0) {
		call_arguments_read(&arguments, json_array_get(calls, 0));
		config.arguments = &arguments;
	}
	snprintf(config.object, sizeof config.object, "%.400s: layer '%s'", reader->path,
		member->name);
	*axis = 0;
	if (layer_read(&config, layer, ""))
		return -1;
	*axis = config.axis;
	if (config.arguments && arguments.constant && layer->kind != LAYER_RESCALING)
		return structure_refuse(reader, member->name, "has a constant as an input");
	return 0;
}

static int add_layer(const struct listing *listing, struct member *member)
{
	struct structure_reader *reader = listing->reader;
	const struct structure_place *place = listing->place;
	struct layer layer;
	int axis;
	int *axes = array_grow(reader->axes, (size_t)reader->graph->layer_count, sizeof *axes);
	if (!axes)
		return error_memory(reader->error, reader->path);
	reader->axes = axes;
	if (read_config(listing, member, &layer, &axis) ||
		name_layer(reader, place->prefix, member->name, layer.name))
		return -1;
	if (name_group(listing, layer.group))
		return structure_refuse(reader, member->name, "lies in too many nested models");
	snprintf(layer.outermost, sizeof layer.outermost, "%s",
		*place->outermost ? place->outermost : member->name);
	layer.is_frozen |= place->is_frozen;
	axes[reader->graph->layer_count] = axis;
	member->layer = graph_add_layer(reader->graph, &layer, reader->error);
	return member->layer < 0 ? -1 : 0;
}

static int add_model(const struct listing *listing, struct member *member)
{
	struct structure_reader *reader = listing->reader;
	const struct structure_place *outer = listing->place;
	char prefix[LAYER_NAME_SIZE], group[LAYER_PATH_SIZE];
	size_t length;
	if (outer->depth == STRUCTURE_DEPTH_MAXIMUM || name_group(listing, group) ||
		(length = strlen(group)) + sizeof "/layers/" > sizeof group)
		return structure_refuse(reader, member->name, "lies in too many nested models");
	memcpy(group + length, "/layers/", sizeof "/layers/");
	join_name(prefix, outer->prefix, member->name, "_");
	struct structure_place place = {prefix, group,
		*outer->outermost ? outer->outermost : member->name, outer->is_frozen,
		outer->depth + 1};
	member->nested = calloc(1, sizeof *member->nested);
	return member->nested
		? structure_read(member->nested, reader, member->object, member->name, &place)
		: error_memory(reader->error, reader->path);
}

static int check_member(const struct listing *listing, json_t *object, size_t index)
{
	struct structure_reader *reader = listing->reader;
	const char *name = find_name(object), *class_name = class_of(object);
	json_t *config = json_object_get(object, "config");
	bool is_complete = json_is_object(config) || (is_model(object) && json_is_array(config));
	if (!class_name || !is_complete)
		return structure_refuse(reader, NULL, "layer %zu has no class_name or no config",
			index + 1);
	if (!name || !is_layer_name(name))
		return structure_refuse(reader, NULL,
			"a layer of class %.64s has no name of 1 to %d bytes", class_name,
			LAYER_NAME_SIZE - 1);
	if (reader->member_count == GRAPH_NODES_MAXIMUM)
		return structure_refuse(reader, name, "is one of more than %d layers",
			GRAPH_NODES_MAXIMUM);
	if (text_list_find(&listing->structure->names, name) >= 0)
		return structure_refuse(reader, NULL, "two layers have the name '%s'", name);
	return 0;
}

static int add_member(const struct listing *listing, json_t *object)
{
	struct structure *structure = listing->structure;
	struct member *members =
		array_grow(structure->members, (size_t)structure->member_count, sizeof *members);
	const char *name = find_name(object);
	if (!members)
		return error_memory(listing->reader->error, listing->reader->path);
	structure->members = members;
	if (text_list_add(&structure->names, name, listing->reader->error))
		return -1;
	struct member *member = &members[structure->member_count++];
	*member = (struct member){.name = name,
		.class_name = keras3_class(object),
		.object = object,
		.layer = -1,
		.lowest_call = INT_MAX};
	listing->reader->member_count++;
	member->is_input = strcmp(class_of(object), "InputLayer") == 0;
	return member->is_input    ? 0
		: is_model(object) ? add_model(listing, member)
				   : add_layer(listing, member);
}

/* Keras 1 writes a Sequential in a Sequential without a name. */
static int name_model(const struct structure_reader *reader, json_t *object, size_t index)
{
	if (!is_model(object) || find_name(object))
		return 0;
	json_t *name = json_sprintf("sequential_%zu", index + 1);
	return json_object_set_new(object, "name", name) ? error_memory(reader->error, reader->path)
							 : 0;
}

int structure_read(struct structure *out, struct structure_reader *reader, json_t *model,
	const char *name, const struct structure_place *place)
{
	json_t *list = structure_layers(model), *object;
	json_t *trainable = json_object_get(json_object_get(model, "config"), "trainable");
	struct structure_place inside = *place;
	size_t index;
	*out = (struct structure){0};
	if (!list)
		return structure_refuse(reader, name,
			"is not a Keras model: it has no list of layers");
	inside.is_frozen |= json_is_false(trainable);
	struct listing listing = {out, reader, &inside};
	json_array_foreach (list, index, object)
		if (name_model(reader, object, index) || check_member(&listing, object, index) ||
			add_member(&listing, object))
			return -1;
	return structure_connect(out, reader, model, name);
}
