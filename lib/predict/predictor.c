#include "predict/predictor.h"

#include "base/digest.h"
#include "base/file.h"
#include "dataset/unique_file.h"

#include <stdlib.h>
#include <string.h>

/* The model's settings, unless the request has others. */
static int choose_settings(struct picture_settings *settings,
	const struct predictor_request *request, const struct model *model, const char *path,
	struct error *error)
{
	if (picture_settings_read(settings, model, request->input, error))
		return error_within(error, path);
	settings->fit = request->fit < 0 ? settings->fit : (enum image_fit)request->fit;
	settings->filter =
		request->filter < 0 ? settings->filter : (enum image_filter)request->filter;
	return request->background
		? image_parse_color(request->background, settings->background, error)
		: 0;
}

/* Class names become folder names: those of an untrusted model could be paths, or the folder of
 * unsure pictures. */
static int check_labels(const struct model *model, const char *folder, struct error *error)
{
	if (text_list_find(&model->labels, PREDICTION_UNSURE) >= 0)
		return error_set(error, folder,
			"has a class '%s', which is the folder of pictures below the threshold",
			PREDICTION_UNSURE);
	for (size_t i = 0; i < model->labels.count; i++)
		if (!text_is_class_name(model->labels.items[i]))
			return error_set(error, folder,
				"the name of class %zu is not a valid folder name", i);
	return 0;
}

static void warn_about_softmax(const struct predictor *predictor)
{
	const char *folder = predictor->request->model;
	struct error warning;
	if (graph_final_activation(&predictor->model.graph) != ACTIVATION_SOFTMAX)
		return;
	error_set(&warning, folder,
		"its output activation is softmax: at most one class can have a high probability");
	predictor->request->bad->report(&warning);
}

static int open_model(struct predictor *predictor, struct model *model, const char *path,
	struct error *error)
{
	const struct predictor_request *request = predictor->request;
	const struct model_options options = {.mode = NETWORK_PREDICT,
		.batch = request->batch_size,
		.pool = predictor->pool,
		.width = request->width,
		.height = request->height,
		.labels = request->labels,
		.output = request->output,
		.is_uncalibrated = request->is_uncalibrated};
	return model_open(model, path, &options, error);
}

/* What has no effect here may be a mistake; the first one is enough. */
static void warn_about_remarks(const struct predictor *predictor)
{
	const struct text_list *refusals = &predictor->model.remarks.refusals;
	struct error warning;
	if (refusals->count == 0)
		return;
	error_set(&warning, predictor->request->model, "%s", refusals->items[0]);
	predictor->request->bad->report(&warning);
}

static int open_others(struct predictor *predictor, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	size_t count = request->others ? request->others->count : 0;
	struct picture_settings settings;
	if ((request->variants > 1 || count) &&
		prediction_batch_average(&predictor->batch, request->variants, error))
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct model *model = &predictor->others[i];
		const char *path = request->others->items[i];
		if (open_model(predictor, model, path, error))
			return -1;
		predictor->other_count++;
		if ((input_values_need_weights(&model->graph) &&
			    model_finish_weights(model, error)) ||
			choose_settings(&settings, request, model, path, error) ||
			prediction_batch_add_model(&predictor->batch, model, path, &settings,
				error))
			return -1;
	}
	return 0;
}

int predictor_open(struct predictor *predictor, const struct predictor_request *request,
	struct error *error)
{
	struct picture_settings settings;
	struct model *model = &predictor->model;
	*predictor = (struct predictor){.request = request};
	if (parallel_create(&predictor->pool, request->threads, error) ||
		open_model(predictor, model, request->model, error) ||
		(request->sort_folder && check_labels(model, request->model, error)) ||
		(input_values_need_weights(&model->graph) && model_finish_weights(model, error)) ||
		choose_settings(&settings, request, model, request->model, error))
		return -1;
	int top = request->top         ? request->top
		: request->multi_label ? network_outputs(model->network)
				       : 1;
	if (prediction_batch_create(&predictor->batch, model, &settings, request->batch_size, top,
		    predictor->pool, error) ||
		open_others(predictor, error) ||
		(request->evaluate &&
			evaluation_start(&predictor->evaluation, model, request->multi_label,
				request->threshold, error)))
		return -1;
	if (request->multi_label)
		warn_about_softmax(predictor);
	warn_about_remarks(predictor);
	predictor->evaluation.metrics.leaks_known = request->leaked != NULL;
	for (int i = 0; i < predictor->other_count; i++)
		predictor->evaluation.metrics.is_calibrated |= predictor->others[i].temperature > 0;
	return request->leaked ? leaks_read(&predictor->leaks, request->leaked, error) : 0;
}

/* ---- predictions ---- */

/* The file name of a picture; for standard input, with the extension of its image type. NULL on
 * failure. */
static char *file_name(const struct batch_item *item, const unsigned char *bytes, size_t size,
	struct error *error)
{
	struct image_info info;
	char *name = NULL;
	if (strcmp(item->path, "-") != 0)
		name = strdup(text_base_name(item->path));
	else if (image_probe(bytes, size, item->name, &info, error))
		return NULL;
	else
		name = text_format("%s.%s", item->output_name, image_type_extension(info.type));
	if (!name)
		error_memory(error, item->name);
	return name;
}

