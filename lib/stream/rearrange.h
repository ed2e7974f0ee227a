/* Streams joined, picked from, sampled, shuffled and cut into shards, in one reading. */
#ifndef STREAM_REARRANGE_H
#define STREAM_REARRANGE_H

#include "base/bad_inputs.h"
#include "base/progress.h"
#include "stream/join.h"
#include "stream/sample.h"
#include "stream/select.h"

struct stream_rearrangement {
	char *const *paths;           /* of the streams, "-" being standard input */
	size_t count;
	enum join_classes how;        /* and for JOIN_GIVEN these: */
	struct text_list classes;
	struct stream_select select;
	struct stream_sample sample;  /* of those selected */
	bool renumber;                /* ids anew, from 0 in each pass, by the order of the input */
	bool shuffle;                 /* each pass by itself, under `seed` */
	uint64_t seed;
	size_t memory;                /* bytes that records may take up that must wait */
	const char *output;           /* NULL or "-": standard output */
	int shards;
	enum stream_codec codec;
	const char *arguments;        /* what the result depends on, for the history */
	struct progress *progress;    /* shows the records read, and in the end how many were written */
	struct bad_inputs *bad;       /* told of lines of the list that no record is of, though all else is written */
	uint64_t read, written;       /* result: records */
};

/* Does it. The order, and which records are sampled, depend neither on `memory` nor on the number of shards. Returns 0
 * with everything written, or -1 with nothing: a stream is bad or doesn't go with the first, a selected class is in
 * none, the class of a selected record has no place in the output, be it sampled or not, no record of several was taken,
 * writing failed. */
CHECKED int stream_rearrange(struct stream_rearrangement *rearrangement, struct error *error);

/* Frees what it holds. */
void stream_rearrangement_free(struct stream_rearrangement *rearrangement);

#endif
