#include "explain/chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sizes and positions in units. */
static const double margin = 36, header = 84, footer = 62;
static const double card_width = 404, card_height = 62, card_gap = 26;
static const double block_left = 426, block_room = 100, column_width = 590;
enum { ROWS_LEAST = 14, LABELS_SIZE = 512 };

static const uint32_t ink = 0x1f2933, quiet_ink = 0x66727f, arrow_ink = 0x97a3b0,
		      input_ink = 0x47525e;

/* The contents of a card. */
struct card {
	const struct layer *layer; /* NULL: the input */
	const char *name;
	const char *activation;      /* NULL: none */
	const char *activation_name; /* name of its layer, if it is a separate one; or NULL */
	struct shape shape;          /* of its output */
	int64_t parameters;
};

struct chart {
	const struct canvas *canvas;
	struct card *cards;
	int count, rows; /* number of cards, and of cards per column */
	int64_t parameters;
	int tallest; /* largest height or width of a shape: the scale of the blocks */
};

/* Number of parameters of `layer`, including running statistics, for an input of shape `input`. */
static int64_t chart_parameters(const struct layer *layer, struct shape input)
{
	int64_t in = input.channels, window = (int64_t)layer->kernel_height * layer->kernel_width,
		out = layer->filters;
	switch (layer->kind) {
	case LAYER_CONVOLUTION:
		return window * in * out + (layer->use_bias ? out : 0);
	case LAYER_DEPTHWISE_CONVOLUTION:
		return window * in * out + (layer->use_bias ? in * out : 0);
	case LAYER_DENSE:
		return in * out + (layer->use_bias ? out : 0);
	case LAYER_BATCH_NORMALIZATION:
		return in * (2 + layer->center + layer->scale);
	default:
		return 0;
	}
}

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

static uint32_t card_color(const struct card *card)
{
	if (!card->layer)
		return input_ink;
	switch (card->layer->kind) {
	case LAYER_CONVOLUTION:
	case LAYER_DEPTHWISE_CONVOLUTION:
		return 0x3f74d1;
	case LAYER_MAX_POOLING:
	case LAYER_AVERAGE_POOLING:
	case LAYER_GLOBAL_AVERAGE_POOLING:
		return 0x1d9a86;
	case LAYER_DENSE:
		return 0x8257c9;
	case LAYER_BATCH_NORMALIZATION:
		return 0xcf8a12;
	case LAYER_ACTIVATION:
		return 0xcc4f86;
	default:
		return 0x8a96a3;
	}
}

static void format_title(const struct card *card, char *out, size_t size)
{
	const struct layer *layer = card->layer;
	if (!layer) {
		snprintf(out, size, "Input");
		return;
	}
	static const char *const names[] = {"Convolution", "Depthwise convolution", "Max pooling",
		"Average pooling", "Global average pooling", "Dense", "Flatten", "Dropout",
		"Batch normalisation", "Activation"};
	int used = snprintf(out, size, "%s", names[layer->kind]);
	bool windowed = layer->kind <= LAYER_AVERAGE_POOLING;
	if (windowed)
		used += snprintf(out + used, size - (size_t)used, " %d\u2009\u00d7\u2009%d",
			layer->kernel_height, layer->kernel_width);
	if (layer->kind == LAYER_CONVOLUTION || layer->kind == LAYER_DENSE)
		used += snprintf(out + used, size - (size_t)used, ", %d %s", layer->filters,
			layer->kind == LAYER_DENSE ? "units" : "filters");
	if (layer->kind == LAYER_DROPOUT)
		snprintf(out + used, size - (size_t)used, " %g\u2009%%", 100 * (double)layer->rate);
}

static void format_shape(struct shape shape, char out[128])
{
	if (shape.height == 1 && shape.width == 1)
		chart_format_number(shape.channels, out);
	else
		snprintf(out, 128, "%d\u2009\u00d7\u2009%d\u2009\u00d7\u2009%d", shape.height,
			shape.width, shape.channels);
}

/* ---- drawing ---- */

