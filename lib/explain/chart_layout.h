/* Inside lib/explain: where the cards of a chart lie, and how the lines between them run. No
 * drawing. */
#ifndef EXPLAIN_CHART_LAYOUT_H
#define EXPLAIN_CHART_LAYOUT_H

#include "base/error.h"

/* Beside a column; more values than that are tagged. */
enum { CHART_LANES_MAXIMUM = 8 };

enum chart_route {
	CHART_DOWN,   /* to the card below */
	CHART_ACROSS, /* from the last card of a column to the first of the next */
	CHART_LANE,   /* past other cards, in a lane beside the column */
	CHART_TAG,    /* no line: a tag at both ends */
};

/* A line from the card that has a value to one that reads it; from < to. */
struct chart_edge {
	int from, to;
	enum chart_route route;
	int lane; /* CHART_LANE: 0 is nearest to the cards. Lines from one card share a lane */
};

struct chart_place {
	int column, row;
};

struct chart_layout {
	struct chart_place *places; /* of each card; owned */
	int *lanes;                 /* number of lanes beside each column; owned */
	int columns, rows;          /* rows: of the longest column */
};

/* Lays out `count` cards, in the order given, in `columns` columns of about the same length, which
 * break where few edges are cut; and sets the edges' routes and lanes. Two values in one lane never
 * overlap. On failure (-1, no memory) *layout is empty. */
CHECKED int chart_layout_make(struct chart_layout *layout, int count, int columns,
	struct chart_edge *edges, int edge_count, struct error *error);
void chart_layout_free(struct chart_layout *layout);

#endif
