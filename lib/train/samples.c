#include "train/samples.h"

#include "base/signals.h"
#include "base/spool.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a record's tensor lies: in file `source`, or in the spool. */
struct place {
	uint64_t offset;
	uint32_t source;
	int32_t label;
};
enum { IN_SPOOL = UINT32_MAX >> 1 };

struct pass {
	uint32_t number;
	struct place *places;
	float *weights; /* classes per record; NULL where labels are indices */
	size_t count, capacity;
};

/* A pass of a pipe that is read while the one before it is in use. */
struct ahead {
	struct pass pass;
	struct spool spool;
	pthread_t thread;
	bool running;
	int result; /* of the thread, once it was joined */
	struct error error;
};

struct samples {
	struct stream_head head;
	enum samples_order order;
	struct text_list names; /* of the inputs */
	int *descriptors;       /* of the inputs; -1 for a pipe */
	struct spool spool;     /* of the files; of a pipe's current pass */
	struct pass *passes;
	size_t pass_count;      /* held */
	size_t passes_met;
	struct pass *selected;
	unsigned char *digests; /* of the segments met, DIGEST_SIZE each */
	size_t segments_met;

	struct stream_reader *pipe; /* read pass by pass, by the thread of `ahead` while it runs; NULL once at its end */
	uint32_t next_number;       /* the pass of the segment that `pipe` stands at */
	bool complete;              /* no pass follows those met */
	struct ahead ahead;
};

const struct stream_head *samples_head(const struct samples *samples)
{
	return &samples->head;
}

const char *samples_name(const struct samples *samples)
{
	return samples->names.items[0];
}

bool samples_is_complete(const struct samples *samples)
{
	return samples->complete;
}

size_t samples_passes(const struct samples *samples)
{
	return samples->passes_met;
}

uint32_t samples_count(const struct samples *samples)
{
	return (uint32_t)samples->selected->count;
}

size_t samples_input_count(const struct samples *samples)
{
	return (size_t)samples->head.height * (size_t)samples->head.width * (size_t)samples->head.channels;
}

size_t samples_tensor_size(const struct samples *samples)
{
	return stream_tensor_size(&samples->head);
}

void samples_digest(const struct samples *samples, unsigned char out[DIGEST_SIZE])
{
	digest_of(samples->digests, samples->segments_met * DIGEST_SIZE, out);
}

/* ---- records into passes ---- */

static int make_room(struct samples *samples, struct pass *pass, struct error *error)
{
	if (pass->count < pass->capacity)
		return 0;
	if (pass->count >= INT32_MAX)
		return error_set(error, samples_name(samples), "more than %d records in a pass", INT32_MAX);
	size_t capacity = pass->capacity ? 2 * pass->capacity : 1024;
	struct place *places = realloc(pass->places, capacity * sizeof *places);
	if (!places)
		return error_memory(error, samples_name(samples));
	pass->places = places;
	if (samples->head.label == STREAM_LABEL_WEIGHTS) {
		float *weights = realloc(pass->weights, capacity * samples->head.classes.count * sizeof *weights);
		if (!weights)
			return error_memory(error, samples_name(samples));
		pass->weights = weights;
	}
	pass->capacity = capacity;
	return 0;
}

static int add_record(struct samples *samples, struct pass *pass, struct spool *spool,
	const struct stream_reader *reader, size_t source, const struct stream_record *record, struct error *error)
{
	size_t classes = samples->head.classes.count;
	struct place place = {.source = (uint32_t)source, .label = record->label};
	if (samples->head.label == STREAM_LABEL_INDEX && record->label < 0)
		return error_set(error, stream_name(reader), "record %llu (%s) has no label", (unsigned long long)record->id,
			record->source);
	if (make_room(samples, pass, error))
		return -1;
	if (samples->descriptors[source] < 0 || !stream_tensor_offset(reader, record, &place.offset)) {
		place.source = IN_SPOOL;
		if (spool_add(spool, record->tensor, stream_tensor_size(&samples->head), &place.offset, error))
			return -1;
	}
	if (pass->weights)
		memcpy(pass->weights + pass->count * classes, record->weights, classes * sizeof *pass->weights);
	pass->places[pass->count++] = place;
	return 0;
}

static int keep_digest(struct samples *samples, const struct stream_reader *reader, struct error *error)
{
	unsigned char *digests = realloc(samples->digests, (samples->segments_met + 1) * DIGEST_SIZE);
	if (!digests)
		return error_memory(error, samples_name(samples));
	samples->digests = digests;
	memcpy(digests + samples->segments_met++ * DIGEST_SIZE, stream_data_digest(reader), DIGEST_SIZE);
	return 0;
}

/* Reads the segment that `reader` stands at into `pass` and `spool`; NULL drops its records. */
static int read_segment(struct samples *samples, struct pass *pass, struct spool *spool, struct stream_reader *reader,
	size_t source, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = stream_next_record(reader, &record, error)) > 0)
		if (pass && add_record(samples, pass, spool, reader, source, &record, error))
			return -1;
	return result < 0 ? -1 : keep_digest(samples, reader, error);
}

