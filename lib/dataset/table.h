/* Tables in text: rows of fields, as TSV or CSV. */
#ifndef DATASET_TABLE_H
#define DATASET_TABLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A table being read. */
struct table {
	const char *name;  /* for messages; the caller's */
	bool csv;
	char *text, *rest; /* all, and what is left */
	size_t line;       /* number of the line where the row just given began, from 1 */
	size_t lines;      /* met so far */
	char **fields;     /* of that row */
	size_t count, capacity;
};

/* Reads `path`, "-" being standard input. A file whose name ends in .csv is CSV (RFC 4180: commas, fields in double quotes,
 * a double quote in them doubled); anything else is a line for each row with tabs between the fields and the escapes of
 * text_write_field in them. On failure (-1: can't be read, is no
 * text) the table is empty. */
CHECKED int table_open(struct table *table, const char *path, struct error *error);

/* Returns 1 and a row, at least one field, in table->fields until the next call; 0 at the end; -1. */
CHECKED int table_next(struct table *table, struct error *error);

/* Names the table and the row's line before the object already named. Always returns -1. */
int table_fail(const struct table *table, struct error *error);

void table_close(struct table *table);

#endif
