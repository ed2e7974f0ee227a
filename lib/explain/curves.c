#include "explain/curves.h"

#include "base/file.h"
#include "image/image.h"
#include "sandbox/child.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sizes in units of two pixels. */
static const double picture_width = 1160, picture_height = 470, picture_scale = 2;
static const double panel_top = 96, panel_bottom = 414, panel_left = 62, panel_right = 28;

static const uint32_t ink = 0x1f2933, quiet_ink = 0x66727f, grid_ink = 0xe6eaef,
		      axis_ink = 0xb4bec9;
static const uint32_t training_ink = 0x3f74d1, validation_ink = 0xe2672c;

/* One panel: its position and its range of values. */
struct panel {
	const struct canvas *canvas;
	const struct history *history;
	const char *title;
	enum history_column training, validation;
	bool percent;
	double left, right;
	double low, high, step;
};

double curves_nice_step(double span, int most)
{
	double rough = span / most, power = pow(10, floor(log10(rough)));
	double mantissa = rough / power;
	/* Tolerance for rounding: 0.2 / 0.1 may be slightly more than 2. */
	double slack = 1 + 1e-9;
	return (mantissa <= 1 * slack                  ? 1
			       : mantissa <= 2 * slack ? 2
			       : mantissa <= 5 * slack ? 5
						       : 10) *
		power;
}

static double position_x(const struct panel *panel, int index)
{
	const struct history *history = panel->history;
	int first = history->epoch[0], span = history->epoch[history->count - 1] - first;
	if (span <= 0)
		return (panel->left + panel->right) / 2;
	return panel->left + (panel->right - panel->left) * (history->epoch[index] - first) / span;
}

static double position_y(const struct panel *panel, double value)
{
	return panel_bottom -
		(panel_bottom - panel_top) * (value - panel->low) / (panel->high - panel->low);
}

/* The range of both columns, extended to ticks. Loss starts at 0, accuracy ends at 1. */
static void find_range(struct panel *panel)
{
	double low = INFINITY, high = -INFINITY;
	for (int i = 0; i < panel->history->count; i++) {
		double training = panel->history->values[panel->training][i];
		double validation = panel->history->values[panel->validation][i];
		low = fmin(low, fmin(training, validation));
		high = fmax(high, fmax(training, validation));
	}
	if (panel->percent) {
		low = isinf(low) ? 0 : fmin(low, 0.9);
		high = 1;
	} else {
		low = fmin(isinf(low) ? 0 : low, 0);
		high = isinf(high) || high <= low ? low + 1 : high;
	}
	panel->step = curves_nice_step(high - low, 6);
	panel->low = panel->step * floor(low / panel->step + 1e-9);
	panel->high = panel->step * ceil(high / panel->step - 1e-9);
}

static void format_tick(const struct panel *panel, double value, char *out, size_t size)
{
	int decimals = (int)fmax(0, ceil(-log10(panel->step * (panel->percent ? 100 : 1)) - 1e-9));
	snprintf(out, size, panel->percent ? "%.*f %%" : "%.*f", decimals,
		panel->percent ? 100 * value : value);
}

static void draw_values_axis(const struct panel *panel)
{
	struct text_style style = {.size = 12.5,
		.color = solid_color(quiet_ink),
		.align = CANVAS_RIGHT};
	int ticks = (int)lround((panel->high - panel->low) / panel->step);
	for (int i = 0; i <= ticks; i++) {
		double value = panel->low + i * panel->step, y = position_y(panel, value);
		char label[32];
		format_tick(panel, value, label, sizeof label);
		canvas_line(panel->canvas, panel->left, y, panel->right, y, 1,
			solid_color(i ? grid_ink : axis_ink));
		canvas_text(panel->canvas, &style, panel->left - 10, y, label);
	}
}

