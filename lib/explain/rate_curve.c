#include "explain/rate_curve.h"

#include "explain/plot.h"

#include <math.h>
#include <stdio.h>

struct rate_curve {
	const double *rates, *losses;
	int count;
	double suggestion;
};

static double position_x(const struct plot *plot, const struct rate_curve *curve, double rate)
{
	double first = log10(curve->rates[0]), span = log10(curve->rates[curve->count - 1]) - first;
	if (!(span > 0))
		return (plot->left + plot->right) / 2;
	return plot->left + (plot->right - plot->left) * (log10(rate) - first) / span;
}

/* Begins at 0, and ends a little above the first loss: where the training diverges, the curve
 * leaves the panel. Returns whether there is a finite loss. */
static bool find_range(struct plot *plot, const struct rate_curve *curve)
{
	double low = 0, high = -INFINITY, first = NAN;
	for (int i = 0; i < curve->count; i++) {
		if (!isfinite(curve->losses[i]))
			continue;
		first = isnan(first) ? curve->losses[i] : first;
		low = fmin(low, curve->losses[i]);
		high = fmax(high, curve->losses[i]);
	}
	if (isnan(first))
		return false;
	high = fmin(high, 1.5 * fabs(first));
	plot_set_range(plot, low, high > low ? high : low + 1);
	return true;
}

/* Ticks at powers of ten; also at 2 and 5 times them where there would be few. */
static void draw_rates_axis(const struct plot *plot, const struct rate_curve *curve)
{
	const double first = curve->rates[0], last = curve->rates[curve->count - 1];
	const double factors[] = {1, 2, 5};
	int kinds = last < 1000 * first ? 3 : 1;
	for (int power = (int)floor(log10(first)); power <= (int)floor(log10(last)); power++)
		for (int i = 0; i < kinds; i++) {
			double rate = factors[i] * pow(10, power);
			char label[32];
			snprintf(label, sizeof label, "%g", rate);
			if (rate >= first * (1 - 1e-9) && rate <= last * (1 + 1e-9))
				plot_tick(plot, position_x(plot, curve, rate), label);
		}
	plot_axis_name(plot, "learning rate");
}

static void draw_line(const struct plot *plot, const struct rate_curve *curve)
{
	cairo_t *cairo = plot->canvas->cairo;
	cairo_save(cairo);
	cairo_rectangle(cairo, plot->left, plot->top - 4, plot->right - plot->left,
		plot->bottom - plot->top + 8);
	cairo_clip(cairo);
	for (int i = 0; i < curve->count; i++)
		plot_line_to(plot, position_x(plot, curve, curve->rates[i]),
			isfinite(curve->losses[i]) ? curve->losses[i] : NAN);
	plot_stroke(plot, PLOT_TRAINING_INK);
	cairo_restore(cairo);
}

/* Index of the finite loss whose rate is next to the suggested one. */
static int find_suggested(const struct rate_curve *curve)
{
	double nearest = INFINITY;
	int index = 0;
	for (int i = 0; i < curve->count; i++) {
		double distance = fabs(log(curve->rates[i] / curve->suggestion));
		if (isfinite(curve->losses[i]) && distance < nearest) {
			nearest = distance;
			index = i;
		}
	}
	return index;
}

static void draw_suggestion(const struct plot *plot, const struct rate_curve *curve)
{
	double loss = fmin(curve->losses[find_suggested(curve)], plot->high);
	char label[64];
	snprintf(label, sizeof label, "suggested: %.2g", curve->suggestion);
	plot_mark(plot, position_x(plot, curve, curve->suggestion), loss, PLOT_VALIDATION_INK,
		label);
}

static int draw(struct canvas *canvas, const void *context, struct error *error)
{
	const struct rate_curve *curve = context;
	if (canvas_create(canvas, PLOT_WIDTH, PLOT_HEIGHT, PLOT_SCALE, error))
		return -1;
	struct plot plot = plot_panel(canvas, 0);
	plot_title(&plot, "Loss by learning rate");
	if (!find_range(&plot, curve)) {
		plot_not_measured(&plot);
		return 0;
	}
	plot_values_axis(&plot);
	draw_rates_axis(&plot, curve);
	draw_line(&plot, curve);
	if (curve->suggestion > 0)
		draw_suggestion(&plot, curve);
	return 0;
}

int rate_curve_write_png(const double *rates, const double *losses, int count, double suggestion,
	const char *path, struct error *error)
{
	struct rate_curve curve = {rates, losses, count, suggestion};
	return plot_write_png(draw, &curve, path, error);
}