/* Steps to the next segment: 1, 0 at the end, -1; the first head of all is kept, later ones must match it. */
static int next_segment(struct samples *samples, struct stream_reader *reader, uint32_t *number, struct error *error)
{
	const struct stream_head *head;
	int result = stream_next_segment(reader, &head, error);
	if (result <= 0)
		return result;
	*number = samples->order == SAMPLES_JOINED ? 0 : head->pass;
	if (samples->head.height == 0)
		return stream_head_copy(&samples->head, head, error) ? -1 : 1;
	if (stream_head_match(&samples->head, head, error)) {
		error_within(error, stream_name(reader));
		return -1;
	}
	return 1;
}

static void free_pass(struct pass *pass)
{
	free(pass->places);
	free(pass->weights);
}

static struct pass *find_pass(struct samples *samples, uint32_t number, struct error *error)
{
	for (size_t i = 0; i < samples->pass_count; i++)
		if (samples->passes[i].number == number)
			return &samples->passes[i];
	struct pass *passes = realloc(samples->passes, (samples->pass_count + 1) * sizeof *passes);
	if (!passes) {
		error_memory(error, samples_name(samples));
		return NULL;
	}
	samples->passes = passes;
	passes[samples->pass_count] = (struct pass){.number = number};
	return &passes[samples->pass_count++];
}

/* ---- reading ---- */

static int read_whole(struct samples *samples, struct stream_reader *reader, size_t source, struct error *error)
{
	uint32_t number;
	int result;
	while ((result = next_segment(samples, reader, &number, error)) > 0) {
		struct pass *pass = find_pass(samples, number, error);
		if (!pass || read_segment(samples, pass, &samples->spool, reader, source, error))
			return -1;
	}
	return result;
}

/* As next_segment for the pipe, which is closed at its end. */
static int next_pipe_segment(struct samples *samples, struct error *error)
{
	int result = next_segment(samples, samples->pipe, &samples->next_number, error);
	if (result == 0) {
		stream_close(samples->pipe);
		samples->pipe = NULL;
	}
	return result;
}

/* Reads the pass that the pipe stands at, up to the head of the next one. */
static int read_pipe_pass(struct samples *samples, struct pass *pass, struct spool *spool, struct error *error)
{
	pass->number = samples->next_number;
	pass->count = 0;
	spool_clear(spool);
	int result;
	do {
		if (read_segment(samples, pass, spool, samples->pipe, 0, error))
			return -1;
		result = next_pipe_segment(samples, error);
	} while (result > 0 && samples->next_number == pass->number);
	return result < 0 ? -1 : 0;
}

static int read_first_pass(struct samples *samples, struct error *error)
{
	if (next_pipe_segment(samples, error) <= 0)
		return -1;
	struct pass *pass = find_pass(samples, samples->next_number, error);
	if (!pass || read_pipe_pass(samples, pass, &samples->spool, error))
		return -1;
	samples->passes_met = 1;
	samples->complete = !samples->pipe;
	return 0;
}

/* ---- reading ahead ---- */

static void *read_ahead(void *argument)
{
	struct samples *samples = argument;
	struct ahead *ahead = &samples->ahead;
	ahead->result = read_pipe_pass(samples, &ahead->pass, &ahead->spool, &ahead->error);
	return NULL;
}

static int start_ahead(struct samples *samples, struct error *error)
{
	struct ahead *ahead = &samples->ahead;
	sigset_t before;
	signals_hold(&before);
	ahead->running = pthread_create(&ahead->thread, NULL, read_ahead, samples) == 0;
	signals_release(&before);
	return ahead->running ? 0 : error_set(error, samples_name(samples), "cannot start a thread that reads it");
}

static int end_ahead(struct ahead *ahead, struct error *error)
{
	if (ahead->running)
		pthread_join(ahead->thread, NULL);
	ahead->running = false;
	if (ahead->result)
		*error = ahead->error;
	return ahead->result;
}

/* Who waits for a pipe is not waited for. */
static void abandon_ahead(struct ahead *ahead)
{
	if (ahead->running) {
		pthread_cancel(ahead->thread);
		pthread_join(ahead->thread, NULL);
	}
	free_pass(&ahead->pass);
	spool_close(&ahead->spool);
}

/* The pass read ahead becomes the one in use; the memory of that one is for the next. */
static int take_ahead(struct samples *samples, struct error *error)
{
	struct ahead *ahead = &samples->ahead;
	if (end_ahead(ahead, error))
		return -1;
	const struct pass pass = samples->passes[0];
	const struct spool spool = samples->spool;
	samples->passes[0] = ahead->pass;
	samples->spool = ahead->spool;
	ahead->pass = pass;
	ahead->spool = spool;
	samples->passes_met++;
	samples->complete = !samples->pipe;
	if (samples->complete)
		spool_close(&ahead->spool);
	return 0;
}

