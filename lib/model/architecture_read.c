#include "model/model.h"

#include "base/file.h"
#include "base/json.h"
#include "model/layer_read.h"

#include <stdlib.h>
#include <string.h>

enum { DIMENSION_MAXIMUM = 65535 };

/* "batch_shape" (Keras 3) or "batch_input_shape" (Keras 2): [null, height, width, channels]. */
static int read_input_shape(struct shape *shape, const json_t *config, const char *path,
	struct error *error)
{
	json_t *dimensions = json_object_get(config, "batch_input_shape");
	if (!json_is_array(dimensions))
		dimensions = json_object_get(config, "batch_shape");
	if (!json_is_array(dimensions))
		return error_set(error, path, "its first layer has no batch_input_shape");
	int values[3];
	bool valid = json_array_size(dimensions) == 4;
	for (size_t i = 0; valid && i < 3; i++) {
		json_t *dimension = json_array_get(dimensions, i + 1);
		valid = json_is_integer(dimension) && json_integer_value(dimension) >= 1 &&
			json_integer_value(dimension) <= DIMENSION_MAXIMUM;
		values[i] = valid ? (int)json_integer_value(dimension) : 0;
	}
	if (!valid)
		return error_set(error, path,
			"its input shape is not [null, height, width, channels] with fixed "
			"dimensions");
	*shape = (struct shape){values[0], values[1], values[2]};
	return 0;
}

/* Whether a layer's output is a vector; `vector`: its input is. */
static bool output_is_vector(const struct layer *layer, bool vector)
{
	return vector || layer->kind == LAYER_FLATTEN ||
		layer->kind == LAYER_GLOBAL_AVERAGE_POOLING;
}

static int check_names(const struct architecture *architecture, const char *path,
	struct error *error)
{
	for (int i = 0; i < architecture->layer_count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(architecture->layers[i].name, architecture->layers[j].name) == 0)
				return error_set(error, path, "two layers have the name '%s'",
					architecture->layers[i].name);
	return 0;
}

static int read_layers(struct architecture *out, json_t *list, const char *path,
	struct error *error)
{
	bool vector = false;
	size_t index;
	json_t *object;
	json_array_foreach (list, index, object) {
		json_t *config = json_object_get(object, "config");
		const char *class_name = json_string_value(json_object_get(object, "class_name"));
		if (!class_name || !json_is_object(config))
			return error_set(error, path, "layer %zu has no class_name or no config",
				index + 1);
		if (index == 0 && read_input_shape(&out->input, config, path, error))
			return -1;
		if (out->layer_count + LAYERS_PER_KERAS_LAYER > LAYERS_MAXIMUM)
			return error_set(error, path, "more than %d layers",
				LAYERS_MAXIMUM - LAYERS_PER_KERAS_LAYER);
		int count = layer_read(out->layers + out->layer_count, class_name, config, vector,
			path, error);
		if (count < 0)
			return -1;
		for (; count > 0; count--)
			vector = output_is_vector(&out->layers[out->layer_count++], vector);
	}
	if (out->layer_count == 0)
		return error_set(error, path, "has no layers");
	return check_names(out, path, error);
}

/* `root` is {"class_name": "Sequential", "config": {"name", "layers": [...]}}; in old Keras the
 * list is the config. */
static int read_model(struct architecture *out, json_t *root, const char *path, struct error *error)
{
	const char *class_name = json_string_value(json_object_get(root, "class_name"));
	if (!class_name)
		return error_set(error, path, "is not a Keras model: it has no class_name");
	if (strcmp(class_name, "Sequential"))
		return error_set(error, path,
			"is a %.64s model; only Sequential models are supported", class_name);
	json_t *config = json_object_get(root, "config");
	json_t *list = json_is_array(config) ? config : json_object_get(config, "layers");
	if (!json_is_array(list))
		return error_set(error, path, "is not a Keras model: it has no list of layers");
	const char *name = json_string_value(json_object_get(config, "name"));
	snprintf(out->name, sizeof out->name, "%s", name && *name ? name : "sequential");
	out->layers = calloc(LAYERS_MAXIMUM, sizeof *out->layers);
	if (!out->layers)
		return error_memory(error, path);
	return read_layers(out, list, path, error);
}

int architecture_parse(struct architecture *out, const void *text, size_t size, const char *path,
	struct error *error)
{
	*out = (struct architecture){0};
	json_t *root = json_parse(text, size, JSON_REJECT_DUPLICATES, path, error);
	if (!root)
		return -1;
	int result = read_model(out, root, path, error);
	json_decref(root);
	if (result == 0) {
		struct shape shapes[LAYERS_MAXIMUM];
		result = architecture_shapes(out, shapes, error);
		if (result)
			error_within(error, path);
	}
	if (result)
		architecture_free(out);
	return result;
}

int architecture_read(struct architecture *out, const char *path, struct error *error)
{
	unsigned char *text;
	size_t size;
	*out = (struct architecture){0};
	if (file_read(path, ARCHITECTURE_FILE_MAXIMUM, &text, &size, error))
		return -1;
	int result = architecture_parse(out, text, size, path, error);
	free(text);
	return result;
}
