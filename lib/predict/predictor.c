#include "predict/predictor.h"

#include "base/digest.h"
#include "base/file.h"
#include "dataset/unique_file.h"

#include <stdlib.h>
#include <string.h>

/* As the model's card says, unless the request does. */
static int choose_settings(struct picture_settings *settings, const struct predictor_request *request,
	const json_t *card, struct error *error)
{
	if (picture_settings_read(settings, card, error))
		return error_within(error, request->model);
	settings->fit = request->fit < 0 ? settings->fit : (enum image_fit)request->fit;
	settings->filter = request->filter < 0 ? settings->filter : (enum image_filter)request->filter;
	return request->background ? image_parse_color(request->background, settings->background, error) : 0;
}

/* Class names become folders; those of a foreign model could lead elsewhere, or to where the doubtful ones go. */
static int check_labels(const struct model *model, const char *folder, struct error *error)
{
	if (text_list_find(&model->labels, ANSWER_UNSURE) >= 0)
		return error_set(error, folder, "has a class '%s', the folder of pictures that no class is believed of",
			ANSWER_UNSURE);
	for (size_t i = 0; i < model->labels.count; i++)
		if (!text_is_class_name(model->labels.items[i]))
			return error_set(error, folder, "its class %zu has a name that is none for a folder", i);
	return 0;
}

static void warn_of_softmax(const struct predictor *predictor)
{
	const struct architecture *architecture = &predictor->model.architecture;
	const char *folder = predictor->request->model;
	struct error warning;
	if (architecture->layers[architecture->layer_count - 1].activation != ACTIVATION_SOFTMAX)
		return;
	error_set(&warning, folder, "its classes share one probability (softmax): several can't be high");
	predictor->request->bad->report(&warning);
}

int predictor_open(struct predictor *predictor, const struct predictor_request *request, struct error *error)
{
	struct picture_settings settings;
	struct model *model = &predictor->model;
	*predictor = (struct predictor){.request = request};
	if (parallel_create(&predictor->pool, request->threads, error) ||
		model_open(model, request->model, NETWORK_PREDICT, request->batch_size, predictor->pool, error) ||
		(request->sorted && check_labels(model, request->model, error)) ||
		choose_settings(&settings, request, model->card, error))
		return -1;
	int top = request->top ? request->top : request->several ? network_outputs(model->network) : 1;
	if (answers_create(&predictor->answers, model->network, &model->labels, &settings, request->batch_size, top,
			predictor->pool, error) ||
		(request->evaluate &&
			evaluation_start(&predictor->evaluation, model, request->several, request->threshold, error)))
		return -1;
	if (request->several)
		warn_of_softmax(predictor);
	predictor->evaluation.metrics.leaks_known = request->leaked != NULL;
	return request->leaked ? leaks_read(&predictor->leaks, request->leaked, error) : 0;
}

/* ---- answers ---- */

/* The name of the file that a picture came from; of one that came by itself, what its bytes say. NULL on failure. */
static char *file_name(const struct answers_item *item, const unsigned char *bytes, size_t size, struct error *error)
{
	struct image_info info;
	char *name = NULL;
	if (strcmp(item->path, "-") != 0)
		name = strdup(text_base_name(item->path));
	else if (image_probe(bytes, size, item->name, &info, error))
		return NULL;
	else
		name = text_format("%s.%s", item->result, image_type_extension(info.type));
	if (!name)
		error_memory(error, item->name);
	return name;
}

static void sort_picture(const struct predictor_request *request, const struct answer *answer,
	struct answers_item *item)
{
	unsigned char *bytes;
	size_t size;
	item->bad = answers_bytes(item, &bytes, &size, &item->error);
	if (item->bad)
		return;
	char *folder = file_join(request->sorted, answer_decision(answer, request->threshold));
	char *name = folder ? file_name(item, bytes, size, &item->error) : NULL;
	item->lost = item->bad = name ? unique_file_write(folder, name, bytes, size, &item->error)
		: folder ? -1 : error_memory(&item->error, item->path);
	free(folder);
	free(name);
	answers_release(item, bytes);
}

/* Whether the model has learnt from a picture. Records have a digest; of a file it is made here. */
static bool has_leaked(const struct predictor *predictor, struct answers_item *item)
{
	unsigned char *bytes, digest[DIGEST_SIZE];
	size_t size;
	if (!predictor->request->leaked)
		return false;
	if (!item->path)
		return leaks_contain(&predictor->leaks, item->digest);
	item->bad = answers_bytes(item, &bytes, &size, &item->error);
	if (item->bad)
		return false;
	digest_of(bytes, size, digest);
	answers_release(item, bytes);
	return leaks_contain(&predictor->leaks, digest);
}

