/* Reads the chunks of a stream in order, and verifies each of them. */
#ifndef STREAM_CHUNKS_H
#define STREAM_CHUNKS_H

#include "stream/format.h"
#include "stream/input.h"

struct chunks {
	struct input input;
	uint64_t segment;        /* number of the segment being read, from 1; 0 before the first */
	uint64_t sequence, next; /* numbers in the segment: of the current and of the next chunk */
	uint64_t start, end;     /* bytes of the current chunk, from the start of its segment */
	bool skip_checksums;     /* of payloads, which were verified before */
	unsigned char *unpacked; /* the decompressed payload */
	size_t unpacked_capacity;
};

/* Reads the next chunk, and skips ancillary ones. Returns 1, its header and its decompressed
 * payload, `raw_size` bytes that are valid until the next call; 0 if the input ends before a
 * header; -1 if the chunk is truncated, damaged or not of this format. */
CHECKED int chunks_next(struct chunks *chunks, struct chunk *chunk, const unsigned char **payload,
	struct error *error);

/* Resets the chunk numbers: the next chunk is the first of a segment. */
void chunks_begin_segment(struct chunks *chunks);

/* Sets an error with the input, the segment (from the second on) and the current chunk as the
 * object. Always returns -1. */
int chunks_error(const struct chunks *chunks, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Closes the input and frees. */
void chunks_close(struct chunks *chunks);

#endif
