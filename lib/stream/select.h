/* Which records of a stream to take: by class, by a list, or all the others. */
#ifndef STREAM_SELECT_H
#define STREAM_SELECT_H

#include "base/bad_inputs.h"
#include "stream/stream.h"

/* A line of a list of records: the source name that stands in it, or the id. */
struct stream_listed {
	char *source; /* owned; NULL: the line is an id */
	uint64_t id;
	size_t line;  /* counted from 1; of lines that say the same, the first */
	bool met;     /* by a record */
};

/* All zero takes every record. What it holds is the caller's to fill in, and freed by stream_select_free. */
struct stream_select {
	struct text_list classes;     /* one of these, if any are given */
	bool listed;                  /* and one of these: */
	char *list_name;              /* owned; for messages */
	struct stream_listed *items;  /* sorted, ids first */
	size_t count;
	bool exclude;                 /* take those that the above leaves */
};

/* Reads a list of records, "-" being standard input: a line each, of which what stands before a tab counts: an id, of
 * digits alone, or a source name, with the escapes of text_write_field. Returns 0, or -1 naming the line. */
CHECKED int stream_select_read(struct stream_select *select, const char *path, struct error *error);

/* Whether to take a record, whose label goes by the classes of `head`. Notes which lines of the list it meets. */
bool stream_select_takes(struct stream_select *select, const struct stream_head *head, const struct stream_record *record);

/* To be called when all records have come by: reports each line of the list that met none, by line number, and counts it as
 * a bad input. Returns 0, or -1: no memory, or the first one of a strict `bad`. */
CHECKED int stream_select_report_unmet(const struct stream_select *select, struct bad_inputs *bad, struct error *error);

void stream_select_free(struct stream_select *select);

#endif
