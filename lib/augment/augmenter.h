/* Augmentation of the records of input streams, by several threads at once. */
#ifndef AUGMENT_AUGMENTER_H
#define AUGMENT_AUGMENTER_H

#include "augment/augment.h"
#include "augment/record_index.h"

struct augmenter {
	const struct augment_options *options;
	uint64_t seed;
	struct stream_head head, result;  /* of records and of results: classes are borrowed */
	const struct record_index *index; /* NULL if no images are mixed */
	int threads;
	struct augmenter_thread {
		struct augment_workspace *workspace;
		void *in, *out; /* the image to mix with, and its result */
	} * thread;
};

/* For records like those of `head`; see augment_workspace_create. Options, classes and index must
 * outlive it. On failure
 * (-1) it is empty. The caller frees with augmenter_destroy. */
CHECKED int augmenter_create(struct augmenter *augmenter, const struct augment_options *options,
	uint64_t seed, bool rescale, const struct stream_head *head,
	const struct record_index *index, int threads, struct error *error);
void augmenter_destroy(struct augmenter *augmenter);

/* Draws the variation of record `id` in output pass `pass`, whose pass number in the inputs is
 * `input_pass`. */
void augmenter_draw(const struct augmenter *augmenter, uint32_t pass, uint32_t input_pass,
	uint64_t id, struct augment_variation *variation);

/* Applies a variation: writes the image to `out` and, if results are labelled by weights, a weight
 * per class to `weights`. No two calls at once may use the same `thread`. -1: a partner that can't
 * be read, an unlabelled record while images are mixed, no memory. */
CHECKED int augmenter_apply(const struct augmenter *augmenter, int thread,
	const struct augment_variation *variation, uint32_t input_pass,
	const struct stream_record *record, void *out, float *weights, struct error *error);

#endif
