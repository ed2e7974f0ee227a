/* Inside lib/draw: the proportions that the parts of an invented figure share. */
#ifndef DRAW_INVENT_FIGURE_H
#define DRAW_INVENT_FIGURE_H

#include "draw/invent_kinds.h"

enum stature { STATURE_UPRIGHT, STATURE_FOUR_LEGS, STATURE_BLOB };

/* Lengths are in units: y grows downwards from the middle of the body, and in the head's frame from
 * the chin. */
struct build {
	enum stature stature;
	bool human;                  /* of bare skin, with clothes and hair */
	double shoulder, waist, hip; /* half widths */
	double top, bottom;          /* of the torso: top < 0 < bottom */
	double arm, arm_width, leg, leg_width;
	double head_width, head_height; /* half the width, the whole height */
	double cheek;                   /* height of the widest place, of the head's */
	double jaw;                     /* half width near the chin, of the head's */
	double eye_height;              /* above the chin, of the head's */
};

/* Each writes bones or parts of a figure of this build, by one trait's random numbers. */
void figure_head(struct sketch *sketch, const struct build *build, struct random *random);
void figure_hair(struct sketch *sketch, const struct build *build, struct random *random);
void figure_face(struct sketch *sketch, const struct build *build, struct random *random);
void figure_body(struct sketch *sketch, const struct build *build, struct random *random);
void figure_clothes(struct sketch *sketch, const struct build *build, struct random *random);
void figure_tail(struct sketch *sketch, const struct build *build, struct random *random);

#endif
