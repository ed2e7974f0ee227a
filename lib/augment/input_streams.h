/* Several tensor streams read as their concatenation, once or repeatedly. */
#ifndef AUGMENT_INPUT_STREAMS_H
#define AUGMENT_INPUT_STREAMS_H

#include "stream/stream.h"

struct input_streams;

/* Opens `count` streams ("-": standard input). If they must be `rewindable`, those that are not
 * (pipes) are copied, while they are read first, to an unlinked temporary file in TMPDIR or /tmp.
 * On failure (-1) *streams is NULL. The caller frees with input_streams_close. */
CHECKED int input_streams_open(struct input_streams **streams, char *const *paths, int count,
	bool rewindable, struct error *error);

/* Moves to the next segment, of this or a later stream. Returns 1 and its head, valid until the
 * next call; 0 after the last; -1 on an error: a corrupt stream, a segment that doesn't match the
 * first, no segment in any stream. */
CHECKED int input_streams_next_segment(struct input_streams *streams,
	const struct stream_head **head, struct error *error);

/* As stream_next_record. */
CHECKED int input_streams_next_record(struct input_streams *streams, struct stream_record *record,
	struct error *error);

/* Random access to the tensor of the last record: a descriptor, owned by the streams, to read at
 * *offset; or -1 if the tensor is not stored as it is in a regular file. */
int input_streams_descriptor(struct input_streams *streams, const struct stream_record *record,
	uint64_t *offset);

/* Whether the tensor of the last record lies in a mapped file, valid until the streams are rewound
 * or closed. */
bool input_streams_is_mapped(const struct input_streams *streams,
	const struct stream_record *record);

/* Opens an unlinked temporary file in TMPDIR or /tmp. Returns its descriptor, the caller's to
 * close, or -1. */
CHECKED int input_streams_open_temporary(struct error *error);

/* Rewinds to the first segment, after input_streams_next_segment returned 0. */
CHECKED int input_streams_rewind(struct input_streams *streams, struct error *error);

/* Closes the streams and frees; NULL is allowed. */
void input_streams_close(struct input_streams *streams);

#endif
