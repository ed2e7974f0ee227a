/* Some samples as the arrays that a network takes. */
#ifndef TRAIN_BATCH_H
#define TRAIN_BATCH_H

#include "base/parallel.h"
#include "train/samples.h"

struct batch {
	int size;       /* samples there is room for */
	float *inputs;  /* (size, height, width, channels), the caller's */
	float *targets; /* (size, classes) */
	struct parallel *pool;
	struct batch_worker *workers; /* one for every thread of the pool */
};

/* Makes room for `size` samples, whose values go to `inputs`. That and the pool stay the caller's. On failure (-1) *batch is empty. */
CHECKED int batch_create(struct batch *batch, const struct samples *samples, int size, float *inputs,
	struct parallel *pool, struct error *error);
void batch_free(struct batch *batch);

/* Reads the `count` samples that `order` names, 1 <= count <= size, in parallel. `distribution` refuses a sample
 * whose targets do not add up to 1 (to 1e-3), as categorical cross-entropy needs. */
CHECKED int batch_load(struct batch *batch, const struct samples *samples, const uint32_t *order, int count,
	bool distribution, struct error *error);

#endif
