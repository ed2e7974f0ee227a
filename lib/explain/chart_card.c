/* The cards of a chart: what a layer is called, its numbers, and its output as a block. */
#include "explain/chart.h"
#include "explain/chart_draw.h"
#include "explain/kinds.h"

#include <math.h>
#include <stdio.h>

enum { TEXT_SIZE = 128 };

static void format_shape(struct shape shape, char out[TEXT_SIZE])
{
	if (shape.is_vector || (shape.height == 1 && shape.width == 1))
		chart_format_number(shape.channels, out);
	else
		snprintf(out, TEXT_SIZE, "%d\u2009\u00d7\u2009%d\u2009\u00d7\u2009%d", shape.height,
			shape.width, shape.channels);
}

static void draw_face(const struct canvas *canvas, const double points[8], struct canvas_color fill,
	struct canvas_color edge)
{
	cairo_t *cairo = canvas->cairo;
	for (int i = 0; i < 8; i += 2)
		cairo_line_to(cairo, points[i], points[i + 1]);
	cairo_close_path(cairo);
	canvas_set_color(canvas, fill);
	cairo_fill_preserve(cairo);
	canvas_set_color(canvas, edge);
	cairo_set_line_width(cairo, 1);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_stroke(cairo);
}

/* The output as a block: height and width by square root, depth by the logarithm of the
 * channels. */
static void draw_block(const struct chart *chart, int index, double x, double y)
{
	struct shape shape = chart->cards.cards[index].shape;
	double largest = sqrt(chart->tallest), width_maximum = CHART_CARD_HEIGHT - 18;
	double height = fmax(4, width_maximum * sqrt(shape.height) / largest);
	double width = fmax(4, width_maximum * sqrt(shape.width) / largest);
	double depth = 4 + 5.2 * log2(shape.channels);
	depth = fmin(depth, (CHART_BLOCK_ROOM - width) / 0.9);
	double across = 0.9 * depth, up = 0.26 * depth;
	double left = x + CHART_BLOCK_LEFT, top = y + (CHART_CARD_HEIGHT - height + up) / 2;
	double right = left + width, bottom = top + height;
	struct canvas_color base = chart_card_color(chart, index), white = solid_color(0xffffff),
			    edge = canvas_color_mix(base, white, 0.1);
	draw_face(chart->canvas,
		(double[]){left, top, left + across, top - up, right + across, top - up, right,
			top},
		canvas_color_mix(base, white, 0.8), edge);
	draw_face(chart->canvas,
		(double[]){right, top, right + across, top - up, right + across, bottom - up, right,
			bottom},
		canvas_color_mix(base, white, 0.42), edge);
	draw_face(chart->canvas, (double[]){left, top, right, top, right, bottom, left, bottom},
		canvas_color_mix(base, white, 0.62), edge);
}

/* ---- texts ---- */

static const struct layer *layer_of(const struct chart *chart, int index)
{
	int node = chart->cards.cards[index].node;
	return node == GRAPH_INPUT ? NULL : graph_layer(chart->graph, node);
}

static void format_title(const struct layer *layer, char out[TEXT_SIZE])
{
	char text[TEXT_SIZE / 2] = "";
	const struct explain_kind_row *row = explain_kind_row(layer->kind);
	if (row->title)
		row->title(layer, text, sizeof text);
	snprintf(out, TEXT_SIZE, "%s%s", layer_kind_row(layer->kind)->title, text);
}

static void format_name(const struct layer *layer, const char *name, char out[TEXT_SIZE])
{
	char text[TEXT_SIZE / 2 - 1] = "";
	const struct explain_kind_row *row = explain_kind_row(layer->kind);
	if (row->name)
		row->name(layer, text, sizeof text);
	snprintf(out, TEXT_SIZE, "%s%s", name, text);
}

/* The number of weights, or the layer's first use. */
static void format_weights(const struct chart *chart, int index, char out[TEXT_SIZE])
{
	const struct chart_card *card = &chart->cards.cards[index];
	const struct graph *graph = chart->graph;
	struct parameter_shape parameters[PARAMETERS_MAXIMUM];
	char number[32];
	int first = graph_first_node(graph, graph->nodes[card->node].layer);
	*out = 0;
	if (card->parameters)
		snprintf(out, TEXT_SIZE, "%s weights",
			chart_format_number(card->parameters, number));
	else if (first != card->node &&
		layer_parameters(layer_of(chart, index), card->shape, parameters))
		snprintf(out, TEXT_SIZE, "shared with %s", graph->nodes[first].name);
}

/* Draws the name, then the activation in a rounded box, then the name of the activation layer if it
 * is a separate one, all within `room`. */
