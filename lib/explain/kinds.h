/* Inside lib/explain: what charts and saliency maps know of some kinds of layers, a row each. A
 * kind without one is shown by its title and family, and has the places of its input. */
#ifndef EXPLAIN_KINDS_H
#define EXPLAIN_KINDS_H

#include "explain/grid.h"

/* Writes what a chart shows of a layer after its title, or after its name, into text[size]. */
typedef void chart_text(const struct layer *layer, char *text, size_t size);

/* Changes the grid of a layer's input of shape `in` to that of its output of shape `out`. */
typedef void grid_rule(const struct layer *layer, struct shape in, struct shape out,
	struct grid *grid);

struct explain_kind_row {
	chart_text *title; /* " 3x3, 32 filters"; NULL: the title alone */
	chart_text *name;  /* ", stride 2"; NULL: the name alone */
	grid_rule *grid;   /* NULL: the output has the places of the input, or none */
};

const struct explain_kind_row *explain_kind_row(enum layer_kind kind);

chart_text window_text, filters_text, units_text, share_text, deviation_text, groups_text,
	factors_text, constants_text;      /* chart_text.c: titles */
chart_text convolution_text, pooling_text; /* names */

grid_rule window_grid, padding_grid, cropping_grid, center_crop_grid, resampling_grid; /* grid.c */

#endif
