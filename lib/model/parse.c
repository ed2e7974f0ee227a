#include "model/parse.h"

#include "base/json.h"
#include "format/tensorflow_js.h"
#include "model/archive.h"
#include "model/folder.h"
#include "model/form.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 + MODEL_FILE_NAME_SIZE };

/* A file has the network's weights, perhaps in double precision and with the state of an optimizer,
 * which may be several times as many; names and metadata. */
enum { FILE_FACTOR = 16, FILE_BASE = 64 << 20 };

/* A model whose form is known. */
struct source {
	const struct parse_request *request;
	const struct model_files *files;                 /* the request's, or those of an archive */
	const struct model_file *json;                   /* NULL: none */
	const struct model_file *hdf5;                   /* likewise */
	char json_path[PATH_SIZE], hdf5_path[PATH_SIZE]; /* for messages */
	const char *root_path;                           /* that of the file which the root is of */
	json_t *root;          /* of the JSON, or of the HDF5 file's model_config */
	bool is_tensorflow_js; /* the root is its model.json */
	char version[16];      /* of Keras, where the HDF5 file says it; or "" */
	struct error *error;   /* the caller's */
};

/* ---- architecture ---- */

static void name_file(const struct source *source, const struct model_file *file, char *out)
{
	if (source->files->main >= 0 && file == &source->files->items[source->files->main])
		snprintf(out, PATH_SIZE, "%s", source->files->path);
	else if (file)
		model_files_path(source->files, file, out, PATH_SIZE);
}

/* Whether the HDF5 file's own architecture comes before that of a JSON file beside it: where the
 * user named it. */
static bool prefers_hdf5(const struct source *source)
{
	int main = source->files->main;
	return source->hdf5 &&
		(!source->json || (main >= 0 && source->hdf5 == &source->files->items[main]));
}

/* Reads what the HDF5 file has of an architecture: source->root stays NULL if it has weights
 * alone. */
static int read_whole(struct source *source, struct model_hints *hints)
{
	struct weights_attributes attributes;
	if (weights_read_attributes(&attributes, source->hdf5->bytes, source->hdf5->size,
		    source->hdf5_path, source->error))
		return -1;
	int result = 0;
	source->root_path = source->hdf5_path;
	if (attributes.model_config &&
		!(source->root =
				json_parse(attributes.model_config, strlen(attributes.model_config),
					JSON_REJECT_DUPLICATES, source->hdf5_path, source->error)))
		result = -1;
	const char *training = attributes.training_config, *version = attributes.keras_version;
	json_t *compiled = training
		? json_parse(training, strlen(training), 0, source->hdf5_path, NULL)
		: NULL;
	hints_read_loss(hints, compiled);
	json_decref(compiled);
	snprintf(source->version, sizeof source->version, "%s", version ? version : "");
	weights_attributes_free(&attributes);
	return result;
}

static int read_json(struct source *source, struct model_hints *hints)
{
	if (!source->json)
		return error_set(source->error, source->hdf5_path,
			"has weights but no architecture: its JSON belongs beside it, of the same "
			"name");
	if (source->json->size > ARCHITECTURE_FILE_MAXIMUM)
		return error_set(source->error, source->json_path, "is larger than %d MB",
			ARCHITECTURE_FILE_MAXIMUM >> 20);
	source->root_path = source->json_path;
	source->root = json_parse(source->json->bytes, source->json->size, JSON_REJECT_DUPLICATES,
		source->json_path, source->error);
	if (!source->root)
		return -1;
	source->is_tensorflow_js = tensorflow_js_is_model(source->root);
	if (source->is_tensorflow_js)
		tensorflow_js_hints(source->root, hints);
	else
		hints_read_loss(hints, json_object_get(source->root, "compile_config"));
	return 0;
}

static int write_remarks(struct parse_results *results, const struct architecture_remarks *remarks,
	struct error *error)
{
	return text_block_write(&results->refusals, &remarks->refusals) &&
			text_block_write(&results->notes, &remarks->notes)
		? 0
		: error_set(error, "architecture", "has too many layers that are not supported");
}

