#include "augment/passes.h"

#include <stdlib.h>
#include <string.h>

/* What is in memory at once: enough for many threads, unless records are huge. */
enum { WINDOW_RECORDS = 32, WINDOW_BYTES = 64 << 20 };

/* A record that outlives the reader's next step, and its result. */
struct item {
	struct stream_record record;
	unsigned char *in, *out;
	float *weights;
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

	size_t tensor_size, weights_size; /* bytes of a record of the source */
	int capacity, filled;             /* of the window */
	struct item *items;
	struct augment_workspace **workspaces; /* one for each thread */

	struct stream_writer *writer; /* of the current pass; NULL between passes */
	uint32_t pass, source_pass;
	uint64_t written;
};

static int choose_capacity(size_t bytes)
{
	size_t fitting = WINDOW_BYTES / bytes;
	return fitting < 1 ? 1 : fitting < WINDOW_RECORDS ? (int)fitting : WINDOW_RECORDS;
}

static int allocate_items(struct run *run, size_t result_size, struct error *error)
{
	run->capacity = choose_capacity(run->tensor_size + result_size);
	run->items = calloc((size_t)run->capacity, sizeof *run->items);
	if (!run->items)
		return error_memory(error, "window");
	for (int i = 0; i < run->capacity; i++) {
		struct item *item = &run->items[i];
		item->in = malloc(run->tensor_size);
		item->out = malloc(result_size);
		item->weights = malloc(run->weights_size + 1);
		if (!item->in || !item->out || !item->weights)
			return error_memory(error, "window");
	}
	return 0;
}

/* Memory for records like those of the first segment, which all others match. */
static int allocate(struct run *run, const struct stream_head *head, struct error *error)
{
	struct stream_head result = augment_result_head(head, run->plan->rescale);
	int threads = parallel_threads(run->pool);
	run->tensor_size = stream_tensor_size(head);
	run->weights_size = head->label == STREAM_LABEL_WEIGHTS ? head->classes.count * sizeof(float) : 0;
	if (stream_tensor_size(&result) > STREAM_RECORD_MAXIMUM)
		return error_set(error, run->name, "rescaled records would be larger than %d bytes", STREAM_RECORD_MAXIMUM);
	if (allocate_items(run, stream_tensor_size(&result), error))
		return -1;
	run->workspaces = calloc((size_t)threads, sizeof *run->workspaces);
	if (!run->workspaces)
		return error_memory(error, "window");
	for (int i = 0; i < threads; i++)
		if (augment_workspace_create(&run->workspaces[i], head, &run->plan->options, error))
			return -1;
	return 0;
}

static void release(struct run *run)
{
	for (int i = 0; run->items && i < run->capacity; i++) {
		free(run->items[i].in);
		free(run->items[i].out);
		free(run->items[i].weights);
	}
	for (int i = 0; run->workspaces && i < parallel_threads(run->pool); i++)
		augment_workspace_destroy(run->workspaces[i]);
	free(run->items);
	free(run->workspaces);
	free(run->arguments);
	stream_abandon(run->writer);
}

static int begin_pass(struct run *run, const struct stream_head *head, struct error *error)
{
	struct stream_head result = augment_result_head(head, run->plan->rescale), copy;
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

static void keep(struct run *run, const struct stream_record *record)
{
	struct item *item = &run->items[run->filled++];
	item->record = *record;
	memcpy(item->in, record->tensor, run->tensor_size);
	snprintf(item->source, sizeof item->source, "%s", record->source);
	if (record->weights)
		memcpy(item->weights, record->weights, run->weights_size);
	item->record.tensor = item->out;
	item->record.source = item->source;
	item->record.weights = record->weights ? item->weights : NULL;
}

static void change_item(void *context, int index, int worker)
{
	struct run *run = context;
	const struct augment_plan *plan = run->plan;
	struct item *item = &run->items[index];
	struct augment_change change = augment_draw(&plan->options, plan->seed, run->pass, item->record.id);
	augment_apply(run->workspaces[worker], &change, item->in, item->out, plan->rescale);
}

static int flush_window(struct run *run, struct error *error)
{
	char note[64];
	parallel_for(run->pool, run->filled, change_item, run);
	for (int i = 0; i < run->filled; i++)
		if (stream_write(run->writer, &run->items[i].record, error))
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
		keep(run, &record);
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

int augment_passes(const struct augment_plan *plan, struct source *source, FILE *stream, const char *name,
	struct parallel *pool, struct progress *progress, struct error *error)
{
	struct run run = {.plan = plan, .source = source, .stream = stream, .name = name, .pool = pool,
		.progress = progress};
	char *options = augment_describe(&plan->options);
	run.arguments = options ? text_format("--passes %d%s %s", plan->passes, plan->rescale ? " --rescale" : "",
		options) : NULL;
	free(options);
	int result = run.arguments ? 0 : error_memory(error, name);
	progress_start(progress, "", "images", 0);
	for (int i = 0; result == 0 && i < plan->passes; i++) {
		if (i > 0)
			result = source_rewind(source, error);
		if (result == 0)
			result = change_source(&run, error);
		if (i == 0)
			progress->total = run.written * (uint64_t)plan->passes;
	}
	if (result == 0)
		progress_finish(progress, run.written, "");
	release(&run);
	return result;
}
