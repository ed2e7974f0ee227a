#include "predict/prediction_batch.h"

#include "base/file.h"
#include "model/temperature.h"
#include "predict/variants.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int prediction_batch_create(struct prediction_batch *batch, const struct model *model,
	const struct picture_settings *settings, int capacity, int top, struct parallel *pool,
	struct error *error)
{
	struct shape shape = model->graph.input;
	int outputs = network_outputs(model->network);
	size_t count = (size_t)capacity, values = count * (size_t)outputs;
	*batch = (struct prediction_batch){.network = model->network,
		.last = graph_final_activation(&model->graph),
		.temperature = model->temperature,
		.labels = &model->labels,
		.pool = pool,
		.settings = *settings,
		.shape = shape,
		.outputs = outputs,
		.top = top < outputs ? top : outputs,
		.capacity = capacity};
	batch->input_count = shape_count(shape);
	batch->items = calloc(count, sizeof *batch->items);
	batch->inputs = calloc(count, batch->input_count * sizeof *batch->inputs);
	batch->logits = calloc(values, sizeof *batch->logits);
	batch->raw = calloc(values, sizeof *batch->raw);
	batch->probabilities = calloc(values, sizeof *batch->probabilities);
	batch->targets = calloc(values, sizeof *batch->targets);
	batch->order = calloc(values, sizeof *batch->order);
	if (batch->items && batch->inputs && batch->logits && batch->raw && batch->probabilities &&
		batch->targets && batch->order)
		return 0;
	prediction_batch_free(batch);
	return error_memory(error, "predictions");
}

void prediction_batch_clear(struct prediction_batch *batch)
{
	for (int i = 0; i < batch->count; i++) {
		free(batch->items[i].name);
		free(batch->items[i].output_name);
		free(batch->items[i].bytes);
	}
	batch->count = 0;
}

void prediction_batch_free(struct prediction_batch *batch)
{
	prediction_batch_clear(batch);
	free(batch->items);
	free(batch->inputs);
	free(batch->logits);
	for (int i = 0; i < batch->member_count; i++) {
		struct batch_member *member = &batch->members[i];
		free(member->class_of);
		free(member->inputs);
		free(member->varied);
		free(member->raw);
		free(member->probabilities);
	}
	free(batch->varied);
	free(batch->sums);
	free(batch->raw);
	free(batch->probabilities);
	free(batch->targets);
	free(batch->order);
	*batch = (struct prediction_batch){0};
}

float *prediction_batch_input(const struct prediction_batch *batch, int index)
{
	return batch->inputs + (size_t)index * batch->input_count;
}

const float *prediction_batch_logits(const struct prediction_batch *batch, int index)
{
	return batch->logits + (size_t)index * (size_t)batch->outputs;
}

const float *prediction_batch_raw(const struct prediction_batch *batch, int index)
{
	return batch->raw + (size_t)index * (size_t)batch->outputs;
}

float *prediction_batch_target(const struct prediction_batch *batch, int index)
{
	return batch->targets + (size_t)index * (size_t)batch->outputs;
}

int prediction_batch_add(struct prediction_batch *batch, char *name, char *output_name,
	const char *path, struct error *error)
{
	if (!name || !output_name) {
		free(name);
		free(output_name);
		return error_memory(error, path ? path : "predictions");
	}
	batch->items[batch->count] =
		(struct batch_item){.name = name, .output_name = output_name, .path = path};
	memset(prediction_batch_target(batch, batch->count), 0,
		(size_t)batch->outputs * sizeof *batch->targets);
	return batch->count++;
}

int batch_item_bytes(const struct batch_item *item, unsigned char **bytes, size_t *size,
	struct error *error)
{
	*bytes = item->bytes;
	*size = item->size;
	return item->bytes ? 0 : file_read(item->path, IMAGE_FILE_MAXIMUM, bytes, size, error);
}

void batch_item_release(const struct batch_item *item, unsigned char *bytes)
{
	if (bytes != item->bytes)
		free(bytes);
}

static int read_input(const struct prediction_batch *batch, int index, struct error *error)
{
	const struct batch_item *item = &batch->items[index];
	unsigned char *bytes;
	size_t size;
	if (batch_item_bytes(item, &bytes, &size, error))
		return -1;
	int result = picture_input(prediction_batch_input(batch, index), bytes, size, item->name,
		&batch->settings, batch->shape, error);
	for (int i = 0; i < batch->member_count && result == 0; i++) {
		const struct batch_member *member = &batch->members[i];
		result = picture_input(member->inputs + (size_t)index * member->input_count, bytes,
			size, item->name, &member->settings, member->model->graph.input, error);
	}
	batch_item_release(item, bytes);
	return result;
}

