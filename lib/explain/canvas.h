/* A canvas of cairo's: pictures turned into surfaces and back, and text that always fits.
 *
 * Coordinates are units of layout: at scale 2 a unit is two pixels, which keeps charts crisp on dense
 * displays. Shapes are drawn with cairo itself on canvas.cairo. Drawing can't fail one call at a time: cairo
 * remembers the first error, and canvas_to_image and canvas_write_png report it. */
#ifndef EXPLAIN_CANVAS_H
#define EXPLAIN_CANVAS_H

#include "base/error.h"
#include "image/image.h"

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

struct canvas {
	cairo_surface_t *surface; /* opaque RGB */
	cairo_t *cairo;
	double width, height;     /* in units */
};

/* Makes a white canvas of width x height units, `scale` pixels each. The caller frees it with canvas_free.
 * On failure (-1: no memory, a side that is not in 1..32767 pixels) it is empty. */
CHECKED int canvas_create(struct canvas *canvas, double width, double height, double scale, struct error *error);

/* Makes a canvas that shows `image` (1 or 3 channels; RGBA is composited over white) at one pixel a unit. */
CHECKED int canvas_from_image(struct canvas *canvas, const struct image *image, struct error *error);

/* Copies what was drawn into a fresh RGB image, the caller's to free. On failure (-1) it is empty. */
CHECKED int canvas_to_image(const struct canvas *canvas, struct image *image, struct error *error);

/* Writes what was drawn as a PNG file, whole or not at all. */
CHECKED int canvas_write_png(const struct canvas *canvas, const char *path, struct error *error);

/* Frees what the canvas holds and leaves it empty. */
void canvas_free(struct canvas *canvas);

/* ---- colour and shapes ---- */

/* 0xRRGGBB, and how much of it covers what is below: 1 all. */
struct color {
	uint32_t rgb;
	double alpha;
};

/* A colour that covers. */
struct color color_solid(uint32_t rgb);

/* Between two colours: a at share 0, b at share 1. */
struct color canvas_mix(struct color a, struct color b, double share);

/* The source of the next fill or stroke. */
void canvas_color(const struct canvas *canvas, struct color color);

/* Fills a rectangle with rounded corners (radius 0: square). */
void canvas_box(const struct canvas *canvas, double x, double y, double width, double height, double radius,
	struct color color);

/* Strokes that rectangle's edge, `line` units wide, centred on it. */
void canvas_frame(const struct canvas *canvas, double x, double y, double width, double height, double radius,
	double line, struct color color);

/* Draws a line from (x0, y0) to (x1, y1). */
void canvas_line(const struct canvas *canvas, double x0, double y0, double x1, double y1, double line,
	struct color color);

/* Fills a disc. */
void canvas_disc(const struct canvas *canvas, double x, double y, double radius, struct color color);

/* Shows `image` (as canvas_from_image takes it) scaled smoothly into a rectangle; enlarged by more than
 * four times its pixels stay squares. A picture that can't be shown turns into the canvas' error. */
void canvas_picture(const struct canvas *canvas, const struct image *image, double x, double y, double width,
	double height);

/* ---- text ---- */

enum canvas_align { CANVAS_LEFT, CANVAS_CENTER, CANVAS_RIGHT };

struct text_style {
	double size;               /* of the font, in units */
	bool bold;
	struct color color;
	enum canvas_align align;   /* which point of the text lies on x */
	double angle;              /* clockwise, in radians, about (x, y) */
	double outline;            /* width of a line around the letters, 0: none */
	struct color outline_color;
};

/* Draws `text` (UTF-8; control characters and bad bytes are shown as escapes), with the middle of its capital
 * letters on y: text in a box is given the middle of the box. The font is the first of a list that has
 * every letter of the text. */
void canvas_text(const struct canvas *canvas, const struct text_style *style, double x, double y, const char *text);

/* canvas_text, but text wider than `width` is made smaller, down to 70 % of its size, and then cut with an
 * ellipsis. Returns the width drawn. */
double canvas_text_fitted(const struct canvas *canvas, const struct text_style *style, double x, double y,
	double width, const char *text);

/* Width of `text` in units. */
double canvas_text_width(const struct canvas *canvas, const struct text_style *style, const char *text);

#endif
