#include "train/samples.h"

#include "base/array.h"
#include "base/signals.h"
#include "base/spool.h"
#include "stream/select.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The location of a record's tensor: an offset in file `source`, or in the spool. */
struct sample_location {
	uint64_t offset;
	uint32_t source;
	int32_t label;
	unsigned char key[DIGEST_KEY_SIZE]; /* of the source (stream_source_key) */
};
enum { IN_SPOOL = UINT32_MAX >> 1 };

struct pass {
	uint32_t number;
	struct sample_location *locations;
	float *weights; /* (count, classes); NULL if labels are indices */
	size_t count;
	unsigned char digest[DIGEST_SIZE]; /* of that of the segments before, and the last one's */
};

/* The next pass of a pipe, read by a thread while the current one is in use. */
struct prefetch {
	struct pass pass;
	struct spool spool;
	pthread_t thread;
	bool running;
	atomic_bool done; /* the thread has nothing left to do */
	int result;       /* of the thread, after it was joined */
	struct error error;
};

struct samples {
	struct stream_head head;
	enum samples_order order;
	struct input_values values;
	struct text_list names; /* of the inputs */
	int *descriptors;       /* of the inputs; -1 for a pipe */
	struct spool spool;     /* of compressed files, or of a pipe's current pass */
	struct pass *passes;
	size_t stored_passes;
	size_t passes_read;
	struct pass *selected;
	unsigned char *digests; /* of the segments read, DIGEST_SIZE each */
	size_t segments_read;

	struct stream_reader
		*pipe;      /* used by the thread of `prefetch` while it runs; NULL after its end */
	uint32_t next_pass; /* pass number of the segment that follows in `pipe` */
	bool complete;      /* all passes have been read */
	struct prefetch prefetch;
	const volatile sig_atomic_t *interrupted; /* or NULL */
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
	return samples->passes_read;
}

uint32_t samples_count(const struct samples *samples)
{
	return (uint32_t)samples->selected->count;
}

const unsigned char *samples_source_key(const struct samples *samples, uint32_t index)
{
	return samples->selected->locations[index].key;
}

size_t samples_input_count(const struct samples *samples)
{
	return (size_t)samples->head.height * (size_t)samples->head.width *
		(size_t)samples->head.channels;
}

size_t samples_tensor_size(const struct samples *samples)
{
	return stream_tensor_size(&samples->head);
}

void samples_digest(const struct samples *samples, unsigned char out[DIGEST_SIZE])
{
	digest_of(samples->digests, samples->segments_read * DIGEST_SIZE, out);
}

const unsigned char *samples_pass_digest(const struct samples *samples)
{
	return samples->selected->digest;
}

int samples_announced_passes(const struct samples *samples)
{
	size_t announced = samples->head.passes;
	return announced >= samples->passes_read && announced <= INT32_MAX ? (int)announced : 0;
}

/* ---- adding records to passes ---- */

static int grow_pass(struct samples *samples, struct pass *pass, struct error *error)
{
	if (pass->count >= INT32_MAX)
		return error_set(error, samples_name(samples), "more than %d records in a pass",
			INT32_MAX);
	struct sample_location *locations =
		array_grow(pass->locations, pass->count, sizeof *locations);
	if (!locations)
		return error_memory(error, samples_name(samples));
	pass->locations = locations;
	size_t classes =
		samples->head.label == STREAM_LABEL_WEIGHTS ? samples->head.classes.count : 0;
	if (classes == 0)
		return 0;
	float *weights = array_grow(pass->weights, pass->count, classes * sizeof *weights);
	if (!weights)
		return error_memory(error, samples_name(samples));
	pass->weights = weights;
	return 0;
}

static int add_record(struct samples *samples, struct pass *pass, struct spool *spool,
	const struct stream_reader *reader, size_t source, const struct stream_record *record,
	struct error *error)
{
	size_t classes = samples->head.classes.count;
	struct sample_location location = {.source = (uint32_t)source, .label = record->label};
	if (samples->head.label == STREAM_LABEL_INDEX && record->label < 0)
		return error_set(error, stream_name(reader), "record %llu (%s) has no label",
			(unsigned long long)record->id, record->source);
	if (grow_pass(samples, pass, error))
		return -1;
	if (samples->descriptors[source] < 0 ||
		!stream_tensor_offset(reader, record, &location.offset)) {
		location.source = IN_SPOOL;
		if (spool_add(spool, record->tensor, stream_tensor_size(&samples->head),
			    &location.offset, error))
			return -1;
	}
	if (pass->weights)
		memcpy(pass->weights + pass->count * classes, record->weights,
			classes * sizeof *pass->weights);
	stream_source_key(record, location.key);
	pass->locations[pass->count++] = location;
	return 0;
}

