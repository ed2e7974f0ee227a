#include "format/safetensors.h"

#include "base/json.h"
#include "export/formats.h"
#include "format/keras.h"

#include <stdio.h>
#include <stdlib.h>

/* Adds the members of export_metadata() as texts. */
static json_t *add_texts(json_t *metadata, const struct export_model *model)
{
	json_t *values = export_metadata(model), *value;
	const char *key;
	if (!values) {
		json_decref(metadata);
		return NULL;
	}
	json_object_foreach (values, key, value) {
		char *text = export_metadata_text(value);
		metadata = json_add_member(metadata, key, text ? json_string(text) : NULL);
		free(text);
	}
	json_decref(values);
	return metadata;
}

/* NULL with an error. */
static json_t *make_metadata(const struct export_model *model, const char *path,
	struct error *error)
{
	json_t *value = architecture_value(network_graph(model->network), ARCHITECTURE_FOR_ALL,
		path, error);
	if (!value)
		return NULL;
	char *text =
		json_print(value, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_t *metadata = json_pack("{s:s}", "format", "keras");
	metadata = add_texts(metadata, model);
	metadata = json_add_member(metadata, "architecture", text ? json_string(text) : NULL);
	json_decref(value);
	free(text);
	if (!metadata)
		error_memory(error, path);
	return metadata;
}

typedef char array_name[2 * LAYER_NAME_SIZE];

static void list_array(const struct parameter *parameter, array_name name,
	struct safetensors_array *array)
{
	snprintf(name, sizeof(array_name), "%s/%s", parameter->layer, parameter->name);
	*array = (struct safetensors_array){.name = name,
		.rank = parameter->rank,
		.values = parameter->values,
		.count = parameter->count};
	for (int i = 0; i < parameter->rank; i++)
		array->shape[i] = (size_t)parameter->shape[i];
}

int safetensors_write(const struct export_model *model, const char *path, struct error *error)
{
	int count = network_parameter_count(model->network);
	json_t *metadata = make_metadata(model, path, error);
	if (!metadata)
		return -1;
	struct safetensors_array *arrays = calloc((size_t)count + 1, sizeof *arrays);
	array_name *names = calloc((size_t)count + 1, sizeof *names);
	for (int i = 0; arrays && names && i < count; i++) {
		struct parameter parameter = network_parameter(model->network, i);
		list_array(&parameter, names[i], &arrays[i]);
	}
	int result = arrays && names ? safetensors_save(path, arrays, count, metadata, error)
				     : error_memory(error, path);
	free(arrays);
	free(names);
	json_decref(metadata);
	return result;
}
