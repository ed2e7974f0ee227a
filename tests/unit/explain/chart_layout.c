/* Where cards lie and lines run: columns, routes, and lanes that do not overlap. */
#include "explain/chart_layout.h"

#include "base/random.h"
#include "tap.h"

#include <stdlib.h>

enum { EDGES_MAXIMUM = 1000 };

static struct error error;
static struct chart_edge edges[EDGES_MAXIMUM];

static struct chart_layout make(int count, int columns, int edge_count)
{
	struct chart_layout layout;
	if (chart_layout_make(&layout, count, columns, edges, edge_count, &error))
		exit(1);
	return layout;
}

static bool overlap(const struct chart_edge *a, const struct chart_edge *b)
{
	return a->from != b->from && a->lane == b->lane && a->from < b->to && b->from < a->to;
}

/* Edges of other lanes, or of the same card, do not count; those of one column alone can. */
static int count_overlaps(int edge_count)
{
	int overlaps = 0;
	for (int i = 0; i < edge_count; i++)
		for (int k = 0; k < i; k++)
			overlaps += edges[i].route == CHART_LANE && edges[k].route == CHART_LANE &&
				overlap(&edges[i], &edges[k]);
	return overlaps;
}

static int count_wrong_routes(const struct chart_layout *layout, int edge_count)
{
	int wrong = 0;
	for (int i = 0; i < edge_count; i++) {
		struct chart_place from = layout->places[edges[i].from],
				   to = layout->places[edges[i].to];
		bool same = from.column == to.column;
		switch (edges[i].route) {
		case CHART_DOWN:
			wrong += !same || to.row != from.row + 1;
			break;
		case CHART_ACROSS:
			wrong += to.column != from.column + 1 || to.row != 0;
			break;
		case CHART_LANE:
			wrong += !same || edges[i].lane < 0 ||
				edges[i].lane >= layout->lanes[from.column] ||
				layout->lanes[from.column] > CHART_LANES_MAXIMUM;
			break;
		case CHART_TAG:
			wrong += same && layout->lanes[from.column] < CHART_LANES_MAXIMUM;
			break;
		}
	}
	return wrong;
}

static void chain(void)
{
	for (int i = 0; i < 29; i++)
		edges[i] = (struct chart_edge){.from = i, .to = i + 1};
	struct chart_layout layout = make(30, 3, 29);
	ok(layout.columns == 3 && layout.rows == 10, "a chain: columns of the same length");
	ok(edges[8].route == CHART_DOWN && edges[9].route == CHART_ACROSS, "and no other lines");
	is_integer(layout.lanes[0] + layout.lanes[1] + layout.lanes[2], 0, "no lanes");
	chart_layout_free(&layout);
}

static void few(void)
{
	static const struct chart_edge given[] = {{.from = 0, .to = 2}, {.from = 2, .to = 4},
		{.from = 0, .to = 9}, {.from = 5, .to = 8}, {.from = 5, .to = 7},
		{.from = 6, .to = 9}};
	for (int i = 0; i < 6; i++)
		edges[i] = given[i];
	struct chart_layout layout = make(10, 1, 6);
	ok(edges[0].lane == edges[2].lane && edges[3].lane == edges[4].lane,
		"lines from one card share a lane");
	ok(edges[1].lane == 0 && edges[3].lane == 0 && edges[5].lane == 1,
		"short lines are next to the cards");
	is_integer(edges[0].lane, 2, "a long one that all others overlap has a lane of its own");
	is_integer(layout.lanes[0], 3, "three lanes");
	chart_layout_free(&layout);
}

/* Residual blocks of four cards: a break between blocks cuts nothing. */
static void blocks(void)
{
	int count = 0;
	for (int i = 0; i + 1 < 80; i++) {
		edges[count++] = (struct chart_edge){.from = i, .to = i + 1};
		if (i % 4 == 0)
			edges[count++] = (struct chart_edge){.from = i, .to = i + 3};
	}
	struct chart_layout layout = make(80, 3, count);
	int tags = 0;
	for (int i = 0; i < count; i++)
		tags += edges[i].route == CHART_TAG;
	ok(layout.columns == 3 && tags == 0, "columns break between blocks");
	chart_layout_free(&layout);
}

static void many(void)
{
	struct random random = random_start(5, RANDOM_TEST, 0, 0);
	int overlaps = 0, wrong = 0, tagged = 0;
	for (int round = 0; round < 50; round++) {
		int count = 20 + round * 3, edge_count = round * 12;
		for (int i = 0; i < edge_count; i++) {
			int from = (int)random_between(&random, 0, (float)count - 1.01f);
			int reach = count - 1 - from < 30 ? count - 1 - from : 30;
			int to = from + 1 + (int)random_between(&random, 0, (float)reach - 0.01f);
			edges[i] = (struct chart_edge){.from = from, .to = to};
		}
		struct chart_layout layout = make(count, 1 + round % 5, edge_count);
		overlaps += count_overlaps(edge_count);
		wrong += count_wrong_routes(&layout, edge_count);
		for (int i = 0; i < edge_count; i++)
			tagged += edges[i].route == CHART_TAG;
		chart_layout_free(&layout);
	}
	is_integer(overlaps, 0, "in 50 random graphs no two values overlap in a lane");
	is_integer(wrong, 0, "and every route fits its places");
	ok(tagged > 0, "some lines find no lane");
}

int main(void)
{
	chain();
	few();
	blocks();
	many();
	return done();
}
