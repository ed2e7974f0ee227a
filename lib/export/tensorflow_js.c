#include "base/bytes.h"
#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/signals.h"
#include "base/version.h"
#include "export/formats.h"
#include "export/tensorflow_js_graph.h"
#include "format/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The size of a shard is tensorflowjs_converter's; larger where there would be more than fit into a
 * process' open files. */
enum { SHARD_SIZE = 4 << 20, SHARDS_MAXIMUM = 256, NAME_SIZE = 64 };

/* The contents of all files. */
struct layers_model {
	struct graph graph;
	int *layers;           /* of the network: theirs in the graph */
	struct buffer weights; /* of all shards */
	size_t shard_size;
	int shard_count;
	json_t *model, *metadata; /* model.json, metadata.json */
};

static void layers_model_free(struct layers_model *model)
{
	graph_free(&model->graph);
	free(model->layers);
	free(model->weights.bytes);
	json_decref(model->model);
	json_decref(model->metadata);
}

/* ---- weights ---- */

static json_t *weight_object(const char *layer, const struct parameter *parameter)
{
	char name[2 * LAYER_NAME_SIZE];
	json_t *shape = json_array();
	for (int i = 0; shape && i < parameter->rank; i++)
		shape = json_add_item(shape, json_integer(parameter->shape[i]));
	snprintf(name, sizeof name, "%s/%s", layer, parameter->name);
	return json_pack("{s:s, s:o, s:s}", "name", name, "shape", shape, "dtype", "float32");
}

/* Appends the values of a parameter as floats, lowest byte first. False without memory. */
static bool add_values(struct buffer *buffer, const struct parameter *parameter)
{
	for (size_t i = 0; i < parameter->count; i++) {
		unsigned char value[sizeof(float)];
		store_f32(value, parameter->values[i]);
		if (!buffer_append(buffer, value, sizeof value))
			return false;
	}
	return true;
}

/* Fills the weights, and returns their list; NULL without memory. */
static json_t *list_weights(struct layers_model *model, const struct network *network)
{
	json_t *list = json_array();
	for (int i = 0; list && i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		int layer = model->layers[parameter.layer_index];
		if (layer < 0)
			continue;
		list = json_add_item(list,
			add_values(&model->weights, &parameter)
				? weight_object(model->graph.layers[layer].name, &parameter)
				: NULL);
	}
	return list;
}

static void name_shard(const struct layers_model *model, int index, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, "group1-shard%dof%d.bin", index + 1, model->shard_count);
}

static json_t *make_manifest(struct layers_model *model, const struct network *network)
{
	json_t *weights = list_weights(model, network), *paths = json_array();
	size_t size = model->weights.size, least = (size + SHARDS_MAXIMUM - 1) / SHARDS_MAXIMUM;
	model->shard_size = least > SHARD_SIZE ? least : SHARD_SIZE;
	model->shard_count = (int)((size + model->shard_size - 1) / model->shard_size);
	for (int i = 0; paths && i < model->shard_count; i++) {
		char name[NAME_SIZE];
		name_shard(model, i, name);
		paths = json_add_item(paths, json_string(name));
	}
	return json_pack("[{s:o, s:o}]", "paths", paths, "weights", weights);
}

/* ---- JSON ---- */

/* Its keras_version says that names mean what they mean in Keras 2. */
static int make_model(struct layers_model *model, const struct export_model *source,
	const char *path, struct error *error)
{
	json_t *topology = architecture_value(&model->graph, ARCHITECTURE_FOR_ALL, path, error);
	if (!topology)
		return -1;
	topology = json_add_member(topology, "keras_version", json_string("2.15.0"));
	topology = json_add_member(topology, "backend", json_string("tensorflow"));
	model->model = json_pack("{s:s, s:s, s:n, s:o, s:o, s:o}", "format", "layers-model",
		"generatedBy", "millrace " MILLRACE_VERSION, "convertedBy", "modelTopology",
		topology, "weightsManifest", make_manifest(model, source->network),
		"userDefinedMetadata", export_metadata(source));
	return model->model ? 0 : error_memory(error, path);
}