static int add_digest(struct samples *samples, struct pass *pass,
	const struct stream_reader *reader, struct error *error)
{
	unsigned char *digests = array_grow(samples->digests, samples->segments_read, DIGEST_SIZE);
	if (!digests)
		return error_memory(error, samples_name(samples));
	samples->digests = digests;
	memcpy(digests + samples->segments_read++ * DIGEST_SIZE, stream_data_digest(reader),
		DIGEST_SIZE);
	if (pass) {
		unsigned char both[2 * DIGEST_SIZE];
		memcpy(both, pass->digest, DIGEST_SIZE);
		memcpy(both + DIGEST_SIZE, stream_data_digest(reader), DIGEST_SIZE);
		digest_of(both, sizeof both, pass->digest);
	}
	return 0;
}

/* Reads the current segment of `reader` into `pass` and `spool`; NULL drops its records. */
static int read_segment(struct samples *samples, struct pass *pass, struct spool *spool,
	struct stream_reader *reader, size_t source, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = stream_next_record(reader, &record, error)) > 0)
		if (pass && add_record(samples, pass, spool, reader, source, &record, error))
			return -1;
	return result < 0 ? -1 : add_digest(samples, pass, reader, error);
}

/* Moves to the next segment: 1, 0 at the end, -1. Copies the first head of all; later ones must
 * match it. */
static int next_segment(struct samples *samples, struct stream_reader *reader, uint32_t *number,
	struct error *error)
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
	free(pass->locations);
	free(pass->weights);
	*pass = (struct pass){0};
}

static struct pass *find_pass(struct samples *samples, uint32_t number, struct error *error)
{
	for (size_t i = 0; i < samples->stored_passes; i++)
		if (samples->passes[i].number == number)
			return &samples->passes[i];
	struct pass *passes = array_grow(samples->passes, samples->stored_passes, sizeof *passes);
	if (!passes) {
		error_memory(error, samples_name(samples));
		return NULL;
	}
	samples->passes = passes;
	passes[samples->stored_passes] = (struct pass){.number = number};
	return &passes[samples->stored_passes++];
}

/* ---- reading ---- */

static int read_all_segments(struct samples *samples, struct stream_reader *reader, size_t source,
	struct error *error)
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

/* next_segment of the pipe, which is closed at its end. */
static int next_pipe_segment(struct samples *samples, struct error *error)
{
	int result = next_segment(samples, samples->pipe, &samples->next_pass, error);
	if (result == 0) {
		stream_close(samples->pipe);
		samples->pipe = NULL;
	}
	return result;
}

/* Reads the next pass of the pipe, and the head of the one after it. */
static int read_pipe_pass(struct samples *samples, struct pass *pass, struct spool *spool,
	struct error *error)
{
	free_pass(pass);
	pass->number = samples->next_pass;
	spool_reset(spool);
	int result;
	do {
		if (read_segment(samples, pass, spool, samples->pipe, 0, error))
			return -1;
		result = next_pipe_segment(samples, error);
	} while (result > 0 && samples->next_pass == pass->number);
	return result < 0 ? -1 : 0;
}

static int read_first_pass(struct samples *samples, struct error *error)
{
	if (next_pipe_segment(samples, error) <= 0)
		return -1;
	struct pass *pass = find_pass(samples, samples->next_pass, error);
	if (!pass || read_pipe_pass(samples, pass, &samples->spool, error))
		return -1;
	samples->passes_read = 1;
	samples->complete = !samples->pipe;
	return 0;
}

/* ---- prefetching the next pass of a pipe ---- */

static void *prefetch_pass(void *argument)
{
	struct samples *samples = argument;
	struct prefetch *prefetch = &samples->prefetch;
	prefetch->result =
		read_pipe_pass(samples, &prefetch->pass, &prefetch->spool, &prefetch->error);
	prefetch->done = true;
	return NULL;
}

static int start_prefetch(struct samples *samples, struct error *error)
{
	struct prefetch *prefetch = &samples->prefetch;
	sigset_t before;
	prefetch->done = false;
	signals_block(&before);
	prefetch->running = pthread_create(&prefetch->thread, NULL, prefetch_pass, samples) == 0;
	signals_unblock(&before);
	return prefetch->running
		? 0
		: error_set(error, samples_name(samples), "cannot start a thread to read it");
}

static bool is_interrupted(const struct samples *samples)
{
	return samples->interrupted && *samples->interrupted;
}

/* The writer of a pipe may be slow, or wait for somebody: an interruption ends the waiting. */
static int join_prefetch(struct samples *samples, struct error *error)
{
	struct prefetch *prefetch = &samples->prefetch;
	const struct timespec pause = {.tv_nsec = 2000000};
	while (prefetch->running && !prefetch->done && samples->interrupted) {
		if (is_interrupted(samples))
			return error_set(error, samples_name(samples), "reading was interrupted");
		nanosleep(&pause, NULL);
	}
	if (prefetch->running)
		pthread_join(prefetch->thread, NULL);
	prefetch->running = false;
	if (prefetch->result)
		*error = prefetch->error;
	return prefetch->result;
}

/* Cancels the thread, which may be blocked on a pipe. */
static void cancel_prefetch(struct prefetch *prefetch)
{
	if (prefetch->running) {
		pthread_cancel(prefetch->thread);
		pthread_join(prefetch->thread, NULL);
	}
	free_pass(&prefetch->pass);
	spool_close(&prefetch->spool);
}

