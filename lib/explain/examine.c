#include "explain/examine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the work on one stream needs beside its result. */
struct examiner {
	struct examination *result;
	struct network *network;
	const struct text_list *labels;
	const char *name;      /* of the stream */
	int *class_of;         /* class of the stream to class of the network; owned */
	size_t values;         /* of a tensor */
	float *input, *logits, *probabilities;
	unsigned char *bytes;
	const struct leaks *leaks; /* NULL: not known */
	struct progress *progress;
};

static int start(struct examiner *examiner, int room, struct error *error)
{
	struct shape shape = network_architecture(examiner->network)->input;
	struct examination *result = examiner->result;
	size_t classes = (size_t)network_outputs(examiner->network);
	if (metrics_create(&result->metrics, (int)classes, false, error))
		return -1;
	result->metrics.audited = examiner->leaks != NULL;
	examiner->values = shape_count(shape);
	examiner->input = malloc(examiner->values * sizeof(float));
	examiner->bytes = malloc(examiner->values);
	examiner->logits = malloc(classes * sizeof(float));
	examiner->probabilities = malloc(classes * sizeof(float));
	result->surest = calloc(classes, sizeof *result->surest);
	result->mistakes = calloc((size_t)room + 1, sizeof *result->mistakes);
	result->mistakes_room = room;
	if (examiner->input && examiner->bytes && examiner->logits && examiner->probabilities && result->surest &&
		result->mistakes)
		return 0;
	return error_memory(error, examiner->name);
}

/* Checks a segment's head and learns its classes. */
static int meet_segment(struct examiner *examiner, const struct stream_head *head, struct error *error)
{
	struct shape shape = network_architecture(examiner->network)->input;
	if (head->height != shape.height || head->width != shape.width || head->channels != shape.channels)
		return error_set(error, examiner->name, "holds tensors of %dx%dx%d; the network takes %dx%dx%d", head->height,
			head->width, head->channels, shape.height, shape.width, shape.channels);
	int *class_of = realloc(examiner->class_of, (head->classes.count + 1) * sizeof *class_of);
	if (!class_of)
		return error_memory(error, examiner->name);
	examiner->class_of = class_of;
	for (size_t i = 0; i < head->classes.count; i++) {
		class_of[i] = text_list_find(examiner->labels, head->classes.items[i]);
		if (class_of[i] < 0)
			return error_set(error, examiner->name, "class '%s' is unknown to the model", head->classes.items[i]);
	}
	return 0;
}

/* Class of the network, or -1. */
static int label_of(const struct examiner *examiner, const struct stream_head *head, const struct stream_record *record)
{
	int label = record->label;
	if (head->label == STREAM_LABEL_WEIGHTS) {
		label = -1;
		for (size_t i = 0; i < head->classes.count; i++)
			if (record->weights[i] > (label < 0 ? 0 : record->weights[label]))
				label = (int)i;
	}
	return label < 0 || (size_t)label >= head->classes.count ? -1 : examiner->class_of[label];
}

static void fill_input(struct examiner *examiner, const struct stream_head *head, const void *tensor)
{
	stream_values(head, tensor, examiner->input);
	for (size_t i = 0; i < examiner->values; i++)
		examiner->bytes[i] = (unsigned char)lrintf(255 * fminf(fmaxf(examiner->input[i], 0), 1));
}

static int largest_but(const float *values, int count, int left_out)
{
	int best = left_out == 0;
	for (int i = 0; i < count; i++)
		if (i != left_out && values[i] > values[best])
			best = i;
	return best;
}

static void example_free(struct example *example)
{
	free(example->source);
	free(example->tensor);
	*example = (struct example){0};
}

/* Fills an example's owned parts, in the place of what was there. */
static int keep(const struct examiner *examiner, struct example *place, const struct example *example, const char *source,
	struct error *error)
{
	example_free(place);
	*place = *example;
	place->source = strdup(source);
	place->tensor = malloc(examiner->values);
	if (!place->source || !place->tensor) {
		example_free(place);
		return error_memory(error, examiner->name);
	}
	memcpy(place->tensor, examiner->bytes, examiner->values);
	return 0;
}

