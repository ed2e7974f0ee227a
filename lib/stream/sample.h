/* Random sampling of records whose number is not known in advance. */
#ifndef STREAM_SAMPLE_H
#define STREAM_SAMPLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each record gets a random number that depends only on the seed and on its position; those with
 * the smallest numbers are sampled. All zero samples every record. */
struct stream_sample {
	uint64_t seed;
	double probability; /* of each record; 0: unused */
	uint64_t size;      /* number of records to sample; 0: unused */
	uint64_t *draws;    /* the smallest numbers so far, a max-heap */
	size_t count;
};

/* Parses "250", a number of records, or "0.1", a fraction. Returns false if it is neither. */
bool stream_sample_parse(struct stream_sample *sample, const char *text);

/* Offers the record at `position`, from 0. Returns 1 if it may be sampled, 0 if not, or -1 without
 * memory. */
CHECKED int stream_sample_offer(struct stream_sample *sample, uint64_t position,
	struct error *error);

/* After all records were offered: whether the one at `position`, for which 1 was returned, is
 * sampled. */
bool stream_sample_takes(const struct stream_sample *sample, uint64_t position);

/* Starts again with the first record. */
void stream_sample_restart(struct stream_sample *sample);

void stream_sample_free(struct stream_sample *sample);

#endif
