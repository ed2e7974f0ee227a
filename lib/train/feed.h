/* Batches of samples, in the order of an epoch. */
#ifndef TRAIN_FEED_H
#define TRAIN_FEED_H

#include "train/batch.h"
#include "train/training.h"

struct feed {
	const struct training *training;
	struct batch batch; /* inputs and targets of the batch loaded last */
	uint32_t *order;    /* indices of samples */
};

/* Makes room for the batches of a training, whose inputs are loaded to where its network takes
 * them. On failure (-1: no memory) *feed is empty. */
CHECKED int feed_create(struct feed *feed, const struct training *training, struct error *error);
void feed_free(struct feed *feed);

/* Sets the order of an epoch (from 1) of the training samples, by the seed; or that of `samples` as
 * they are. -1 without memory. */
CHECKED int feed_shuffle(struct feed *feed, int epoch, struct error *error);
CHECKED int feed_in_order(struct feed *feed, const struct samples *samples, struct error *error);

/* Loads the batch that begins with place `first` of the order. Returns its number of samples; or
 * -1: a stream that can't be read, or targets that the loss does not take. */
CHECKED int feed_load(struct feed *feed, const struct samples *samples, uint32_t first,
	struct error *error);

#endif
