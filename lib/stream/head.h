/* Encodes, decodes and checks heads, for reader and writer. */
#ifndef STREAM_HEAD_H
#define STREAM_HEAD_H

#include "stream/stream.h"

/* Checks every limit of the format. Returns 0, or -1 with `name` as the object. */
CHECKED int head_check(const struct stream_head *head, const char *name, struct error *error);

/* Encodes the head as JSON, the caller's to free; its length is *size. On failure (-1: larger than
 * STREAM_HEAD_MAXIMUM, no memory) *text is NULL. */
CHECKED int head_encode(const struct stream_head *head, const char *name, char **text, size_t *size,
	struct error *error);

/* Decodes and checks a head. On failure (-1) *head is empty. */
CHECKED int head_decode(struct stream_head *head, const void *text, size_t size, const char *name,
	struct error *error);

#endif