static void draw_epoch_tick(const struct panel *panel, double x, int epoch)
{
	struct text_style style = {.size = 12.5,
		.color = solid_color(quiet_ink),
		.align = CANVAS_CENTER};
	char label[16];
	snprintf(label, sizeof label, "%d", epoch);
	canvas_line(panel->canvas, x, panel_bottom, x, panel_bottom + 5, 1, solid_color(axis_ink));
	canvas_text(panel->canvas, &style, x, panel_bottom + 17, label);
}

static void draw_epoch_axis(const struct panel *panel)
{
	const struct history *history = panel->history;
	int first = history->epoch[0], last = history->epoch[history->count - 1];
	struct text_style style = {.size = 12.5,
		.color = solid_color(quiet_ink),
		.align = CANVAS_CENTER};
	canvas_text(panel->canvas, &style, (panel->left + panel->right) / 2, panel_bottom + 38,
		"epoch");
	draw_epoch_tick(panel, position_x(panel, 0), first);
	if (last <= first)
		return;
	int step = (int)fmax(1, curves_nice_step(last - first, 10));
	for (int64_t epoch = (first / step + 1) * (int64_t)step; epoch <= last; epoch += step)
		if (2 * (epoch - first) >= step)
			draw_epoch_tick(panel,
				panel->left +
					(panel->right - panel->left) * (double)(epoch - first) /
						(last - first),
				(int)epoch);
}

/* A line through the measured values, broken at missing ones; with points if there are few. */
static void draw_line(const struct panel *panel, enum history_column column, uint32_t rgb)
{
	cairo_t *cairo = panel->canvas->cairo;
	const double *values = panel->history->values[column];
	int count = panel->history->count;
	for (int i = 0; i < count; i++)
		if (!isnan(values[i]))
			cairo_line_to(cairo, position_x(panel, i), position_y(panel, values[i]));
		else
			cairo_new_sub_path(cairo);
	canvas_set_color(panel->canvas, solid_color(rgb));
	cairo_set_line_width(cairo, 2.4);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
	cairo_stroke(cairo);
	for (int i = 0; i < count && count <= 25; i++)
		if (!isnan(values[i]))
			canvas_disc(panel->canvas, position_x(panel, i),
				position_y(panel, values[i]), 3.2, solid_color(rgb));
}

static void draw_legend(const struct panel *panel)
{
	const struct canvas *canvas = panel->canvas;
	struct text_style style = {.size = 13, .color = solid_color(ink), .align = CANVAS_RIGHT};
	double x = panel->right, y = 34;
	static const char *const names[] = {"validation", "training"};
	const uint32_t rgb[] = {validation_ink, training_ink};
	for (int i = 0; i < 2; i++) {
		if (!history_has(panel->history, i ? panel->training : panel->validation))
			continue;
		canvas_text(canvas, &style, x, y, names[i]);
		x -= canvas_text_width(canvas, &style, names[i]) + 8;
		canvas_box(canvas, x - 20, y - 2, 20, 4, 2, solid_color(rgb[i]));
		x -= 20 + 20;
	}
}

/* Marks the best epoch's value by a ring and a label. */
static void draw_best(const struct panel *panel)
{
	const struct canvas *canvas = panel->canvas;
	bool validated = history_has(panel->history, panel->validation);
	int best = history_best(panel->history);
	double value =
		panel->history->values[validated ? panel->validation : panel->training][best];
	if (isnan(value))
		return;
	uint32_t rgb = validated ? validation_ink : training_ink;
	double x = position_x(panel, best), y = position_y(panel, value);
	char label[64];
	snprintf(label, sizeof label,
		panel->percent ? "best, epoch %d: %.1f %%" : "best, epoch %d: %.3f",
		panel->history->epoch[best], panel->percent ? 100 * value : value);
	struct text_style style = {.size = 13,
		.bold = true,
		.color = solid_color(0xffffff),
		.align = CANVAS_CENTER};
	double width = canvas_text_width(canvas, &style, label) + 20;
	double middle = fmin(fmax(x, panel->left + width / 2), panel->right - width / 2);
	cairo_set_dash(canvas->cairo, (double[]){3, 4}, 2, 0);
	canvas_line(canvas, x, panel_top - 14, x, panel_bottom, 1.2, solid_color(rgb));
	cairo_set_dash(canvas->cairo, NULL, 0, 0);
	canvas_disc(canvas, x, y, 7, solid_color(0xffffff));
	canvas_disc(canvas, x, y, 5, solid_color(rgb));
	canvas_box(canvas, middle - width / 2, panel_top - 36, width, 24, 12, solid_color(rgb));
	canvas_text(canvas, &style, middle, panel_top - 24, label);
}