static void card_position(const struct chart *chart, int index, double *x, double *y)
{
	*x = margin + column_width * (index / chart->rows);
	*y = header + (card_height + card_gap) * (index % chart->rows);
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
static void draw_block(const struct chart *chart, const struct card *card, double x, double y)
{
	double largest = sqrt(chart->tallest), width_maximum = card_height - 18;
	double height = fmax(4, width_maximum * sqrt(card->shape.height) / largest);
	double width = fmax(4, width_maximum * sqrt(card->shape.width) / largest);
	double depth = 4 + 5.2 * log2(card->shape.channels);
	depth = fmin(depth, (block_room - width) / 0.9);
	double across = 0.9 * depth, up = 0.26 * depth;
	double left = x + block_left, top = y + (card_height - height + up) / 2;
	double right = left + width, bottom = top + height;
	struct canvas_color base = solid_color(card_color(card)), white = solid_color(0xffffff),
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

/* The stride if it is not the default: 1 for convolutions, the window's size for pooling. */
static void format_subtitle(const struct card *card, char *out, size_t size)
{
	const struct layer *layer = card->layer;
	bool convolution = layer && layer->kind <= LAYER_DEPTHWISE_CONVOLUTION;
	bool pooling = layer && !convolution && layer->kind <= LAYER_AVERAGE_POOLING;
	int stride = (convolution || pooling) ? layer->stride_height : 0;
	if (stride && stride != (pooling ? layer->kernel_height : 1))
		snprintf(out, size, "%s, stride %d", card->name, stride);
	else
		snprintf(out, size, "%s", card->name);
}

/* The name, then the activation in a rounded box, then the name of the activation layer if it is a
 * separate one. */
static void draw_subtitle(const struct chart *chart, const struct card *card, double x, double y)
{
	struct text_style style = {.size = 12, .color = solid_color(quiet_ink)}, name = style;
	struct canvas_color base = solid_color(card_color(card)), white = solid_color(0xffffff);
	char text[LAYER_NAME_SIZE + 24];
	format_subtitle(card, text, sizeof text);
	double used = canvas_text_fitted(chart->canvas, &style, x, y,
		card->parameters ? card->activation_name ? 110 : 170 : 200, text);
	if (!card->activation)
		return;
	x += used ? used + 9 : 0;
	style = (struct text_style){.size = 11,
		.bold = true,
		.color = canvas_color_mix(base, solid_color(ink), 0.25)};
	double width = canvas_text_width(chart->canvas, &style, card->activation) + 14;
	canvas_box(chart->canvas, x, y - 8.5, width, 17, 8.5, canvas_color_mix(base, white, 0.74));
	canvas_text(chart->canvas, &style, x + 7, y, card->activation);
	if (card->activation_name)
		canvas_text_fitted(chart->canvas, &name, x + width + 7, y,
			card->parameters ? 70 : 100, card->activation_name);
}

static void draw_card(const struct chart *chart, int index)
{
	const struct canvas *canvas = chart->canvas;
	const struct card *card = &chart->cards[index];
	struct canvas_color base = solid_color(card_color(card)), white = solid_color(0xffffff);
	double x, y;
	char text[128], number[32];
	card_position(chart, index, &x, &y);
	canvas_box(canvas, x, y, card_width, card_height, 9, base);
	canvas_box(canvas, x + 6, y, card_width - 6, card_height, 9,
		canvas_color_mix(base, white, 0.92));
	canvas_box(canvas, x + 6, y, 12, card_height, 0, canvas_color_mix(base, white, 0.92));
	canvas_frame(canvas, x, y, card_width, card_height, 9, 1.2,
		canvas_color_mix(base, white, 0.35));
	struct text_style title = {.size = 14.5, .bold = true, .color = solid_color(ink)};
	struct text_style right = {.size = 13.5, .color = solid_color(ink), .align = CANVAS_RIGHT};
	format_shape(card->shape, text);
	canvas_text(canvas, &right, x + card_width - 14,
		y + (card->parameters ? 21 : card_height / 2), text);
	double width_maximum = card_width - 50 - canvas_text_width(canvas, &right, text);
	format_title(card, text, sizeof text);
	canvas_text_fitted(canvas, &title, x + 20, y + (card->layer ? 21 : card_height / 2),
		width_maximum, text);
	draw_subtitle(chart, card, x + 20, y + 43);
	if (card->parameters) {
		right = (struct text_style){.size = 12,
			.color = solid_color(quiet_ink),
			.align = CANVAS_RIGHT};
		snprintf(text, sizeof text, "%s weights",
			chart_format_number(card->parameters, number));
		canvas_text(canvas, &right, x + card_width - 14, y + 43, text);
	}
	draw_block(chart, card, x, y);
}

static void draw_arrow_head(const struct canvas *canvas, double x, double y)
{
	cairo_move_to(canvas->cairo, x, y);
	cairo_rel_line_to(canvas->cairo, -5, -8);
	cairo_rel_line_to(canvas->cairo, 10, 0);
	cairo_close_path(canvas->cairo);
	canvas_set_color(canvas, solid_color(arrow_ink));
	cairo_fill(canvas->cairo);
}

/* From the card before `index` to it: straight down, or over to the top of the next column. */
static void draw_arrow(const struct chart *chart, int index)
{
	cairo_t *cairo = chart->canvas->cairo;
	double x, y, from_x, from_y, middle = card_width / 2, bend = 10;
	card_position(chart, index - 1, &from_x, &from_y);
	card_position(chart, index, &x, &y);
	from_y += card_height;
	cairo_move_to(cairo, from_x + middle, from_y + 2);
	if (x != from_x) {
		double aisle = x - 24, below = from_y + 16, above = y - 20;
		cairo_line_to(cairo, from_x + middle, below - bend);
		cairo_arc_negative(cairo, from_x + middle + bend, below - bend, bend, M_PI,
			M_PI / 2);
		cairo_line_to(cairo, aisle - bend, below);
		cairo_arc_negative(cairo, aisle - bend, below - bend, bend, M_PI / 2, 0);
		cairo_line_to(cairo, aisle, above + bend);
		cairo_arc(cairo, aisle + bend, above + bend, bend, M_PI, 1.5 * M_PI);
		cairo_line_to(cairo, x + middle - bend, above);
		cairo_arc(cairo, x + middle - bend, above + bend, bend, 1.5 * M_PI, 2 * M_PI);
	}
	cairo_line_to(cairo, x + middle, y - 9);
	canvas_set_color(chart->canvas, solid_color(arrow_ink));
	cairo_set_line_width(cairo, 1.8);
	cairo_stroke(cairo);
	draw_arrow_head(chart->canvas, x + middle, y - 2);
}

static void draw_header(const struct chart *chart, const char *name)
{
	char text[96], number[32];
	double x = margin;
	struct text_style title = {.size = 20, .bold = true, .color = solid_color(ink)};
	struct text_style detail = {.size = 13, .color = solid_color(quiet_ink)};
	canvas_text_fitted(chart->canvas, &title, x, 32, block_left + block_room,
		*name ? name : "Network");
	double megabytes = (double)chart->parameters * sizeof(float) / 1e6;
	snprintf(text, sizeof text, "%s weights, %.*f MB",
		chart_format_number(chart->parameters, number), megabytes < 10 ? 2 : 0, megabytes);
	canvas_text(chart->canvas, &detail, x, 57, text);
}

/* An arrow from the last card to the classes. */
static void draw_labels(const struct chart *chart, const struct text_list *labels)
{
	double x, y;
	char text[LABELS_SIZE] = "";
	size_t used = 0;
	for (size_t i = 0; i < labels->count && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? ",  " : "",
			labels->items[i]);
	card_position(chart, chart->count - 1, &x, &y);
	y += card_height;
	canvas_line(chart->canvas, x + card_width / 2, y + 2, x + card_width / 2, y + card_gap - 8,
		1.8, solid_color(arrow_ink));
	draw_arrow_head(chart->canvas, x + card_width / 2, y + card_gap - 2);
	struct text_style style = {.size = 14,
		.bold = true,
		.color = solid_color(ink),
		.align = CANVAS_CENTER};
	canvas_text_fitted(chart->canvas, &style, x + card_width / 2, y + card_gap + 12, card_width,
		text);
}

/* ---- cards ---- */

static bool can_show_activation(const struct card *card)
{
	return card->layer && !card->activation &&
		(card->layer->kind <= LAYER_DEPTHWISE_CONVOLUTION ||
			card->layer->kind == LAYER_DENSE ||
			card->layer->kind == LAYER_BATCH_NORMALIZATION);
}

static void add_layer(struct chart *chart, const struct layer *layer, struct shape input,
	struct shape output)
{
	struct card *last = &chart->cards[chart->count - 1];
	const char *activation = activation_title(layer->activation.kind);
	if (layer->kind == LAYER_ACTIVATION && activation && can_show_activation(last)) {
		last->activation = activation;
		last->activation_name = layer->name;
		return;
	}
	int64_t parameters = chart_parameters(layer, input);
	chart->parameters += parameters;
	chart->cards[chart->count++] =
		(struct card){layer, layer->name, activation, NULL, output, parameters};
}

static int make_cards(struct chart *chart, const struct architecture *architecture,
	struct error *error)
{
	size_t layers = (size_t)architecture->layer_count;
	struct shape *shapes = malloc((layers + 1) * sizeof *shapes);
	chart->cards = malloc((layers + 1) * sizeof *chart->cards);
	int result = shapes && chart->cards ? architecture_shapes(architecture, shapes, error)
					    : error_memory(error, "chart");
	if (result == 0) {
		struct shape input = architecture->input;
		chart->cards[chart->count++] = (struct card){.name = "", .shape = input};
		chart->tallest = input.height > input.width ? input.height : input.width;
		for (int i = 0; i < architecture->layer_count; input = shapes[i++])
			add_layer(chart, &architecture->layers[i], input, shapes[i]);
	}
	free(shapes);
	return result;
}

static int make_canvas(struct chart *chart, struct canvas *canvas, struct error *error)
{
	/* Several columns, about square, if one would be too long. */
	chart->rows = (int)fmax(ROWS_LEAST,
		ceil(sqrt(chart->count * column_width / (card_height + card_gap))));
	int columns = (chart->count + chart->rows - 1) / chart->rows;
	chart->rows = (chart->count + columns - 1) / columns;
	double width = 2 * margin + column_width * (columns - 1) + block_left + block_room;
	double height = header + chart->rows * (card_height + card_gap) - card_gap + footer;
	chart->canvas = canvas;
	return canvas_create(canvas, width, height, columns > 3 ? 1 : 2, error);
}

int chart_draw(struct canvas *canvas, const struct architecture *architecture,
	const struct text_list *labels, struct error *error)
{
	struct chart chart = {0};
	*canvas = (struct canvas){0};
	int result = make_cards(&chart, architecture, error);
	if (result == 0)
		result = make_canvas(&chart, canvas, error);
	if (result == 0) {
		draw_header(&chart, architecture->name);
		for (int i = 0; i < chart.count; i++) {
			draw_card(&chart, i);
			if (i)
				draw_arrow(&chart, i);
		}
		if (labels && labels->count)
			draw_labels(&chart, labels);
	}
	free(chart.cards);
	return result;
}

int chart_parameters_of(const struct architecture *architecture, int64_t *parameters,
	struct error *error)
{
	struct chart chart = {0};
	int result = make_cards(&chart, architecture, error);
	*parameters = chart.parameters;
	free(chart.cards);
	return result;
}

int chart_write_png(const struct architecture *architecture, const struct text_list *labels,
	const char *path, struct error *error)
{
	struct canvas canvas;
	if (chart_draw(&canvas, architecture, labels, error))
		return -1;
	int result = canvas_write_png(&canvas, path, error);
	canvas_free(&canvas);
	return result;
}
