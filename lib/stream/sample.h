/* A random choice among records of which nobody knows how many will come. */
#ifndef STREAM_SAMPLE_H
#define STREAM_SAMPLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each record draws a number that depends on the seed and on its place alone; those with the smallest are chosen. All
 * zero chooses every record. */
struct stream_sample {
	uint64_t seed;
	double share;    /* choose each record with this probability; 0: no matter */
	uint64_t wanted; /* choose so many; 0: no matter */
	uint64_t *draws; /* the smallest so far, a heap with the largest of them first */
	size_t count, capacity;
};

/* Reads "250", so many records, or "0.1", that part of them. Returns false if it is neither. */
bool stream_sample_parse(struct stream_sample *sample, const char *text);

/* Whether the record at `place`, from 0, may be chosen. Returns 1, 0 if it is not, or -1 without memory. */
CHECKED int stream_sample_offer(struct stream_sample *sample, uint64_t place, struct error *error);

/* After all were offered: whether the one at `place`, which could be, is chosen. */
bool stream_sample_takes(const struct stream_sample *sample, uint64_t place);

/* Begins anew with the first record. */
void stream_sample_restart(struct stream_sample *sample);

void stream_sample_free(struct stream_sample *sample);

#endif
