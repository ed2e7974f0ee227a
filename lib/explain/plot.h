/* Parts of line plots: the panel with its range of values, axes, lines, marks; and PNG files. */
#ifndef EXPLAIN_PLOT_H
#define EXPLAIN_PLOT_H

#include "base/error.h"
#include "explain/canvas.h"

#include <stdbool.h>

enum {
	PLOT_INK = 0x1f2933,
	PLOT_QUIET_INK = 0x66727f,
	PLOT_AXIS_INK = 0xb4bec9,
	PLOT_TRAINING_INK = 0x3f74d1,
	PLOT_VALIDATION_INK = 0xe2672c
};

/* Size of a panel with its title and labels, in units of PLOT_SCALE pixels. */
enum { PLOT_WIDTH = 580, PLOT_HEIGHT = 470, PLOT_SCALE = 2 };

/* One panel: where its values are drawn, and their range. */
struct plot {
	const struct canvas *canvas;
	double left, right, top, bottom;
	double low, high, step; /* range of the values, and between two ticks */
	bool percent;           /* values are shares, said in per cent */
};

/* A panel whose outer left edge is at `x`; the range is still to be set. */
struct plot plot_panel(const struct canvas *canvas, double x);

/* Sets the range to `low` to `high` > `low`, extended to ticks. */
void plot_set_range(struct plot *plot, double low, double high);

double plot_y(const struct plot *plot, double value);

/* The title of the panel. */
void plot_title(const struct plot *plot, const char *title);

/* In place of values. */
void plot_not_measured(const struct plot *plot);

/* Lines and labels of the values' ticks. */
void plot_values_axis(const struct plot *plot);

/* A tick of the horizontal axis with its label, and the axis' name. */
void plot_tick(const struct plot *plot, double x, const char *label);
void plot_axis_name(const struct plot *plot, const char *name);

/* Continues the line to a value, or breaks it where the value is NaN; plot_stroke draws it. */
void plot_line_to(const struct plot *plot, double x, double value);
void plot_stroke(const struct plot *plot, uint32_t rgb);

/* Marks a value by a ring, and by a label above the panel. */
void plot_mark(const struct plot *plot, double x, double value, uint32_t rgb, const char *label);

/* Draws on a fresh canvas, the caller's to free. On failure (-1) it is empty. */
typedef int plot_drawing(struct canvas *canvas, const void *context, struct error *error);

/* Writes what `draw` draws as a PNG file, complete or not at all. Drawn in a child process, as
 * fontconfig and cairo end the process if memory runs out. */
CHECKED int plot_write_png(plot_drawing *draw, const void *context, const char *path,
	struct error *error);

/* The step between ticks that divides a range of `span` > 0 into at most `most` parts: 1, 2 or 5
 * times a power of ten (Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990). */
double plot_nice_step(double span, int most);

#endif
