/* The outlines that characters are made of, added to cairo's current path. Lengths are in the
 * caller's units, y grows downwards, angles are in degrees, clockwise. */
#ifndef DRAW_SHAPE_H
#define DRAW_SHAPE_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

struct point {
	double x, y;
};

/* A point that a curve runs through: smoothly, or with a corner. */
struct knot {
	struct point at;
	bool corner;
};

/* A strand of hair, a leaf, a tooth: a tapered point that grows out of an oval. */
struct spike {
	double direction; /* 0 is up, 90 is right */
	double length;    /* from the oval's edge to the tip */
	double width;     /* degrees of the oval that its root takes */
	double bend;      /* how far the tip is turned from the direction, degrees */
};

/* A cubic spline through `count` knots (at least 2), closed or open. Its tangent at a smooth knot runs
 * along the line between the neighbours (Catmull and Rom, 1974), its length follows each side's
 * own distance, so that uneven knots do not overshoot. */
void shape_curve(cairo_t *cairo, const struct knot *knots, size_t count, bool closed);

/* An ellipse about `at`, turned by `angle`. */
void shape_oval(cairo_t *cairo, struct point at, struct point radius, double angle);

/* A limb: the smooth hull of circles about `count` (2 to 8) centres in a row. */
void shape_limb(cairo_t *cairo, const struct point *centres, const double *radii, size_t count);

/* An oval with spikes, which are given in rising direction. */
void shape_spikes(cairo_t *cairo, struct point at, struct point radius, const struct spike *spikes, size_t count);

#endif
