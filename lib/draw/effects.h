/* Operations on the pixels of an RGB24 image surface. On failure the surface has an error status.
 */
#ifndef DRAW_EFFECTS_H
#define DRAW_EFFECTS_H

#include "base/random.h"
#include "draw/color.h"

#include <cairo.h>
#include <stdbool.h>

/* Ends drawing on a surface: destroys the context, and if something failed gives the surface an
 * error status. */
void effect_end(cairo_t *cairo, cairo_surface_t *surface);

/* Paints the whole surface with one colour. */
void effect_paint(cairo_surface_t *surface, struct color color, cairo_operator_t blend);

/* Scales the picture down by `factor` and up: a blur with a bilinear filter, pixelation with the
 * nearest. */
void effect_resample(cairo_surface_t *surface, double factor, cairo_filter_t filter);

/* Darkens the corners, `strength` from 0 to 1. */
void effect_vignette(cairo_surface_t *surface, double strength);

/* Adds the same noise to the channels of a pixel: uniform, up to `strength` of 255. */
void effect_noise(cairo_surface_t *surface, int strength, struct random *random);

/* Blends smooth noise of about `cells` cells across into the picture with an operator: clouds,
 * uneven light, stains. `color`: of any hue, else grey; `opacity` from 0 to 1. */
void effect_clouds(cairo_surface_t *surface, int cells, bool color, double opacity,
	cairo_operator_t blend, struct random *random);

#endif