static void read_task(void *context, int index, int worker)
{
	struct prediction_batch *batch = context;
	struct batch_item *item = &batch->items[index];
	(void)worker;
	if (item->path)
		item->bad = read_input(batch, index, &item->error);
}

void prediction_batch_read(struct prediction_batch *batch)
{
	parallel_for(batch->pool, batch->count, read_task, batch);
}

/* ---- running ---- */

struct variant_job {
	const float *inputs;
	float *varied;
	struct shape shape;
	int variant;
};

static void variant_task(void *context, int index, int worker)
{
	const struct variant_job *job = context;
	size_t start = (size_t)index * shape_count(job->shape);
	(void)worker;
	variant_make(job->inputs + start, job->shape, job->variant, job->varied + start);
}

/* Runs the network on one variant of the inputs. */
static void run_variant(struct prediction_batch *batch, int variant)
{
	struct variant_job job = {batch->inputs, batch->varied, batch->shape, variant};
	size_t values = (size_t)batch->count * (size_t)batch->outputs;
	if (variant > 0)
		parallel_for(batch->pool, batch->count, variant_task, &job);
	network_forward(batch->network, variant > 0 ? batch->varied : batch->inputs, batch->count,
		batch->logits, batch->raw);
	temperature_scale(batch->raw, batch->count, batch->outputs, batch->last, batch->temperature,
		batch->probabilities);
	for (size_t i = 0; i < values; i++)
		batch->logits[i] /= batch->temperature > 0 ? (float)batch->temperature : 1;
}

/* A value whose softmax, or sigmoid, is among the mean probabilities. */
static double logit_of(double probability, enum activation_kind last)
{
	double p = fmax(probability, (double)FLT_MIN);
	return last == ACTIVATION_SOFTMAX    ? log(p)
		: last == ACTIVATION_SIGMOID ? log(p) - log(fmax(1 - probability, (double)FLT_MIN))
					     : probability;
}

static void add_member(struct prediction_batch *batch, const struct batch_member *member,
	int variant)
{
	const struct model *model = member->model;
	struct variant_job job = {member->inputs, member->varied, model->graph.input, variant};
	size_t step = (size_t)batch->outputs, values = (size_t)batch->count * step;
	if (variant > 0)
		parallel_for(batch->pool, batch->count, variant_task, &job);
	network_forward(model->network, variant > 0 ? member->varied : member->inputs, batch->count,
		NULL, member->raw);
	temperature_scale(member->raw, batch->count, batch->outputs,
		graph_final_activation(&model->graph), model->temperature, member->probabilities);
	for (size_t i = 0; i < values; i++) {
		size_t place = i - i % step + (size_t)member->class_of[i % step];
		batch->sums[place] += (double)member->probabilities[i];
		batch->sums[values + place] += (double)member->raw[i];
	}
}

static void average_variants(struct prediction_batch *batch)
{
	size_t values = (size_t)batch->count * (size_t)batch->outputs;
	memset(batch->sums, 0, 2 * values * sizeof *batch->sums);
	for (int variant = 0; variant < batch->variants; variant++) {
		run_variant(batch, variant);
		for (size_t i = 0; i < values; i++) {
			batch->sums[i] += (double)batch->probabilities[i];
			batch->sums[values + i] += (double)batch->raw[i];
		}
		for (int i = 0; i < batch->member_count; i++)
			add_member(batch, &batch->members[i], variant);
	}
	int parts = batch->variants * (1 + batch->member_count);
	for (size_t i = 0; i < values; i++) {
		double mean = batch->sums[i] / parts;
		batch->probabilities[i] = (float)mean;
		batch->raw[i] = (float)(batch->sums[values + i] / parts);
		batch->logits[i] = (float)logit_of(mean, batch->last);
	}
}

void prediction_batch_run(struct prediction_batch *batch)
{
	if (batch->count == 0)
		return;
	if (batch->sums)
		average_variants(batch);
	else
		run_variant(batch, 0);
	size_t step = (size_t)batch->outputs, values = (size_t)batch->count * step;
	for (size_t i = 0; i < values; i += step)
		prediction_rank(batch->probabilities + i, batch->raw + i, batch->outputs,
			batch->order + i);
}

int prediction_batch_average(struct prediction_batch *batch, int variants, struct error *error)
{
	size_t count = (size_t)batch->capacity;
	batch->variants = variants;
	batch->varied = calloc(count, batch->input_count * sizeof *batch->varied);
	batch->sums = calloc(count * (size_t)batch->outputs, 2 * sizeof *batch->sums);
	return batch->varied && batch->sums ? 0 : error_memory(error, "predictions");
}

