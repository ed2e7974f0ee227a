/* Running statistics of batch normalisation for the averaged weights. */
#ifndef TRAIN_STATISTICS_H
#define TRAIN_STATISTICS_H

#include "train/feed.h"
#include "train/training.h"

enum { STATISTICS_SAMPLES = 256 };

/* Estimates those of the average from up to STATISTICS_SAMPLES samples of the selected pass, always
 * the same places in it, unless that was done since the last update; nothing without an average, or
 * where training changes no running statistics. The order of `feed` changes. -1: a stream can't be
 * read; the average is then usable, but with other statistics. */
CHECKED int statistics_estimate(struct training *training, struct feed *feed, struct error *error);

#endif
