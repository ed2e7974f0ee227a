/* Colours of a drawing: red, green, blue and opacity in [0, 1]. */
#ifndef DRAW_COLOR_H
#define DRAW_COLOR_H

#include <cairo.h>
#include <stdbool.h>

struct color {
	double red, green, blue, alpha;
};

/* Parses "#rrggbb" or "#rrggbbaa". Returns false, and leaves *color, when it is neither. */
bool color_parse(const char *text, struct color *color);

/* From hue in turns (any number, 1/3 is green), saturation and value in [0, 1]; opaque. */
struct color color_from_hsv(double hue, double saturation, double value);

/* (1 - share) * a + share * b, opacity too. */
struct color color_mix(struct color a, struct color b, double share);

/* Each channel times `factor`, at most 1; opacity stays. */
struct color color_scale(struct color color, double factor);

/* Turns the hue by `turns` of the circle, at equal grey value: a rotation about the grey axis. */
struct color color_turn(struct color color, double turns);

/* The colour in shadow: darker, and a little towards violet, as illustrators do it. */
struct color color_shaded(struct color color);

/* Grey value in [0, 1] (ITU-R BT.601 luma). */
double color_grey_value(struct color color);

/* The same colour with another opacity. */
struct color color_fade(struct color color, double alpha);

/* Makes it the source of the next cairo operation. */
void color_use(cairo_t *cairo, struct color color);

#endif