/* As @teachablemachine/image reads it. */
static int make_metadata(struct layers_model *model, const struct export_model *source,
	const char *path, struct error *error)
{
	struct shape input = model->graph.input;
	json_t *metadata = export_metadata(source);
	metadata = json_add_member(metadata, "packageName", json_string("millrace"));
	metadata = json_add_member(metadata, "packageVersion", json_string(MILLRACE_VERSION));
	metadata = json_add_member(metadata, "modelName", json_string(model->graph.name));
	if (!input.is_vector && input.width == input.height)
		metadata = json_add_member(metadata, "imageSize", json_integer(input.width));
	model->metadata = metadata;
	return metadata ? 0 : error_memory(error, path);
}

/* ---- files ---- */

struct files {
	struct output *outputs;
	int count;
};

/* Adds the file NAME beside `path`. */
static int add_file(struct files *files, const char *path, const char *name, const void *bytes,
	size_t size, struct error *error)
{
	char *full = file_beside(path, name);
	struct output *output = &files->outputs[files->count];
	int result = full ? output_open(output, full, error) : error_memory(error, path);
	if (result == 0) {
		files->count++;
		fwrite(bytes, 1, size, output->stream);
		result = output_sync(output, error);
	}
	free(full);
	return result;
}

static int add_json(struct files *files, const char *path, const char *name, const json_t *value,
	struct error *error)
{
	char *text =
		json_print(value, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	int result = text ? add_file(files, path, name, text, strlen(text), error)
			  : error_memory(error, path);
	free(text);
	return result;
}

static int add_files(struct files *files, const struct layers_model *model, const char *path,
	struct error *error)
{
	for (int i = 0; i < model->shard_count; i++) {
		char name[NAME_SIZE];
		size_t begin = (size_t)i * model->shard_size, rest = model->weights.size - begin;
		name_shard(model, i, name);
		if (add_file(files, path, name, model->weights.bytes + begin,
			    rest < model->shard_size ? rest : model->shard_size, error))
			return -1;
	}
	return add_json(files, path, "metadata.json", model->metadata, error) ||
			add_json(files, path, text_base_name(path), model->model, error)
		? -1
		: 0;
}

/* All are written before the first gets its name; model.json is the last one. */
static int commit(struct files *files, struct error *error)
{
	sigset_t before;
	int result = 0;
	signals_block(&before);
	for (int i = 0; i < files->count; i++)
		if (result)
			output_abandon(&files->outputs[i]);
		else
			result = output_commit(&files->outputs[i], error);
	signals_unblock(&before);
	return result;
}

static int write_files(const struct layers_model *model, const char *path, struct error *error)
{
	struct files files = {calloc((size_t)model->shard_count + 2, sizeof *files.outputs), 0};
	int result = files.outputs ? file_make_parent(path, error) : error_memory(error, path);
	if (result == 0)
		result = add_files(&files, model, path, error);
	if (result == 0)
		result = commit(&files, error);
	else
		for (int i = 0; i < files.count; i++)
			output_abandon(&files.outputs[i]);
	free(files.outputs);
	return result;
}

int tensorflow_js_write(const struct export_model *source, const char *path, struct error *error)
{
	size_t layers = (size_t)network_graph(source->network)->layer_count;
	struct layers_model model = {.layers = calloc(layers, sizeof *model.layers)};
	int result = model.layers ? 0 : error_memory(error, path);
	if (result == 0)
		result = tensorflow_js_graph(&model.graph, model.layers, source->network, error) ||
				make_model(&model, source, path, error) ||
				make_metadata(&model, source, path, error) ||
				write_files(&model, path, error)
			? -1
			: 0;
	layers_model_free(&model);
	return result;
}
