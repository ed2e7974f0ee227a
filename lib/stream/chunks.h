/* The chunks of a stream one after the other, each verified by itself. */
#ifndef STREAM_CHUNKS_H
#define STREAM_CHUNKS_H

#include "stream/format.h"
#include "stream/input.h"

struct chunks {
	struct input input;
	uint64_t segment;          /* number of the segment being read, from 1; 0 before the first */
	uint64_t sequence, next;   /* numbers in the segment: of the current chunk, and of the one after it */
	uint64_t start, end;       /* bytes of the current chunk, from the start of its segment */
	bool known;                /* the bytes are known to be good: payloads are taken without their checksums */
	unsigned char *unpacked;   /* a payload that can't be used where it lies */
	size_t unpacked_capacity;
};

/* Takes the next chunk, passing over those that may be skipped. Returns 1, its header and its payload as it was
 * before compression, `raw_size` bytes valid until the next call; 0 where the input ends before a header; -1 when
 * the chunk is cut, changed or not of this format. */
CHECKED int chunks_next(struct chunks *chunks, struct chunk *chunk, const unsigned char **payload,
	struct error *error);

/* Begins to count anew: the next chunk is the first of a segment. */
void chunks_begin_segment(struct chunks *chunks);

/* Names input, segment (from the second on) and current chunk as the object. Always returns -1. */
int chunks_fail(const struct chunks *chunks, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Closes the input and frees. */
void chunks_close(struct chunks *chunks);

#endif
