#include "stream/sorter.h"

#include "base/spool.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 8 };

/* What stands before a record's tensor, weights and source name, each of which begins at a multiple of ALIGNMENT. */
struct entry {
	uint64_t key, number, id;
	uint32_t size; /* of this and all that follows it */
	int32_t label;
	unsigned char digest[STREAM_DIGEST_SIZE];
};

/* Sorted entries in the spool; the first that is left is known, and what follows it begins at `offset`. */
struct run {
	uint64_t offset, end;
	struct entry first;
};

struct stream_sorter {
	size_t tensor_size, weights_size;
	size_t weights_offset, source_offset; /* from the start of an entry */
	size_t memory;
	uint64_t added;
	unsigned char *bytes; /* entries as they came; of one, while runs are merged */
	size_t used, capacity;
	size_t *order;        /* where they begin, sorted before they are written or given */
	size_t count, order_capacity, given;
	struct spool spool;
	struct run *runs;     /* a heap while they are merged: run i comes before runs 2i + 1 and 2i + 2 */
	size_t run_count, run_capacity;
	bool giving;
};

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int stream_sorter_create(struct stream_sorter **out, const struct stream_head *head, size_t memory, struct error *error)
{
	struct stream_sorter *sorter = calloc(1, sizeof *sorter);
	*out = sorter;
	if (!sorter)
		return error_memory(error, "records to sort");
	sorter->tensor_size = stream_tensor_size(head);
	sorter->weights_size = head->label == STREAM_LABEL_WEIGHTS ? head->classes.count * sizeof(float) : 0;
	sorter->weights_offset = aligned(sizeof(struct entry) + sorter->tensor_size);
	sorter->source_offset = aligned(sorter->weights_offset + sorter->weights_size);
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

/* Returns `items` with room for `needed` of `size` bytes, and where it can be had for more to come; NULL without memory,
 * *capacity and the old items being as they were. */
static void *reserve(void *items, size_t *capacity, size_t needed, size_t size)
{
	if (needed <= *capacity)
		return items;
	size_t larger = needed > 2 * *capacity ? needed : 2 * *capacity;
	void *moved = realloc(items, larger * size);
	*capacity = moved ? larger : *capacity;
	return moved;
}

/* ---- entries ---- */

static bool comes_before(const struct entry *a, const struct entry *b)
{
	return a->key != b->key ? a->key < b->key : a->number < b->number;
}

static const struct entry *entry_at(const unsigned char *bytes, size_t offset)
{
	return (const void *)(bytes + offset);
}

static int compare(const void *a, const void *b, void *bytes)
{
	const struct entry *first = entry_at(bytes, *(const size_t *)a), *second = entry_at(bytes, *(const size_t *)b);
	return comes_before(first, second) ? -1 : comes_before(second, first);
}

static void sort_entries(struct stream_sorter *sorter)
{
	if (sorter->count)
		qsort_r(sorter->order, sorter->count, sizeof *sorter->order, compare, sorter->bytes);
}

static int store_entry(struct stream_sorter *sorter, const struct entry *entry, const struct stream_record *record,
	struct error *error)
{
	unsigned char *bytes = reserve(sorter->bytes, &sorter->capacity, sorter->used + entry->size, 1);
	sorter->bytes = bytes ? bytes : sorter->bytes;
	size_t *order = reserve(sorter->order, &sorter->order_capacity, sorter->count + 1, sizeof *order);
	sorter->order = order ? order : sorter->order;
	if (!bytes || !order)
		return error_memory(error, "records to sort");
	unsigned char *place = bytes + sorter->used;
	memset(place, 0, entry->size);
	memcpy(place, entry, sizeof *entry);
	memcpy(place + sizeof *entry, record->tensor, sorter->tensor_size);
	if (record->weights)
		memcpy(place + sorter->weights_offset, record->weights, sorter->weights_size);
	strcpy((char *)place + sorter->source_offset, record->source);
	order[sorter->count++] = sorter->used;
	sorter->used += entry->size;
	return 0;
}

static void load_entry(const struct stream_sorter *sorter, const unsigned char *place, struct stream_record *record,
	uint64_t *number)
{
	const struct entry *entry = entry_at(place, 0);
	*number = entry->number;
	*record = (struct stream_record){.tensor = place + sizeof *entry, .label = entry->label, .id = entry->id,
		.source = (const char *)place + sorter->source_offset};
	if (sorter->source_offset > sorter->weights_offset)
		record->weights = (const void *)(place + sorter->weights_offset);
	memcpy(record->digest, entry->digest, sizeof record->digest);
}

/* ---- runs ---- */

static int write_run(struct stream_sorter *sorter, struct error *error)
{
	struct run run = {.offset = sorter->spool.size}, *runs;
	uint64_t offset;
	sort_entries(sorter);
	runs = reserve(sorter->runs, &sorter->run_capacity, sorter->run_count + 1, sizeof *runs);
	if (!runs)
		return error_memory(error, "records to sort");
	sorter->runs = runs;
	for (size_t i = 0; i < sorter->count; i++) {
		const struct entry *entry = entry_at(sorter->bytes, sorter->order[i]);
		if (spool_add(&sorter->spool, entry, entry->size, &offset, error))
			return -1;
	}
	run.end = sorter->spool.size;
	runs[sorter->run_count++] = run;
	sorter->count = sorter->used = 0;
	return 0;
}

/* Reads the head of a run's next entry. */
static int read_first(struct stream_sorter *sorter, struct run *run, struct error *error)
{
	if (spool_read(sorter->spool.descriptor, run->offset, &run->first, sizeof run->first, "temporary file", error))
		return -1;
	run->offset += sizeof run->first;
	return 0;
}

/* Moves the run at `i` down to its place in the heap. */
static void sift_down(struct stream_sorter *sorter, size_t i)
{
	struct run *runs = sorter->runs, moving = runs[i];
	for (size_t child; (child = 2 * i + 1) < sorter->run_count; i = child) {
		if (child + 1 < sorter->run_count && comes_before(&runs[child + 1].first, &runs[child].first))
			child++;
		if (!comes_before(&runs[child].first, &moving.first))
			break;
		runs[i] = runs[child];
	}
	runs[i] = moving;
}

/* Ends adding. Where nothing was written yet, nothing needs to be. */
static int begin_giving(struct stream_sorter *sorter, struct error *error)
{
	sorter->giving = true;
	sorter->given = 0;
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

/* Reads the first entry of all runs. */
static int take_first(struct stream_sorter *sorter, struct error *error)
{
	struct run *run = &sorter->runs[0];
	size_t rest = run->first.size - sizeof run->first;
	unsigned char *bytes = reserve(sorter->bytes, &sorter->capacity, run->first.size, 1);
	if (!bytes)
		return error_memory(error, "records to sort");
	sorter->bytes = bytes;
	memcpy(bytes, &run->first, sizeof run->first);
	if (spool_read(sorter->spool.descriptor, run->offset, bytes + sizeof run->first, rest, "temporary file", error))
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

static void empty(struct stream_sorter *sorter)
{
	spool_clear(&sorter->spool);
	sorter->giving = false;
	sorter->added = 0;
	sorter->count = sorter->used = sorter->run_count = 0;
}

/* ---- in and out ---- */

int stream_sorter_add(struct stream_sorter *sorter, uint64_t key, uint64_t number, const struct stream_record *record,
	struct error *error)
{
	size_t size = aligned(sorter->source_offset + strlen(record->source) + 1);
	struct entry entry = {.key = key, .number = number, .id = record->id, .size = (uint32_t)size, .label = record->label};
	memcpy(entry.digest, record->digest, sizeof entry.digest);
	size_t needed = sorter->used + size + (sorter->count + 1) * sizeof *sorter->order;
	if (sorter->count && needed > sorter->memory && write_run(sorter, error))
		return -1;
	sorter->added++;
	return store_entry(sorter, &entry, record, error);
}

int stream_sorter_next(struct stream_sorter *sorter, struct stream_record *record, uint64_t *number, struct error *error)
{
	size_t place = 0;
	if (!sorter->giving && begin_giving(sorter, error))
		return -1;
	if (sorter->run_count == 0 && sorter->given == sorter->count) {
		empty(sorter);
		return 0;
	}
	if (sorter->run_count == 0)
		place = sorter->order[sorter->given++];
	else if (take_first(sorter, error))
		return -1;
	load_entry(sorter, sorter->bytes + place, record, number);
	return 1;
}
