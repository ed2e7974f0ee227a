#include "augment/passes.h"

#include "augment/augmenter.h"

#include <stdlib.h>
#include <string.h>

/* Limits of a batch in memory: enough records for many threads, unless they are huge. */
enum { BATCH_RECORDS = 32, BATCH_BYTES = 64 << 20 };

/* A copy of a record, valid after the reader's next step, and its result. */
struct augment_item {
	struct stream_record record, result;
	unsigned char *in, *out;
	float *weights, *result_weights;
	struct augment_variation variation;
	int failed;
	struct error error;
	char source[STREAM_SOURCE_MAXIMUM + 1];
};

struct augment_run {
	const struct augment_plan *plan;
	struct input_streams *inputs;
	FILE *stream;
	const char *name;
	struct parallel *pool;
	struct progress *progress;
	char *arguments; /* command line for the history */

	struct stream_head head;    /* of the first segment, which all others match */
	struct record_index *index; /* NULL if no images are mixed */
	struct augmenter augmenter;
	int capacity, count; /* of the batch */
	struct augment_item *items;

	struct stream_writer *writer; /* of the current pass; NULL between passes */
	uint32_t pass, input_pass;
	uint64_t input_passes; /* in the inputs, no fewer */
	uint64_t written;
};

static int batch_capacity(size_t bytes)
{
	size_t fitting = BATCH_BYTES / bytes;
	return fitting < 1 ? 1 : fitting < BATCH_RECORDS ? (int)fitting : BATCH_RECORDS;
}

static int allocate_items(struct augment_run *run, struct error *error)
{
	size_t size = stream_tensor_size(&run->head),
	       result_size = stream_tensor_size(&run->augmenter.result);
	size_t weights = (run->head.classes.count + 1) * sizeof(float);
	run->capacity = batch_capacity(size + result_size);
	run->items = calloc((size_t)run->capacity, sizeof *run->items);
	if (!run->items)
		return error_memory(error, "batch");
	for (int i = 0; i < run->capacity; i++) {
		struct augment_item *item = &run->items[i];
		item->in = malloc(size);
		item->out = malloc(result_size);
		item->weights = malloc(weights);
		item->result_weights = malloc(weights);
		if (!item->in || !item->out || !item->weights || !item->result_weights)
			return error_memory(error, "batch");
	}
	return 0;
}

/* Allocates for records like those of the first segment. */
static int allocate_run(struct augment_run *run, const struct stream_head *head,
	struct error *error)
{
	const struct augment_plan *plan = run->plan;
	struct stream_head result = augment_result_head(head, &plan->options, plan->rescale);
	if (stream_tensor_size(&result) > STREAM_RECORD_MAXIMUM)
		return error_set(error, run->name, "rescaled records would be larger than %d bytes",
			STREAM_RECORD_MAXIMUM);
	if (stream_head_copy(&run->head, head, error))
		return -1;
	return augmenter_create(&run->augmenter, &plan->options, plan->seed, plan->rescale,
		       &run->head, run->index, parallel_threads(run->pool), error) ||
			allocate_items(run, error)
		? -1
		: 0;
}

static void free_run(struct augment_run *run)
{
	for (int i = 0; run->items && i < run->capacity; i++) {
		free(run->items[i].in);
		free(run->items[i].out);
		free(run->items[i].weights);
		free(run->items[i].result_weights);
	}
	free(run->items);
	free(run->arguments);
	augmenter_destroy(&run->augmenter);
	record_index_destroy(run->index);
	stream_head_free(&run->head);
	stream_abandon(run->writer);
}

static int begin_pass(struct augment_run *run, const struct stream_head *head, struct error *error)
{
	struct stream_head result = augment_result_head(head, &run->plan->options,
				   run->plan->rescale),
			   copy;
	uint64_t passes = run->input_passes * (uint64_t)run->plan->passes;
	result.pass = result.segment = run->pass;
	result.passes = passes < UINT32_MAX ? (uint32_t)passes : UINT32_MAX;
	if (stream_head_copy(&copy, &result, error))
		return -1;
	int failed =
		stream_head_add_history(&copy, "augment", run->arguments, run->plan->seed, error);
	if (!failed)
		failed = stream_begin(&run->writer, run->stream, run->name, &copy, STREAM_RAW,
			error);
	stream_head_free(&copy);
	run->input_pass = head->pass;
	return failed;
}

static int end_pass(struct augment_run *run, bool last, struct error *error)
{
	struct stream_writer *writer = run->writer;
	run->writer = NULL;
	run->pass++;
	if (writer && !last)
		stream_announce_next(writer);
	return writer ? stream_end(writer, error) : 0;
}

