/* Inside lib/explain: what the cards of a chart show, in the order in which they are drawn. */
#ifndef EXPLAIN_CHART_CARDS_H
#define EXPLAIN_CHART_CARDS_H

#include "explain/chart_layout.h"
#include "graph/graph.h"

#include <stdint.h>

struct chart_card {
	int node;            /* GRAPH_INPUT: the input */
	int activation_node; /* of an activation layer that this card shows too; else -1 */
	struct shape shape;  /* of its output */
	int64_t parameters;  /* 0 where an earlier node uses the same layer */
};

struct chart_cards {
	struct chart_card *cards; /* the input first, the output last; owned */
	struct chart_edge *edges; /* without routes; owned */
	int count, edge_count;
};

/* Makes the cards of a graph: one for its input and one for each node, but an activation layer is
 * shown on the card of a convolution, dense, normalisation or join whose output it alone reads.
 * Branches follow each other, each whole, so that few lines run beside others. On failure (-1:
 * shapes that do not fit, no memory) *cards is empty. */
CHECKED int chart_cards_make(struct chart_cards *cards, const struct graph *graph,
	struct error *error);
void chart_cards_free(struct chart_cards *cards);

#endif
