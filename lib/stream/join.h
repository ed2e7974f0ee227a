/* Several streams as one: the records of all, pass by pass, under one head. */
#ifndef STREAM_JOIN_H
#define STREAM_JOIN_H

#include "stream/stream.h"

enum join_classes {
	JOIN_SAME,  /* all streams have the same classes */
	JOIN_MERGE, /* the classes of all, in the order in which they are met */
	JOIN_GIVEN, /* those that the caller names */
};

struct stream_join;

/* Opens the streams ("-": standard input) and looks at the first head of each; files are closed again until their turn
 * comes, pipes wait. `given` are the classes for JOIN_GIVEN and is copied. Returns 0, or -1: one can't be read, or heads
 * differ in what they must share; *join is then NULL. */
CHECKED int stream_join_open(struct stream_join **join, char *const *paths, size_t count, enum join_classes how,
	const struct text_list *given, struct error *error);

/* The head of the whole: the first stream's values, the classes asked for, each entry of all histories once, and as many
 * passes as a stream announces. Its pass is that of stream_join_next_pass. The join's. */
const struct stream_head *stream_join_head(const struct stream_join *join);

/* All classes met, whether the head has them or not. The join's. */
const struct text_list *stream_join_classes(const struct stream_join *join);

/* Goes to the lowest pass that some stream comes to next. Returns false when all are read to their ends. To be called
 * only before the first record, and after stream_join_next_record returned 0. */
bool stream_join_next_pass(struct stream_join *join);

/* Whether a pass is left to go to, of the one that was just read to its end. */
bool stream_join_has_next_pass(const struct stream_join *join);

/* Gives the pass's records, stream after stream: 1 and one as it is in its stream, whose head is then *head, until the
 * next call; 0 at the end of the pass; -1. */
CHECKED int stream_join_next_record(struct stream_join *join, struct stream_record *record,
	const struct stream_head **head, struct error *error);

/* Has the label or the weights of the record just given follow the classes of the join's head. -1: it has a class that
 * the head has not. */
CHECKED int stream_join_label(struct stream_join *join, struct stream_record *record, struct error *error);

/* Closes all and frees; NULL is allowed. */
void stream_join_close(struct stream_join *join);

#endif
