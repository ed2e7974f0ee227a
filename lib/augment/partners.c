#include "augment/partners.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct partners {
	struct partner *all; /* sorted by pass and id */
	size_t count, capacity;
	float *weights;
	size_t weights_count, weights_capacity;
	int copy;            /* descriptor of the tensors that can't be read where they are; -1: there are none */
	uint64_t copied;     /* bytes */
};

/* Room for `more` further things. */
static int reserve(void **things, size_t size, size_t count, size_t more, size_t *capacity, struct error *error)
{
	if (count + more <= *capacity)
		return 0;
	size_t wanted = 2 * (count + more);
	void *larger = realloc(*things, wanted * size);
	if (!larger)
		return error_memory(error, "list of images");
	*things = larger;
	*capacity = wanted;
	return 0;
}

static int copy_tensor(struct partners *partners, const void *tensor, size_t size, struct partner *partner,
	struct error *error)
{
	if (partners->copy < 0 && (partners->copy = source_open_temporary(error)) < 0)
		return -1;
	partner->descriptor = partners->copy;
	partner->offset = partners->copied;
	for (size_t done = 0; done < size;) {
		ssize_t written = pwrite(partners->copy, (const char *)tensor + done, size - done, (off_t)(partners->copied + done));
		if (written <= 0)
			return error_system(error, "temporary file");
		done += (size_t)written;
	}
	partners->copied += size;
	return 0;
}

static int add(struct partners *partners, struct source *source, const struct stream_head *head,
	const struct stream_record *record, struct error *error)
{
	size_t weights = record->weights ? head->classes.count : 0;
	if (reserve((void **)&partners->all, sizeof *partners->all, partners->count, 1, &partners->capacity, error)
		|| reserve((void **)&partners->weights, sizeof *partners->weights, partners->weights_count, weights + 1,
			&partners->weights_capacity, error))
		return -1;
	struct partner *partner = &partners->all[partners->count];
	*partner = (struct partner){.pass = head->pass, .id = record->id, .label = record->label,
		.weights = partners->weights_count};
	if (weights > 0)
		memcpy(partners->weights + partners->weights_count, record->weights, weights * sizeof *record->weights);
	partners->weights_count += weights;
	partners->count++;
	partner->descriptor = source_descriptor(source, record, &partner->offset);
	return partner->descriptor >= 0 ? 0 : copy_tensor(partners, record->tensor, stream_tensor_size(head), partner, error);
}

static int compare(const void *a, const void *b)
{
	const struct partner *left = a, *right = b;
	if (left->pass != right->pass)
		return left->pass < right->pass ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

int partners_create(struct partners **out, struct source *source, struct error *error)
{
	struct partners *partners = calloc(1, sizeof *partners);
	const struct stream_head *head;
	struct stream_record record;
	int segment, result = 0;
	*out = NULL;
	if (!partners)
		return error_memory(error, "list of images");
	partners->copy = -1;
	while ((segment = source_next_segment(source, &head, error)) == 1)
		while ((result = source_next_record(source, &record, error)) != 0)
			if (result < 0 || add(partners, source, head, &record, error)) {
				partners_destroy(partners);
				return -1;
			}
	if (segment < 0) {
		partners_destroy(partners);
		return -1;
	}
	qsort(partners->all, partners->count, sizeof *partners->all, compare);
	*out = partners;
	return 0;
}

void partners_destroy(struct partners *partners)
{
	if (!partners)
		return;
	if (partners->copy >= 0)
		close(partners->copy);
	free(partners->all);
	free(partners->weights);
	free(partners);
}

/* The first that is of `pass` or a later one. */
static size_t first_of_pass(const struct partners *partners, uint64_t pass)
{
	size_t low = 0, high = partners->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (partners->all[middle].pass < pass)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct partner *partners_of_pass(const struct partners *partners, uint32_t pass, uint32_t *count)
{
	size_t first = first_of_pass(partners, pass), size = first_of_pass(partners, (uint64_t)pass + 1) - first;
	*count = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	return size > 0 ? partners->all + first : NULL;
}

const struct partner *partners_find(const struct partners *partners, uint32_t pass, uint64_t id)
{
	const struct partner wanted = {.pass = pass, .id = id};
	return bsearch(&wanted, partners->all, partners->count, sizeof wanted, compare);
}

const float *partners_weights(const struct partners *partners, const struct partner *partner)
{
	return partners->weights + partner->weights;
}

int partner_read(const struct partner *partner, void *tensor, size_t size, struct error *error)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(partner->descriptor, (char *)tensor + done, size - done, (off_t)(partner->offset + done));
		if (got < 0)
			return error_system(error, "image to mix with");
		if (got == 0)
			return error_set(error, "image to mix with", "its file became shorter");
		done += (size_t)got;
	}
	return 0;
}
