/* Eyes, brows and mouths, which change with the mood. */
#ifndef DRAW_FACE_H
#define DRAW_FACE_H

#include "draw/figure.h"

/* Draws a part of shape PART_EYE, PART_BROW or PART_MOUTH in cairo's current user space, the frame
 * of its bone. `mirrored`: this frame is a mirrored one, so that highlights and gaze, which do not
 * belong to the face, are mirrored back. */
void face_draw(cairo_t *cairo, const struct part *part, const struct pose *pose, bool mirrored);

#endif
