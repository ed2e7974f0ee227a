/* Things that lie about, behind a figure or before it. */
#ifndef DRAW_CLUTTER_H
#define DRAW_CLUTTER_H

#include "base/random.h"

#include <cairo.h>

/* Draws one thing - a ball, leaf, rock, box, flower, star, bush or fence - of about `size` pixels around (x, y), in
 * any colour and turned a little. */
void clutter_draw(cairo_t *cairo, double x, double y, double size, struct random *random);

#endif
