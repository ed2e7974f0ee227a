#include "explain/chart.h"

#include "explain/chart_draw.h"
#include "explain/kinds.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sizes and positions in units. */
static const double margin = 36, header = 84, footer = 62, column_gap = 64;
enum { ROWS_LEAST = 14, LABELS_SIZE = 512 };

static const double column_width = CHART_BLOCK_LEFT + CHART_BLOCK_ROOM + column_gap,
		    row_height = CHART_CARD_HEIGHT + CHART_CARD_GAP;

const char *chart_format_number(int64_t number, char out[32])
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%" PRId64, number), used = 0;
	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = digits[i];
	}
	out[used] = 0;
	return out;
}

void chart_card_position(const struct chart *chart, int card, double *x, double *y)
{
	struct chart_place place = chart->layout.places[card];
	*x = chart->column_left[place.column];
	*y = header + row_height * place.row;
}

struct canvas_color chart_card_color(const struct chart *chart, int card)
{
	static const uint32_t input = 0x47525e;
	static const uint32_t families[] = {
		[FAMILY_CONVOLUTION] = 0x3f74d1,
		[FAMILY_DENSE] = 0x8257c9,
		[FAMILY_POOLING] = 0x1d9a86,
		[FAMILY_NORMALIZATION] = 0xcf8a12,
		[FAMILY_ACTIVATION] = 0xcc4f86,
		[FAMILY_JOIN] = 0xc8553d,
		[FAMILY_PLACES] = 0x5f9436,
		[FAMILY_OTHER] = 0x8a96a3,
	};
	int node = chart->cards.cards[card].node;
	return solid_color(node == GRAPH_INPUT
			? input
			: families[layer_kind_row(graph_layer(chart->graph, node)->kind)->family]);
}

const char *chart_card_name(const struct chart *chart, int card)
{
	int node = chart->cards.cards[card].node;
	return node == GRAPH_INPUT ? "Input" : chart->graph->nodes[node].name;
}

/* ---- drawing ---- */

static void draw_header(const struct chart *chart)
{
	const char *name = chart->graph->name;
	char text[96], number[32];
	double x = margin;
	struct text_style title = {.size = 20, .bold = true, .color = solid_color(CHART_INK)};
	struct text_style detail = {.size = 13, .color = solid_color(CHART_QUIET_INK)};
	canvas_text_fitted(chart->canvas, &title, x, 32, CHART_BLOCK_LEFT + CHART_BLOCK_ROOM,
		*name ? name : "Network");
	double megabytes = (double)chart->parameters * sizeof(float) / 1e6;
	snprintf(text, sizeof text, "%s weights, %.*f MB",
		chart_format_number(chart->parameters, number), megabytes < 10 ? 2 : 0, megabytes);
	canvas_text(chart->canvas, &detail, x, 57, text);
}

/* Below the arrow out of the last card. */
static void draw_labels(const struct chart *chart, const struct text_list *labels)
{
	double x, y;
	char text[LABELS_SIZE] = "";
	size_t used = 0;
	for (size_t i = 0; i < labels->count && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? ",  " : "",
			labels->items[i]);
	chart_card_position(chart, chart->cards.count - 1, &x, &y);
	struct text_style style = {.size = 14,
		.bold = true,
		.color = solid_color(CHART_INK),
		.align = CANVAS_CENTER};
	canvas_text_fitted(chart->canvas, &style, x + CHART_CARD_WIDTH / 2,
		y + CHART_CARD_HEIGHT + CHART_CARD_GAP + 12, CHART_CARD_WIDTH, text);
}

/* ---- the whole ---- */

/* One column, or several, about square, if it would be too long. */
static int choose_columns(int cards)
{
	int rows = (int)fmax(ROWS_LEAST, ceil(sqrt(cards * column_width / row_height)));
	return (cards + rows - 1) / rows;
}

/* Sets where each column begins. Returns the width of the chart. */
static double place_columns(struct chart *chart)
{
	double x = margin;
	for (int i = 0; i < chart->layout.columns; i++) {
		x += chart_lanes_width(chart->layout.lanes[i]);
		chart->column_left[i] = x;
		x += column_width;
	}
	return x - column_gap + margin;
}

static int make_chart(struct chart *chart, const struct graph *graph, struct error *error)
{
	struct chart_cards *cards = &chart->cards;
	chart->graph = graph;
	if (chart_cards_make(cards, graph, error) ||
		chart_layout_make(&chart->layout, cards->count, choose_columns(cards->count),
			cards->edges, cards->edge_count, error))
		return -1;
	for (int i = 0; i < cards->count; i++) {
		struct shape shape = cards->cards[i].shape;
		int taller = shape.height > shape.width ? shape.height : shape.width;
		chart->tallest = taller > chart->tallest ? taller : chart->tallest;
		chart->parameters += cards->cards[i].parameters;
	}
	chart->column_left = malloc((size_t)chart->layout.columns * sizeof *chart->column_left);
	return chart->column_left ? 0 : error_memory(error, "chart");
}

static void free_chart(struct chart *chart)
{
	chart_cards_free(&chart->cards);
	chart_layout_free(&chart->layout);
	free(chart->column_left);
}

static int draw(struct chart *chart, struct canvas *canvas, const struct text_list *labels,
	struct error *error)
{
	double width = place_columns(chart);
	double height = header + chart->layout.rows * row_height - CHART_CARD_GAP + footer;
	if (canvas_create(canvas, width, height, chart->layout.columns > 3 ? 1 : 2, error))
		return -1;
	chart->canvas = canvas;
	draw_header(chart);
	chart_draw_lines(chart);
	for (int i = 0; i < chart->cards.count; i++)
		chart_draw_card(chart, i);
	if (labels && labels->count) {
		chart_draw_exit(chart);
		draw_labels(chart, labels);
	}
	return 0;
}

int chart_draw(struct canvas *canvas, const struct graph *graph, const struct text_list *labels,
	struct error *error)
{
	struct chart chart = {0};
	*canvas = (struct canvas){0};
	int result = make_chart(&chart, graph, error);
	if (result == 0)
		result = draw(&chart, canvas, labels, error);
	free_chart(&chart);
	return result;
}

int chart_parameters_of(const struct graph *graph, int64_t *parameters, struct error *error)
{
	struct chart chart = {0};
	int result = make_chart(&chart, graph, error);
	*parameters = chart.parameters;
	free_chart(&chart);
	return result;
}

int chart_write_png(const struct graph *graph, const struct text_list *labels, const char *path,
	struct error *error)
{
	struct canvas canvas;
	if (chart_draw(&canvas, graph, labels, error))
		return -1;
	int result = canvas_write_png(&canvas, path, error);
	canvas_free(&canvas);
	return result;
}