static int read_architecture(struct source *source, struct graph *graph,
	struct architecture_remarks *remarks)
{
	struct model_hints *hints = &source->request->results->hints;
	if (source->is_tensorflow_js)
		return tensorflow_js_architecture(graph, source->root, source->root_path, remarks,
			source->error);
	hints->is_teachable_machine = form_is_teachable_machine(source->root);
	return architecture_from_json(graph, source->root,
		*source->version ? source->version : NULL, source->root_path, remarks,
		source->error);
}

static int read_graph(struct source *source, struct graph *graph)
{
	struct parse_results *results = source->request->results;
	struct architecture_remarks remarks = {0};
	if (prefers_hdf5(source) && read_whole(source, &results->hints))
		return -1;
	if (!source->root && read_json(source, &results->hints))
		return -1;
	int result = read_architecture(source, graph, &remarks);
	if (result == 0) {
		result = graph_image_write(&results->graph, graph, source->error) ||
				write_remarks(results, &remarks, source->error)
			? -1
			: 0;
		if (result)
			graph_free(graph);
	}
	architecture_remarks_free(&remarks);
	return result;
}

/* ---- labels ---- */

static int write_labels(const struct source *source, const struct text_list *labels,
	const char *path)
{
	return text_block_write(&source->request->results->labels, labels)
		? 0
		: error_set(source->error, path, "has too many labels");
}

/* Those of Teachable Machine beside a model of TensorFlow.js. */
static int read_metadata(const struct source *source, const struct model_file *file,
	const char *path)
{
	struct teachable_machine metadata;
	if (teachable_machine_read(&metadata, file->bytes, file->size, path, source->error))
		return -1;
	source->request->results->hints.is_teachable_machine |= metadata.is_image_model;
	source->request->results->hints.input = metadata.input;
	int result = write_labels(source, &metadata.labels, path);
	text_list_free(&metadata.labels);
	return result;
}

/* labels.txt of an archive, else metadata. In a folder the caller reads labels.txt. */
static int read_labels(const struct source *source)
{
	bool is_unpacked = source->files != &source->request->files;
	const struct model_file *list = is_unpacked
		? model_files_find(source->files, model_file_names[MODEL_LABELS])
		: NULL;
	const struct model_file *metadata = source->is_tensorflow_js || is_unpacked
		? model_files_find(source->files, "metadata.json")
		: NULL;
	struct text_list labels = {0};
	char path[PATH_SIZE];
	if (metadata &&
		read_metadata(source, metadata,
			model_files_path(source->files, metadata, path, sizeof path)))
		return -1;
	if (!list)
		return 0;
	model_files_path(source->files, list, path, sizeof path);
	int result = labels_parse(&labels, list->bytes, list->size, path, source->error) ||
			write_labels(source, &labels, path)
		? -1
		: 0;
	text_list_free(&labels);
	return result;
}

/* ---- weights ---- */

static size_t count_values(const struct network *network)
{
	size_t count = 0;
	for (int i = 0; i < network_parameter_count(network); i++)
		count += network_parameter(network, i).count;
	return count;
}

static int check_size(const struct source *source, const struct network *network, size_t size,
	const char *path)
{
	size_t needed = count_values(network) * sizeof(float);
	if (size == 0)
		return error_set(source->error, path, "is not an HDF5 file, or a damaged one");
	if (size > FILE_BASE + FILE_FACTOR * needed)
		return error_set(source->error, path,
			"has %zu MB, far more than the network's weights take (%zu MB)", size >> 20,
			needed >> 20);
	if (needed > source->request->values_size)
		return error_set(source->error, path,
			"has %zu MB, far fewer than the network's weights take (%zu MB)",
			size >> 20, needed >> 20);
	return 0;
}

/* The caller does not have what an archive was unpacked to. */
static void copy_unpacked(const struct source *source, const struct network *network)
{
	struct weights_location *locations = source->request->results->locations;
	float *values = source->request->values;
	for (int i = 0; i < network_parameter_count(network); i++) {
		size_t count = network_parameter(network, i).count;
		if (!locations[i].converted)
			memcpy(values, source->hdf5->bytes + locations[i].offset,
				count * sizeof *values);
		locations[i].converted = true;
		values += count;
	}
}

