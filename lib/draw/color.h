/* Colours of a drawing: red, green, blue and opacity in [0, 1]. */
#ifndef DRAW_COLOR_H
#define DRAW_COLOR_H

#include <cairo.h>
#include <stdbool.h>

struct color {
	double red, green, blue, alpha;
};

/* Parses "#rrggbb" or "#rrggbbaa". Returns false, with *color unchanged, if it is neither. */
bool color_parse(const char *text, struct color *color);

/* From hue in turns (any number, 1/3 is green), saturation and value in [0, 1]; opaque. */
struct color color_from_hsv(double hue, double saturation, double value);

/* (1 - weight) * a + weight * b, opacity too. */
struct color color_mix(struct color a, struct color b, double weight);

/* Each channel times `factor`, at most 1; opacity stays. */
struct color color_scale(struct color color, double factor);

/* Rotates the hue by `turns` of the circle at equal luma: a rotation about the grey axis. */
struct color color_rotate_hue(struct color color, double turns);

/* The colour in shadow: darker, and slightly violet. */
struct color color_shaded(struct color color);

/* ITU-R BT.601 luma in [0, 1]. */
double color_luma(struct color color);

/* The same colour with another opacity. */
struct color color_with_alpha(struct color color, double alpha);

/* Sets it as cairo's source. */
void color_set_source(cairo_t *cairo, struct color color);

#endif
