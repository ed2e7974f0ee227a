/* Drawing a character in a pose. */
#ifndef DRAW_FIGURE_H
#define DRAW_FIGURE_H

#include "base/random.h"
#include "draw/character.h"

#include <cairo.h>

enum shading { SHADING_FLAT, SHADING_CEL, SHADING_SOFT };

enum { WOBBLES = 64 };

/* The random parameters of a figure: pose and style. */
struct pose {
	cairo_matrix_t joints[BONES_MAXIMUM][2]; /* frame of a bone in the figure's frame; [1] of
	                                            the mirrored ones */
	double yaw;                              /* -1 to 1: rotation to the side */
	double pitch;                            /* -1 to 1: rotation up or down */
	enum mood mood;
	bool chosen[CHOICES_MAXIMUM];
	double wobble[WOBBLES]; /* -1 to 1 each */
	struct color palette[PALETTE_MAXIMUM];
	enum shading shading;
	struct point light; /* unit vector toward the light, in the figure's frame */
	double line_width;  /* of outlines, in the figure's units; 0: none */
	struct color line_color;
	double line_color_weight; /* of line_color in an outline, mixed with the darkened fill */
};

/* Bounding box of a figure. */
struct box {
	double left, top, right, bottom;
};

static inline bool box_is_empty(struct box box)
{
	return !(box.left < box.right && box.top < box.bottom);
}

/* Draws a random pose: `variation` from 0 (at rest) to 1 (the whole range of every joint). The
 * palette is the character's, with the colours of the choices that are present. */
void pose_choose(struct pose *pose, const struct character *character, double variation,
	struct random *random);

/* The bounding box, without outlines, of what figure_draw draws, in the figure's frame; with `bone`
 * >= 0 only of the parts on that bone and its children. All zero if nothing is visible. */
struct box figure_box(const struct character *character, const struct pose *pose, int bone);

/* Draws the figure; its frame is cairo's current user space. */
void figure_draw(cairo_t *cairo, const struct character *character, const struct pose *pose);

#endif
