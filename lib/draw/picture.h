/* A whole picture: background, figures, things about them, light and treatment, all by chance. */
#ifndef DRAW_PICTURE_H
#define DRAW_PICTURE_H

#include "base/random.h"
#include "draw/character.h"

#include <cairo.h>

/* Draws `count` (1 or 2) characters into a fresh RGB24 surface of width x height, which the caller destroys; two
 * stand side by side. The picture depends on the arguments and the state of `random` alone. NULL without memory. */
cairo_surface_t *picture_draw(const struct character *const *characters, int count, int width, int height,
	struct random *random);

/* Draws a character alone, upright and at rest on `background`, to see what its description gives; in the same
 * way otherwise. */
cairo_surface_t *picture_portrait(const struct character *character, int width, int height, struct color background);

#endif
