#include "model/model.h"

#include "base/file.h"
#include "base/file_set.h"
#include "base/json.h"
#include "model/folder.h"
#include "model/keras.h"

#include <stdlib.h>
#include <string.h>

enum { CARD_FILE_MAXIMUM = 64 << 20, SIDE_MAXIMUM = 65535, SIDE_DEFAULT = 224 };

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), suffix_length = strlen(suffix);
	return length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0;
}

/* The path of the only regular file of the folder that ends in `suffix`, in fresh memory. NULL with
 * an error if there is none or more than one. */
static char *find_by_suffix(const char *folder, const char *default_name, const char *suffix,
	struct error *error)
{
	struct text_list names = {0};
	const char *found = NULL;
	char *path = NULL;
	int result = file_list(folder, FILE_REGULAR, &names, error);
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		const char *name = names.items[i];
		if (!ends_with(name, suffix) || strcmp(name, model_file_names[MODEL_CARD]) == 0)
			continue;
		if (found)
			result = error_set(error, folder,
				"contains %s and %s; one of them must be removed", found, name);
		found = name;
	}
	if (result == 0 && !found)
		result = error_set(error, folder, "has neither %s nor another *%s file",
			default_name, suffix);
	if (result == 0 && !(path = file_join(folder, found)))
		error_memory(error, folder);
	text_list_free(&names);
	return path;
}

/* The path of a model's file in fresh memory: the default name if it exists, else the only file
 * with the same suffix. NULL with an error. */
static char *find_file(const char *folder, enum model_file file, struct error *error)
{
	const char *default_name = model_file_names[file];
	char *path = file_set_path(folder, default_name);
	if (!path)
		error_memory(error, folder);
	if (!path || file_exists(path))
		return path;
	free(path);
	return find_by_suffix(folder, default_name, strrchr(default_name, '.'), error);
}

static int read_architecture(struct model *model, const char *folder, struct error *error)
{
	unsigned char *text = NULL;
	size_t size;
	char *path = find_file(folder, MODEL_ARCHITECTURE, error);
	int result =
		path ? file_read_regular(path, ARCHITECTURE_FILE_MAXIMUM, &text, &size, error) : -1;
	if (result == 0)
		result =
			architecture_parse(&model->graph, text, size, path, &model->remarks, error);
	free(text);
	free(path);
	return result;
}

static int read_labels(struct text_list *labels, int outputs, const char *folder,
	struct error *error)
{
	char *path = file_set_path(folder, model_file_names[MODEL_LABELS]);
	int result = path ? labels_read(labels, path, error) : error_memory(error, folder);
	if (result == 0 && labels->count != (size_t)outputs)
		result = error_set(error, path, "has %zu labels; the network has %d outputs",
			labels->count, outputs);
	free(path);
	return result;
}

static int read_card(json_t **card, const char *folder, struct error *error)
{
	unsigned char *text = NULL;
	size_t size;
	char *path = file_set_path(folder, model_file_names[MODEL_CARD]);
	int result = path ? 0 : error_memory(error, folder);
	if (result == 0 && file_exists(path)) {
		result = file_read_regular(path, CARD_FILE_MAXIMUM, &text, &size, error);
		if (result == 0 && !(*card = json_parse(text, size, 0, path, error)))
			result = -1;
		else if (result == 0 && !json_is_object(*card))
			result = error_set(error, path, "is not a JSON object");
	}
	free(text);
	free(path);
	return result;
}

/* A size that is wished must be the one that is taken. */
static int check_size(const struct shape *input, const char *folder,
	const struct model_options *options, struct error *error)
{
	if (!options->height ||
		(input->height == options->height && input->width == options->width))
		return 0;
	return error_set(error, folder, "takes pictures of %dx%d, not of %dx%d", input->width,
		input->height, options->width, options->height);
}

/* Sides that the architecture leaves free are those of the pictures that it was trained on, else
 * those that the caller wishes. */
static int choose_size(struct model *model, const char *folder, const struct model_options *options,
	struct error *error)
{
	const json_t *input = json_object_get(model->card, "input");
	json_int_t height = json_integer_value(json_object_get(input, "height")),
		   width = json_integer_value(json_object_get(input, "width"));
	if (!graph_is_free(&model->graph))
		return check_size(&model->graph.input, folder, options, error);
	model->has_default_size = !input && !options->height;
	if (!input) {
		height = options->height ? options->height : SIDE_DEFAULT;
		width = options->width ? options->width : SIDE_DEFAULT;
	}
	if (height < 1 || height > SIDE_MAXIMUM || width < 1 || width > SIDE_MAXIMUM)
		return error_set(error, folder,
			"the size of its pictures is neither in its architecture nor in %s",
			model_file_names[MODEL_CARD]);
	graph_set_input(&model->graph, (int)height, (int)width);
	return check_size(&model->graph.input, folder, options, error);
}

int model_open(struct model *model, const char *folder, const struct model_options *options,
	struct error *error)
{
	*model = (struct model){0};
	if (!file_is_folder(folder))
		return error_set(error, folder,
			file_exists(folder) ? "is not a model folder" : "there is no such folder");
	if (read_architecture(model, folder, error) ||
		!(model->weights_path = find_file(folder, MODEL_WEIGHTS, error)) ||
		read_card(&model->card, folder, error) ||
		choose_size(model, folder, options, error) ||
		network_create(&model->network, &model->graph, options->mode, options->batch,
			options->pool, error) ||
		read_labels(&model->labels, network_outputs(model->network), folder, error) ||
		!(model->weights =
				weights_read_start(model->network, model->weights_path, error))) {
		model_free(model);
		return -1;
	}
	return 0;
}

int model_finish_weights(struct model *model, struct error *error)
{
	struct weights_reading *weights = model->weights;
	model->weights = NULL;
	return weights_read_finish(weights, error);
}

int model_load(struct model *model, const char *folder, const struct model_options *options,
	struct error *error)
{
	if (model_open(model, folder, options, error))
		return -1;
	int result = model_finish_weights(model, error);
	if (result)
		model_free(model);
	return result;
}

void model_free(struct model *model)
{
	int unwanted = model->weights ? model_finish_weights(model, NULL) : 0;
	(void)unwanted;
	network_destroy(model->network);
	graph_free(&model->graph);
	architecture_remarks_free(&model->remarks);
	text_list_free(&model->labels);
	json_decref(model->card);
	free(model->weights_path);
	*model = (struct model){0};
}

int model_save(const char *folder, const struct network *network, const struct text_list *labels,
	json_t *card, struct error *error)
{
	static const enum model_file files[] = {MODEL_ARCHITECTURE, MODEL_WEIGHTS, MODEL_LABELS,
		MODEL_CARD};
	int result = 0;
	for (size_t i = 0; i < sizeof files / sizeof *files && result == 0; i++) {
		char *path = file_join(folder, model_file_names[files[i]]);
		if (!path)
			return error_memory(error, folder);
		result = files[i] == MODEL_ARCHITECTURE
			? architecture_write(network_graph(network), path, error)
			: files[i] == MODEL_WEIGHTS ? weights_write(network, path, error)
			: files[i] == MODEL_LABELS
			? labels_write(labels, path, error)
			: keras_write_json(json_incref(card), path, error);
		free(path);
	}
	return result;
}
