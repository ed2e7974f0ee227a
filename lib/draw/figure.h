/* A character in a pose, drawn. */
#ifndef DRAW_FIGURE_H
#define DRAW_FIGURE_H

#include "base/random.h"
#include "draw/character.h"

#include <cairo.h>

enum shading { SHADING_FLAT, SHADING_CEL, SHADING_SOFT };

enum { WOBBLES = 64 };

/* How a figure stands and how it is painted: everything in which two pictures of a character differ. */
struct pose {
	cairo_matrix_t joints[BONES_MAXIMUM][2]; /* frame of a bone in the figure's frame; [1] of the mirrored ones */
	double turn;                /* -1 to 1: looks to the side */
	double nod;                 /* -1 to 1: looks up or down */
	enum mood mood;
	bool chosen[CHOICES_MAXIMUM];
	double wobble[WOBBLES];     /* -1 to 1 each */
	struct color palette[PALETTE_MAXIMUM];
	enum shading shading;
	struct point light;         /* unit vector toward the light, in the figure's frame */
	double line_width;          /* of outlines, in the figure's units; 0: none */
	struct color line_color;
	double line_share;          /* of line_color in an outline; the rest is the darkened fill */
};

/* Rectangle that holds a figure. */
struct box {
	double left, top, right, bottom;
};

static inline bool box_is_empty(struct box box)
{
	return !(box.left < box.right && box.top < box.bottom);
}

/* Chooses a pose: `liveliness` from 0 (at rest) to 1 (the whole range of every joint). The palette is the
 * character's, with what its choices change. */
void pose_choose(struct pose *pose, const struct character *character, double liveliness, struct random *random);

/* The box of what figure_draw would draw in the figure's frame, outlines left out; with `bone` >= 0 only of the
 * parts on that bone and its children. All zero if there is nothing to see. */
struct box figure_box(const struct character *character, const struct pose *pose, int bone);

/* Draws it in cairo's current user space, which becomes the figure's frame. */
void figure_draw(cairo_t *cairo, const struct character *character, const struct pose *pose);

#endif