static int write_line(const struct predictor *predictor, const struct answer *answer, const float *target,
	struct error *error)
{
	if (!predictor->lines)
		return 0;
	if (predictor->request->json)
		return answer_write_json(answer, predictor->lines, error);
	answer_write_tsv(answer, predictor->request->evaluate ? target : NULL, predictor->lines);
	return 0;
}

static int report(struct predictor *predictor, int index, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct answers *answers = &predictor->answers;
	struct answers_item *item = &answers->items[index];
	struct answer answer = answers_get(answers, index);
	const float *target = answers_target(answers, index);
	if (!item->bad && request->evaluate && !item->labelled)
		item->bad = error_set(&item->error, item->name, "has no label to compare with");
	if (!item->bad && request->sorted && item->path)
		sort_picture(request, &answer, item);
	bool leaked = !item->bad && request->evaluate && has_leaked(predictor, item);
	if (item->lost) {
		*error = item->error;
		return -1;
	}
	if (item->bad)
		return bad_input_skip(request->bad, &item->error, error);
	if (request->evaluate)
		evaluation_add(&predictor->evaluation, &answer, answers_logits(answers, index), target, leaked);
	return write_line(predictor, &answer, target, error);
}

struct errand {
	struct predictor *predictor;
	int result;
	struct error error;
};

static void read_weights(void *context)
{
	struct errand *errand = context;
	struct predictor *predictor = errand->predictor;
	errand->result = model_read_weights(&predictor->model, &errand->error);
}

/* Reads the pictures of the batch, and with the first the weights: a cold start takes as long for these as for one picture. */
static int read_batch(struct predictor *predictor, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct errand errand = {.predictor = predictor};
	if (predictor->weights_read) {
		answers_read(&predictor->answers, NULL, NULL);
		return 0;
	}
	answers_read(&predictor->answers, read_weights, &errand);
	predictor->weights_read = true;
	if (errand.result)
		*error = errand.error;
	else if (request->header && predictor->lines)
		answer_write_header(predictor->answers.shown, request->evaluate, predictor->lines);
	return errand.result;
}

/* Answers the pictures of the batch, in order. */
static int answer_batch(struct predictor *predictor, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct answers *answers = &predictor->answers;
	struct answers_drawing drawing = {request->annotated, request->sorted != NULL, request->threshold,
		request->several, request->annotate};
	int result = 0;
	size_t skipped = request->bad->count; /* before */
	if (read_batch(predictor, error))
		return -1;
	answers_run(answers);
	if (request->annotated)
		answers_draw(answers, &drawing);
	for (int i = 0; i < answers->count && result == 0; i++)
		result = report(predictor, i, error);
	/* Whoever reads along gets whole batches, and work ends where nobody does. */
	if (result == 0 && predictor->lines && !request->evaluate && fflush(predictor->lines))
		result = error_system(error, "standard output");
	predictor->done += (uint64_t)answers->count - (request->bad->count - skipped);
	answers_clear(answers);
	progress_update(request->progress, predictor->done, "");
	return result;
}

int predictor_run(struct predictor *predictor, char *const *operands, int count, FILE *lines, struct error *error)
{
	const struct predictor_request *request = predictor->request;
	struct inputs inputs = {.model = &predictor->model, .bad = request->bad, .labelled = request->evaluate,
		.files_only = request->sorted != NULL};
	predictor->lines = lines;
	int result = inputs_find(&inputs, operands, count, error);
	progress_start(request->progress, "", "pictures", 0);
	while (result == 0 && (result = inputs_fill(&inputs, &predictor->answers, error)) == 1)
		result = answer_batch(predictor, error);
	if (result == 0 && !predictor->weights_read)
		result = read_batch(predictor, error);
	if (result == 0 && predictor->done)
		progress_finish(request->progress, predictor->done, "");
	else
		progress_clear(request->progress);
	predictor->cut = inputs.cut;
	inputs_free(&inputs);
	return result;
}

void predictor_close(struct predictor *predictor)
{
	leaks_free(&predictor->leaks);
	evaluation_free(&predictor->evaluation);
	answers_free(&predictor->answers);
	model_free(&predictor->model);
	parallel_destroy(predictor->pool);
}
