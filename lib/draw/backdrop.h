/* Backgrounds. */
#ifndef DRAW_BACKDROP_H
#define DRAW_BACKDROP_H

#include "base/random.h"

#include <cairo.h>

/* Paints a random background of width x height: plain, gradient, meadow, hills,
 * beach, night sky, room, stripes, checks, dots, rays or cloth. */
void backdrop_draw(cairo_t *cairo, int width, int height, struct random *random);

#endif
