/* cnn-predict: what a model says of pictures and of tensor streams. */
#include "base/file.h"
#include "base/names.h"
#include "base/progress.h"
#include "common/tool.h"
#include "dataset/class_folders.h"
#include "dataset/place.h"
#include "explain/answers.h"
#include "explain/confusion.h"
#include "model/model.h"
#include "stream/stream.h"
#include "train/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const fit_names[] = {"stretch", "crop", "pad", NULL};
static const char *const filter_names[] = {"nearest", "bilinear", "bicubic", NULL};

static const char *model_folder, *annotate_folder, *sort_folder, *confusion_path, *predictions_path, *background;
static int top, fit = -1, filter = -1, batch_size = 32, threads;
static double threshold = 0.5;
static bool as_json, header, multi_label, evaluate, quiet, strict;

static const struct option_row rows[] = {
	{'m', "model", OPTION_TEXT, &model_folder, "MODEL", "model folder", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "What is said", 0, 0, NULL},
	{0, "top", OPTION_INTEGER, &top, "N", "so many classes, best first (0: one, or all with --multi-label)", 0, 65536, NULL},
	{0, "multi-label", OPTION_FLAG, &multi_label, NULL, "several classes may be right, each by its own probability", 0, 0, NULL},
	{0, "threshold", OPTION_REAL, &threshold, "P", "least probability of a class to be believed", 0, 1, NULL},
	{0, "json", OPTION_FLAG, &as_json, NULL, "lines of JSON instead of TSV", 0, 0, NULL},
	{0, "header", OPTION_FLAG, &header, NULL, "name the columns in a first line", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Pictures", 0, 0, NULL},
	{0, "annotate", OPTION_TEXT, &annotate_folder, "DIR", "write each picture there with the answer on it", 0, 0, NULL},
	{0, "sort-into", OPTION_TEXT, &sort_folder, "DIR", "copy each picture there into a folder per class, or unsure", 0, 0, NULL},
	{0, "fit", OPTION_CHOICE, &fit, "HOW", "what happens to other proportions (default: as in training)", 0, 0, fit_names},
	{0, "filter", OPTION_CHOICE, &filter, "NAME", "how pixels are resampled (default: as in training)", 0, 0, filter_names},
	{0, "background", OPTION_TEXT, &background, "COLOR", "behind transparency and around --fit pad (default: as in training)", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Against the truth", 0, 0, NULL},
	{0, "evaluate", OPTION_FLAG, &evaluate, NULL, "measure on class folders or labelled streams instead", 0, 0, NULL},
	{0, "confusion", OPTION_TEXT, &confusion_path, "FILE", "with it, draw the confusion matrix as a PNG file", 0, 0, NULL},
	{0, "predictions", OPTION_TEXT, &predictions_path, "FILE", "with it, write a line of TSV for each picture", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	{0, "batch-size", OPTION_INTEGER, &batch_size, "N", "pictures worked on at a time", 1, 4096, NULL},
	TOOL_STRICT(strict),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"cnn-predict", "[IMAGE | FOLDER | STREAM]...",
	"Says what a model sees in pictures and in tensor streams.", rows};

struct predictor {
	struct parallel *pool;
	struct model model;
	struct answers answers; /* the batch */
	char **results;         /* names of its annotated pictures; owned */
	float *targets;         /* (batch, outputs): its truth */
	bool *labelled;         /* whether there is one */
	struct training_options loss;
	struct metrics metrics;
	bool *true_set, *said_set; /* (outputs): of the picture being counted */
	struct output predictions;
	FILE *lines;            /* where answers go, or NULL */
	struct progress progress;
	uint64_t done;
	bool failed;            /* something was reported and skipped */
};

static void check_usage(void)
{
	if (!model_folder)
		tool_usage("--model", "is missing");
	if (!evaluate && (confusion_path || predictions_path))
		tool_usage(confusion_path ? "--confusion" : "--predictions", "goes with --evaluate");
	if (evaluate && as_json)
		tool_usage("--json", "does not go with --evaluate");
	if (multi_label && confusion_path)
		tool_usage("--confusion", "does not go with --multi-label");
	if (as_json && header)
		tool_usage("--header", "does not go with --json");
}

/* ---- batches ---- */

/* Reports what is skipped. Returns 0, or -1 with `error` where that ends the work. */
static int skip(struct predictor *predictor, const struct error *reason, struct error *error)
{
	if (strict) {
		*error = *reason;
		return -1;
	}
	progress_clear(&predictor->progress);
	tool_error(reason);
	predictor->failed = true;
	return 0;
}

static float *target_of(const struct predictor *predictor, int index)
{
	return predictor->targets + (size_t)index * (size_t)predictor->answers.outputs;
}

/* Counts an answer against its truth. */
static void count_answer(struct predictor *predictor, const struct answer *answer, const float *target,
	const float *logits)
{
	int outputs = predictor->answers.outputs, truth = 0;
	predictor->metrics.loss_sum += network_loss(&predictor->loss, logits, target, 1, outputs);
	for (int class = 0; class < outputs; class++) {
		truth = target[class] > target[truth] ? class : truth;
		predictor->true_set[class] = target[class] >= 0.5f;
		predictor->said_set[class] = answer->probabilities[class] >= (float)threshold;
	}
	if (multi_label)
		metrics_add_set(&predictor->metrics, predictor->true_set, predictor->said_set);
	else
		metrics_add(&predictor->metrics, truth, answer->order[0]);
}

static int sort_picture(const struct answer *answer, const char *path, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	char *folder = file_join(sort_folder, answer_decision(answer, threshold));
	int result = folder ? 0 : error_memory(error, path);
	if (result == 0 && (result = file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, error)) == 0) {
		result = place_bytes(folder, text_base_name(path), bytes, size, error);
		free(bytes);
	}
	free(folder);
	return result;
}

static int report(struct predictor *predictor, int index, struct error *error)
{
	struct answers_item *item = &predictor->answers.items[index];
	struct answer answer = answers_get(&predictor->answers, index);
	const float *target = target_of(predictor, index);
	if (!item->bad && evaluate && !predictor->labelled[index])
		item->bad = error_set(&item->error, item->name, "has no label to compare with");
	if (!item->bad && sort_folder && item->path)
		item->bad = sort_picture(&answer, item->path, &item->error);
	if (item->bad)
		return skip(predictor, &item->error, error);
	if (evaluate)
		count_answer(predictor, &answer, target, predictor->answers.logits + (target - predictor->targets));
	if (as_json)
		return answer_write_json(&answer, stdout, error);
	if (predictor->lines)
		answer_write_tsv(&answer, evaluate ? target : NULL, predictor->lines);
	return 0;
}

/* Answers the pictures of the batch, in order. */
static int flush(struct predictor *predictor, struct error *error)
{
	int count = predictor->answers.count, result = 0;
	struct answers_drawing drawing = {annotate_folder, (const char *const *)predictor->results, sort_folder != NULL,
		threshold, multi_label};
	answers_run(&predictor->answers);
	if (annotate_folder)
		answers_draw(&predictor->answers, &drawing);
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = report(predictor, i, error);
		free(predictor->results[i]);
	}
	answers_clear(&predictor->answers);
	predictor->done += (uint64_t)count;
	progress_update(&predictor->progress, predictor->done, "");
	return result;
}

/* Completes picture `index`, just added: takes over the name of its result, and clears its truth. */
static int begin_sample(struct predictor *predictor, int index, char *result, bool labelled, struct error *error)
{
	predictor->results[index] = result;
	predictor->labelled[index] = labelled;
	memset(target_of(predictor, index), 0, (size_t)predictor->answers.outputs * sizeof *predictor->targets);
	return result ? 0 : error_memory(error, model_folder);
}

/* ---- inputs ---- */

static int predict_picture(struct predictor *predictor, const struct dataset_file *file, const char *result,
	struct error *error)
{
	int index = answers_add_picture(&predictor->answers, strdup(file->path), file->path, error);
	if (index < 0 || begin_sample(predictor, index, strdup(result), file->label >= 0, error))
		return -1;
	if (file->label >= 0)
		target_of(predictor, index)[file->label] = 1;
	return predictor->answers.count == batch_size ? flush(predictor, error) : 0;
}

/* The model's class for each of the stream's, -1 where it has none. -1 when the truth would be lost by that. */
static int map_classes(const struct predictor *predictor, const struct stream_head *head, int *map, struct error *error)
{
	char unknown[256] = "";
	size_t used = 0;
	for (size_t i = 0; i < head->classes.count; i++) {
		map[i] = text_list_find(&predictor->model.labels, head->classes.items[i]);
		if (map[i] < 0 && used < sizeof unknown)
			used += (size_t)snprintf(unknown + used, sizeof unknown - used, "%s'%s'", used ? ", " : "",
				head->classes.items[i]);
	}
	return used && evaluate ? error_set(error, "labels", "unknown to the model: %s", unknown) : 0;
}

static void fill_target(const struct stream_head *head, const struct stream_record *record, const int *map,
	float *target)
{
	if (record->label >= 0 && map[record->label] >= 0)
		target[map[record->label]] = 1;
	for (size_t i = 0; record->weights && i < head->classes.count; i++)
		if (map[i] >= 0)
			target[map[i]] = record->weights[i];
}

static int predict_records(struct predictor *predictor, struct stream_reader *reader, const struct stream_head *head,
	const int *map, const char *result_name, struct error *error)
{
	struct answers *answers = &predictor->answers;
	struct stream_record record;
	int result;
	while ((result = stream_next_record(reader, &record, error)) == 1) {
		unsigned long long id = record.id;
		char *name = *record.source ? strdup(record.source) : text_format("%s#%llu", stream_name(reader), id);
		char *result_of_record = head->pass ? text_format("%s-%lu-%llu", result_name, (unsigned long)head->pass, id)
						    : text_format("%s-%llu", result_name, id);
		int index = answers_add_input(answers, name, error);
		if (index < 0 || begin_sample(predictor, index, result_of_record, record.weights || record.label >= 0, error))
			return -1;
		stream_values(head, record.tensor, answers->inputs + (size_t)index * answers->input_count);
		fill_target(head, &record, map, target_of(predictor, index));
		if (answers->count == batch_size && flush(predictor, error))
			return -1;
	}
	return result;
}

static int predict_segment(struct predictor *predictor, struct stream_reader *reader, const struct stream_head *head,
	const char *result_name, struct error *error)
{
	struct shape shape = predictor->model.architecture.input;
	if (head->height != shape.height || head->width != shape.width || head->channels != shape.channels) {
		error_set(error, "shape", "%dx%dx%d, and the model takes %dx%dx%d", head->height, head->width,
			head->channels, shape.height, shape.width, shape.channels);
		return error_within(error, stream_name(reader));
	}
	int *map = calloc(head->classes.count + 1, sizeof *map), result;
	if (!map)
		return error_memory(error, stream_name(reader));
	if (map_classes(predictor, head, map, error))
		result = error_within(error, stream_name(reader));
	else
		result = predict_records(predictor, reader, head, map, result_name, error);
	free(map);
	return result;
}

/* Of a stream that turns out bad, what came before is answered still. */
static int predict_stream(struct predictor *predictor, const char *path, const char *result_name, struct error *error)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	if (stream_open(&reader, path, error))
		return skip(predictor, error, error);
	int result = sort_folder ? error_set(error, path, "is a stream and holds no picture files to sort") : 1;
	while (result > 0 && (result = stream_next_segment(reader, &head, error)) == 1)
		result = predict_segment(predictor, reader, head, result_name, error) ? -1 : 1;
	if (result < 0)
		result = skip(predictor, error, error);
	stream_close(reader);
	return result;
}

