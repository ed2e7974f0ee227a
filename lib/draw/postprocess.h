/* Random degradations of a finished picture, as by cameras, scanners and printers. */
#ifndef DRAW_POSTPROCESS_H
#define DRAW_POSTPROCESS_H

#include "base/random.h"

#include <cairo.h>

/* Changes the pixels of an RGB24 image surface: tint, brightness, vignette, grey or sepia, blur,
 * pixelation or noise, each with a probability. On failure the surface has an error status. */
void postprocess_apply(cairo_surface_t *surface, struct random *random);

#endif
