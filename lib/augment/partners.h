/* All records of a source, to be found by rank among the ids of their pass: whom an image is joined with depends neither on
 * their order nor on the files they come from. */
#ifndef AUGMENT_PARTNERS_H
#define AUGMENT_PARTNERS_H

#include "augment/source.h"

struct partner {
	uint32_t pass;      /* that the source gives it */
	uint64_t id;
	int descriptor;     /* where its tensor lies; the index's or the source's */
	uint64_t offset;
	int32_t label;      /* as in struct stream_record */
	uint64_t weights;   /* where its weights begin, for partners_weights */
};

struct partners;

/* Reads the source to its end, which the caller then rewinds; the source must outlive the index. Of a stream that can't be read
 * anywhere (a pipe, a compressed one) the tensors are copied to a file without a name in TMPDIR or /tmp. On failure (-1)
 * *partners is NULL. The caller frees with partners_destroy. */
CHECKED int partners_create(struct partners **partners, struct source *source, struct error *error);
void partners_destroy(struct partners *partners);

/* The records of one pass, sorted by id; NULL and 0 where there are none. */
const struct partner *partners_of_pass(const struct partners *partners, uint32_t pass, uint32_t *count);

/* The record of that id in a pass; NULL: there is none. */
const struct partner *partners_find(const struct partners *partners, uint32_t pass, uint64_t id);

/* One weight for each class, for records labelled so. */
const float *partners_weights(const struct partners *partners, const struct partner *partner);

/* Reads the tensor of a partner, `size` bytes. May be called by several threads at once. -1: the file can't be read. */
CHECKED int partner_read(const struct partner *partner, void *tensor, size_t size, struct error *error);

#endif