static void draw_names(const struct chart *chart, int index, double x, double y, double room)
{
	const struct chart_card *card = &chart->cards.cards[index];
	const struct layer *layer = layer_of(chart, index);
	const struct node *separate =
		card->activation_node < 0 ? NULL : &chart->graph->nodes[card->activation_node];
	const char *activation = activation_title(separate
			? graph_layer(chart->graph, card->activation_node)->activation.kind
			: layer->activation.kind);
	struct text_style style = {.size = 12, .color = solid_color(CHART_QUIET_INK)};
	struct canvas_color base = chart_card_color(chart, index), white = solid_color(0xffffff);
	struct text_style bold = {.size = 11,
		.bold = true,
		.color = canvas_color_mix(base, solid_color(CHART_INK), 0.25)};
	char text[TEXT_SIZE];
	format_name(layer, chart->graph->nodes[card->node].name, text);
	if (!activation) {
		canvas_text_fitted(chart->canvas, &style, x, y, room, text);
		return;
	}
	double width = canvas_text_width(chart->canvas, &bold, activation) + 14;
	double second = separate ? canvas_text_width(chart->canvas, &style, separate->name) + 7 : 0;
	room -= width + 9;
	double used = canvas_text_fitted(chart->canvas, &style, x, y,
		fmax(room - second, room * (separate ? 0.6 : 1)), text);
	x += used ? used + 9 : 0;
	canvas_box(chart->canvas, x, y - 8.5, width, 17, 8.5, canvas_color_mix(base, white, 0.74));
	canvas_text(chart->canvas, &bold, x + 7, y, activation);
	if (separate)
		canvas_text_fitted(chart->canvas, &style, x + width + 7, y,
			fmax(room - used - 7, 20), separate->name);
}

/* ---- cards ---- */

static void draw_box(const struct chart *chart, int index, double x, double y)
{
	const struct canvas *canvas = chart->canvas;
	const double width = CHART_CARD_WIDTH, height = CHART_CARD_HEIGHT;
	struct canvas_color base = chart_card_color(chart, index), white = solid_color(0xffffff);
	canvas_box(canvas, x, y, width, height, 9, base);
	canvas_box(canvas, x + 6, y, width - 6, height, 9, canvas_color_mix(base, white, 0.92));
	canvas_box(canvas, x + 6, y, 12, height, 0, canvas_color_mix(base, white, 0.92));
	canvas_frame(canvas, x, y, width, height, 9, 1.2, canvas_color_mix(base, white, 0.35));
}

static void draw_layer(const struct chart *chart, int index, double x, double y)
{
	const struct canvas *canvas = chart->canvas;
	const double right_edge = x + CHART_CARD_WIDTH - 14;
	struct text_style title = {.size = 14.5, .bold = true, .color = solid_color(CHART_INK)};
	struct text_style size = {.size = 13.5,
		.color = solid_color(CHART_INK),
		.align = CANVAS_RIGHT};
	struct text_style weights = {.size = 12,
		.color = solid_color(CHART_QUIET_INK),
		.align = CANVAS_RIGHT};
	char text[TEXT_SIZE], below[TEXT_SIZE];
	format_weights(chart, index, below);
	format_shape(chart->cards.cards[index].shape, text);
	canvas_text(canvas, &size, right_edge, y + (*below ? 21 : CHART_CARD_HEIGHT / 2), text);
	const double room = CHART_CARD_WIDTH - 50;
	double title_room = room - canvas_text_width(canvas, &size, text);
	double names_room = *below
		? room - canvas_text_fitted(canvas, &weights, right_edge, y + 43, 190, below)
		: title_room;
	format_title(layer_of(chart, index), text);
	canvas_text_fitted(canvas, &title, x + 20, y + 21, title_room, text);
	draw_names(chart, index, x + 20, y + 43, names_room);
}

static void draw_input(const struct chart *chart, int index, double x, double y)
{
	struct text_style title = {.size = 14.5, .bold = true, .color = solid_color(CHART_INK)};
	struct text_style size = {.size = 13.5,
		.color = solid_color(CHART_INK),
		.align = CANVAS_RIGHT};
	char text[TEXT_SIZE];
	format_shape(chart->cards.cards[index].shape, text);
	canvas_text(chart->canvas, &title, x + 20, y + CHART_CARD_HEIGHT / 2, "Input");
	canvas_text(chart->canvas, &size, x + CHART_CARD_WIDTH - 14, y + CHART_CARD_HEIGHT / 2,
		text);
}

void chart_draw_card(const struct chart *chart, int index)
{
	double x, y;
	chart_card_position(chart, index, &x, &y);
	draw_box(chart, index, x, y);
	if (layer_of(chart, index))
		draw_layer(chart, index, x, y);
	else
		draw_input(chart, index, x, y);
	draw_block(chart, index, x, y);
}
