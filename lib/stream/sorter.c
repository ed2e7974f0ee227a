#include "stream/sorter.h"

#include "base/array.h"
#include "base/spool.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 8 };

/* The header of a buffered record. Tensor, weights and source name follow, each aligned to
 * ALIGNMENT. */
struct sorter_entry {
	uint64_t key, number, id;
	uint32_t size; /* of the header and the data after it */
	int32_t label;
	unsigned char digest[STREAM_DIGEST_SIZE];
};

/* Sorted entries in the spool. The header of the first unread one is in memory; its data is at
 * `offset`. */
struct sorted_run {
	uint64_t offset, end;
	struct sorter_entry first;
};

struct stream_sorter {
	size_t tensor_size, weights_size;
	size_t weights_offset, source_offset; /* from the start of an entry */
	size_t memory;
	uint64_t added;
	unsigned char *bytes; /* entries in the order they were added; while runs are merged, a
	                         single one */
	size_t used, capacity;
	size_t *order; /* offsets of the entries, sorted before they are written or returned */
	size_t count, next;
	struct spool spool;
	struct sorted_run *runs; /* a min-heap while they are merged */
	size_t run_count;
	bool merging;
};

static size_t align(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int stream_sorter_create(struct stream_sorter **out, const struct stream_head *head, size_t memory,
	struct error *error)
{
	struct stream_sorter *sorter = calloc(1, sizeof *sorter);
	*out = sorter;
	if (!sorter)
		return error_memory(error, "records to sort");
	sorter->tensor_size = stream_tensor_size(head);
	sorter->weights_size =
		head->label == STREAM_LABEL_WEIGHTS ? head->classes.count * sizeof(float) : 0;
	sorter->weights_offset = align(sizeof(struct sorter_entry) + sorter->tensor_size);
	sorter->source_offset = align(sorter->weights_offset + sorter->weights_size);
	sorter->memory = memory;
	sorter->spool = SPOOL_EMPTY;
	return 0;
}

void stream_sorter_free(struct stream_sorter *sorter)
{
	if (!sorter)
		return;
	spool_close(&sorter->spool);
	free(sorter->bytes);
	free(sorter->order);
	free(sorter->runs);
	free(sorter);
}

uint64_t stream_sorter_count(const struct stream_sorter *sorter)
{
	return sorter->added;
}

/* Makes room for `needed` bytes of entries, doubling for further ones. Returns false without
 * memory: all is then unchanged. */
static bool reserve(struct stream_sorter *sorter, size_t needed)
{
	if (needed <= sorter->capacity)
		return true;
	size_t capacity = needed > 2 * sorter->capacity ? needed : 2 * sorter->capacity;
	unsigned char *bytes = realloc(sorter->bytes, capacity);
	if (!bytes)
		return false;
	sorter->bytes = bytes;
	sorter->capacity = capacity;
	return true;
}

/* ---- entries ---- */

static bool is_before(const struct sorter_entry *a, const struct sorter_entry *b)
{
	return a->key != b->key ? a->key < b->key : a->number < b->number;
}

static const struct sorter_entry *entry_at(const unsigned char *bytes, size_t offset)
{
	return (const void *)(bytes + offset);
}

static int compare_offsets(const void *a, const void *b, void *bytes)
{
	const struct sorter_entry *first = entry_at(bytes, *(const size_t *)a),
				  *second = entry_at(bytes, *(const size_t *)b);
	return is_before(first, second) ? -1 : is_before(second, first);
}

static void sort_entries(struct stream_sorter *sorter)
{
	if (sorter->count)
		qsort_r(sorter->order, sorter->count, sizeof *sorter->order, compare_offsets,
			sorter->bytes);
}

static int store_entry(struct stream_sorter *sorter, const struct sorter_entry *entry,
	const struct stream_record *record, struct error *error)
{
	size_t *order = array_grow(sorter->order, sorter->count, sizeof *order);
	sorter->order = order ? order : sorter->order;
	if (!order || !reserve(sorter, sorter->used + entry->size))
		return error_memory(error, "records to sort");
	unsigned char *target = sorter->bytes + sorter->used;
	memset(target, 0, entry->size);
	memcpy(target, entry, sizeof *entry);
	memcpy(target + sizeof *entry, record->tensor, sorter->tensor_size);
	if (record->weights)
		memcpy(target + sorter->weights_offset, record->weights, sorter->weights_size);
	strcpy((char *)target + sorter->source_offset, record->source);
	order[sorter->count++] = sorter->used;
	sorter->used += entry->size;
	return 0;
}

static void load_entry(const struct stream_sorter *sorter, const unsigned char *bytes,
	struct stream_record *record, uint64_t *number)
{
	const struct sorter_entry *entry = entry_at(bytes, 0);
	*number = entry->number;
	*record = (struct stream_record){.tensor = bytes + sizeof *entry,
		.label = entry->label,
		.id = entry->id,
		.source = (const char *)bytes + sorter->source_offset};
	if (sorter->source_offset > sorter->weights_offset)
		record->weights = (const void *)(bytes + sorter->weights_offset);
	memcpy(record->digest, entry->digest, sizeof record->digest);
}

/* ---- runs ---- */

static int write_run(struct stream_sorter *sorter, struct error *error)
{
	struct sorted_run run = {.offset = sorter->spool.size}, *runs;
	uint64_t offset;
	sort_entries(sorter);
	runs = array_grow(sorter->runs, sorter->run_count, sizeof *runs);
	if (!runs)
		return error_memory(error, "records to sort");
	sorter->runs = runs;
	for (size_t i = 0; i < sorter->count; i++) {
		const struct sorter_entry *entry = entry_at(sorter->bytes, sorter->order[i]);
		if (spool_add(&sorter->spool, entry, entry->size, &offset, error))
			return -1;
	}
	run.end = sorter->spool.size;
	runs[sorter->run_count++] = run;
	sorter->count = sorter->used = 0;
	return 0;
}

/* Reads the header of the next entry of a run. */
static int read_first(struct stream_sorter *sorter, struct sorted_run *run, struct error *error)
{
	if (spool_read(sorter->spool.descriptor, run->offset, &run->first, sizeof run->first,
		    "temporary file", error))
		return -1;
	run->offset += sizeof run->first;
	return 0;
}

/* Restores the heap below the run at `i`. */
static void sift_down(struct stream_sorter *sorter, size_t i)
{
	struct sorted_run *runs = sorter->runs, moving = runs[i];
	for (size_t child; (child = 2 * i + 1) < sorter->run_count; i = child) {
		if (child + 1 < sorter->run_count &&
			is_before(&runs[child + 1].first, &runs[child].first))
			child++;
		if (!is_before(&runs[child].first, &moving.first))
			break;
		runs[i] = runs[child];
	}
	runs[i] = moving;
}

/* Prepares reading in order. If no run was written yet, the entries are only sorted in memory. */
static int begin_merge(struct stream_sorter *sorter, struct error *error)
{
	sorter->merging = true;
	sorter->next = 0;
	if (sorter->run_count == 0) {
		sort_entries(sorter);
		return 0;
	}
	if (sorter->count && write_run(sorter, error))
		return -1;
	for (size_t i = 0; i < sorter->run_count; i++)
		if (read_first(sorter, &sorter->runs[i], error))
			return -1;
	for (size_t i = sorter->run_count; i-- > 0;)
		sift_down(sorter, i);
	return 0;
}

/* Reads the smallest entry of all runs, and moves its run to the next entry. */
static int pop_first(struct stream_sorter *sorter, struct error *error)
{
	struct sorted_run *run = &sorter->runs[0];
	size_t rest = run->first.size - sizeof run->first;
	if (!reserve(sorter, run->first.size))
		return error_memory(error, "records to sort");
	unsigned char *bytes = sorter->bytes;
	memcpy(bytes, &run->first, sizeof run->first);
	if (spool_read(sorter->spool.descriptor, run->offset, bytes + sizeof run->first, rest,
		    "temporary file", error))
		return -1;
	run->offset += rest;
	if (run->offset == run->end)
		*run = sorter->runs[--sorter->run_count];
	else if (read_first(sorter, run, error))
		return -1;
	if (sorter->run_count)
		sift_down(sorter, 0);
	return 0;
}

static void reset(struct stream_sorter *sorter)
{
	spool_reset(&sorter->spool);
	sorter->merging = false;
	sorter->added = 0;
	sorter->count = sorter->used = sorter->run_count = 0;
}

/* ---- adding and reading ---- */

int stream_sorter_add(struct stream_sorter *sorter, uint64_t key, uint64_t number,
	const struct stream_record *record, struct error *error)
{
	size_t size = align(sorter->source_offset + strlen(record->source) + 1);
	struct sorter_entry entry = {.key = key,
		.number = number,
		.id = record->id,
		.size = (uint32_t)size,
		.label = record->label};
	memcpy(entry.digest, record->digest, sizeof entry.digest);
	size_t needed = sorter->used + size + (sorter->count + 1) * sizeof *sorter->order;
	if (sorter->count && needed > sorter->memory && write_run(sorter, error))
		return -1;
	sorter->added++;
	return store_entry(sorter, &entry, record, error);
}

int stream_sorter_next(struct stream_sorter *sorter, struct stream_record *record, uint64_t *number,
	struct error *error)
{
	size_t offset = 0;
	if (!sorter->merging && begin_merge(sorter, error))
		return -1;
	if (sorter->run_count == 0 && sorter->next == sorter->count) {
		reset(sorter);
		return 0;
	}
	if (sorter->run_count == 0)
		offset = sorter->order[sorter->next++];
	else if (pop_first(sorter, error))
		return -1;
	load_entry(sorter, sorter->bytes + offset, record, number);
	return 1;
}
