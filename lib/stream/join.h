/* Joins several streams: the records of all of them, pass by pass, under one head. */
#ifndef STREAM_JOIN_H
#define STREAM_JOIN_H

#include "stream/stream.h"

enum join_classes {
	JOIN_SAME,  /* all streams have the same classes */
	JOIN_MERGE, /* the union of their classes, in the order of the streams */
	JOIN_GIVEN, /* the classes that the caller gives */
};

struct stream_join;

/* Opens the streams ("-": standard input) and reads the first head of each; files are closed until
 * their records are read, pipes stay open. `given` are the classes for JOIN_GIVEN and is copied.
 * Returns 0, or -1: a stream can't be read, or its head doesn't match the first; *join is then
 * NULL. */
CHECKED int stream_join_open(struct stream_join **join, char *const *paths, size_t count,
	enum join_classes how, const struct text_list *given, struct error *error);

/* The joined head: the values of the first stream, the chosen classes, the union of all histories,
 * and the largest number of passes. Its pass is that of stream_join_next_pass. Owned by the
 * join. */
const struct stream_head *stream_join_head(const struct stream_join *join);

/* The classes of all streams, whether the joined head has them or not. Owned by the join. */
const struct text_list *stream_join_all_classes(const struct stream_join *join);

/* Moves to the lowest of the next passes of all streams. Returns false at the end of all streams.
 * To be called only before the first record, and after stream_join_next_record returned 0. */
bool stream_join_next_pass(struct stream_join *join);

/* Whether another pass follows, after the current one was read to its end. */
bool stream_join_has_next_pass(const struct stream_join *join);

/* Reads the next record of the pass, stream after stream. Returns 1 and the record as in its
 * stream, whose head is *head, valid until the next call; 0 at the end of the pass; -1. */
CHECKED int stream_join_next_record(struct stream_join *join, struct stream_record *record,
	const struct stream_head **head, struct error *error);

/* Maps the label or the weights of the record last read to the classes of the joined head. Returns
 * 0, or -1: the head lacks its class. */
CHECKED int stream_join_map_label(struct stream_join *join, struct stream_record *record,
	struct error *error);

/* Closes all and frees; NULL is allowed. */
void stream_join_close(struct stream_join *join);

#endif
