#include "explain/curves.h"

#include "explain/plot.h"

#include <math.h>
#include <stdio.h>

/* One panel: its history, and which columns of it. */
struct panel {
	struct plot plot;
	const struct history *history;
	enum history_column training, validation;
};

static double position_x(const struct panel *panel, int index)
{
	const struct plot *plot = &panel->plot;
	const struct history *history = panel->history;
	int first = history->epoch[0], span = history->epoch[history->count - 1] - first;
	if (span <= 0)
		return (plot->left + plot->right) / 2;
	return plot->left + (plot->right - plot->left) * (history->epoch[index] - first) / span;
}

/* The range of both columns. Loss starts at 0, accuracy ends at 1. */
static void find_range(struct panel *panel)
{
	double low = INFINITY, high = -INFINITY;
	for (int i = 0; i < panel->history->count; i++) {
		double training = panel->history->values[panel->training][i];
		double validation = panel->history->values[panel->validation][i];
		low = fmin(low, fmin(training, validation));
		high = fmax(high, fmax(training, validation));
	}
	if (panel->plot.percent) {
		low = isinf(low) ? 0 : fmin(low, 0.9);
		high = 1;
	} else {
		low = fmin(isinf(low) ? 0 : low, 0);
		high = isinf(high) || high <= low ? low + 1 : high;
	}
	plot_set_range(&panel->plot, low, high);
}

static void draw_epoch_tick(const struct plot *plot, double x, int epoch)
{
	char label[16];
	snprintf(label, sizeof label, "%d", epoch);
	plot_tick(plot, x, label);
}

static void draw_epoch_axis(const struct panel *panel)
{
	const struct plot *plot = &panel->plot;
	const struct history *history = panel->history;
	int first = history->epoch[0], last = history->epoch[history->count - 1];
	plot_axis_name(plot, "epoch");
	draw_epoch_tick(plot, position_x(panel, 0), first);
	if (last <= first)
		return;
	int step = (int)fmax(1, plot_nice_step(last - first, 10));
	for (int64_t epoch = (first / step + 1) * (int64_t)step; epoch <= last; epoch += step)
		if (2 * (epoch - first) >= step)
			draw_epoch_tick(plot,
				plot->left +
					(plot->right - plot->left) * (double)(epoch - first) /
						(last - first),
				(int)epoch);
}

/* A line through the measured values, broken at missing ones; with points if there are few. */
static void draw_line(const struct panel *panel, enum history_column column, uint32_t rgb)
{
	const struct plot *plot = &panel->plot;
	const double *values = panel->history->values[column];
	int count = panel->history->count;
	for (int i = 0; i < count; i++)
		plot_line_to(plot, position_x(panel, i), values[i]);
	plot_stroke(plot, rgb);
	for (int i = 0; i < count && count <= 25; i++)
		if (!isnan(values[i]))
			canvas_disc(plot->canvas, position_x(panel, i), plot_y(plot, values[i]),
				3.2, solid_color(rgb));
}

static void draw_legend(const struct panel *panel)
{
	const struct canvas *canvas = panel->plot.canvas;
	struct text_style style = {.size = 13,
		.color = solid_color(PLOT_INK),
		.align = CANVAS_RIGHT};
	double x = panel->plot.right, y = 34;
	static const char *const names[] = {"validation", "training"};
	const uint32_t rgb[] = {PLOT_VALIDATION_INK, PLOT_TRAINING_INK};
	for (int i = 0; i < 2; i++) {
		if (!history_has(panel->history, i ? panel->training : panel->validation))
			continue;
		canvas_text(canvas, &style, x, y, names[i]);
		x -= canvas_text_width(canvas, &style, names[i]) + 8;
		canvas_box(canvas, x - 20, y - 2, 20, 4, 2, solid_color(rgb[i]));
		x -= 20 + 20;
	}
}

static void draw_best(const struct panel *panel)
{
	const struct history *history = panel->history;
	bool validated = history_has(history, panel->validation), percent = panel->plot.percent;
	int best = history_best(history);
	double value = history->values[validated ? panel->validation : panel->training][best];
	if (isnan(value))
		return;
	char label[64];
	snprintf(label, sizeof label, percent ? "best, epoch %d: %.1f %%" : "best, epoch %d: %.3f",
		history->epoch[best], percent ? 100 * value : value);
	plot_mark(&panel->plot, position_x(panel, best), value,
		validated ? PLOT_VALIDATION_INK : PLOT_TRAINING_INK, label);
}

static void draw_panel_contents(struct panel *panel)
{
	if (!history_has(panel->history, panel->training) &&
		!history_has(panel->history, panel->validation)) {
		plot_not_measured(&panel->plot);
		return;
	}
	find_range(panel);
	plot_values_axis(&panel->plot);
	draw_epoch_axis(panel);
	draw_line(panel, panel->training, PLOT_TRAINING_INK);
	draw_line(panel, panel->validation, PLOT_VALIDATION_INK);
	draw_legend(panel);
	draw_best(panel);
}

/* Draws a panel that begins at `x`. */
static void draw_panel(const struct canvas *canvas, const struct history *history,
	enum curves_kind kind, double x)
{
	struct panel panel = {.plot = plot_panel(canvas, x),
		.history = history,
		.training = HISTORY_LOSS,
		.validation = HISTORY_VALIDATION_LOSS};
	if (kind == CURVES_ACCURACY) {
		panel.plot.percent = true;
		panel.training = HISTORY_ACCURACY;
		panel.validation = HISTORY_VALIDATION_ACCURACY;
	}
	plot_title(&panel.plot, kind == CURVES_ACCURACY ? "Accuracy" : "Loss");
	draw_panel_contents(&panel);
}

int curves_draw(struct canvas *canvas, const struct history *history, struct error *error)
{
	if (canvas_create(canvas, 2 * PLOT_WIDTH, PLOT_HEIGHT, PLOT_SCALE, error))
		return -1;
	draw_panel(canvas, history, CURVES_LOSS, 0);
	draw_panel(canvas, history, CURVES_ACCURACY, PLOT_WIDTH);
	return 0;
}

int curves_draw_one(struct canvas *canvas, const struct history *history, enum curves_kind kind,
	struct error *error)
{
	if (canvas_create(canvas, PLOT_WIDTH, PLOT_HEIGHT, PLOT_SCALE, error))
		return -1;
	draw_panel(canvas, history, kind, 0);
	return 0;
}

static int draw_both(struct canvas *canvas, const void *history, struct error *error)
{
	return curves_draw(canvas, history, error);
}

int curves_write_png(const char *history_tsv, const char *png, struct error *error)
{
	struct history history;
	if (history_read(&history, history_tsv, error))
		return -1;
	int result = plot_write_png(draw_both, &history, png, error);
	history_free(&history);
	return result;
}
