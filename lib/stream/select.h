/* Which records of a stream to take: by class, by a list, or all the others. */
#ifndef STREAM_SELECT_H
#define STREAM_SELECT_H

#include "stream/stream.h"

/* All zero takes every record. What it holds is the caller's to fill in, and freed by stream_select_free. */
struct stream_select {
	struct text_list classes; /* one of these, if any are given */
	bool listed;              /* and one of these: */
	struct text_list sources; /* sorted */
	uint64_t *ids;            /* sorted */
	size_t id_count;
	bool exclude;             /* take those that the above leaves */
};

/* Reads a list of records, "-" being standard input: a line each, of which what stands before a tab counts: an id, of
 * digits alone, or a source name, with the escapes of text_write_field. Returns 0, or -1 naming the line. */
CHECKED int stream_select_read(struct stream_select *select, const char *path, struct error *error);

/* Whether to take a record, whose label goes by the classes of `head`. */
bool stream_select_takes(const struct stream_select *select, const struct stream_head *head,
	const struct stream_record *record);

void stream_select_free(struct stream_select *select);

#endif
