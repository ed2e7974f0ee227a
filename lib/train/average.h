/* The exponential moving average of the weights, which wanders less from step to step than they do.
 *
 * After update t the decay of an update is min(decay, (1 + t) / (10 + t)), so that a short training
 * forgets where it began (TensorFlow, tf.train.ExponentialMovingAverage).
 *
 * The running statistics of batch normalisation follow training with a delay of 100 updates, and an
 * average of them with that of the average beside: where the average is used they are estimated
 * with it, from some training samples (train/statistics.h). */
#ifndef TRAIN_AVERAGE_H
#define TRAIN_AVERAGE_H

#include "nn/network.h"

struct average {
	float *weights;        /* owned; NULL: there is none */
	double decay;          /* of an update, in a long training: 0.999 */
	int pending;           /* updates that are not in it yet */
	uint64_t estimated_at; /* updates at which its running statistics were estimated */
};

/* Begins with the network's weights. On failure (-1: no memory) *average is empty. */
CHECKED int average_create(struct average *average, struct network *network, double decay,
	struct error *error);

/* Notes update `updates` (from 1) of the network: to save memory bandwidth the average follows
 * every eighth. An empty average is allowed, here and below. */
void average_note(struct average *average, struct network *network, uint64_t updates);

/* Includes what is pending, at the end of an epoch. */
void average_complete(struct average *average, struct network *network, uint64_t updates);

/* Swaps it with the network's weights. */
void average_exchange(struct average *average, struct network *network);

/* Whether what is pending can be. */
bool average_is_valid(const struct average *average);

void average_free(struct average *average);

#endif
