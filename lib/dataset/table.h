/* Tables of text: TSV or CSV. */
#ifndef DATASET_TABLE_H
#define DATASET_TABLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A table being read. */
struct table {
	const char *name; /* for messages; the caller's */
	bool csv;
	char *text, *rest; /* the whole file, and what is not read yet */
	size_t line;       /* number of the line where the current row begins, from 1 */
	size_t lines;      /* read so far */
	char **fields;     /* of the current row */
	size_t count;
};

/* Reads `path`, "-" being standard input. A file whose name ends in .csv is CSV (RFC 4180: commas,
 * fields in double quotes, a double quote in them doubled); anything else is TSV: a line per row,
 * fields separated by tabs, with the escapes of text_write_field. On failure (-1: can't be read,
 * not text) the table is empty. */
CHECKED int table_open(struct table *table, const char *path, struct error *error);

/* Reads the next row. Returns 1 with at least one field in table->fields, valid until the next
 * call; 0 at the end; -1. */
CHECKED int table_next(struct table *table, struct error *error);

/* Prefixes the object of the error with the table's name and the line of the row. Always returns
 * -1. */
int table_error(const struct table *table, struct error *error);

void table_close(struct table *table);

#endif
