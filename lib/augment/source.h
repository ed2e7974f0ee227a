/* Tensor streams read one after another as if they were one, as often as asked. */
#ifndef AUGMENT_SOURCE_H
#define AUGMENT_SOURCE_H

#include "stream/stream.h"

struct source;

/* Opens `count` streams ("-": standard input). If they will be read `again`, those that cannot be rewound (pipes)
 * are copied, while they are read first, to a file without a name in TMPDIR or /tmp. On failure (-1) *source is
 * NULL. The caller frees with source_close. */
CHECKED int source_open(struct source **source, char *const *paths, int count, bool again, struct error *error);

/* Moves to the next segment, in whichever stream it is. Returns 1 and its head, kept until the next call; 0 after
 * the last; -1 on an error: a broken stream, segments that don't match the first, no segment in any stream. */
CHECKED int source_next_segment(struct source *source, const struct stream_head **head, struct error *error);

/* As stream_next_record. */
CHECKED int source_next_record(struct source *source, struct stream_record *record, struct error *error);

/* Where the tensor of the record just given lies: a descriptor to read at *offset, the source's, or -1 when it lies in no
 * regular file as it is. */
int source_descriptor(struct source *source, const struct stream_record *record, uint64_t *offset);

/* Whether the tensor of the record just given stays where it is, in a mapped file, until the source is rewound or closed. */
bool source_keeps(const struct source *source, const struct stream_record *record);

/* Opens a file without a name in TMPDIR or /tmp. Returns its descriptor, the caller's to close, or -1. */
CHECKED int source_open_temporary(struct error *error);

/* Back to the start, after source_next_segment returned 0. */
CHECKED int source_rewind(struct source *source, struct error *error);

/* Closes the streams and frees; NULL is allowed. */
void source_close(struct source *source);

#endif
