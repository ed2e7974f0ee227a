/* A drawing canvas on a cairo surface: conversion from and to images, shapes, and text that fits a
 * width.
 *
 * Coordinates are layout units: at scale 2 a unit is two pixels, so that charts are sharp on
 * high-resolution displays. Shapes are drawn with cairo itself on canvas.cairo. Drawing can't fail
 * one call at a time: cairo remembers the first error, and canvas_to_image and canvas_write_png
 * report it. */
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
	double width, height; /* in units */
};

/* Creates a white canvas of width x height units of `scale` pixels. The caller frees it with
 * canvas_free. On failure (-1: no memory, a side that is not in 1..32767 pixels) it is empty. */
CHECKED int canvas_create(struct canvas *canvas, double width, double height, double scale,
	struct error *error);

/* Creates a canvas from `image` (1 or 3 channels; RGBA is composited over white), one pixel per
 * unit. */
CHECKED int canvas_from_image(struct canvas *canvas, const struct image *image,
	struct error *error);

/* Copies the canvas to a fresh RGB image, the caller's to free. On failure (-1) it is empty. */
CHECKED int canvas_to_image(const struct canvas *canvas, struct image *image, struct error *error);

/* Writes the canvas as a PNG file, complete or not at all. */
CHECKED int canvas_write_png(const struct canvas *canvas, const char *path, struct error *error);

/* Frees the canvas and leaves it empty. */
void canvas_free(struct canvas *canvas);

/* ---- colour and shapes ---- */

/* 0xRRGGBB, and its opacity, 0 to 1. */
struct canvas_color {
	uint32_t rgb;
	double alpha;
};

/* An opaque colour. */
struct canvas_color solid_color(uint32_t rgb);

/* Linear interpolation between two colours: a at weight 0, b at weight 1. */
struct canvas_color canvas_color_mix(struct canvas_color a, struct canvas_color b, double weight);

/* Sets the colour of the next fill or stroke. */
void canvas_set_color(const struct canvas *canvas, struct canvas_color color);

/* Fills a rectangle with rounded corners (radius 0: square). */
void canvas_box(const struct canvas *canvas, double x, double y, double width, double height,
	double radius, struct canvas_color color);

/* Strokes that rectangle's edge, `line` units wide, centred on it. */
void canvas_frame(const struct canvas *canvas, double x, double y, double width, double height,
	double radius, double line, struct canvas_color color);

/* Draws a line from (x0, y0) to (x1, y1). */
void canvas_line(const struct canvas *canvas, double x0, double y0, double x1, double y1,
	double line, struct canvas_color color);

/* Fills a disc. */
void canvas_disc(const struct canvas *canvas, double x, double y, double radius,
	struct canvas_color color);

/* Draws `image` (as for canvas_from_image) scaled into a rectangle: by interpolation, or, if
 * enlarged more than four times, by nearest neighbour. A failure becomes the canvas' error. */
void canvas_picture(const struct canvas *canvas, const struct image *image, double x, double y,
	double width, double height);

/* ---- text ---- */

enum canvas_align { CANVAS_LEFT, CANVAS_CENTER, CANVAS_RIGHT };

struct text_style {
	double size; /* of the font, in units */
	bool bold;
	struct canvas_color color;
	enum canvas_align align; /* of the text to x */
	double angle;            /* clockwise, in radians, about (x, y) */
	double outline;          /* width of a line around the letters, 0: none */
	struct canvas_color outline_color;
};

/* Draws `text` (UTF-8; control characters and bad bytes are shown as escapes), vertically
 * centred on y by its capital letters. The font is the first of a list that has all glyphs of the
 * text. */
void canvas_text(const struct canvas *canvas, const struct text_style *style, double x, double y,
	const char *text);

/* As canvas_text, but text wider than `width` is scaled down to at least 70 % and then truncated
 * with an ellipsis. Returns the width drawn. */
double canvas_text_fitted(const struct canvas *canvas, const struct text_style *style, double x,
	double y, double width, const char *text);

/* Width of `text` in units. */
double canvas_text_width(const struct canvas *canvas, const struct text_style *style,
	const char *text);

#endif
