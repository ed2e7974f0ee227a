#include "explain/examine.h"

#include "base/argmax.h"
#include "model/temperature.h"

#include <stdlib.h>
#include <string.h>

/* State of the evaluation of one stream. */
struct examiner {
	struct examination *result;
	struct network *network;
	const struct text_list *labels;
	double temperature;
	const struct input_values *input_values;
	const char *name; /* of the stream */
	int *class_of;    /* maps classes of the stream to classes of the network; owned */
	size_t values;    /* per tensor */
	float *input, *logits, *probabilities;
	unsigned char *bytes;
	const struct leaks *leaks; /* NULL: unknown */
	struct progress *progress;
};

static int allocate_examiner(struct examiner *examiner, int mistakes_maximum, struct error *error)
{
	struct shape shape = network_graph(examiner->network)->input;
	struct examination *result = examiner->result;
	size_t classes = (size_t)network_outputs(examiner->network);
	if (metrics_create(&result->metrics, (int)classes, false, error))
		return -1;
	result->metrics.is_calibrated = examiner->temperature > 0;
	result->metrics.leaks_known = examiner->leaks != NULL;
	examiner->values = shape_count(shape);
	examiner->input = malloc(examiner->values * sizeof(float));
	examiner->bytes = malloc(examiner->values);
	examiner->logits = malloc(classes * sizeof(float));
	examiner->probabilities = malloc(classes * sizeof(float));
	result->most_confident = calloc(classes, sizeof *result->most_confident);
	result->mistakes = calloc((size_t)mistakes_maximum + 1, sizeof *result->mistakes);
	result->mistakes_capacity = mistakes_maximum;
	if (examiner->input && examiner->bytes && examiner->logits && examiner->probabilities &&
		result->most_confident && result->mistakes)
		return 0;
	return error_memory(error, examiner->name);
}

/* Checks a segment's head and maps its classes to the network's. */
static int map_classes(struct examiner *examiner, const struct stream_head *head,
	struct error *error)
{
	struct shape shape = network_graph(examiner->network)->input;
	if (head->height != shape.height || head->width != shape.width ||
		head->channels != shape.channels)
		return error_set(error, examiner->name,
			"holds tensors of %dx%dx%d; the network takes %dx%dx%d", head->height,
			head->width, head->channels, shape.height, shape.width, shape.channels);
	int *class_of = realloc(examiner->class_of, (head->classes.count + 1) * sizeof *class_of);
	if (!class_of)
		return error_memory(error, examiner->name);
	examiner->class_of = class_of;
	for (size_t i = 0; i < head->classes.count; i++) {
		class_of[i] = text_list_find(examiner->labels, head->classes.items[i]);
		if (class_of[i] < 0)
			return error_set(error, examiner->name,
				"class '%s' is unknown to the model", head->classes.items[i]);
	}
	return 0;
}

/* The record's class of the network, or -1. */
static int record_class(const struct examiner *examiner, const struct stream_head *head,
	const struct stream_record *record)
{
	int label = record->label;
	if (head->label == STREAM_LABEL_WEIGHTS && head->classes.count > 0) {
		label = argmax(record->weights, (int)head->classes.count);
		label = record->weights[label] > 0 ? label : -1;
	}
	return label < 0 || (size_t)label >= head->classes.count ? -1 : examiner->class_of[label];
}

static void fill_input(struct examiner *examiner, const struct stream_head *head,
	const void *tensor)
{
	input_values_of_tensor(examiner->input_values, head, tensor, examiner->input);
	input_values_to_bytes(examiner->input_values, examiner->input,
		network_graph(examiner->network)->input, examiner->bytes);
}

static int argmax_except(const float *values, int count, int excluded)
{
	int best = excluded == 0;
	for (int i = 0; i < count; i++)
		if (i != excluded && values[i] > values[best])
			best = i;
	return best;
}

static void example_free(struct example *example)
{
	free(example->source);
	free(example->tensor);
	*example = (struct example){0};
}

/* Replaces an example in its slot, with copies of source and tensor. */
static int store_example(const struct examiner *examiner, struct example *slot,
	const struct example *example, const char *source, struct error *error)
{
	example_free(slot);
	*slot = *example;
	slot->source = strdup(source);
	slot->tensor = malloc(examiner->values);
	if (!slot->source || !slot->tensor) {
		example_free(slot);
		return error_memory(error, examiner->name);
	}
	memcpy(slot->tensor, examiner->bytes, examiner->values);
	return 0;
}

/* Inserts a mistake into the sorted list of the worst; among equal margins the earlier comes
 * first. */