/* Puts a mistake at its place among the worst, of equal ones the earlier first. */
static int keep_mistake(struct examiner *examiner, const struct example *example, const char *source, struct error *error)
{
	struct examination *result = examiner->result;
	int place = result->mistakes_count;
	while (place > 0 && result->mistakes[place - 1].margin < example->margin)
		place--;
	if (place == result->mistakes_room)
		return 0;
	if (result->mistakes_count == result->mistakes_room)
		example_free(&result->mistakes[--result->mistakes_count]);
	memmove(result->mistakes + place + 1, result->mistakes + place,
		(size_t)(result->mistakes_count - place) * sizeof *result->mistakes);
	result->mistakes[place] = (struct example){0};
	result->mistakes_count++;
	return keep(examiner, &result->mistakes[place], example, source, error);
}

static int judge(struct examiner *examiner, int label, const struct stream_record *record, struct error *error)
{
	struct examination *result = examiner->result;
	const float *logits = examiner->logits;
	int classes = result->metrics.classes;
	network_forward(examiner->network, examiner->input, 1, examiner->logits, examiner->probabilities);
	int predicted = largest_but(logits, classes, -1);
	int other = predicted != label ? label : classes > 1 ? largest_but(logits, classes, label) : label;
	struct example example = {.label = label, .predicted = predicted, .label_probability = examiner->probabilities[label],
		.probability = examiner->probabilities[predicted], .margin = (double)logits[predicted] - (double)logits[other]};
	metrics_add(&result->metrics, label, predicted);
	if (examiner->leaks && leaks_hold(examiner->leaks, record->digest))
		metrics_add_leak(&result->metrics, predicted == label);
	if (predicted != label)
		return keep_mistake(examiner, &example, record->source, error);
	struct example *surest = &result->surest[label];
	return !surest->source || example.margin > surest->margin ? keep(examiner, surest, &example, record->source, error) : 0;
}

static int examine_segment(struct examiner *examiner, const struct stream_head *head, struct stream_reader *reader,
	struct error *error)
{
	struct stream_record record;
	int result = meet_segment(examiner, head, error);
	while (result == 0 && (result = stream_next_record(reader, &record, error)) > 0) {
		int label = label_of(examiner, head, &record);
		fill_input(examiner, head, record.tensor);
		examiner->result->unlabelled += label < 0;
		result = label < 0 ? 0 : judge(examiner, label, &record, error);
		progress_update(examiner->progress, examiner->result->metrics.records + examiner->result->unlabelled, "");
	}
	return result;
}

/* Counts the records for progress; 0 where that can't be or need not be known. */
static int count_records(struct stream_reader *reader, const struct progress *progress, uint64_t *count,
	struct error *error)
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

int examine(struct examination *examination, struct network *network, const struct text_list *labels,
	struct stream_reader *reader, int room, const struct leaks *leaks, struct progress *progress, struct error *error)
{
	struct examiner examiner = {.result = examination, .network = network, .labels = labels, .name = stream_name(reader),
		.leaks = leaks, .progress = progress};
	const struct stream_head *head;
	uint64_t total;
	*examination = (struct examination){0};
	int result = count_records(reader, progress, &total, error) ? -1 : start(&examiner, room, error);
	progress_start(progress, "", "pictures", total);
	while (result == 0 && (result = stream_next_segment(reader, &head, error)) > 0)
		result = examine_segment(&examiner, head, reader, error);
	if (result == 0 && examination->metrics.records == 0)
		result = error_set(error, examiner.name, "holds no labelled picture");
	if (result == 0)
		progress_finish(progress, examination->metrics.records + examination->unlabelled, "");
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
	for (int i = 0; examination->surest && i < examination->metrics.classes; i++)
		example_free(&examination->surest[i]);
	free(examination->mistakes);
	free(examination->surest);
	metrics_free(&examination->metrics);
	*examination = (struct examination){0};
}
