/* Clutter: random objects behind or in front of a figure. */
#ifndef DRAW_CLUTTER_H
#define DRAW_CLUTTER_H

#include "base/random.h"

#include <cairo.h>

/* Draws one object - a ball, leaf, rock, box, flower, star, bush or fence - of about `size` pixels
 * around (x, y), of random colour and slightly rotated. */
void clutter_draw(cairo_t *cairo, double x, double y, double size, struct random *random);

#endif