/* The files of class folders, labelled by the model's classes. */
static int add_class_folders(const struct predictor *predictor, struct dataset_files *files, const char *folder,
	struct error *error)
{
	struct dataset_files found = {0};
	int result = 0;
	for (int i = 0; i < predictor->answers.outputs && result == 0; i++)
		result = text_list_add(&found.classes, predictor->model.labels.items[i], error);
	if (result == 0)
		result = class_folders_read(&found, folder, error);
	for (size_t i = 0; i < found.count && result == 0; i++)
		result = dataset_files_add(files, found.files[i].path, 0, found.files[i].label, error);
	dataset_files_free(&found);
	return result;
}

/* All files that the operands stand for; an operand that can't be read is skipped. */
static int find_files(struct predictor *predictor, char *const *operands, int count, struct dataset_files *files,
	struct error *error)
{
	for (int i = 0; i < count; i++) {
		struct error reason;
		int result = !file_is_folder(operands[i]) ? dataset_files_add(files, operands[i], 0, -1, &reason)
			: evaluate ? add_class_folders(predictor, files, operands[i], &reason)
				   : dataset_files_add_folder(files, operands[i], &reason);
		if (result && skip(predictor, &reason, error))
			return -1;
	}
	return 0;
}

static int name_results(const struct dataset_files *files, struct text_list *names, struct error *error)
{
	char **paths = calloc(files->count + 1, sizeof *paths);
	if (!paths)
		return error_memory(error, "names");
	for (size_t i = 0; i < files->count; i++)
		paths[i] = strcmp(files->files[i].path, "-") == 0 ? "stdin" : files->files[i].path;
	int result = names_of_results(names, paths, files->count, error);
	free(paths);
	return result;
}

