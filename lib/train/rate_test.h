/* A learning rate range test: the learning rate grows from step to step until the loss does
 * (L. N. Smith, "Cyclical learning rates for training neural networks", 2017). */
#ifndef TRAIN_RATE_TEST_H
#define TRAIN_RATE_TEST_H

#include "train/training.h"

enum { RATE_TEST_STEPS = 120 };

struct rate_test {
	double rates[RATE_TEST_STEPS];
	double losses[RATE_TEST_STEPS]; /* exponential mean of the losses until then */
	int count;
	double suggestion; /* a tenth of the rate with the lowest loss before it rises again, by a
	                      quarter of its fall */
};

/* Trains a training that was just opened, with rates from 1e-6 to 10, until the loss is four times
 * its lowest or not finite. The training is then only to be closed. -1: a stream can't be read, no
 * memory, or the loss never falls. */
CHECKED int rate_test_run(struct rate_test *test, struct training *training, struct error *error);

#endif
