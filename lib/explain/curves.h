/* Training curves: loss and accuracy over the epochs. */
#ifndef EXPLAIN_CURVES_H
#define EXPLAIN_CURVES_H

#include "base/error.h"
#include "explain/canvas.h"
#include "explain/history.h"

/* Reads history.tsv and writes a PNG file (2320 x 940): loss and accuracy side by side, training
 * and validation in each, the best epoch (history_best) marked. Drawn in a child process, as
 * fontconfig and cairo end the process if memory runs out. Complete or not at all; -1 if the
 * history can't be read or has no epoch, or the file can't be written. */
CHECKED int curves_write_png(const char *history_tsv, const char *png, struct error *error);

/* Draws them on a fresh canvas, the caller's to free. On failure (-1) it is empty. */
CHECKED int curves_draw(struct canvas *canvas, const struct history *history, struct error *error);

enum curves_kind { CURVES_LOSS, CURVES_ACCURACY };

/* Draws one of the two, on a canvas of half the width. */
CHECKED int curves_draw_one(struct canvas *canvas, const struct history *history,
	enum curves_kind kind, struct error *error);

#endif