static int predict_all(struct predictor *predictor, char *const *operands, int count, struct error *error)
{
	struct dataset_files files = {0};
	struct text_list names = {0};
	int result = find_files(predictor, operands, count, &files, error);
	if (result == 0)
		result = name_results(&files, &names, error);
	/* Where answers come by on a terminal, they are the progress. */
	bool silent = quiet || (predictor->lines == stdout && isatty(STDOUT_FILENO));
	predictor->progress = tool_progress(silent);
	progress_start(&predictor->progress, "", "pictures", 0);
	for (size_t i = 0; i < files.count && result == 0; i++) {
		const struct dataset_file *file = &files.files[i];
		if (stream_detect(file->path))
			result = predict_stream(predictor, file->path, names.items[i], error);
		else
			result = predict_picture(predictor, file, names.items[i], error);
	}
	if (result == 0)
		result = flush(predictor, error);
	progress_finish(&predictor->progress, predictor->done, "");
	text_list_free(&names);
	dataset_files_free(&files);
	return result;
}

/* ---- evaluation ---- */

static int draw_confusion(const struct predictor *predictor, struct error *error)
{
	const struct metrics *metrics = &predictor->metrics;
	struct interval interval = wilson_interval(metrics->correct, metrics->records);
	char title[160];
	snprintf(title, sizeof title, "accuracy %.1f %% (95 %%: %.1f\xe2\x80\x93%.1f %%), %llu pictures",
		100 * metrics_accuracy(metrics), 100 * interval.low, 100 * interval.high,
		(unsigned long long)metrics->records);
	struct confusion confusion = {title, metrics->classes, (const char *const *)predictor->model.labels.items,
		metrics->confusion};
	return confusion_write_png(&confusion, confusion_path, error);
}

