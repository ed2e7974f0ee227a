/* Varying the records of a source, by several threads at once. */
#ifndef AUGMENT_VARIATOR_H
#define AUGMENT_VARIATOR_H

#include "augment/augment.h"
#include "augment/partners.h"

struct variator {
	const struct augment_options *options;
	uint64_t seed;
	struct stream_head head, result; /* of records, and of what becomes of them: classes are borrowed */
	const struct partners *partners; /* NULL where no images are joined */
	int threads;
	struct variator_thread {
		struct augment_workspace *workspace;
		void *in, *out;          /* a partner's image */
	} *thread;
};

/* For records like those of `head`; see augment_workspace_create. Options, classes and partners must outlive it. On failure
 * (-1) it is empty. The caller ends it with variator_destroy. */
CHECKED int variator_create(struct variator *variator, const struct augment_options *options, uint64_t seed, bool rescale,
	const struct stream_head *head, const struct partners *partners, int threads, struct error *error);
void variator_destroy(struct variator *variator);

/* Draws what happens to record `id` in `pass`, which the source calls `source_pass`. */
void variator_draw(const struct variator *variator, uint32_t pass, uint32_t source_pass, uint64_t id,
	struct augment_variation *variation);

/* Does it: writes the image to `out` and, where results are labelled by weights, one for each class to `weights`. Thread
 * number `thread` works alone. -1: a partner that can't be read, a record without a label where images are joined, no
 * memory. */
CHECKED int variator_apply(const struct variator *variator, int thread, const struct augment_variation *variation,
	uint32_t source_pass, const struct stream_record *record, void *out, float *weights, struct error *error);

#endif