static int insert_mistake(struct examiner *examiner, const struct example *example,
	const char *source, struct error *error)
{
	struct examination *result = examiner->result;
	int slot = result->mistakes_count;
	while (slot > 0 && result->mistakes[slot - 1].margin < example->margin)
		slot--;
	if (slot == result->mistakes_capacity)
		return 0;
	if (result->mistakes_count == result->mistakes_capacity)
		example_free(&result->mistakes[--result->mistakes_count]);
	memmove(result->mistakes + slot + 1, result->mistakes + slot,
		(size_t)(result->mistakes_count - slot) * sizeof *result->mistakes);
	result->mistakes[slot] = (struct example){0};
	result->mistakes_count++;
	return store_example(examiner, &result->mistakes[slot], example, source, error);
}

static int examine_record(struct examiner *examiner, int label, const struct stream_record *record,
	struct error *error)
{
	struct examination *result = examiner->result;
	const float *logits = examiner->logits;
	int classes = result->metrics.classes;
	network_forward(examiner->network, examiner->input, 1, examiner->logits,
		examiner->probabilities);
	int predicted = argmax(logits, classes);
	float raw = examiner->probabilities[predicted];
	temperature_scale(examiner->probabilities, 1, classes,
		graph_final_activation(network_graph(examiner->network)), examiner->temperature,
		examiner->probabilities);
	int runner_up = predicted != label ? label
		: classes > 1              ? argmax_except(logits, classes, label)
					   : label;
	struct example example = {.label = label,
		.predicted = predicted,
		.label_probability = examiner->probabilities[label],
		.probability = examiner->probabilities[predicted],
		.margin = (double)logits[predicted] - (double)logits[runner_up]};
	metrics_add(&result->metrics, label, predicted);
	calibration_add(&result->metrics.calibration, (double)example.probability,
		predicted == label);
	calibration_add(&result->metrics.raw_calibration, (double)raw, predicted == label);
	if (examiner->leaks && leaks_contain(examiner->leaks, record->digest))
		metrics_add_leak(&result->metrics, predicted == label);
	if (predicted != label)
		return insert_mistake(examiner, &example, record->source, error);
	struct example *most_confident = &result->most_confident[label];
	return !most_confident->source || example.margin > most_confident->margin
		? store_example(examiner, most_confident, &example, record->source, error)
		: 0;
}

static int examine_segment(struct examiner *examiner, const struct stream_head *head,
	struct stream_reader *reader, struct error *error)
{
	struct stream_record record;
	int result = map_classes(examiner, head, error);
	while (result == 0 && (result = stream_next_record(reader, &record, error)) > 0) {
		int label = record_class(examiner, head, &record);
		fill_input(examiner, head, record.tensor);
		examiner->result->unlabelled += label < 0;
		result = label < 0 ? 0 : examine_record(examiner, label, &record, error);
		progress_update(examiner->progress,
			examiner->result->metrics.records + examiner->result->unlabelled, "");
	}
	return result;
}

/* Counts the records for progress; 0 if that is impossible or unnecessary. */
static int count_records(struct stream_reader *reader, const struct progress *progress,
	uint64_t *count, struct error *error)
{
	const struct stream_head *head;
	struct stream_record record;
	int result;
	*count = 0;
	if (!progress->stream || !stream_can_rewind(reader))
		return 0;
	while ((result = stream_next_segment(reader, &head, error)) > 0) {
		while ((result = stream_next_record(reader, &record, error)) > 0)
			++*count;
		if (result < 0)
			return -1;
	}
	return result < 0 ? -1 : stream_rewind(reader, error);
}

int examine(struct examination *examination, const struct model *model,
	const struct input_values *values, struct stream_reader *reader, int mistakes_maximum,
	const struct leaks *leaks, struct progress *progress, struct error *error)
{
	struct examiner examiner = {.result = examination,
		.network = model->network,
		.labels = &model->labels,
		.temperature = model->temperature,
		.input_values = values,
		.name = stream_name(reader),
		.leaks = leaks,
		.progress = progress};
	const struct stream_head *head;
	uint64_t total;
	*examination = (struct examination){0};
	int result = count_records(reader, progress, &total, error)
		? -1
		: allocate_examiner(&examiner, mistakes_maximum, error);
	progress_start(progress, "", "pictures", total);
	while (result == 0 && (result = stream_next_segment(reader, &head, error)) > 0)
		result = examine_segment(&examiner, head, reader, error);
	if (result == 0 && examination->metrics.records == 0)
		result = error_set(error, examiner.name, "holds no labelled picture");
	if (result == 0)
		progress_finish(progress, examination->metrics.records + examination->unlabelled,
			"");
	else
		progress_clear(progress);
	free(examiner.class_of);
	free(examiner.input);
	free(examiner.bytes);
	free(examiner.logits);
	free(examiner.probabilities);
	if (result)
		examination_free(examination);
	return result;
}

void examination_free(struct examination *examination)
{
	for (int i = 0; i < examination->mistakes_count; i++)
		example_free(&examination->mistakes[i]);
	for (int i = 0; examination->most_confident && i < examination->metrics.classes; i++)
		example_free(&examination->most_confident[i]);
	free(examination->mistakes);
	free(examination->most_confident);
	metrics_free(&examination->metrics);
	*examination = (struct examination){0};
}
