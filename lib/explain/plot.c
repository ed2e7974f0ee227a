#include "explain/plot.h"

#include "base/file.h"
#include "image/image.h"
#include "sandbox/child.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sizes in units of PLOT_SCALE pixels. */
static const double margin_top = 96, margin_bottom = 56, margin_left = 62, margin_right = 28;

static const uint32_t grid_ink = 0xe6eaef;

double plot_nice_step(double span, int most)
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

struct plot plot_panel(const struct canvas *canvas, double x)
{
	return (struct plot){.canvas = canvas,
		.left = x + margin_left,
		.right = x + PLOT_WIDTH - margin_right,
		.top = margin_top,
		.bottom = PLOT_HEIGHT - margin_bottom};
}

void plot_set_range(struct plot *plot, double low, double high)
{
	plot->step = plot_nice_step(high - low, 6);
	plot->low = plot->step * floor(low / plot->step + 1e-9);
	plot->high = plot->step * ceil(high / plot->step - 1e-9);
}

double plot_y(const struct plot *plot, double value)
{
	return plot->bottom -
		(plot->bottom - plot->top) * (value - plot->low) / (plot->high - plot->low);
}

void plot_title(const struct plot *plot, const char *title)
{
	struct text_style style = {.size = 19, .bold = true, .color = solid_color(PLOT_INK)};
	canvas_text(plot->canvas, &style, plot->left, 33, title);
}

void plot_not_measured(const struct plot *plot)
{
	struct text_style style = {.size = 14, .color = solid_color(PLOT_QUIET_INK)};
	canvas_text(plot->canvas, &style, plot->left, plot->top, "not measured");
}

static void format_tick(const struct plot *plot, double value, char *out, size_t size)
{
	int decimals = (int)fmax(0, ceil(-log10(plot->step * (plot->percent ? 100 : 1)) - 1e-9));
	snprintf(out, size, plot->percent ? "%.*f %%" : "%.*f", decimals,
		plot->percent ? 100 * value : value);
}

void plot_values_axis(const struct plot *plot)
{
	struct text_style style = {.size = 12.5,
		.color = solid_color(PLOT_QUIET_INK),
		.align = CANVAS_RIGHT};
	int ticks = (int)lround((plot->high - plot->low) / plot->step);
	for (int i = 0; i <= ticks; i++) {
		double value = plot->low + i * plot->step, y = plot_y(plot, value);
		char label[32];
		format_tick(plot, value, label, sizeof label);
		canvas_line(plot->canvas, plot->left, y, plot->right, y, 1,
			solid_color(i ? grid_ink : PLOT_AXIS_INK));
		canvas_text(plot->canvas, &style, plot->left - 10, y, label);
	}
}

static const struct text_style horizontal_style = {.size = 12.5,
	.color = {PLOT_QUIET_INK, 1},
	.align = CANVAS_CENTER};

void plot_tick(const struct plot *plot, double x, const char *label)
{
	canvas_line(plot->canvas, x, plot->bottom, x, plot->bottom + 5, 1,
		solid_color(PLOT_AXIS_INK));
	canvas_text(plot->canvas, &horizontal_style, x, plot->bottom + 17, label);
}

void plot_axis_name(const struct plot *plot, const char *name)
{
	canvas_text(plot->canvas, &horizontal_style, (plot->left + plot->right) / 2,
		plot->bottom + 38, name);
}

void plot_line_to(const struct plot *plot, double x, double value)
{
	if (isnan(value))
		cairo_new_sub_path(plot->canvas->cairo);
	else
		cairo_line_to(plot->canvas->cairo, x, plot_y(plot, value));
}

void plot_stroke(const struct plot *plot, uint32_t rgb)
{
	cairo_t *cairo = plot->canvas->cairo;
	canvas_set_color(plot->canvas, solid_color(rgb));
	cairo_set_line_width(cairo, 2.4);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
	cairo_stroke(cairo);
}

void plot_mark(const struct plot *plot, double x, double value, uint32_t rgb, const char *label)
{
	const struct canvas *canvas = plot->canvas;
	double y = plot_y(plot, value);
	struct text_style style = {.size = 13,
		.bold = true,
		.color = solid_color(0xffffff),
		.align = CANVAS_CENTER};
	double width = canvas_text_width(canvas, &style, label) + 20;
	double middle = fmin(fmax(x, plot->left + width / 2), plot->right - width / 2);
	cairo_set_dash(canvas->cairo, (double[]){3, 4}, 2, 0);
	canvas_line(canvas, x, plot->top - 14, x, plot->bottom, 1.2, solid_color(rgb));
	cairo_set_dash(canvas->cairo, NULL, 0, 0);
	canvas_disc(canvas, x, y, 7, solid_color(0xffffff));
	canvas_disc(canvas, x, y, 5, solid_color(rgb));
	canvas_box(canvas, middle - width / 2, plot->top - 36, width, 24, 12, solid_color(rgb));
	canvas_text(canvas, &style, middle, plot->top - 24, label);
}

struct drawing {
	plot_drawing *draw;
	const void *context;
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
	int result = drawing->draw(&canvas, drawing->context, error);
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

int plot_write_png(plot_drawing *draw, const void *context, const char *path, struct error *error)
{
	struct output output;
	if (output_open(&output, path, error))
		return -1;
	struct drawing drawing = {draw, context, output.stream, path};
	int result = child_run(draw_task, &drawing, NULL, error);
	if (result == CHILD_DIED)
		error_set(error, path, "cannot be drawn: the drawing process died");
	if (result == 0)
		return output_commit(&output, error);
	output_abandon(&output);
	return -1;
}
