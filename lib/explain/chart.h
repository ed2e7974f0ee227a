/* Diagram of a network: a card per layer, from the input to the classes, and lines between them. */
#ifndef EXPLAIN_CHART_H
#define EXPLAIN_CHART_H

#include "base/error.h"
#include "base/text.h"
#include "explain/canvas.h"
#include "graph/graph.h"

#include <stdint.h>

/* Draws the diagram on a fresh canvas, the caller's to free: every node with its layer's kind (also
 * as colour), name, activation, number of parameters (or the node that it shares them with) and
 * output shape (also as a block). An activation layer is shown on the card of the layer before it
 * if nothing else reads that layer's output.
 *
 * Cards stand below each other, long networks in several columns. An arrow leads to the card below;
 * a line in a lane at the left to one further down; a tag with the other card's name at both ends
 * stands for a line to another column, or for one that finds all lanes taken.
 *
 * `labels` (may be NULL) are listed below the last layer. On failure (-1: shapes that do not fit,
 * no memory) the canvas is empty. */
CHECKED int chart_draw(struct canvas *canvas, const struct graph *graph,
	const struct text_list *labels, struct error *error);

/* Writes it as a PNG file, complete or not at all. */
CHECKED int chart_write_png(const struct graph *graph, const struct text_list *labels,
	const char *path, struct error *error);

/* Number of parameters of all layers, including running statistics. -1 if shapes do not fit. */
CHECKED int chart_parameters_of(const struct graph *graph, int64_t *parameters,
	struct error *error);

/* Formats a number with thousands separators, "3,453,634". Returns out. */
const char *chart_format_number(int64_t number, char out[32]);

#endif
