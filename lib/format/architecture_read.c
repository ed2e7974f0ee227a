#include "format/architecture.h"

#include "base/file.h"
#include "base/json.h"
#include "format/ranks.h"
#include "format/structure.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE_MAXIMUM = 65535, VECTOR_MAXIMUM = 1 << 24 };

/* ---- the input's shape ---- */

/* "batch_shape" (Keras 3) or "batch_input_shape" (Keras 2) of a config, or NULL. */
static json_t *batch_shape(const json_t *config)
{
	json_t *shape = json_object_get(config, "batch_input_shape");
	return json_is_array(shape) ? shape : json_object_get(config, "batch_shape");
}

/* The first input layer of a functional model, or the first layer of a Sequential. */
static json_t *first_layer(const json_t *model)
{
	json_t *list = structure_layers(model), *object;
	size_t index;
	json_array_foreach (list, index, object) {
		const char *class_name = json_string_value(json_object_get(object, "class_name"));
		if (structure_is_sequential(model) ||
			(class_name && strcmp(class_name, "InputLayer") == 0))
			return object;
	}
	return NULL;
}

static json_t *find_shape(const json_t *model)
{
	for (json_t *object = first_layer(model); object; object = first_layer(object)) {
		json_t *shape = batch_shape(json_object_get(object, "config"));
		if (!json_is_array(shape))
			shape = json_object_get(json_object_get(object, "build_config"),
				"input_shape");
		if (json_is_array(shape))
			return shape;
	}
	return json_object_get(json_object_get(model, "config"), "build_input_shape");
}

/* A side: 0 (free) where it is null and may be. -1: not a number, or out of range. */
static int read_side(const json_t *value, bool may_be_free, int maximum)
{
	json_int_t number = json_integer_value(value);
	if (json_is_null(value) && may_be_free)
		return 0;
	return json_is_integer(value) && number >= 1 && number <= maximum ? (int)number : -1;
}

/* [null, height, width, channels], where height and width may be null; [null, height, width], read
 * as one channel; [null, n]. Returns the rank without the batch, or -1. */
static int read_input_shape(struct shape *out, const json_t *model, const char *path,
	struct error *error)
{
	json_t *shape = find_shape(model);
	size_t rank = json_array_size(shape);
	struct shape vector = {1, 1, read_side(json_array_get(shape, 1), false, VECTOR_MAXIMUM),
		true};
	struct shape picture = {read_side(json_array_get(shape, 1), rank == 4, SIDE_MAXIMUM),
		read_side(json_array_get(shape, 2), rank == 4, SIDE_MAXIMUM),
		rank == 3 ? 1 : read_side(json_array_get(shape, 3), false, SIDE_MAXIMUM), false};
	*out = rank == 2 ? vector : picture;
	if (!json_is_array(shape))
		return error_set(error, path, "its first layer has no batch_input_shape");
	if (rank < 2 || rank > 4 || out->height < 0 || out->width < 0 || out->channels < 0)
		return error_set(error, path,
			"its input shape is not [null, height, width, channels], [null, height, "
			"width] or [null, n]");
	return (int)rank - 1;
}

/* ---- the graph ---- */

static int check_shapes(const struct graph *graph, struct error *error)
{
	struct shape out;
	return graph_is_free(graph) ? 0 : graph_output_shape(graph, &out, error);
}

/* Makes the graph of a model whose layers were read. */
static int read_nodes(struct structure_reader *reader, const struct structure *structure, int rank)
{
	struct graph *graph = reader->graph;
	int output;
	if (structure_apply(structure, reader, GRAPH_INPUT, false, &output))
		return -1;
	if (output == GRAPH_INPUT)
		return error_set(reader->error, reader->path, "has no layers");
	int result = ranks_check(graph, reader->axes, rank, reader->error) ||
			graph_keep(graph, output, reader->error) ||
			check_shapes(graph, reader->error)
		? -1
		: 0;
	return result ? error_within(reader->error, reader->path) : 0;
}

/* `version` is NULL where the model itself says it. */
static int read_model(struct structure_reader *reader, json_t *model, const char *version)
{
	static const struct structure_place outside = {"", "", "", false, 0};
	const char *class_name = json_string_value(json_object_get(model, "class_name"));
	const char *name =
		json_string_value(json_object_get(json_object_get(model, "config"), "name"));
	struct structure structure = {0};
	if (!class_name)
		return error_set(reader->error, reader->path,
			"is not a Keras model: it has no class_name");
	if (strcmp(class_name, "Sequential") && strcmp(class_name, "Functional") &&
		strcmp(class_name, "Model"))
		return error_set(reader->error, reader->path,
			"is of class %.64s; Sequential and Functional models are supported",
			class_name);
	name = name && *name ? name : structure_is_sequential(model) ? "sequential" : "model";
	snprintf(reader->graph->name, sizeof reader->graph->name, "%s", name);
	while (!text_is_utf8(reader->graph->name)) /* cut in the middle of a character */
		reader->graph->name[strlen(reader->graph->name) - 1] = 0;
	if (!version)
		version = json_string_value(json_object_get(model, "keras_version"));
	reader->is_keras2 = version ? *version < '3' : !json_object_get(model, "module");
	int result = structure_read(&structure, reader, model, NULL, &outside);
	int rank = result
		? -1
		: read_input_shape(&reader->graph->input, model, reader->path, reader->error);
	result = rank < 0 ? -1 : read_nodes(reader, &structure, rank);
	structure_free(&structure);
	return result;
}

int architecture_from_json(struct graph *out, json_t *model, const char *version, const char *path,
	struct architecture_remarks *remarks, struct error *error)
{
	struct error unwanted;
	struct structure_reader reader = {.graph = out,
		.remarks = remarks,
		.path = path,
		.error = error ? error : &unwanted};
	*out = (struct graph){0};
	int result = read_model(&reader, model, version);
	text_list_free(&reader.names);
	free(reader.axes);
	if (result)
		graph_free(out);
	return result;
}

int architecture_parse(struct graph *out, const void *text, size_t size, const char *path,
	struct architecture_remarks *remarks, struct error *error)
{
	*out = (struct graph){0};
	json_t *root = json_parse(text, size, JSON_REJECT_DUPLICATES, path, error);
	int result = root ? architecture_from_json(out, root, NULL, path, remarks, error) : -1;
	json_decref(root);
	return result;
}

int architecture_read(struct graph *out, const char *path, struct architecture_remarks *remarks,
	struct error *error)
{
	unsigned char *text;
	size_t size;
	*out = (struct graph){0};
	if (file_read(path, ARCHITECTURE_FILE_MAXIMUM, &text, &size, error))
		return -1;
	int result = architecture_parse(out, text, size, path, remarks, error);
	free(text);
	return result;
}

void architecture_remarks_free(struct architecture_remarks *remarks)
{
	text_list_free(&remarks->refusals);
	text_list_free(&remarks->notes);
}
