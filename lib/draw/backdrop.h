/* What lies behind a figure. */
#ifndef DRAW_BACKDROP_H
#define DRAW_BACKDROP_H

#include "base/random.h"

#include <cairo.h>

/* Paints a whole picture of width x height with a background in colours of its own: plain, gradient, meadow, hills,
 * beach, night sky, room, stripes, checks, dots, rays or cloth. */
void backdrop_draw(cairo_t *cairo, int width, int height, struct random *random);

#endif
