/* Joins, selects, samples, shuffles and shards streams in one pass over them. */
#ifndef STREAM_REARRANGE_H
#define STREAM_REARRANGE_H

#include "base/bad_inputs.h"
#include "base/progress.h"
#include "stream/join.h"
#include "stream/sample.h"
#include "stream/select.h"

struct stream_rearrangement {
	char *const *paths; /* of the streams, "-" being standard input */
	size_t count;
	enum join_classes join;   /* how classes are joined */
	struct text_list classes; /* for JOIN_GIVEN */
	struct stream_select select;
	struct stream_sample sample; /* of the selected records */
	bool renumber;               /* new ids, from 0 in each pass, in the order of the input */
	bool shuffle;                /* each pass separately, with `seed` */
	uint64_t seed;
	size_t memory;      /* bytes of records to buffer for sorting */
	const char *output; /* NULL or "-": standard output */
	int shards;
	enum stream_codec codec;
	const char *arguments; /* command line for the history */
	struct progress
		*progress;      /* counts the records read; at the end shows the number written */
	struct bad_inputs *bad; /* lines of the list without a matching record */
	uint64_t read, written; /* result: number of records */
};

/* Reads the streams and writes the result. Order and sampling depend neither on `memory` nor on the
 * number of shards. Returns 0 with everything written, or -1 with nothing: a stream is bad or
 * doesn't match the first, a selected class is in no stream, the class of a selected record
 * (sampled or not) is not in the output, no record was selected, writing failed. */
CHECKED int stream_rearrange(struct stream_rearrangement *rearrangement, struct error *error);

/* Frees the lists and the sample. */
void stream_rearrangement_free(struct stream_rearrangement *rearrangement);

#endif
