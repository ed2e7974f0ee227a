/* history.tsv: the metrics of a training, a line per epoch. */
#ifndef EXPLAIN_HISTORY_H
#define EXPLAIN_HISTORY_H

#include "base/error.h"

#include <stdbool.h>

enum history_column {
	HISTORY_LOSS,
	HISTORY_ACCURACY,
	HISTORY_VALIDATION_LOSS,
	HISTORY_VALIDATION_ACCURACY,
	HISTORY_COLUMNS,
};

struct history {
	int count;                       /* of epochs */
	int *epoch;                      /* their numbers, as written */
	double *values[HISTORY_COLUMNS]; /* per epoch; NaN where nothing was measured */
};

/* Reads the file; columns are matched by name in its first line (epoch, loss, accuracy, val_loss,
 * val_accuracy, others ignored); "epoch" and "loss" are required. A field that is empty or "nan"
 * was not measured. The caller frees with history_free; on failure (-1: no file, no epochs, an
 * invalid line, with its number) *history is empty. */
CHECKED int history_read(struct history *history, const char *path, struct error *error);

void history_free(struct history *history);

/* Whether any epoch has a value in this column. */
bool history_has(const struct history *history, enum history_column column);

/* Index of the best epoch: highest validation accuracy, then lowest validation loss, then the
 * earlier; without validation the same of the training columns. */
int history_best(const struct history *history);

#endif
