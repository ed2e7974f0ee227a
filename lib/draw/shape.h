/* Outlines of shapes, added to cairo's current path. Lengths are in the
 * caller's units, y grows downwards, angles are in degrees, clockwise. */
#ifndef DRAW_SHAPE_H
#define DRAW_SHAPE_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

struct point {
	double x, y;
};

/* A point of a spline: smooth, or a corner. */
struct knot {
	struct point at;
	bool corner;
};

/* A tapered spike on the edge of an oval: a strand of hair, a leaf, a tooth. */
struct spike {
	double direction; /* 0 is up, 90 is right */
	double length;    /* from the oval's edge to the tip */
	double width;     /* of its root, in degrees of the oval */
	double bend;      /* angle between the tip and the direction, degrees */
};

/* A cubic spline through `count` knots (at least 2), closed or open. Its tangent at a smooth knot
 * runs along the line between the neighbours (Catmull and Rom, 1974), its length is proportional to
 * the distance on each side, so that unevenly spaced knots do not overshoot. */
void shape_curve(cairo_t *cairo, const struct knot *knots, size_t count, bool closed);

/* An ellipse about `at`, rotated by `angle`. */
void shape_oval(cairo_t *cairo, struct point at, struct point radius, double angle);

/* A limb: the smooth hull of circles about a chain of `count` (2 to 8) centres. */
void shape_limb(cairo_t *cairo, const struct point *centres, const double *radii, size_t count);

/* An oval with spikes, in order of increasing direction. */
void shape_spikes(cairo_t *cairo, struct point at, struct point radius, const struct spike *spikes,
	size_t count);

#endif
