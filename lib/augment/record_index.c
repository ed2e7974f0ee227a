#include "augment/record_index.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct record_index {
	struct indexed_record *records; /* sorted by pass and id */
	size_t count, capacity;
	float *weights;
	size_t weights_count, weights_capacity;
	int copy;        /* descriptor of a copy of the tensors without random access; -1: there are
	                  * none */
	uint64_t copied; /* bytes */
};

/* Grows the array for `more` elements. */
static int reserve_entries(void **array, size_t size, size_t count, size_t more, size_t *capacity,
	struct error *error)
{
	if (count + more <= *capacity)
		return 0;
	size_t new_capacity = 2 * (count + more);
	void *larger = realloc(*array, new_capacity * size);
	if (!larger)
		return error_memory(error, "list of images");
	*array = larger;
	*capacity = new_capacity;
	return 0;
}

static int copy_tensor(struct record_index *index, const void *tensor, size_t size,
	struct indexed_record *entry, struct error *error)
{
	if (index->copy < 0 && (index->copy = input_streams_open_temporary(error)) < 0)
		return -1;
	entry->descriptor = index->copy;
	entry->offset = index->copied;
	for (size_t done = 0; done < size;) {
		ssize_t written = pwrite(index->copy, (const char *)tensor + done, size - done,
			(off_t)(index->copied + done));
		if (written <= 0)
			return error_system(error, "temporary file");
		done += (size_t)written;
	}
	index->copied += size;
	return 0;
}

static int add_record(struct record_index *index, struct input_streams *inputs,
	const struct stream_head *head, const struct stream_record *record, struct error *error)
{
	size_t weights = record->weights ? head->classes.count : 0;
	if (reserve_entries((void **)&index->records, sizeof *index->records, index->count, 1,
		    &index->capacity, error) ||
		reserve_entries((void **)&index->weights, sizeof *index->weights,
			index->weights_count, weights + 1, &index->weights_capacity, error))
		return -1;
	struct indexed_record *entry = &index->records[index->count];
	*entry = (struct indexed_record){.pass = head->pass,
		.id = record->id,
		.label = record->label,
		.weights = index->weights_count};
	if (weights > 0)
		memcpy(index->weights + index->weights_count, record->weights,
			weights * sizeof *record->weights);
	index->weights_count += weights;
	index->count++;
	entry->descriptor = input_streams_descriptor(inputs, record, &entry->offset);
	return entry->descriptor >= 0
		? 0
		: copy_tensor(index, record->tensor, stream_tensor_size(head), entry, error);
}

static int compare_entries(const void *a, const void *b)
{
	const struct indexed_record *left = a, *right = b;
	if (left->pass != right->pass)
		return left->pass < right->pass ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

int record_index_create(struct record_index **out, struct input_streams *inputs,
	struct error *error)
{
	struct record_index *index = calloc(1, sizeof *index);
	const struct stream_head *head;
	struct stream_record record;
	int segment, result = 0;
	*out = NULL;
	if (!index)
		return error_memory(error, "list of images");
	index->copy = -1;
	while ((segment = input_streams_next_segment(inputs, &head, error)) == 1)
		while ((result = input_streams_next_record(inputs, &record, error)) != 0)
			if (result < 0 || add_record(index, inputs, head, &record, error)) {
				record_index_destroy(index);
				return -1;
			}
	if (segment < 0) {
		record_index_destroy(index);
		return -1;
	}
	qsort(index->records, index->count, sizeof *index->records, compare_entries);
	*out = index;
	return 0;
}

void record_index_destroy(struct record_index *index)
{
	if (!index)
		return;
	if (index->copy >= 0)
		close(index->copy);
	free(index->records);
	free(index->weights);
	free(index);
}

/* Index of the first record of `pass` or a later one. */
static size_t first_of_pass(const struct record_index *index, uint64_t pass)
{
	size_t low = 0, high = index->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (index->records[middle].pass < pass)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct indexed_record *record_index_pass(const struct record_index *index, uint32_t pass,
	uint32_t *count)
{
	size_t first = first_of_pass(index, pass),
	       size = first_of_pass(index, (uint64_t)pass + 1) - first;
	*count = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	return size > 0 ? index->records + first : NULL;
}

const struct indexed_record *record_index_find(const struct record_index *index, uint32_t pass,
	uint64_t id)
{
	const struct indexed_record key = {.pass = pass, .id = id};
	return bsearch(&key, index->records, index->count, sizeof key, compare_entries);
}

const float *record_index_weights(const struct record_index *index,
	const struct indexed_record *entry)
{
	return index->weights + entry->weights;
}

int indexed_record_read(const struct indexed_record *entry, void *tensor, size_t size,
	struct error *error)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(entry->descriptor, (char *)tensor + done, size - done,
			(off_t)(entry->offset + done));
		if (got < 0)
			return error_system(error, "image to mix with");
		if (got == 0)
			return error_set(error, "image to mix with", "the file was truncated");
		done += (size_t)got;
	}
	return 0;
}
