/* Index of all input records by pass and rank of their id, so that the record an image is mixed
 * with depends neither on the order of records nor on the files they come from. */
#ifndef AUGMENT_RECORD_INDEX_H
#define AUGMENT_RECORD_INDEX_H

#include "augment/input_streams.h"

struct indexed_record {
	uint32_t pass; /* pass number in the inputs */
	uint64_t id;
	int descriptor; /* of the file that holds its tensor; owned by the index or the inputs */
	uint64_t offset;
	int32_t label;    /* as in struct stream_record */
	uint64_t weights; /* start of its weights, for record_index_weights */
};

struct record_index;

/* Reads the inputs to the end, after which the caller rewinds them; they must outlive the index.
 * The tensors of a stream without random access (a pipe, a compressed one) are copied to an
 * unlinked temporary file in TMPDIR or /tmp. On failure
 * (-1) *index is NULL. The caller frees with record_index_destroy. */
CHECKED int record_index_create(struct record_index **index, struct input_streams *inputs,
	struct error *error);
void record_index_destroy(struct record_index *index);

/* The records of one pass, sorted by id; NULL and 0 if there are none. */
const struct indexed_record *record_index_pass(const struct record_index *index, uint32_t pass,
	uint32_t *count);

/* The record of that id in a pass; NULL: there is none. */
const struct indexed_record *record_index_find(const struct record_index *index, uint32_t pass,
	uint64_t id);

/* One weight per class, for records labelled by weights. */
const float *record_index_weights(const struct record_index *index,
	const struct indexed_record *record);

/* Reads the tensor of a record, `size` bytes. May be called by several threads at once. -1: the
 * file can't be read. */
CHECKED int indexed_record_read(const struct indexed_record *record, void *tensor, size_t size,
	struct error *error);

#endif