static int finish_evaluation(struct predictor *predictor, struct error *error)
{
	if (predictor->metrics.records == 0)
		return error_set(error, model_folder, "there was nothing to evaluate it on");
	metrics_write(&predictor->metrics, &predictor->model.labels, stdout);
	if (confusion_path && draw_confusion(predictor, error))
		return -1;
	return predictions_path ? output_commit(&predictor->predictions, error) : 0;
}

/* ---- the model ---- */

static enum activation last_activation(const struct architecture *architecture)
{
	return architecture->layers[architecture->layer_count - 1].activation;
}

/* The loss that the model was trained with, by its card or else by its last activation. */
static struct training_options choose_loss(const struct model *model)
{
	struct training_options loss = training_defaults(OPTIMIZER_SGD);
	const char *name = json_string_value(json_object_get(json_object_get(model->card, "options"), "loss"));
	bool categorical = name ? strcmp(name, "categorical") == 0
				: last_activation(&model->architecture) == ACTIVATION_SOFTMAX;
	loss.loss = categorical ? LOSS_CATEGORICAL_CROSSENTROPY : LOSS_BINARY_CROSSENTROPY;
	return loss;
}

/* As the model's card says, unless an option does. */
static int choose_settings(struct picture_settings *settings, const json_t *card, struct error *error)
{
	if (picture_settings_read(settings, card, error))
		return error_within(error, model_folder);
	settings->fit = fit < 0 ? settings->fit : (enum image_fit)fit;
	settings->filter = filter < 0 ? settings->filter : (enum image_filter)filter;
	return background ? image_parse_color(background, settings->background, error) : 0;
}

