/* The lines of a chart: arrows to the card below, lanes past other cards, and tags. */
#include "explain/chart_draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double lane_first = 17, lane_step = 11, line_width = 1.8, bend = 7;
enum { TAG_SIZE = 320 };

double chart_lanes_width(int lanes)
{
	return lanes ? lane_first + lane_step * (lanes - 1) + 8 : 0;
}

/* An arrow head that points in the direction `angle` (0: right) with its point at (x, y). */
static void draw_head(const struct canvas *canvas, double x, double y, double angle,
	struct canvas_color color)
{
	cairo_save(canvas->cairo);
	cairo_translate(canvas->cairo, x, y);
	cairo_rotate(canvas->cairo, angle);
	cairo_move_to(canvas->cairo, 0, 0);
	cairo_line_to(canvas->cairo, -8, -5);
	cairo_line_to(canvas->cairo, -8, 5);
	cairo_close_path(canvas->cairo);
	canvas_set_color(canvas, color);
	cairo_fill(canvas->cairo);
	cairo_restore(canvas->cairo);
}

/* ---- from card to card ---- */

/* Adds a line from (x, y) over to the top of the next column to the path. */
static void add_aisle(cairo_t *cairo, double x, double y, double aisle, double to_x, double to_y)
{
	const double radius = 10, below = y + 14, above = to_y - 20;
	cairo_line_to(cairo, x, below - radius);
	cairo_arc_negative(cairo, x + radius, below - radius, radius, M_PI, M_PI / 2);
	cairo_line_to(cairo, aisle - radius, below);
	cairo_arc_negative(cairo, aisle - radius, below - radius, radius, M_PI / 2, 0);
	cairo_line_to(cairo, aisle, above + radius);
	cairo_arc(cairo, aisle + radius, above + radius, radius, M_PI, 1.5 * M_PI);
	cairo_line_to(cairo, to_x - radius, above);
	cairo_arc(cairo, to_x - radius, above + radius, radius, 1.5 * M_PI, 2 * M_PI);
}

/* To the next card: straight down, or over to the top of the next column. */
static void draw_arrow(const struct chart *chart, const struct chart_edge *edge)
{
	cairo_t *cairo = chart->canvas->cairo;
	double x, y, from_x, from_y, middle = CHART_CARD_WIDTH / 2;
	chart_card_position(chart, edge->from, &from_x, &from_y);
	chart_card_position(chart, edge->to, &x, &y);
	from_y += CHART_CARD_HEIGHT;
	cairo_move_to(cairo, from_x + middle, from_y + 2);
	if (edge->route == CHART_ACROSS) {
		int lanes = chart->layout.lanes[chart->layout.places[edge->to].column];
		add_aisle(cairo, from_x + middle, from_y + 2, x - chart_lanes_width(lanes) - 24,
			x + middle, y);
	}
	cairo_line_to(cairo, x + middle, y - 9);
	canvas_set_color(chart->canvas, solid_color(CHART_LINE_INK));
	cairo_set_line_width(cairo, line_width);
	cairo_stroke(cairo);
	draw_head(chart->canvas, x + middle, y - 2, M_PI / 2, solid_color(CHART_LINE_INK));
}

void chart_draw_exit(const struct chart *chart)
{
	double x, y;
	chart_card_position(chart, chart->cards.count - 1, &x, &y);
	x += CHART_CARD_WIDTH / 2;
	y += CHART_CARD_HEIGHT;
	canvas_line(chart->canvas, x, y + 2, x, y + CHART_CARD_GAP - 8, line_width,
		solid_color(CHART_LINE_INK));
	draw_head(chart->canvas, x, y + CHART_CARD_GAP - 2, M_PI / 2, solid_color(CHART_LINE_INK));
}

/* ---- lanes ---- */

/* Where a lane's line enters its card: those of near lanes above those of far ones, so that they do
 * not cross. */
static double entry_y(const struct chart *chart, const struct chart_edge *edge)
{
	int entries = 0, nearer = 0;
	double x, y;
	chart_card_position(chart, edge->to, &x, &y);
	for (int i = 0; i < chart->cards.edge_count; i++) {
		const struct chart_edge *other = &chart->cards.edges[i];
		if (other->to != edge->to || other->route != CHART_LANE)
			continue;
		entries++;
		nearer += other->lane < edge->lane;
	}
	return y + 14 + nearer * fmin(11, 30.0 / entries);
}

static void add_lane(const struct chart *chart, const struct chart_edge *edge)
{
	cairo_t *cairo = chart->canvas->cairo;
	double x, from_y, to_y = entry_y(chart, edge);
	chart_card_position(chart, edge->from, &x, &from_y);
	double lane = x - lane_first - lane_step * edge->lane;
	from_y += CHART_CARD_HEIGHT - 12;
	cairo_move_to(cairo, x - 1, from_y);
	cairo_arc_negative(cairo, lane + bend, from_y + bend, bend, 1.5 * M_PI, M_PI);
	cairo_arc_negative(cairo, lane + bend, to_y - bend, bend, M_PI, M_PI / 2);
	cairo_line_to(cairo, x - 9, to_y);
}

