/* Inside lib/explain: the parts of a chart's drawing. */
#ifndef EXPLAIN_CHART_DRAW_H
#define EXPLAIN_CHART_DRAW_H

#include "explain/canvas.h"
#include "explain/chart_cards.h"

/* Sizes in units. The output of a card's layer is drawn as a block to its right. */
#define CHART_CARD_WIDTH 404.0
#define CHART_CARD_HEIGHT 62.0
#define CHART_CARD_GAP 26.0
#define CHART_BLOCK_LEFT 426.0
#define CHART_BLOCK_ROOM 100.0

enum { CHART_INK = 0x1f2933, CHART_QUIET_INK = 0x66727f, CHART_LINE_INK = 0x97a3b0 };

struct chart {
	const struct canvas *canvas;
	const struct graph *graph;
	struct chart_cards cards;
	struct chart_layout layout;
	double *column_left; /* of the cards of each column; owned */
	int64_t parameters;
	int tallest; /* largest height or width of a shape: the scale of the blocks */
};

/* The upper left corner of a card. */
void chart_card_position(const struct chart *chart, int card, double *x, double *y);

/* The colour of a card's family of layers. */
struct canvas_color chart_card_color(const struct chart *chart, int card);

/* The name of the node that a card shows; of the input "Input". */
const char *chart_card_name(const struct chart *chart, int card);

/* chart_card.c: draws a card and its block. */
void chart_draw_card(const struct chart *chart, int card);

/* chart_lines.c: draws all lines and tags; an arrow from the last card to what stands below it; the
 * width that a column's lanes take. */
void chart_draw_lines(const struct chart *chart);
void chart_draw_exit(const struct chart *chart);
double chart_lanes_width(int lanes);

#endif