static void draw_panel_contents(struct panel *panel)
{
	struct text_style title = {.size = 19, .bold = true, .color = solid_color(ink)};
	canvas_text(panel->canvas, &title, panel->left, 33, panel->title);
	if (!history_has(panel->history, panel->training) &&
		!history_has(panel->history, panel->validation)) {
		title = (struct text_style){.size = 14, .color = solid_color(quiet_ink)};
		canvas_text(panel->canvas, &title, panel->left, panel_top, "not measured");
		return;
	}
	find_range(panel);
	draw_values_axis(panel);
	draw_epoch_axis(panel);
	draw_line(panel, panel->training, training_ink);
	draw_line(panel, panel->validation, validation_ink);
	draw_legend(panel);
	draw_best(panel);
}

/* Draws a panel of half the picture's width, beginning at `x`. */
static void draw_panel(const struct canvas *canvas, const struct history *history,
	enum curves_kind kind, double x)
{
	struct panel panel = {.canvas = canvas,
		.history = history,
		.title = "Loss",
		.training = HISTORY_LOSS,
		.validation = HISTORY_VALIDATION_LOSS,
		.left = x + panel_left,
		.right = x + picture_width / 2 - panel_right};
	if (kind == CURVES_ACCURACY) {
		panel.title = "Accuracy";
		panel.percent = true;
		panel.training = HISTORY_ACCURACY;
		panel.validation = HISTORY_VALIDATION_ACCURACY;
	}
	draw_panel_contents(&panel);
}

int curves_draw(struct canvas *canvas, const struct history *history, struct error *error)
{
	if (canvas_create(canvas, picture_width, picture_height, picture_scale, error))
		return -1;
	draw_panel(canvas, history, CURVES_LOSS, 0);
	draw_panel(canvas, history, CURVES_ACCURACY, picture_width / 2);
	return 0;
}

int curves_draw_one(struct canvas *canvas, const struct history *history, enum curves_kind kind,
	struct error *error)
{
	if (canvas_create(canvas, picture_width / 2, picture_height, picture_scale, error))
		return -1;
	draw_panel(canvas, history, kind, 0);
	return 0;
}

struct drawing {
	const struct history *history;
	FILE *stream;
	const char *path;
};

static int draw_task(void *context, struct error *error)
{
	const struct drawing *drawing = context;
	struct canvas canvas;
	struct image image = {0};
	unsigned char *png = NULL;
	size_t size;
	int result = curves_draw(&canvas, drawing->history, error);
	if (result == 0)
		result = canvas_to_image(&canvas, &image, error);
	if (result == 0)
		result = image_encode_png(&image, &png, &size, error);
	if (result)
		error_within(error, drawing->path);
	else if (fwrite(png, 1, size, drawing->stream) != size || fflush(drawing->stream))
		result = error_system(error, drawing->path);
	free(png);
	image_free(&image);
	canvas_free(&canvas);
	return result;
}

int curves_write_png(const char *history_tsv, const char *png, struct error *error)
{
	struct history history;
	struct output output;
	if (history_read(&history, history_tsv, error))
		return -1;
	if (output_open(&output, png, error)) {
		history_free(&history);
		return -1;
	}
	struct drawing drawing = {&history, output.stream, png};
	int result = child_run(draw_task, &drawing, NULL, error);
	if (result == CHILD_DIED)
		error_set(error, png, "cannot be drawn: the drawing process died");
	history_free(&history);
	if (result == 0)
		return output_commit(&output, error);
	output_abandon(&output);
	return -1;
}