/* A lane's line is as dark as the others, but of its card's colour, so that it can be followed. */
static struct canvas_color lane_color(const struct chart *chart, int card)
{
	return canvas_color_mix(chart_card_color(chart, card), solid_color(0xffffff), 0.25);
}

/* All lines from a card in their lane, on a white edge that parts them from those they cross. */
static void draw_lane(const struct chart *chart, int from, int lane)
{
	cairo_t *cairo = chart->canvas->cairo;
	double x, y;
	for (int i = 0; i < chart->cards.edge_count; i++) {
		const struct chart_edge *edge = &chart->cards.edges[i];
		if (edge->from == from && edge->route == CHART_LANE && edge->lane == lane)
			add_lane(chart, edge);
	}
	if (!cairo_has_current_point(cairo))
		return;
	canvas_set_color(chart->canvas, solid_color(0xffffff));
	cairo_set_line_width(cairo, line_width + 4);
	cairo_stroke_preserve(cairo);
	canvas_set_color(chart->canvas, lane_color(chart, from));
	cairo_set_line_width(cairo, line_width);
	cairo_stroke(cairo);
	for (int i = 0; i < chart->cards.edge_count; i++) {
		const struct chart_edge *edge = &chart->cards.edges[i];
		if (edge->from != from || edge->route != CHART_LANE)
			continue;
		chart_card_position(chart, edge->to, &x, &y);
		draw_head(chart->canvas, x - 1, entry_y(chart, edge), 0, lane_color(chart, from));
	}
}

/* ---- tags ---- */

/* The names of the cards at the other ends of a card's tagged edges, after `word`; *color becomes
 * that of the first card that has the value. */
static void tag_text(const struct chart *chart, int card, bool is_entry, char text[TAG_SIZE],
	struct canvas_color *color)
{
	size_t used = 0;
	*text = 0;
	for (int i = 0; i < chart->cards.edge_count && used < TAG_SIZE; i++) {
		const struct chart_edge *edge = &chart->cards.edges[i];
		if (edge->route != CHART_TAG || (is_entry ? edge->to : edge->from) != card)
			continue;
		if (used == 0)
			*color = chart_card_color(chart, edge->from);
		used += (size_t)snprintf(text + used, TAG_SIZE - used, "%s%s",
			used               ? ", "
				: is_entry ? "from "
					   : "to ",
			chart_card_name(chart, is_entry ? edge->from : edge->to));
	}
}

/* A tag hangs below its card at the left, or stands on it at the right: there are no arrows. */
static void draw_tag(const struct chart *chart, int card, bool is_entry)
{
	const double room = CHART_CARD_WIDTH / 2 - 24, height = 14, stem = 22;
	char text[TAG_SIZE];
	double x, y;
	struct canvas_color color = {0}, white = solid_color(0xffffff);
	tag_text(chart, card, is_entry, text, &color);
	if (!*text)
		return;
	chart_card_position(chart, card, &x, &y);
	x += is_entry ? CHART_CARD_WIDTH / 2 + 14 : 10;
	y += is_entry ? -16 : CHART_CARD_HEIGHT + 10;
	struct text_style style = {.size = 10.5,
		.color = canvas_color_mix(color, solid_color(CHART_INK), 0.45)};
	double width = fmin(canvas_text_width(chart->canvas, &style, text), room - 14) + 14;
	struct canvas_color line = canvas_color_mix(color, white, 0.25);
	if (is_entry)
		draw_head(chart->canvas, x + stem, y + 15, M_PI / 2, line);
	else
		canvas_line(chart->canvas, x + stem, y - 10, x + stem, y, line_width, line);
	canvas_box(chart->canvas, x, y - height / 2, width, height, height / 2,
		canvas_color_mix(color, white, 0.86));
	canvas_frame(chart->canvas, x, y - height / 2, width, height, height / 2, 1, line);
	canvas_text_fitted(chart->canvas, &style, x + 7, y, width - 14, text);
}

void chart_draw_lines(const struct chart *chart)
{
	for (int i = 0; i < chart->cards.edge_count; i++) {
		const struct chart_edge *edge = &chart->cards.edges[i];
		if (edge->route == CHART_DOWN || edge->route == CHART_ACROSS)
			draw_arrow(chart, edge);
	}
	for (int lane = CHART_LANES_MAXIMUM - 1; lane >= 0; lane--)
		for (int card = 0; card < chart->cards.count; card++)
			draw_lane(chart, card, lane);
	for (int card = 0; card < chart->cards.count; card++) {
		draw_tag(chart, card, true);
		draw_tag(chart, card, false);
	}
}