/* The class of the first model that each output of another is. */
static int map_classes(int *class_of, const struct text_list *classes,
	const struct text_list *others, const char *name, struct error *error)
{
	for (size_t i = 0; i < others->count; i++) {
		class_of[i] = text_list_find(classes, others->items[i]);
		if (class_of[i] < 0)
			return error_set(error, name,
				"has a class '%s', which the first model lacks", others->items[i]);
	}
	for (size_t i = 0; i < classes->count; i++)
		if (text_list_find(others, classes->items[i]) < 0)
			return error_set(error, name, "lacks the class '%s' of the first model",
				classes->items[i]);
	return 0;
}

int prediction_batch_add_model(struct prediction_batch *batch, const struct model *model,
	const char *name, const struct picture_settings *settings, struct error *error)
{
	struct batch_member *member = &batch->members[batch->member_count++];
	size_t count = (size_t)batch->capacity, outputs = model->labels.count;
	*member = (struct batch_member){.model = model,
		.settings = *settings,
		.input_count = shape_count(model->graph.input)};
	member->class_of = calloc(outputs, sizeof *member->class_of);
	member->inputs = calloc(count, member->input_count * sizeof *member->inputs);
	member->varied = calloc(count, member->input_count * sizeof *member->varied);
	member->raw = calloc(count * outputs, sizeof *member->raw);
	member->probabilities = calloc(count * outputs, sizeof *member->probabilities);
	if (!member->class_of || !member->inputs || !member->varied || !member->raw ||
		!member->probabilities)
		return error_memory(error, name);
	return map_classes(member->class_of, batch->labels, &model->labels, name, error);
}

struct prediction prediction_batch_get(const struct prediction_batch *batch, int index)
{
	size_t start = (size_t)index * (size_t)batch->outputs;
	return (struct prediction){batch->items[index].name, batch->labels,
		batch->probabilities + start, batch->order + start, batch->top};
}

static int image_of_input(const struct prediction_batch *batch, int index, struct image *image,
	struct error *error)
{
	const float *input = prediction_batch_input(batch, index);
	if (batch->shape.channels != 1 && batch->shape.channels != 3)
		return error_set(error, batch->items[index].name,
			"has %d channels; a picture has 1 or 3", batch->shape.channels);
	if (image_create(image, batch->shape.width, batch->shape.height, batch->shape.channels,
		    error))
		return -1;
	input_values_to_bytes(&batch->settings.values, input, batch->shape, image->pixels);
	return 0;
}

/* The picture at its original size; for an input given as numbers, the input as an image. */
static int read_picture(const struct prediction_batch *batch, int index, struct image *image,
	struct error *error)
{
	const struct batch_item *item = &batch->items[index];
	struct image_decode_options decode = {0};
	unsigned char *bytes;
	size_t size;
	*image = (struct image){0};
	if (!item->path)
		return image_of_input(batch, index, image, error);
	memcpy(decode.background, batch->settings.background, sizeof decode.background);
	if (batch_item_bytes(item, &bytes, &size, error))
		return -1;
	int result = image_decode(bytes, size, item->name, &decode, image, error);
	batch_item_release(item, bytes);
	return result;
}

struct annotation_job {
	struct prediction_batch *batch;
	const struct annotation_request *request;
};

static int annotate_item(const struct annotation_job *job, int index, const struct image *picture,
	struct error *error)
{
	const struct annotation_request *request = job->request;
	struct prediction prediction = prediction_batch_get(job->batch, index);
	struct image out = {0};
	const char *decision =
		request->by_decision ? prediction_decision(&prediction, request->threshold) : "";
	char *folder = *decision ? file_join(request->folder, decision) : strdup(request->folder);
	char *name = text_format("%s-annotated.png", job->batch->items[index].output_name);
	char *path = folder && name ? file_join(folder, name) : NULL;
	int result = path ? file_make_folder(folder, error) : error_memory(error, prediction.name);
	if (result == 0)
		result = request->annotate(&prediction, picture, request->threshold,
			request->multi_label, &out, error);
	if (result == 0)
		result = image_write_png(&out, path, error);
	image_free(&out);
	free(folder);
	free(name);
	free(path);
	return result;
}

static void annotate_task(void *context, int index, int worker)
{
	const struct annotation_job *job = context;
	struct batch_item *item = &job->batch->items[index];
	struct image picture;
	(void)worker;
	if (item->bad)
		return;
	item->bad = read_picture(job->batch, index, &picture, &item->error);
	if (!item->bad)
		item->output_failed = item->bad = annotate_item(job, index, &picture, &item->error);
	image_free(&picture);
}

void prediction_batch_annotate(struct prediction_batch *batch,
	const struct annotation_request *request)
{
	struct annotation_job job = {batch, request};
	parallel_for(batch->pool, batch->count, annotate_task, &job);
}