/* Class names become folders; those of a foreign model could lead elsewhere. */
static int check_labels(const struct model *model, struct error *error)
{
	for (size_t i = 0; sort_folder && i < model->labels.count; i++)
		if (!text_is_class_name(model->labels.items[i]))
			return error_set(error, model_folder, "its class %zu has a name that is none for a folder", i);
	return 0;
}

static int make_room(struct predictor *predictor, struct error *error)
{
	struct picture_settings settings;
	int outputs = network_outputs(predictor->model.network);
	if (choose_settings(&settings, predictor->model.card, error) ||
		answers_create(&predictor->answers, predictor->model.network, &predictor->model.labels, &settings,
			batch_size, top ? top : multi_label ? outputs : 1, predictor->pool, error))
		return -1;
	predictor->results = calloc((size_t)batch_size, sizeof *predictor->results);
	predictor->labelled = calloc((size_t)batch_size, sizeof *predictor->labelled);
	predictor->targets = calloc((size_t)batch_size * (size_t)outputs, sizeof *predictor->targets);
	predictor->true_set = calloc((size_t)outputs, sizeof *predictor->true_set);
	predictor->said_set = calloc((size_t)outputs, sizeof *predictor->said_set);
	if (!predictor->results || !predictor->labelled || !predictor->targets ||
		!predictor->true_set || !predictor->said_set)
		return error_memory(error, model_folder);
	return evaluate ? metrics_create(&predictor->metrics, outputs, multi_label, error) : 0;
}

static int open_predictor(struct predictor *predictor, struct error *error)
{
	*predictor = (struct predictor){.predictions.slot = -1};
	if (parallel_create(&predictor->pool, threads, error) ||
		model_load(&predictor->model, model_folder, NETWORK_PREDICT, batch_size, predictor->pool, error) ||
		check_labels(&predictor->model, error) || make_room(predictor, error))
		return -1;
	predictor->loss = choose_loss(&predictor->model);
	if (multi_label && last_activation(&predictor->model.architecture) == ACTIVATION_SOFTMAX)
		tool_say(model_folder, "its classes share one probability (softmax): several can't be high");
	if (predictions_path && output_open(&predictor->predictions, predictions_path, error))
		return -1;
	predictor->lines = evaluate ? predictor->predictions.stream : stdout;
	return 0;
}

static void close_predictor(struct predictor *predictor)
{
	output_abandon(&predictor->predictions);
	metrics_free(&predictor->metrics);
	for (int i = 0; i < predictor->answers.count; i++)
		free(predictor->results[i]);
	answers_free(&predictor->answers);
	free(predictor->results);
	free(predictor->labelled);
	free(predictor->targets);
	free(predictor->true_set);
	free(predictor->said_set);
	model_free(&predictor->model);
	parallel_destroy(predictor->pool);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct predictor predictor;
	struct error error;
	int first = tool_start(&options, argc, argv);
	check_usage();

	int result = open_predictor(&predictor, &error);
	if (result == 0 && header && predictor.lines)
		answer_write_header(predictor.answers.shown, evaluate, predictor.lines);

	char **operands = first < argc ? argv + first : standard_input;
	if (result == 0)
		result = predict_all(&predictor, operands, first < argc ? argc - first : 1, &error);
	if (result == 0 && evaluate)
		result = finish_evaluation(&predictor, &error);

	if (result)
		tool_error(&error);
	int status = result || predictor.failed ? EXIT_FAILED : EXIT_DONE;
	close_predictor(&predictor);
	return tool_finish(status);
}
