/* Eyes, brows and mouths, which change with the mood. */
#ifndef DRAW_FACE_H
#define DRAW_FACE_H

#include "draw/figure.h"

/* Draws a part of shape PART_EYE, PART_BROW or PART_MOUTH in cairo's current user space, the frame of its bone.
 * `mirrored` tells that this frame is a mirrored one, so that what follows the light or the
 * gaze, not the face, can be mirrored back. */
void face_draw(cairo_t *cairo, const struct part *part, const struct pose *pose, bool mirrored);

#endif