static int buffer_record(struct augment_run *run, const struct stream_record *record,
	struct error *error)
{
	struct augment_item *item = &run->items[run->count++];
	item->record = *record;
	if (!input_streams_is_mapped(run->inputs, record)) {
		memcpy(item->in, record->tensor, stream_tensor_size(&run->head));
		item->record.tensor = item->in;
	}
	snprintf(item->source, sizeof item->source, "%s", record->source);
	if (record->weights)
		memcpy(item->weights, record->weights,
			run->head.classes.count * sizeof *item->weights);
	item->record.source = item->source;
	item->record.weights = record->weights ? item->weights : NULL;
	item->result = item->record;
	item->result.tensor = item->out;
	item->result.weights =
		run->augmenter.result.label == STREAM_LABEL_WEIGHTS ? item->result_weights : NULL;
	return run->plan->replay
		? replay_read(run->plan->replay, run->pass, record, &item->variation, error)
		: 0;
}

static void augment_item(void *context, int index, int worker)
{
	struct augment_run *run = context;
	struct augment_item *item = &run->items[index];
	if (!run->plan->replay)
		augmenter_draw(&run->augmenter, run->pass, run->input_pass, item->record.id,
			&item->variation);
	item->failed = augmenter_apply(&run->augmenter, worker, &item->variation, run->input_pass,
		&item->record, item->out, item->result_weights, &item->error);
}

/* The log's name in messages. */
static const char *log_name(const struct augment_run *run)
{
	return run->plan->log->path ? run->plan->log->path : "standard output";
}

static int write_item(struct augment_run *run, const struct augment_item *item, struct error *error)
{
	const struct output *log = run->plan->log;
	if (item->failed) {
		*error = item->error;
		return -1;
	}
	if (log &&
		replay_write(log->stream, log_name(run), run->pass, &item->record, &item->variation,
			error))
		return -1;
	return stream_write(run->writer, &item->result, error);
}

static int flush_batch(struct augment_run *run, struct error *error)
{
	char note[64];
	parallel_for(run->pool, run->count, augment_item, run);
	for (int i = 0; i < run->count; i++)
		if (write_item(run, &run->items[i], error))
			return -1;
	run->written += (uint64_t)run->count;
	run->count = 0;
	snprintf(note, sizeof note, "pass %u", run->pass);
	progress_update(run->progress, run->written, note);
	return 0;
}

static int augment_segment(struct augment_run *run, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = input_streams_next_record(run->inputs, &record, error)) == 1) {
		if (buffer_record(run, &record, error))
			return -1;
		if (run->count == run->capacity && flush_batch(run, error))
			return -1;
	}
	return result < 0 ? -1 : flush_batch(run, error);
}

/* Reads the inputs once, the `last` time or not. A pass ends where the pass number of the segments
 * changes. */
static int augment_inputs(struct augment_run *run, bool last, struct error *error)
{
	const struct stream_head *head;
	int result;
	while ((result = input_streams_next_segment(run->inputs, &head, error)) == 1) {
		if (!run->items && allocate_run(run, head, error))
			return -1;
		if (!run->input_passes)
			run->input_passes = head->passes ? head->passes : 1;
		if (run->writer && head->pass != run->input_pass && end_pass(run, false, error))
			return -1;
		if (!run->writer && begin_pass(run, head, error))
			return -1;
		if (augment_segment(run, error))
			return -1;
	}
	return result < 0 ? -1 : end_pass(run, last, error);
}

static bool has_mixing(const struct augment_plan *plan)
{
	const struct stream_head head = {.label = STREAM_LABEL_INDEX};
	return augment_result_head(&head, &plan->options, false).label == STREAM_LABEL_WEIGHTS;
}

bool augment_needs_rewind(const struct augment_plan *plan)
{
	return plan->passes > 1 || has_mixing(plan);
}

static int start_run(struct augment_run *run, struct error *error)
{
	const struct augment_plan *plan = run->plan;
	char *options = augment_describe(&plan->options);
	run->arguments = options ? text_format("--passes %d%s %s", plan->passes,
					   plan->rescale ? " --rescale" : "", options)
				 : NULL;
	free(options);
	if (!run->arguments)
		return error_memory(error, run->name);
	if (plan->log &&
		replay_write_options(plan->log->stream, log_name(run), &plan->options, error))
		return -1;
	if (has_mixing(plan) &&
		(record_index_create(&run->index, run->inputs, error) ||
			input_streams_rewind(run->inputs, error)))
		return -1;
	return 0;
}

int augment_passes(const struct augment_plan *plan, struct input_streams *inputs, FILE *stream,
	const char *name, struct parallel *pool, struct progress *progress, struct error *error)
{
	struct augment_run run = {.plan = plan,
		.inputs = inputs,
		.stream = stream,
		.name = name,
		.pool = pool,
		.progress = progress};
	int result = start_run(&run, error);
	progress_start(progress, "", "images", 0);
	for (int i = 0; result == 0 && i < plan->passes; i++) {
		if (i > 0)
			result = input_streams_rewind(inputs, error);
		if (result == 0)
			result = augment_inputs(&run, i == plan->passes - 1, error);
		if (i == 0) {
			progress->total = run.written * (uint64_t)plan->passes;
			run.input_passes = run.pass;
		}
	}
	if (result == 0 && plan->replay)
		result = replay_end(plan->replay, error);
	if (result == 0)
		progress_finish(progress, run.written, "");
	free_run(&run);
	return result;
}