static int read_hdf5(const struct source *source, const struct network *network)
{
	const struct parse_request *request = source->request;
	const struct model_file *file = source->hdf5;
	if (check_size(source, network, file->size, source->hdf5_path) ||
		weights_parse(file->bytes, file->size, source->hdf5_path, network, request->values,
			request->results->locations, source->error))
		return -1;
	if (source->files == &request->files)
		request->results->weights_file = (int)(file - source->files->items);
	else
		copy_unpacked(source, network);
	return 0;
}

static int read_tensorflow_js(const struct source *source, const struct network *network)
{
	const struct parse_request *request = source->request;
	if (check_size(source, network, model_files_size(source->files), source->json_path) ||
		tensorflow_js_weights(source->root, source->files, network, request->values,
			source->error))
		return -1;
	for (int i = 0; i < network_parameter_count(network); i++)
		request->results->locations[i].converted = true;
	return 0;
}

static int read_weights(const struct source *source, const struct network *network)
{
	if (source->is_tensorflow_js)
		return read_tensorflow_js(source, network);
	if (source->hdf5)
		return read_hdf5(source, network);
	return error_set(source->error, source->json_path,
		"its weights are missing: a *.h5 file of the same name");
}

/* ---- all of it ---- */

static int read_source(struct source *source)
{
	struct graph graph = {0};
	struct network *network = NULL;
	if (source->request->network)
		return read_weights(source, source->request->network);
	if (read_graph(source, &graph))
		return -1;
	if (read_labels(source)) {
		graph_free(&graph);
		return -1;
	}
	source->request->announce();
	graph_set_input(&graph, source->request->height, source->request->width);
	int result = network_create(&network, &graph, NETWORK_DESCRIBE, 1, NULL, source->error);
	if (result == 0)
		result = read_weights(source, network);
	network_destroy(network);
	graph_free(&graph);
	return result;
}

/* Chooses JSON and HDF5 by name, or by the content of the file that the user named. */
static void find_source(struct source *source, const struct model_files *files, int form)
{
	const struct model_file *items = files->items;
	source->files = files;
	source->json = files->architecture >= 0 ? &items[files->architecture] : NULL;
	source->hdf5 = files->weights >= 0 ? &items[files->weights] : NULL;
	if (files->main >= 0 && form == FORM_JSON && source->hdf5 == &items[files->main]) {
		source->json = source->hdf5;
		source->hdf5 = NULL;
	}
	if (files->main >= 0 && form == FORM_HDF5 && source->json == &items[files->main]) {
		source->hdf5 = source->json;
		source->json = NULL;
	}
	name_file(source, source->json, source->json_path);
	name_file(source, source->hdf5, source->hdf5_path);
}

static int parse_archive(struct source *source, const struct model_file *archive)
{
	char path[PATH_SIZE];
	struct model_files unpacked = {.path = path};
	source->files = &source->request->files;
	name_file(source, archive, path);
	if (archive_open(&unpacked, archive, source->error))
		return -1;
	find_source(source, &unpacked, FORM_ZIP);
	int result = read_source(source);
	archive_close(&unpacked);
	return result;
}

int parse_model(const struct parse_request *request, struct error *error)
{
	const struct model_files *files = &request->files;
	struct source source = {.request = request, .error = error};
	int form = files->archive >= 0 ? FORM_ZIP : FORM_HDF5;
	int index = files->archive >= 0 ? files->archive : files->main;
	if (files->main >= 0 && !request->network)
		form = form_recognize(&files->items[files->main], files->path, error);
	if (form < 0)
		return -1;
	if (form != FORM_ZIP)
		find_source(&source, files, form);
	int result = form == FORM_ZIP ? parse_archive(&source, &files->items[index])
				      : read_source(&source);
	json_decref(source.root);
	return result;
}
