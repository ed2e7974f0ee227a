#include "draw/clutter.h"

#include "draw/color.h"
#include "draw/shape.h"

#include <math.h>

/* Every object is drawn in the square from -1 to 1. */
struct clutter_object {
	cairo_t *cairo;
	struct random *random;
	struct color color;
};

static void paint(const struct clutter_object *object, struct color color)
{
	color_set_source(object->cairo, color);
	cairo_fill_preserve(object->cairo);
	color_set_source(object->cairo, color_scale(color, 0.45));
	cairo_stroke(object->cairo);
}

static void oval(const struct clutter_object *object, double x, double y, double rx, double ry)
{
	cairo_new_path(object->cairo);
	shape_oval(object->cairo, (struct point){x, y}, (struct point){rx, ry}, 0);
}

static void draw_ball(const struct clutter_object *object)
{
	oval(object, 0, 0, 0.9, 0.9);
	paint(object, object->color);
	oval(object, 0, 0, 0.9, 0.22);
	paint(object, color_mix(object->color, (struct color){1, 1, 1, 1}, 0.75));
	oval(object, -0.35, -0.45, 0.16, 0.12);
	color_set_source(object->cairo, (struct color){1, 1, 1, 0.8});
	cairo_fill(object->cairo);
}

static void draw_leaf(const struct clutter_object *object)
{
	static const struct knot leaf[] = {{{-1, 0}, true}, {{0, -0.45}, false}, {{1, 0}, true},
		{{0, 0.45}, false}};
	cairo_new_path(object->cairo);
	shape_curve(object->cairo, leaf, 4, true);
	paint(object, object->color);
	cairo_move_to(object->cairo, -0.9, 0);
	cairo_line_to(object->cairo, 0.8, 0);
	cairo_stroke(object->cairo);
}

static void draw_rock(const struct clutter_object *object)
{
	struct knot rock[7];
	for (int i = 0; i < 7; i++) {
		double angle = i * 2 * M_PI / 7,
		       reach = (double)random_between(object->random, 0.65f, 1);
		rock[i] =
			(struct knot){{reach * cos(angle), 0.75 * reach * sin(angle)}, i % 2 == 0};
	}
	cairo_new_path(object->cairo);
	shape_curve(object->cairo, rock, 7, true);
	paint(object, color_mix(object->color, (struct color){0.5, 0.5, 0.52, 1}, 0.8));
}

static void draw_box(const struct clutter_object *object)
{
	cairo_rectangle(object->cairo, -0.8, -0.6, 1.6, 1.3);
	paint(object, object->color);
	cairo_rectangle(object->cairo, -0.9, -0.75, 1.8, 0.3);
	paint(object, color_scale(object->color, 1.2));
	cairo_rectangle(object->cairo, -0.12, -0.75, 0.24, 1.45);
	paint(object, color_scale(object->color, 0.75));
}

static void draw_flower(const struct clutter_object *object)
{
	for (int petal = 0; petal < 6; petal++) {
		double angle = petal * M_PI / 3;
		oval(object, 0.55 * cos(angle), 0.55 * sin(angle), 0.36, 0.36);
		paint(object, object->color);
	}
	oval(object, 0, 0, 0.34, 0.34);
	paint(object, (struct color){0.97, 0.8, 0.3, 1});
}

static void draw_star(const struct clutter_object *object)
{
	cairo_new_path(object->cairo);
	for (int i = 0; i < 10; i++) {
		double angle = i * M_PI / 5 - M_PI / 2, reach = i % 2 ? 0.42 : 1;
		cairo_line_to(object->cairo, reach * cos(angle), reach * sin(angle));
	}
	cairo_close_path(object->cairo);
	paint(object, color_mix(object->color, (struct color){1, 0.85, 0.3, 1}, 0.6));
}

static void draw_bush(const struct clutter_object *object)
{
	struct spike leaves[9];
	for (int i = 0; i < 9; i++)
		leaves[i] = (struct spike){i * 40,
			(double)random_between(object->random, 0.2f, 0.45f), 38, 10};
	cairo_new_path(object->cairo);
	shape_spikes(object->cairo, (struct point){0, 0}, (struct point){0.7, 0.55}, leaves, 9);
	paint(object, color_mix(object->color, (struct color){0.3, 0.55, 0.25, 1}, 0.75));
}

static void draw_fence(const struct clutter_object *object)
{
	for (int post = -1; post <= 1; post++) {
		cairo_rectangle(object->cairo, post * 0.7 - 0.16, -0.8, 0.32, 1.7);
		paint(object, color_mix(object->color, (struct color){0.75, 0.6, 0.4, 1}, 0.7));
	}
	cairo_rectangle(object->cairo, -1, -0.3, 2, 0.26);
	paint(object, color_mix(object->color, (struct color){0.65, 0.5, 0.32, 1}, 0.7));
}

void clutter_draw(cairo_t *cairo, double x, double y, double size, struct random *random)
{
	static void (*const kinds[])(const struct clutter_object *) = {draw_ball, draw_leaf,
		draw_rock, draw_box, draw_flower, draw_star, draw_bush, draw_fence};
	double hue = (double)random_uniform(random),
	       saturation = (double)random_between(random, 0.3f, 0.9f);
	double value = (double)random_between(random, 0.5f, 1);
	struct clutter_object object = {cairo, random, color_from_hsv(hue, saturation, value)};
	cairo_save(cairo);
	cairo_translate(cairo, x, y);
	cairo_rotate(cairo, (double)random_between(random, -0.5f, 0.5f));
	cairo_scale(cairo, size / 2, size / 2);
	cairo_set_line_width(cairo, 0.07);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_new_path(cairo);
	kinds[random_below(random, sizeof kinds / sizeof *kinds)](&object);
	cairo_restore(cairo);
}