static void sort_picture(const struct predictor_request *request,
	const struct prediction *prediction, struct batch_item *item)
{
	unsigned char *bytes;
	size_t size;
	item->bad = batch_item_bytes(item, &bytes, &size, &item->error);
	if (item->bad)
		return;
	char *folder = file_join(request->sort_folder,
		prediction_decision(prediction, request->threshold));
	char *name = folder ? file_name(item, bytes, size, &item->error) : NULL;
	item->output_failed = item->bad = name
		? unique_file_write(folder, name, bytes, size, &item->error)
		: folder ? -1
			 : error_memory(&item->error, item->path);
	free(folder);
	free(name);
	batch_item_release(item, bytes);
}

/* Whether the model was trained on a picture. Records have a digest; that of a file is computed
 * here. */
static bool has_leaked(const struct predictor *predictor, struct batch_item *item)
{
	unsigned char *bytes, digest[DIGEST_SIZE];
	size_t size;
	if (!predictor->request->leaked)
		return false;
	if (!item->path)
		return leaks_contain(&predictor->leaks, item->digest);
	item->bad = batch_item_bytes(item, &bytes, &size, &item->error);
	if (item->bad)
		return false;
	digest_of(bytes, size, digest);
	batch_item_release(item, bytes);
	return leaks_contain(&predictor->leaks, digest);
}

static int write_line(const struct predictor *predictor, const struct prediction *prediction,
	const float *target, struct error *error)
{
	if (!predictor->lines)
		return 0;
	if (predictor->request->json)
		return prediction_write_json(prediction, predictor->lines, error);
	prediction_write_tsv(prediction, target, predictor->lines);
	return 0;
}

static int process_item(struct predictor *predictor, int index, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct prediction_batch *batch = &predictor->batch;
	struct batch_item *item = &batch->items[index];
	struct prediction prediction = prediction_batch_get(batch, index);
	const float *target = prediction_batch_target(batch, index);
	if (!item->bad && request->evaluate && !item->labelled)
		item->bad = error_set(&item->error, item->name, "has no label to compare with");
	if (!item->bad && request->sort_folder && item->path)
		sort_picture(request, &prediction, item);
	bool leaked = !item->bad && request->evaluate && has_leaked(predictor, item);
	if (item->output_failed) {
		*error = item->error;
		return -1;
	}
	if (item->bad)
		return bad_input_skip(request->bad, &item->error, error);
	if (request->evaluate)
		evaluation_add(&predictor->evaluation, &prediction,
			prediction_batch_logits(batch, index), prediction_batch_raw(batch, index),
			target, leaked);
	target = request->evaluate ? target : NULL;
	if (request->observe && request->observe(request->observer, &prediction, target, error))
		return -1;
	return write_line(predictor, &prediction, target, error);
}

/* Reads the pictures of the batch; before the first batch is run, also the weights, which a child
 * process reads at the same time. */
static int read_batch(struct predictor *predictor, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	prediction_batch_read(&predictor->batch);
	if (predictor->weights_read)
		return 0;
	predictor->weights_read = true;
	if (predictor->model.reading && model_finish_weights(&predictor->model, error))
		return -1;
	for (int i = 0; i < predictor->other_count; i++)
		if (predictor->others[i].reading &&
			model_finish_weights(&predictor->others[i], error))
			return -1;
	if (request->header && predictor->lines)
		prediction_write_header(predictor->batch.top, request->evaluate, predictor->lines);
	return 0;
}

/* Predicts the batch and writes the results in order. */
static int predict_batch(struct predictor *predictor, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct prediction_batch *batch = &predictor->batch;
	struct annotation_request annotation = {request->annotation_folder,
		request->sort_folder != NULL, request->threshold, request->multi_label,
		request->annotate};
	int result = 0;
	size_t skipped_before = request->bad->count;
	if (read_batch(predictor, error))
		return -1;
	prediction_batch_run(batch);
	if (request->annotation_folder)
		prediction_batch_annotate(batch, &annotation);
	for (int i = 0; i < batch->count && result == 0; i++)
		result = process_item(predictor, i, error);
	/* Flush after each batch, and stop if the reader of a pipe has exited. */
	if (result == 0 && predictor->lines && !request->evaluate && fflush(predictor->lines))
		result = error_system(error, "standard output");
	predictor->predicted += (uint64_t)batch->count - (request->bad->count - skipped_before);
	prediction_batch_clear(batch);
	progress_update(request->progress, predictor->predicted, "");
	return result;
}

int predictor_run(struct predictor *predictor, char *const *operands, int count, FILE *lines,
	struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct inputs inputs = {.model = &predictor->model,
		.bad = request->bad,
		.labelled = request->evaluate,
		.files_only = request->sort_folder != NULL};
	predictor->lines = lines;
	int result = inputs_find(&inputs, operands, count, error);
	progress_start(request->progress, "", "pictures", 0);
	while (result == 0 && (result = inputs_fill(&inputs, &predictor->batch, error)) == 1)
		result = predict_batch(predictor, error);
	if (result == 0 && !predictor->weights_read)
		result = read_batch(predictor, error);
	if (result == 0 && predictor->predicted)
		progress_finish(request->progress, predictor->predicted, "");
	else
		progress_clear(request->progress);
	predictor->truncated = inputs.truncated;
	inputs_free(&inputs);
	return result;
}

void predictor_close(struct predictor *predictor)
{
	leaks_free(&predictor->leaks);
	evaluation_free(&predictor->evaluation);
	prediction_batch_free(&predictor->batch);
	for (int i = 0; i < predictor->other_count; i++)
		model_free(&predictor->others[i]);
	model_free(&predictor->model);
	parallel_destroy(predictor->pool);
}
