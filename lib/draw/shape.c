#include "draw/shape.h"

#include <math.h>

enum { LIMB_MAXIMUM = 8 };

static struct point add(struct point a, struct point b, double factor)
{
	return (struct point){a.x + factor * b.x, a.y + factor * b.y};
}

static double distance(struct point a, struct point b)
{
	return hypot(b.x - a.x, b.y - a.y);
}

static struct point direction(struct point from, struct point to)
{
	double length = distance(from, to);
	return length > 0 ? (struct point){(to.x - from.x) / length, (to.y - from.y) / length}
			  : (struct point){0, 0};
}

static void move_to(cairo_t *cairo, struct point p)
{
	cairo_move_to(cairo, p.x, p.y);
}

static void curve_to(cairo_t *cairo, struct point a, struct point b, struct point end)
{
	cairo_curve_to(cairo, a.x, a.y, b.x, b.y, end.x, end.y);
}

/* Tangent of the curve at knot i; at a corner that of the segment after it (`forward`) or before
 * it. */
static struct point tangent(const struct knot *knots, size_t count, bool closed, size_t i,
	bool forward)
{
	bool first = !closed && i == 0, last = !closed && i == count - 1;
	struct point before = knots[(i + count - 1) % count].at, after = knots[(i + 1) % count].at;
	if (knots[i].corner || first || last)
		return forward ? direction(knots[i].at, after) : direction(before, knots[i].at);
	return direction(before, after);
}

void shape_curve(cairo_t *cairo, const struct knot *knots, size_t count, bool closed)
{
	move_to(cairo, knots[0].at);
	for (size_t i = 0; i < (closed ? count : count - 1); i++) {
		size_t next = (i + 1) % count;
		double reach = distance(knots[i].at, knots[next].at) * 0.36;
		struct point tangent_out = tangent(knots, count, closed, i, true);
		struct point tangent_in = tangent(knots, count, closed, next, false);
		curve_to(cairo, add(knots[i].at, tangent_out, reach),
			add(knots[next].at, tangent_in, -reach), knots[next].at);
	}
	if (closed)
		cairo_close_path(cairo);
}

void shape_oval(cairo_t *cairo, struct point at, struct point radius, double angle)
{
	cairo_matrix_t before;
	cairo_get_matrix(cairo, &before);
	cairo_translate(cairo, at.x, at.y);
	cairo_rotate(cairo, angle * M_PI / 180);
	cairo_scale(cairo, radius.x, radius.y);
	cairo_new_sub_path(cairo);
	cairo_arc(cairo, 0, 0, 1, 0, 2 * M_PI);
	cairo_close_path(cairo);
	cairo_set_matrix(cairo, &before);
}

void shape_limb(cairo_t *cairo, const struct point *centres, const double *radii, size_t count)
{
	struct knot hull[2 * LIMB_MAXIMUM + 2];
	size_t last = count - 1;
	for (size_t i = 0; i < count; i++) {
		struct point along =
			direction(centres[i > 0 ? i - 1 : 0], centres[i < last ? i + 1 : last]);
		struct point across = {along.y, -along.x};
		hull[i].at = add(centres[i], across, radii[i]);
		hull[2 * count - i].at = add(centres[i], across, -radii[i]);
		hull[i].corner = hull[2 * count - i].corner = false;
		if (i == 0)
			hull[2 * count + 1] =
				(struct knot){add(centres[i], along, -radii[i]), false};
		if (i == last)
			hull[count] = (struct knot){add(centres[i], along, radii[i]), false};
	}
	shape_curve(cairo, hull, 2 * count + 2, true);
}

/* The unit vector at `degrees` from up, clockwise. */
static struct point clock_vector(double degrees)
{
	return (struct point){sin(degrees * M_PI / 180), -cos(degrees * M_PI / 180)};
}

static struct point on_oval(struct point at, struct point radius, double degrees)
{
	struct point unit = clock_vector(degrees);
	return (struct point){at.x + radius.x * unit.x, at.y + radius.y * unit.y};
}

/* Follows the oval clockwise between two directions in small steps. */
static void trace_oval(cairo_t *cairo, struct point at, struct point radius, double from, double to)
{
	for (double degrees = from + 8; degrees < to; degrees += 8) {
		struct point p = on_oval(at, radius, degrees);
		cairo_line_to(cairo, p.x, p.y);
	}
}

void shape_spikes(cairo_t *cairo, struct point at, struct point radius, const struct spike *spikes,
	size_t count)
{
	if (count == 0) {
		shape_oval(cairo, at, radius, 0);
		return;
	}
	double start = spikes[0].direction - spikes[0].width / 2;
	move_to(cairo, on_oval(at, radius, start));
	for (size_t i = 0; i < count; i++) {
		const struct spike *spike = &spikes[i];
		double end = spike->direction + spike->width / 2;
		double next = i + 1 < count ? spikes[i + 1].direction - spikes[i + 1].width / 2
					    : start + 360;
		struct point outward = clock_vector(spike->direction);
		struct point inward = clock_vector(spike->direction + spike->bend + 180);
		struct point middle = on_oval(at, radius, spike->direction),
			     right = on_oval(at, radius, end), left;
		struct point tip = add(middle, inward, -spike->length);
		struct point below_tip = add(tip, inward, spike->length * 0.4);
		cairo_get_current_point(cairo, &left.x, &left.y);
		struct point half = {(right.x - left.x) / 2, (right.y - left.y) / 2};
		curve_to(cairo, add(left, outward, spike->length * 0.3),
			add(below_tip, half, -0.45), tip);
		curve_to(cairo, add(below_tip, half, 0.45),
			add(right, outward, spike->length * 0.3), right);
		trace_oval(cairo, at, radius, end, next);
		struct point p = on_oval(at, radius, next);
		if (next > end)
			cairo_line_to(cairo, p.x, p.y);
	}
	cairo_close_path(cairo);
}
