/* A batch of samples: the arrays of inputs and targets for one step. */
#ifndef TRAIN_BATCH_H
#define TRAIN_BATCH_H

#include "base/parallel.h"
#include "train/samples.h"

struct batch {
	int size;       /* maximum number of samples */
	float *inputs;  /* (size, height, width, channels), the caller's */
	float *targets; /* (size, classes) */
	struct parallel *pool;
	struct batch_worker *workers; /* one per thread of the pool */
};

/* Allocates a batch of `size` samples, whose values are written to `inputs`. That and the pool stay
 * the caller's. On failure
 * (-1) *batch is empty. */
CHECKED int batch_create(struct batch *batch, const struct samples *samples, int size,
	float *inputs, struct parallel *pool, struct error *error);
void batch_free(struct batch *batch);

/* Reads in parallel the `count` samples whose indices are in `order`, 1 <= count <= size. With
 * `distribution` a sample whose targets do not add up to 1 (within 1e-3), as categorical
 * cross-entropy needs, is an error. */
CHECKED int batch_load(struct batch *batch, const struct samples *samples, const uint32_t *order,
	int count, bool distribution, struct error *error);

#endif
