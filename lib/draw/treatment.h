/* What happens to a finished picture, as cameras, scanners and printers do it. */
#ifndef DRAW_TREATMENT_H
#define DRAW_TREATMENT_H

#include "base/random.h"

#include <cairo.h>

/* Changes the pixels of an RGB24 image surface: by chance a tint, more or less light, a dark edge, grey or sepia,
 * blur, few pixels, grain; often nothing. On failure the surface's status says so. */
void treatment_apply(cairo_surface_t *surface, struct random *random);

#endif
