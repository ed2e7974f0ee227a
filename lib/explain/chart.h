/* Diagram of a network's architecture: a card per layer, from the input to the classes. */
#ifndef EXPLAIN_CHART_H
#define EXPLAIN_CHART_H

#include "base/error.h"
#include "base/text.h"
#include "explain/canvas.h"
#include "nn/architecture.h"

#include <stdint.h>

/* Draws the diagram on a fresh canvas, the caller's to free: every layer with its kind (also as
 * colour), name, activation, number of parameters and output shape (also as a block); an activation
 * layer is shown on the card of the convolution, dense or normalisation layer before it. Long
 * networks are drawn in several columns. `labels` (may be NULL) are listed below the last layer. On
 * failure (-1: shapes that do not fit, no memory) the canvas is empty. */
CHECKED int chart_draw(struct canvas *canvas, const struct architecture *architecture,
	const struct text_list *labels, struct error *error);

/* Writes it as a PNG file, complete or not at all. */
CHECKED int chart_write_png(const struct architecture *architecture, const struct text_list *labels,
	const char *path, struct error *error);

/* Number of parameters of all layers, including running statistics. -1 if shapes do not fit. */
CHECKED int chart_parameters_of(const struct architecture *architecture, int64_t *parameters,
	struct error *error);

/* Formats a number with thousands separators, "3,453,634". Returns out. */
const char *chart_format_number(int64_t number, char out[32]);

#endif
