#include "explain/chart_layout.h"

#include <stdbool.h>
#include <stdlib.h>

/* ---- columns ---- */

/* Edges that would have to be tagged if a column began with card `first`. */
static int edges_cut(const struct chart_edge *edges, int count, int first)
{
	int cut = 0;
	for (int i = 0; i < count; i++)
		cut += edges[i].from < first && edges[i].to >= first &&
			edges[i].to - edges[i].from > 1;
	return cut;
}

/* The first card of a column: near `target`, where the fewest edges are cut. */
static int find_break(const struct chart_edge *edges, int edge_count, int target, int slack,
	int count)
{
	int best = target, least = edges_cut(edges, edge_count, target);
	for (int distance = 1; distance <= slack; distance++)
		for (int side = -1; side <= 1; side += 2) {
			int first = target + side * distance;
			int cut = first < count ? edges_cut(edges, edge_count, first) : least;
			if (cut < least) {
				least = cut;
				best = first;
			}
		}
	return best;
}

static void place_cards(struct chart_layout *layout, int count, const struct chart_edge *edges,
	int edge_count)
{
	int rows = (count + layout->columns - 1) / layout->columns, first = 0;
	layout->columns = (count + rows - 1) / rows;
	for (int column = 0; column < layout->columns; column++) {
		int next = column + 1 < layout->columns
			? find_break(edges, edge_count, (column + 1) * rows, rows / 8, count)
			: count;
		for (int i = first; i < next; i++)
			layout->places[i] = (struct chart_place){column, i - first};
		layout->rows = next - first > layout->rows ? next - first : layout->rows;
		first = next;
	}
}

static enum chart_route route_of(const struct chart_layout *layout, const struct chart_edge *edge)
{
	bool same_column = layout->places[edge->from].column == layout->places[edge->to].column,
	     next = edge->to == edge->from + 1;
	return same_column ? next ? CHART_DOWN : CHART_LANE : next ? CHART_ACROSS : CHART_TAG;
}

/* ---- lanes ---- */

/* The lane line of a value: from its card to the last card of the column that reads it there. */
struct span {
	int from, to;
	int lane; /* -1: none yet */
};

static int make_spans(const struct chart_edge *edges, int edge_count, struct span *spans)
{
	int count = 0;
	for (int i = 0; i < edge_count; i++) {
		int k = 0;
		if (edges[i].route != CHART_LANE)
			continue;
		while (k < count && spans[k].from != edges[i].from)
			k++;
		if (k == count)
			spans[count++] = (struct span){edges[i].from, edges[i].to, -1};
		else if (edges[i].to > spans[k].to)
			spans[k].to = edges[i].to;
	}
	return count;
}

/* Short lines first: they get the lanes next to the cards, so that few lines cross. */
static int compare_spans(const void *first, const void *second)
{
	const struct span *a = first, *b = second;
	int longer = (a->to - a->from) - (b->to - b->from);
	return longer ? longer : a->from - b->from;
}

static bool is_free(const struct span *spans, int count, const struct span *span, int lane)
{
	for (int i = 0; i < count; i++)
		if (spans[i].lane == lane && spans[i].from < span->to && span->from < spans[i].to)
			return false;
	return true;
}

/* The colouring of an interval graph, first fit. */
static void color_spans(struct span *spans, int count)
{
	for (int i = 0; i < count; i++) {
		int lane = 0;
		while (lane < CHART_LANES_MAXIMUM && !is_free(spans, i, &spans[i], lane))
			lane++;
		spans[i].lane = lane < CHART_LANES_MAXIMUM ? lane : -1;
	}
}

static void choose_lanes(struct chart_layout *layout, struct chart_edge *edges, int edge_count,
	struct span *spans)
{
	int count = make_spans(edges, edge_count, spans);
	qsort(spans, (size_t)count, sizeof *spans, compare_spans);
	color_spans(spans, count);
	for (int i = 0; i < edge_count; i++) {
		int k = 0;
		if (edges[i].route != CHART_LANE)
			continue;
		while (spans[k].from != edges[i].from)
			k++;
		int *lanes = &layout->lanes[layout->places[edges[i].from].column];
		edges[i].lane = spans[k].lane;
		if (edges[i].lane < 0)
			edges[i].route = CHART_TAG;
		else if (edges[i].lane >= *lanes)
			*lanes = edges[i].lane + 1;
	}
}

int chart_layout_make(struct chart_layout *layout, int count, int columns, struct chart_edge *edges,
	int edge_count, struct error *error)
{
	struct span *spans = malloc((size_t)(edge_count + 1) * sizeof *spans);
	*layout = (struct chart_layout){.places = malloc((size_t)count * sizeof *layout->places),
		.lanes = calloc((size_t)columns, sizeof *layout->lanes),
		.columns = columns};
	if (!spans || !layout->places || !layout->lanes) {
		free(spans);
		chart_layout_free(layout);
		return error_memory(error, "chart");
	}
	place_cards(layout, count, edges, edge_count);
	for (int i = 0; i < edge_count; i++)
		edges[i].route = route_of(layout, &edges[i]);
	choose_lanes(layout, edges, edge_count, spans);
	free(spans);
	return 0;
}

void chart_layout_free(struct chart_layout *layout)
{
	free(layout->places);
	free(layout->lanes);
	*layout = (struct chart_layout){0};
}
