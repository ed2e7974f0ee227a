#include "base/array.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/json.h"
#include "export/formats.h"
#include "format/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_SIZE = 8, ALIGNMENT = 8 };

/* ---- the header ---- */

/* Adds the members of export_metadata() as texts, which are all that the format allows. */
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

/* The object "__metadata__"; NULL with an error. */
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

/* Adds a parameter whose values begin at *offset in the data, and advances that. */
static json_t *add_tensor(json_t *header, const struct parameter *parameter, size_t *offset)
{
	char name[2 * LAYER_NAME_SIZE];
	size_t begin = *offset;
	json_t *shape = json_array();
	for (int i = 0; shape && i < parameter->rank; i++)
		shape = json_add_item(shape, json_integer(parameter->shape[i]));
	*offset += parameter->count * sizeof(float);
	snprintf(name, sizeof name, "%s/%s", parameter->layer, parameter->name);
	return json_add_member(header, name,
		json_pack("{s:s, s:o, s:[II]}", "dtype", "F32", "shape", shape, "data_offsets",
			(json_int_t)begin, (json_int_t)*offset));
}

/* The JSON of the header. The caller's to free; NULL with an error. */
static char *make_header(const struct export_model *model, const char *path, struct error *error)
{
	size_t offset = 0;
	json_t *metadata = make_metadata(model, path, error);
	if (!metadata)
		return NULL;
	json_t *header = json_pack("{s:o}", "__metadata__", metadata);
	for (int i = 0; header && i < network_parameter_count(model->network); i++) {
		struct parameter parameter = network_parameter(model->network, i);
		header = add_tensor(header, &parameter, &offset);
	}
	char *text = header ? json_print(header, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	json_decref(header);
	if (!text)
		error_memory(error, path);
	return text;
}

/* ---- the file ---- */

/* The length of the header, and the header with blanks at its end, so that the data is aligned. */
static bool add_header(struct buffer *file, const char *header)
{
	size_t length = strlen(header), padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
	unsigned char size[LENGTH_SIZE];
	store_u64(size, length + padding);
	return buffer_append(file, size, sizeof size) && buffer_append(file, header, length) &&
		buffer_append(file, "       ", padding);
}

int safetensors_write(const struct export_model *model, const char *path, struct error *error)
{
	struct buffer file = {0};
	char *header = make_header(model, path, error);
	if (!header)
		return -1;
	bool good = add_header(&file, header);
	for (int i = 0; good && i < network_parameter_count(model->network); i++) {
		struct parameter parameter = network_parameter(model->network, i);
		good = export_add_values(&file, &parameter);
	}
	int result =
		good ? output_bytes(path, file.bytes, file.size, error) : error_memory(error, path);
	free(header);
	free(file.bytes);
	return result;
}
