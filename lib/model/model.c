#include "model/model.h"

#include "base/file.h"
#include "base/file_set.h"
#include "base/json.h"
#include "format/keras.h"
#include "format/weights.h"
#include "model/folder.h"
#include "model/reading.h"
#include "model/temperature.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CARD_FILE_MAXIMUM = 64 << 20, SIDE_MAXIMUM = 65535, SIDE_DEFAULT = 224 };

int model_assume(struct model *model, struct error *error, const char *format, ...)
{
	char sentence[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	return text_list_add(&model->assumptions, sentence, error);
}

int model_read_card(json_t **card, const char *folder, struct error *error)
{
	unsigned char *text = NULL;
	size_t size;
	*card = NULL;
	char *path = file_set_path(folder, model_file_names[MODEL_CARD]);
	int result = path ? 0 : error_memory(error, folder);
	if (result == 0 && file_exists(path)) {
		result = file_read_regular(path, CARD_FILE_MAXIMUM, &text, &size, error);
		if (result == 0 && !(*card = json_parse(text, size, 0, path, error)))
			result = -1;
		else if (result == 0 && !json_is_object(*card)) {
			result = error_set(error, path, "is not a JSON object");
			json_decref(*card);
			*card = NULL;
		}
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

struct shape model_picture_size(const struct model *model, int width, int height)
{
	const json_t *input = json_object_get(model->card, "input");
	json_int_t card_height = json_integer_value(json_object_get(input, "height")),
		   card_width = json_integer_value(json_object_get(input, "width"));
	if (!input)
		return (struct shape){.height = height, .width = width};
	if (card_height < 1 || card_height > SIDE_MAXIMUM || card_width < 1 ||
		card_width > SIDE_MAXIMUM)
		return (struct shape){0};
	return (struct shape){.height = (int)card_height, .width = (int)card_width};
}

static int width_wished(const struct model_options *options)
{
	return options->width ? options->width : SIDE_DEFAULT;
}

static int height_wished(const struct model_options *options)
{
	return options->height ? options->height : SIDE_DEFAULT;
}

static int choose_size(struct model *model, const char *path, const struct model_options *options,
	struct error *error)
{
	struct shape size =
		model_picture_size(model, width_wished(options), height_wished(options));
	bool is_free = graph_is_free(&model->graph);
	if (is_free && !size.height)
		return error_set(error, path,
			"the size of its pictures is neither in its architecture nor in %s",
			model_file_names[MODEL_CARD]);
	bool is_default = is_free && !json_object_get(model->card, "input") && !options->height;
	if (is_default &&
		model_assume(model, error, "takes pictures of any size: %dx%d is used; see --size",
			SIDE_DEFAULT, SIDE_DEFAULT))
		return -1;
	graph_set_input(&model->graph, size.height, size.width);
	return check_size(&model->graph.input, path, options, error);
}

/* ---- labels ---- */

/* The path of labels.txt in the folder, or beside the file; NULL without memory. */
static char *labels_path(const char *path)
{
	const char *name = model_file_names[MODEL_LABELS];
	return file_is_folder(path) ? file_set_path(path, name) : file_beside(path, name);
}

static int name_classes(struct model *model, struct error *error)
{
	char name[32];
	int result = 0;
	for (int i = 0; i < model->head.outputs && result == 0; i++) {
		snprintf(name, sizeof name, "class %d", i);
		result = text_list_add(&model->labels, name, error);
	}
	return result ? -1
		      : model_assume(model, error,
				"has no labels: its classes are called class 0, class 1 and so on; "
				"see --labels");
}

/* Those of a file that is named, of labels.txt, of the model's own file; else none. *source becomes
 * the path of the file that they are of, allocated. */
static int find_labels(struct model *model, const char *path, const struct model_options *options,
	struct text_list *own, char **source, struct error *error)
{
	*source = options->labels ? strdup(options->labels) : labels_path(path);
	if (!*source)
		return error_memory(error, path);
	if (options->labels || file_exists(*source))
		return labels_read(&model->labels, *source, error);
	model->labels = *own;
	*own = (struct text_list){0};
	free(*source);
	*source = strdup(path);
	return *source ? 0 : error_memory(error, path);
}

static int check_labels(struct model *model, const char *source, struct error *error)
{
	if (model->labels.count == 0)
		return name_classes(model, error);
	if (model->labels.count == (size_t)model->head.outputs)
		return 0;
	return error_set(error, source, "has %zu labels; the network has %d outputs",
		model->labels.count, model->head.outputs);
}

/* ---- outputs ---- */

/* The loss is that of the card, else that of the file. One output without labels is of two classes,
 * as no classifier has one. */
static int complete_output(struct model *model, const char *path,
	const struct model_options *options, struct error *error)
{
	const json_t *training = json_object_get(model->card, "options");
	const char *loss = json_string_value(json_object_get(training, "loss"));
	struct output_request request = {path, model->labels.count ? model->labels.count : 2,
		options->output, output_activation_of_loss(loss ? loss : model->hints.loss)};
	struct output_head *head = &model->head;
	if (output_complete(&model->graph, &request, head, error))
		return -1;
	return head->is_assumed
		? model_assume(model, error, OUTPUT_ASSUMED_TEXT,
			  output_activation_names[head->appended], "output-activation")
		: 0;
}

/* ---- opening ---- */

/* A network without its head puts out a feature map. */
static int check_output(const struct model *model, const char *path, struct error *error)
{
	struct shape out;
	if (graph_output_shape(&model->graph, &out, error))
		return -1;
	if (out.height == 1 && out.width == 1)
		return 0;
	return error_set(error, path,
		"its output is a feature map, %dx%dx%d, not one value per class", out.height,
		out.width, out.channels);
}

static int start_reading(struct model *model, const char *path, int width, int height,
	struct error *error)
{
	int is_folder = file_check_folder(path, error);
	if (is_folder < 0 || (is_folder && model_read_card(&model->card, path, error)))
		return -1;
	struct shape size = model_picture_size(model, width, height);
	model->reading =
		reading_start(&(struct reading_request){path, size.width, size.height, NULL},
			error);
	return model->reading ? 0 : -1;
}

int model_open_graph(struct model *model, struct text_list *labels, const char *path, int width,
	int height, struct error *error)
{
	struct reading_parts parts;
	*model = (struct model){0};
	*labels = (struct text_list){0};
	if (start_reading(model, path, width, height, error) ||
		reading_wait(model->reading, &parts, error)) {
		model_free(model);
		return -1;
	}
	model->graph = parts.graph;
	model->remarks = parts.remarks;
	model->hints = parts.hints;
	*labels = parts.labels;
	return 0;
}

static int read_temperature(struct model *model, const char *path,
	const struct model_options *options, struct error *error)
{
	if (options->is_uncalibrated ||
		temperature_read(&model->temperature, model->card,
			graph_final_activation(&model->graph), error) == 0)
		return 0;
	return error_within(error, path);
}

/* Completes the graph, and builds the network. `own` are the labels of the model's own file. */
static int build(struct model *model, const char *path, struct text_list *own,
	const struct model_options *options, struct error *error)
{
	char *labels = NULL;
	int result = choose_size(model, path, options, error) ||
			find_labels(model, path, options, own, &labels, error) ||
			complete_output(model, path, options, error) ||
			check_output(model, path, error) ||
			read_temperature(model, path, options, error) ||
			check_labels(model, labels, error) ||
			network_create(&model->network, &model->graph, options->mode,
				options->batch, options->pool, error)
		? -1
		: 0;
	free(labels);
	return result;
}

int model_open(struct model *model, const char *path, const struct model_options *options,
	struct error *error)
{
	struct text_list labels;
	if (model_open_graph(model, &labels, path, width_wished(options), height_wished(options),
		    error))
		return -1;
	int result = build(model, path, &labels, options, error);
	text_list_free(&labels);
	if (result)
		model_free(model);
	return result;
}

int model_finish_weights(struct model *model, struct error *error)
{
	struct model_reading *reading = model->reading;
	model->reading = NULL;
	return reading_finish(reading, model->network, error);
}

int model_load(struct model *model, const char *path, const struct model_options *options,
	struct error *error)
{
	if (model_open(model, path, options, error))
		return -1;
	int result = model_finish_weights(model, error);
	if (result)
		model_free(model);
	return result;
}

void model_free(struct model *model)
{
	int unwanted = model->reading ? reading_finish(model->reading, NULL, NULL) : 0;
	(void)unwanted;
	network_destroy(model->network);
	graph_free(&model->graph);
	architecture_remarks_free(&model->remarks);
	text_list_free(&model->labels);
	text_list_free(&model->assumptions);
	json_decref(model->card);
	*model = (struct model){0};
}

int model_save(const char *folder, const struct network *network, const struct text_list *labels,
	json_t *card, struct error *error)
{
	static const enum model_part files[] = {MODEL_ARCHITECTURE, MODEL_WEIGHTS, MODEL_LABELS,
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
