#include "draw/clutter.h"

#include "draw/color.h"
#include "draw/shape.h"

#include <math.h>

/* Every thing is drawn in the square from -1 to 1. */
struct thing {
	cairo_t *cairo;
	struct random *random;
	struct color color;
};

static void paint(const struct thing *thing, struct color color)
{
	color_use(thing->cairo, color);
	cairo_fill_preserve(thing->cairo);
	color_use(thing->cairo, color_scale(color, 0.45));
	cairo_stroke(thing->cairo);
}

static void oval(const struct thing *thing, double x, double y, double rx, double ry)
{
	cairo_new_path(thing->cairo);
	shape_oval(thing->cairo, (struct point){x, y}, (struct point){rx, ry}, 0);
}

static void draw_ball(const struct thing *thing)
{
	oval(thing, 0, 0, 0.9, 0.9);
	paint(thing, thing->color);
	oval(thing, 0, 0, 0.9, 0.22);
	paint(thing, color_mix(thing->color, (struct color){1, 1, 1, 1}, 0.75));
	oval(thing, -0.35, -0.45, 0.16, 0.12);
	color_use(thing->cairo, (struct color){1, 1, 1, 0.8});
	cairo_fill(thing->cairo);
}

static void draw_leaf(const struct thing *thing)
{
	static const struct knot leaf[] = {{{-1, 0}, true}, {{0, -0.45}, false}, {{1, 0}, true}, {{0, 0.45}, false}};
	cairo_new_path(thing->cairo);
	shape_curve(thing->cairo, leaf, 4, true);
	paint(thing, thing->color);
	cairo_move_to(thing->cairo, -0.9, 0);
	cairo_line_to(thing->cairo, 0.8, 0);
	cairo_stroke(thing->cairo);
}

static void draw_rock(const struct thing *thing)
{
	struct knot rock[7];
	for (int i = 0; i < 7; i++) {
		double angle = i * 2 * M_PI / 7, reach = (double)random_between(thing->random, 0.65f, 1);
		rock[i] = (struct knot){{reach * cos(angle), 0.75 * reach * sin(angle)}, i % 2 == 0};
	}
	cairo_new_path(thing->cairo);
	shape_curve(thing->cairo, rock, 7, true);
	paint(thing, color_mix(thing->color, (struct color){0.5, 0.5, 0.52, 1}, 0.8));
}

static void draw_box(const struct thing *thing)
{
	cairo_rectangle(thing->cairo, -0.8, -0.6, 1.6, 1.3);
	paint(thing, thing->color);
	cairo_rectangle(thing->cairo, -0.9, -0.75, 1.8, 0.3);
	paint(thing, color_scale(thing->color, 1.2));
	cairo_rectangle(thing->cairo, -0.12, -0.75, 0.24, 1.45);
	paint(thing, color_scale(thing->color, 0.75));
}

static void draw_flower(const struct thing *thing)
{
	for (int petal = 0; petal < 6; petal++) {
		double angle = petal * M_PI / 3;
		oval(thing, 0.55 * cos(angle), 0.55 * sin(angle), 0.36, 0.36);
		paint(thing, thing->color);
	}
	oval(thing, 0, 0, 0.34, 0.34);
	paint(thing, (struct color){0.97, 0.8, 0.3, 1});
}

static void draw_star(const struct thing *thing)
{
	cairo_new_path(thing->cairo);
	for (int i = 0; i < 10; i++) {
		double angle = i * M_PI / 5 - M_PI / 2, reach = i % 2 ? 0.42 : 1;
		cairo_line_to(thing->cairo, reach * cos(angle), reach * sin(angle));
	}
	cairo_close_path(thing->cairo);
	paint(thing, color_mix(thing->color, (struct color){1, 0.85, 0.3, 1}, 0.6));
}

static void draw_bush(const struct thing *thing)
{
	struct spike leaves[9];
	for (int i = 0; i < 9; i++)
		leaves[i] = (struct spike){i * 40, (double)random_between(thing->random, 0.2f, 0.45f), 38, 10};
	cairo_new_path(thing->cairo);
	shape_spikes(thing->cairo, (struct point){0, 0}, (struct point){0.7, 0.55}, leaves, 9);
	paint(thing, color_mix(thing->color, (struct color){0.3, 0.55, 0.25, 1}, 0.75));
}

static void draw_fence(const struct thing *thing)
{
	for (int post = -1; post <= 1; post++) {
		cairo_rectangle(thing->cairo, post * 0.7 - 0.16, -0.8, 0.32, 1.7);
		paint(thing, color_mix(thing->color, (struct color){0.75, 0.6, 0.4, 1}, 0.7));
	}
	cairo_rectangle(thing->cairo, -1, -0.3, 2, 0.26);
	paint(thing, color_mix(thing->color, (struct color){0.65, 0.5, 0.32, 1}, 0.7));
}

void clutter_draw(cairo_t *cairo, double x, double y, double size, struct random *random)
{
	static void (*const kinds[])(const struct thing *) = {draw_ball, draw_leaf, draw_rock, draw_box, draw_flower,
		draw_star, draw_bush, draw_fence};
	double hue = (double)random_uniform(random), saturation = (double)random_between(random, 0.3f, 0.9f);
	double value = (double)random_between(random, 0.5f, 1);
	struct thing thing = {cairo, random, color_from_hsv(hue, saturation, value)};
	cairo_save(cairo);
	cairo_translate(cairo, x, y);
	cairo_rotate(cairo, (double)random_between(random, -0.5f, 0.5f));
	cairo_scale(cairo, size / 2, size / 2);
	cairo_set_line_width(cairo, 0.07);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_new_path(cairo);
	kinds[random_below(random, sizeof kinds / sizeof *kinds)](&thing);
	cairo_restore(cairo);
}
