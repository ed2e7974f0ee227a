#include "augment/passes.h"

#include "augment/variator.h"

#include <stdlib.h>
#include <string.h>

/* What is in memory at once: enough for many threads, unless records are huge. */
enum { WINDOW_RECORDS = 32, WINDOW_BYTES = 64 << 20 };

/* A record that outlives the reader's next step, and its result. */
struct item {
	struct stream_record record, result;
	unsigned char *in, *out;
	float *weights, *result_weights;
	struct augment_variation variation;
	int failed;
	struct error error;
	char source[STREAM_SOURCE_MAXIMUM + 1];
};

struct run {
	const struct augment_plan *plan;
	struct source *source;
	FILE *stream;
	const char *name;
	struct parallel *pool;
	struct progress *progress;
	char *arguments; /* for the history */

	struct stream_head head;      /* of the first segment, which all others match */
	struct partners *partners;    /* where images are joined */
	struct variator variator;
	int capacity, filled;         /* of the window */
	struct item *items;

	struct stream_writer *writer; /* of the current pass; NULL between passes */
	uint32_t pass, source_pass;
	uint64_t written;
};

static int choose_capacity(size_t bytes)
{
	size_t fitting = WINDOW_BYTES / bytes;
	return fitting < 1 ? 1 : fitting < WINDOW_RECORDS ? (int)fitting : WINDOW_RECORDS;
}

static int allocate_items(struct run *run, struct error *error)
{
	size_t size = stream_tensor_size(&run->head), result_size = stream_tensor_size(&run->variator.result);
	size_t weights = (run->head.classes.count + 1) * sizeof(float);
	run->capacity = choose_capacity(size + result_size);
	run->items = calloc((size_t)run->capacity, sizeof *run->items);
	if (!run->items)
		return error_memory(error, "window");
	for (int i = 0; i < run->capacity; i++) {
		struct item *item = &run->items[i];
		item->in = malloc(size);
		item->out = malloc(result_size);
		item->weights = malloc(weights);
		item->result_weights = malloc(weights);
		if (!item->in || !item->out || !item->weights || !item->result_weights)
			return error_memory(error, "window");
	}
	return 0;
}

/* Memory for records like those of the first segment. */
static int allocate(struct run *run, const struct stream_head *head, struct error *error)
{
	const struct augment_plan *plan = run->plan;
	struct stream_head result = augment_result_head(head, &plan->options, plan->rescale);
	if (stream_tensor_size(&result) > STREAM_RECORD_MAXIMUM)
		return error_set(error, run->name, "rescaled records would be larger than %d bytes", STREAM_RECORD_MAXIMUM);
	if (stream_head_copy(&run->head, head, error))
		return -1;
	return variator_create(&run->variator, &plan->options, plan->seed, plan->rescale, &run->head, run->partners,
		parallel_threads(run->pool), error) || allocate_items(run, error) ? -1 : 0;
}

static void release(struct run *run)
{
	for (int i = 0; run->items && i < run->capacity; i++) {
		free(run->items[i].in);
		free(run->items[i].out);
		free(run->items[i].weights);
		free(run->items[i].result_weights);
	}
	free(run->items);
	free(run->arguments);
	variator_destroy(&run->variator);
	partners_destroy(run->partners);
	stream_head_free(&run->head);
	stream_abandon(run->writer);
}

static int begin_pass(struct run *run, const struct stream_head *head, struct error *error)
{
	struct stream_head result = augment_result_head(head, &run->plan->options, run->plan->rescale), copy;
	result.pass = run->pass;
	if (stream_head_copy(&copy, &result, error))
		return -1;
	int failed = stream_head_add_history(&copy, "augment", run->arguments, run->plan->seed, error);
	if (!failed)
		failed = stream_begin(&run->writer, run->stream, run->name, &copy, STREAM_RAW, error);
	stream_head_free(&copy);
	run->source_pass = head->pass;
	return failed;
}

static int end_pass(struct run *run, struct error *error)
{
	struct stream_writer *writer = run->writer;
	run->writer = NULL;
	run->pass++;
	return writer ? stream_end(writer, error) : 0;
}