/* Swaps the current pass and its spool with the prefetched ones. */
static int use_prefetched(struct samples *samples, struct error *error)
{
	struct prefetch *prefetch = &samples->prefetch;
	if (join_prefetch(samples, error))
		return -1;
	const struct pass pass = samples->passes[0];
	const struct spool spool = samples->spool;
	samples->passes[0] = prefetch->pass;
	samples->spool = prefetch->spool;
	prefetch->pass = pass;
	prefetch->spool = spool;
	samples->passes_read++;
	samples->complete = !samples->pipe;
	if (samples->complete)
		spool_close(&prefetch->spool);
	return 0;
}

/* ---- opening ---- */

static int open_input(struct samples *samples, const char *path, bool only_input,
	struct error *error)
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
	if (result == 0 && only_input && !stream_can_rewind(reader) &&
		samples->order == SAMPLES_BY_PASS) {
		samples->pipe = reader;
		return read_first_pass(samples, error);
	}
	if (result == 0)
		result = read_all_segments(samples, reader, source, error);
	stream_close(reader);
	return result;
}

static int open_inputs(struct samples *samples, const char *const *paths, size_t count,
	struct error *error)
{
	samples->descriptors = malloc(count * sizeof *samples->descriptors);
	if (!samples->descriptors)
		return error_memory(error, paths[0]);
	for (size_t i = 0; i < count; i++)
		samples->descriptors[i] = -1;
	for (size_t i = 0; i < count; i++)
		if (open_input(samples, paths[i], count == 1, error))
			return -1;
	if (samples->passes_read == 0) {
		samples->passes_read = samples->stored_passes;
		samples->complete = true;
	}
	bool repeated;
	return samples_begin_epoch(samples, 0, &repeated, error);
}

int samples_open(struct samples **out, const char *const *paths, size_t count,
	enum samples_order order, struct error *error)
{
	*out = NULL;
	struct samples *samples = calloc(1, sizeof *samples);
	if (!samples)
		return error_memory(error, paths[0]);
	samples->spool = samples->prefetch.spool = SPOOL_EMPTY;
	samples->order = order;
	samples->values = input_values_of_range(0, 1, INPUT_ASSUMED);
	if (open_inputs(samples, paths, count, error)) {
		samples_close(samples);
		return -1;
	}
	*out = samples;
	return 0;
}

void samples_set_values(struct samples *samples, const struct input_values *values)
{
	samples->values = *values;
}

void samples_set_interruption(struct samples *samples, const volatile sig_atomic_t *interrupted)
{
	samples->interrupted = interrupted;
}

void samples_close(struct samples *samples)
{
	if (!samples)
		return;
	cancel_prefetch(&samples->prefetch);
	for (size_t i = 0; samples->descriptors && i < samples->names.count; i++)
		if (samples->descriptors[i] >= 0)
			close(samples->descriptors[i]);
	for (size_t i = 0; i < samples->stored_passes; i++)
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
	if (!samples->complete && (size_t)epoch >= samples->passes_read &&
		use_prefetched(samples, error))
		return -1;
	*repeated = (size_t)epoch >= samples->passes_read;
	samples->selected = samples->passes +
		(samples->stored_passes ? (size_t)epoch % samples->stored_passes : 0);
	if (samples->stored_passes == 0 || samples->selected->count == 0)
		return error_set(error, samples_name(samples), "has no records");
	return samples->complete || samples->prefetch.running ? 0 : start_prefetch(samples, error);
}

int samples_finish(struct samples *samples, struct error *error)
{
	int result = join_prefetch(samples, error) ? -1 : 1;
	while (samples->pipe && result > 0) {
		if (read_segment(samples, NULL, NULL, samples->pipe, 0, error))
			return -1;
		result = next_pipe_segment(samples, error);
	}
	samples->complete = result >= 0;
	return result < 0 ? -1 : 0;
}

int samples_read(const struct samples *samples, uint32_t index, float *input, float *target,
	void *tensor, struct error *error)
{
	const struct pass *pass = samples->selected;
	struct sample_location location = pass->locations[index];
	size_t classes = samples->head.classes.count;
	bool spooled = location.source == IN_SPOOL;
	if (spool_read(spooled ? samples->spool.descriptor : samples->descriptors[location.source],
		    location.offset, tensor, stream_tensor_size(&samples->head),
		    samples->names.items[spooled ? 0 : location.source], error))
		return -1;
	input_values_of_tensor(&samples->values, &samples->head, tensor, input);
	if (pass->weights) {
		memcpy(target, pass->weights + index * classes, classes * sizeof *target);
		return 0;
	}
	memset(target, 0, classes * sizeof *target);
	target[location.label] = 1;
	return 0;
}

void samples_class_totals(const struct samples *samples, double *totals)
{
	const struct pass *pass = samples->selected;
	size_t classes = samples->head.classes.count;
	for (size_t i = 0; i < classes; i++)
		totals[i] = 0;
	for (size_t i = 0; i < pass->count && !pass->weights; i++)
		totals[pass->locations[i].label]++;
	for (size_t i = 0; pass->weights && i < pass->count * classes; i++)
		totals[i % classes] += (double)pass->weights[i];
}
