/* A table of models, to compare trainings: results and options, by the model cards. */
#ifndef EXPLAIN_MODEL_TABLE_H
#define EXPLAIN_MODEL_TABLE_H

#include "base/json.h"

#include <stdio.h>

/* All zero is an empty table. */
struct model_table {
	json_t *rows; /* an array with {"results": {...}, "settings": {...}} of each model */
};

/* Appends the model of a folder. What its card lacks stays empty in the table. Returns 0, or -1: no
 * card in it, or one that can't be read; the table is as before. */
CHECKED int model_table_add(struct model_table *table, const char *folder, struct error *error);

/* Writes a header line and a line per model, as tab-separated fields: the folder; whether its
 * training is finished; epochs trained; the epoch whose weights it has, with loss and accuracy; the
 * best epoch, with its accuracy; then settings of the training: of one model all, of several those
 * that are not the same everywhere. Returns 0, or -1 without memory. */
CHECKED int model_table_write(const struct model_table *table, FILE *stream, struct error *error);

void model_table_free(struct model_table *table);

#endif