static int keep(struct run *run, const struct stream_record *record, struct error *error)
{
	struct item *item = &run->items[run->filled++];
	item->record = *record;
	if (!source_keeps(run->source, record)) {
		memcpy(item->in, record->tensor, stream_tensor_size(&run->head));
		item->record.tensor = item->in;
	}
	snprintf(item->source, sizeof item->source, "%s", record->source);
	if (record->weights)
		memcpy(item->weights, record->weights, run->head.classes.count * sizeof *item->weights);
	item->record.source = item->source;
	item->record.weights = record->weights ? item->weights : NULL;
	item->result = item->record;
	item->result.tensor = item->out;
	item->result.weights = run->variator.result.label == STREAM_LABEL_WEIGHTS ? item->result_weights : NULL;
	return run->plan->replay ? replay_read(run->plan->replay, run->pass, record, &item->variation, error) : 0;
}

static void change_item(void *context, int index, int worker)
{
	struct run *run = context;
	struct item *item = &run->items[index];
	if (!run->plan->replay)
		variator_draw(&run->variator, run->pass, run->source_pass, item->record.id, &item->variation);
	item->failed = variator_apply(&run->variator, worker, &item->variation, run->source_pass, &item->record, item->out,
		item->result_weights, &item->error);
}

/* What the file of what is done is called in messages. */
static const char *record_name(const struct run *run)
{
	return run->plan->record->path ? run->plan->record->path : "standard output";
}

static int write_item(struct run *run, const struct item *item, struct error *error)
{
	const struct output *record = run->plan->record;
	if (item->failed) {
		*error = item->error;
		return -1;
	}
	if (record && replay_write(record->stream, record_name(run), run->pass, &item->record, &item->variation, error))
		return -1;
	return stream_write(run->writer, &item->result, error);
}

static int flush_window(struct run *run, struct error *error)
{
	char note[64];
	parallel_for(run->pool, run->filled, change_item, run);
	for (int i = 0; i < run->filled; i++)
		if (write_item(run, &run->items[i], error))
			return -1;
	run->written += (uint64_t)run->filled;
	run->filled = 0;
	snprintf(note, sizeof note, "pass %u", run->pass);
	progress_update(run->progress, run->written, note);
	return 0;
}

static int change_segment(struct run *run, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = source_next_record(run->source, &record, error)) == 1) {
		if (keep(run, &record, error))
			return -1;
		if (run->filled == run->capacity && flush_window(run, error))
			return -1;
	}
	return result < 0 ? -1 : flush_window(run, error);
}

/* Reads the source once. A pass ends where the source's pass number changes. */
static int change_source(struct run *run, struct error *error)
{
	const struct stream_head *head;
	int result;
	while ((result = source_next_segment(run->source, &head, error)) == 1) {
		if (!run->items && allocate(run, head, error))
			return -1;
		if (run->writer && head->pass != run->source_pass && end_pass(run, error))
			return -1;
		if (!run->writer && begin_pass(run, head, error))
			return -1;
		if (change_segment(run, error))
			return -1;
	}
	return result < 0 ? -1 : end_pass(run, error);
}

static bool mixes(const struct augment_plan *plan)
{
	const struct stream_head head = {.label = STREAM_LABEL_INDEX};
	return augment_result_head(&head, &plan->options, false).label == STREAM_LABEL_WEIGHTS;
}

bool augment_reads_again(const struct augment_plan *plan)
{
	return plan->passes > 1 || mixes(plan);
}

static int prepare(struct run *run, struct error *error)
{
	const struct augment_plan *plan = run->plan;
	char *options = augment_describe(&plan->options);
	run->arguments = options ? text_format("--passes %d%s %s", plan->passes, plan->rescale ? " --rescale" : "",
		options) : NULL;
	free(options);
	if (!run->arguments)
		return error_memory(error, run->name);
	if (plan->record && replay_write_options(plan->record->stream, record_name(run), &plan->options, error))
		return -1;
	if (mixes(plan) && (partners_create(&run->partners, run->source, error) || source_rewind(run->source, error)))
		return -1;
	return 0;
}

int augment_passes(const struct augment_plan *plan, struct source *source, FILE *stream, const char *name,
	struct parallel *pool, struct progress *progress, struct error *error)
{
	struct run run = {.plan = plan, .source = source, .stream = stream, .name = name, .pool = pool,
		.progress = progress};
	int result = prepare(&run, error);
	progress_start(progress, "", "images", 0);
	for (int i = 0; result == 0 && i < plan->passes; i++) {
		if (i > 0)
			result = source_rewind(source, error);
		if (result == 0)
			result = change_source(&run, error);
		if (i == 0)
			progress->total = run.written * (uint64_t)plan->passes;
	}
	if (result == 0 && plan->replay)
		result = replay_end(plan->replay, error);
	if (result == 0)
		progress_finish(progress, run.written, "");
	release(&run);
	return result;
}