/* ---- opening ---- */

static int open_input(struct samples *samples, const char *path, bool alone, struct error *error)
{
	struct stream_reader *reader;
	size_t source = samples->names.count;
	if (stream_open(&reader, path, error))
		return -1;
	int result = text_list_add(&samples->names, stream_name(reader), error);
	if (result == 0 && stream_can_rewind(reader)) {
		samples->descriptors[source] = open(path, O_RDONLY | O_CLOEXEC);
		if (samples->descriptors[source] < 0)
			result = error_system(error, path);
	}
	if (result == 0 && alone && !stream_can_rewind(reader) && samples->order == SAMPLES_BY_PASS) {
		samples->pipe = reader;
		return read_first_pass(samples, error);
	}
	if (result == 0)
		result = read_whole(samples, reader, source, error);
	stream_close(reader);
	return result;
}

static int open_inputs(struct samples *samples, const char *const *paths, size_t count, struct error *error)
{
	samples->descriptors = malloc(count * sizeof *samples->descriptors);
	if (!samples->descriptors)
		return error_memory(error, paths[0]);
	for (size_t i = 0; i < count; i++)
		samples->descriptors[i] = -1;
	for (size_t i = 0; i < count; i++)
		if (open_input(samples, paths[i], count == 1, error))
			return -1;
	if (samples->passes_met == 0) {
		samples->passes_met = samples->pass_count;
		samples->complete = true;
	}
	bool repeated;
	return samples_begin_epoch(samples, 0, &repeated, error);
}

int samples_open(struct samples **out, const char *const *paths, size_t count, enum samples_order order,
	struct error *error)
{
	*out = NULL;
	struct samples *samples = calloc(1, sizeof *samples);
	if (!samples)
		return error_memory(error, paths[0]);
	samples->spool = samples->ahead.spool = SPOOL_EMPTY;
	samples->order = order;
	if (open_inputs(samples, paths, count, error)) {
		samples_close(samples);
		return -1;
	}
	*out = samples;
	return 0;
}

void samples_close(struct samples *samples)
{
	if (!samples)
		return;
	abandon_ahead(&samples->ahead);
	for (size_t i = 0; samples->descriptors && i < samples->names.count; i++)
		if (samples->descriptors[i] >= 0)
			close(samples->descriptors[i]);
	for (size_t i = 0; i < samples->pass_count; i++)
		free_pass(&samples->passes[i]);
	stream_close(samples->pipe);
	spool_close(&samples->spool);
	stream_head_free(&samples->head);
	text_list_free(&samples->names);
	free(samples->descriptors);
	free(samples->passes);
	free(samples->digests);
	free(samples);
}

/* ---- epochs ---- */

int samples_begin_epoch(struct samples *samples, int epoch, bool *repeated, struct error *error)
{
	if (!samples->complete && (size_t)epoch >= samples->passes_met && take_ahead(samples, error))
		return -1;
	*repeated = (size_t)epoch >= samples->passes_met;
	samples->selected = samples->passes + (samples->pass_count ? (size_t)epoch % samples->pass_count : 0);
	if (samples->pass_count == 0 || samples->selected->count == 0)
		return error_set(error, samples_name(samples), "has no records");
	return samples->complete || samples->ahead.running ? 0 : start_ahead(samples, error);
}

int samples_finish(struct samples *samples, struct error *error)
{
	int result = end_ahead(&samples->ahead, error) ? -1 : 1;
	while (samples->pipe && result > 0) {
		if (read_segment(samples, NULL, NULL, samples->pipe, 0, error))
			return -1;
		result = next_pipe_segment(samples, error);
	}
	samples->complete = result >= 0;
	return result < 0 ? -1 : 0;
}

int samples_read(const struct samples *samples, uint32_t index, float *input, float *target, void *tensor,
	struct error *error)
{
	const struct pass *pass = samples->selected;
	struct place place = pass->places[index];
	size_t classes = samples->head.classes.count;
	bool spooled = place.source == IN_SPOOL;
	if (spool_read(spooled ? samples->spool.descriptor : samples->descriptors[place.source], place.offset, tensor,
			stream_tensor_size(&samples->head), samples->names.items[spooled ? 0 : place.source], error))
		return -1;
	stream_values(&samples->head, tensor, input);
	if (pass->weights) {
		memcpy(target, pass->weights + index * classes, classes * sizeof *target);
		return 0;
	}
	memset(target, 0, classes * sizeof *target);
	target[place.label] = 1;
	return 0;
}

void samples_class_totals(const struct samples *samples, double *totals)
{
	const struct pass *pass = samples->selected;
	size_t classes = samples->head.classes.count;
	for (size_t i = 0; i < classes; i++)
		totals[i] = 0;
	for (size_t i = 0; i < pass->count && !pass->weights; i++)
		totals[pass->places[i].label]++;
	for (size_t i = 0; pass->weights && i < pass->count * classes; i++)
		totals[i % classes] += (double)pass->weights[i];
}
