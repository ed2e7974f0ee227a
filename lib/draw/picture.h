/* A complete random picture: background, figures, clutter, light and postprocessing. */
#ifndef DRAW_PICTURE_H
#define DRAW_PICTURE_H

#include "base/random.h"
#include "draw/character.h"

#include <cairo.h>

/* Draws `count` (1 or 2) characters into a fresh RGB24 surface of width x height, which the caller
 * destroys; two stand side by side. `style`: STYLE_PLAIN, or another one of draw/style.h. The
 * picture depends on the arguments and the state of `random` alone. NULL without memory. */
cairo_surface_t *picture_draw(const struct character *const *characters, int count, int width,
	int height, int style, struct random *random);

/* Draws a character alone, upright and at rest on `background`, to check its description; otherwise
 * as above. */
cairo_surface_t *picture_portrait(const struct character *character, int width, int height,
	struct color background);

#endif
