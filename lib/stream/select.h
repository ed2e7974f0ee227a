/* Selects records of a stream by class, by a list, by fold, or all others. */
#ifndef STREAM_SELECT_H
#define STREAM_SELECT_H

#include "base/bad_inputs.h"
#include "base/digest_table.h"
#include "stream/stream.h"

/* A line of a list of records: a source name or an id. */
struct stream_select_line {
	char *source; /* owned; NULL: the line is an id */
	uint64_t id;
	size_t line;  /* from 1; of equal lines the first */
	bool matched; /* by a record */
};

/* All zero selects every record. Filled in by the caller, freed by stream_select_free. */
struct stream_select {
	struct text_list classes;         /* select records of these classes; empty: of all */
	bool has_list;                    /* select records in the list: */
	char *list_name;                  /* owned; for messages */
	struct stream_select_line *lines; /* sorted, ids first */
	size_t count;
	struct digest_table
		folds; /* fold of each source (stream_source_key), from 0; empty: none */
	int fold;      /* with folds: select the records of this one */
	bool exclude;  /* select the other records instead */
};

/* The key of a record's source: its digest; if that is unknown its name, else its id. */
void stream_source_key(const struct stream_record *record, unsigned char key[DIGEST_KEY_SIZE]);

/* Reads a list of records, "-" being standard input: a line per record, whose text up to a tab is
 * an id, of digits only, or a source name with the escapes of text_write_field. Returns 0, or -1
 * with the line in the object. */
CHECKED int stream_select_read(struct stream_select *select, const char *path, struct error *error);

/* Whether a record, whose label refers to the classes of `head`, is selected. Marks the lines of
 * the list that it matches. */
bool stream_select_matches(struct stream_select *select, const struct stream_head *head,
	const struct stream_record *record);

/* To be called after the last record: reports the lines of the list without a matching record, in
 * their order, as bad inputs. Returns 0, or -1: no memory, or as bad_input_skip. */
CHECKED int stream_select_report_unmatched(const struct stream_select *select,
	struct bad_inputs *bad, struct error *error);

void stream_select_free(struct stream_select *select);

#endif
