#include "draw/backdrop.h"

#include "draw/color.h"
#include "draw/shape.h"

#include <math.h>

/* The picture that is painted. */
struct scene {
	cairo_t *cairo;
	double width, height;
	struct random *random;
};

static double uniform(const struct scene *scene, double low, double high)
{
	return low + (high - low) * (double)random_uniform(scene->random);
}

/* C does not define the order in which arguments are evaluated, so a call draws at most one random
 * number in them. */
static struct color random_color(const struct scene *scene, double saturation, double value)
{
	double hue = uniform(scene, 0, 1);
	saturation *= uniform(scene, 0.1, 1);
	return color_from_hsv(hue, saturation, value * uniform(scene, 0.8, 1.1));
}

/* A random point between two heights, as fractions of the picture's. */
static struct point random_point(const struct scene *scene, double top, double bottom)
{
	double x = uniform(scene, 0, scene->width);
	return (struct point){x, uniform(scene, top, bottom) * scene->height};
}

static void fill_rectangle(const struct scene *scene, struct color color, double x, double y,
	double width, double height)
{
	color_set_source(scene->cairo, color);
	cairo_rectangle(scene->cairo, x, y, width, height);
	cairo_fill(scene->cairo);
}

static void fill_all(const struct scene *scene, struct color color)
{
	fill_rectangle(scene, color, 0, 0, scene->width, scene->height);
}

static void fill_disc(const struct scene *scene, struct color color, struct point at, double rx,
	double ry)
{
	color_set_source(scene->cairo, color);
	cairo_new_path(scene->cairo);
	shape_oval(scene->cairo, at, (struct point){rx, ry}, 0);
	cairo_fill(scene->cairo);
}

static void fill_gradient(const struct scene *scene, struct color from, struct color to,
	double angle)
{
	double dx = sin(angle) * scene->width / 2, dy = cos(angle) * scene->height / 2;
	cairo_pattern_t *gradient = cairo_pattern_create_linear(scene->width / 2 - dx,
		scene->height / 2 - dy, scene->width / 2 + dx, scene->height / 2 + dy);
	cairo_pattern_add_color_stop_rgb(gradient, 0, from.red, from.green, from.blue);
	cairo_pattern_add_color_stop_rgb(gradient, 1, to.red, to.green, to.blue);
	cairo_set_source(scene->cairo, gradient);
	cairo_paint(scene->cairo);
	cairo_pattern_destroy(gradient);
}

static void draw_plain(const struct scene *scene)
{
	if (random_uniform(scene->random) < 0.6f)
		fill_all(scene, color_from_hsv(0, 0, uniform(scene, 0.85, 1)));
	else
		fill_all(scene, random_color(scene, 0.45, 0.85));
}

static void draw_gradient(const struct scene *scene)
{
	struct color from = random_color(scene, 0.4, 0.9), to = random_color(scene, 0.6, 0.7);
	fill_gradient(scene, from, color_mix(from, to, 0.8), uniform(scene, -1.5, 1.5));
}

static void draw_sky(const struct scene *scene)
{
	double hour = uniform(scene, 0, 1);
	struct color noon = {0.45, 0.72, 0.95, 1}, evening = {0.97, 0.66, 0.45, 1},
		     pale = {0.88, 0.95, 0.98, 1};
	struct color above =
		color_mix(noon, color_from_hsv(uniform(scene, 0.5, 0.75), 0.5, 0.8), 0.4);
	fill_gradient(scene, above, hour < 0.7 ? pale : evening, 0);
	for (int cloud = (int)random_below(scene->random, 4); cloud > 0; cloud--) {
		struct point at = random_point(scene, 0.05, 0.4);
		double size = uniform(scene, 0.04, 0.1) * scene->width;
		for (int puff = -1; puff <= 1; puff++) {
			struct point middle = {at.x + puff * size, at.y - (puff ? 0 : size * 0.35)};
			fill_disc(scene, (struct color){1, 1, 1, 0.85}, middle, size, size * 0.6);
		}
	}
}

static void draw_hill(const struct scene *scene, struct color color, double top)
{
	double rise = uniform(scene, -0.12, 0.12) * scene->height,
	       bow = uniform(scene, 0.02, 0.14) * scene->height;
	cairo_new_path(scene->cairo);
	cairo_move_to(scene->cairo, 0, top + rise);
	cairo_curve_to(scene->cairo, scene->width * 0.3, top + rise - bow, scene->width * 0.7,
		top - rise - bow, scene->width, top - rise);
	cairo_line_to(scene->cairo, scene->width, scene->height);
	cairo_line_to(scene->cairo, 0, scene->height);
	color_set_source(scene->cairo, color);
	cairo_fill(scene->cairo);
}

static void draw_tufts(const struct scene *scene, struct color color, double top)
{
	color_set_source(scene->cairo, color);
	cairo_set_line_width(scene->cairo, scene->width / 160);
	for (int tuft = 0; tuft < 40; tuft++) {
		struct point root = random_point(scene, top / scene->height, 1);
		double size = scene->height * 0.02;
		for (int blade = -1; blade <= 1; blade++) {
			cairo_move_to(scene->cairo, root.x, root.y);
			cairo_line_to(scene->cairo, root.x + blade * size * 0.6, root.y - size);
		}
	}
	cairo_stroke(scene->cairo);
}

static void draw_meadow(const struct scene *scene)
{
	double hue = uniform(scene, 0.2, 0.4), saturation = uniform(scene, 0.35, 0.6);
	struct color grass = color_from_hsv(hue, saturation, uniform(scene, 0.55, 0.85));
	double horizon = uniform(scene, 0.5, 0.75) * scene->height;
	draw_sky(scene);
	draw_hill(scene, grass, horizon);
	draw_tufts(scene, color_scale(grass, 0.8), horizon + scene->height * 0.1);
}

static void draw_hills(const struct scene *scene)
{
	double hue = uniform(scene, 0, 1);
	draw_sky(scene);
	for (int row = 0; row < 4; row++)
		draw_hill(scene,
			color_from_hsv(hue + row * 0.03, 0.25 + 0.1 * row, 0.85 - 0.12 * row),
			(0.45 + 0.13 * row) * scene->height);
}

static void draw_beach(const struct scene *scene)
{
	double horizon = uniform(scene, 0.4, 0.55);
	draw_sky(scene);
	struct color water = color_from_hsv(uniform(scene, 0.48, 0.6), 0.6, 0.75);
	fill_rectangle(scene, water, 0, horizon * scene->height, scene->width, scene->height);
	for (int wave = 0; wave < 12; wave++)
		fill_disc(scene, (struct color){1, 1, 1, 0.4},
			random_point(scene, horizon, horizon + 0.2), scene->width * 0.06,
			scene->height * 0.004);
	draw_hill(scene, color_from_hsv(0.12, uniform(scene, 0.25, 0.45), 0.93),
		(horizon + 0.24) * scene->height);
}

static void draw_night(const struct scene *scene)
{
	double hue = uniform(scene, 0.58, 0.82);
	fill_gradient(scene, color_from_hsv(hue, 0.7, 0.15), color_from_hsv(hue, 0.6, 0.42), 0);
	for (int star = 0; star < 60; star++) {
		double size = uniform(scene, 0.002, 0.008) * scene->width,
		       glow = uniform(scene, 0.4, 1);
		fill_disc(scene, (struct color){1, 1, 0.9, glow}, random_point(scene, 0, 1), size,
			size);
	}
	double moon = uniform(scene, 0.05, 0.12) * scene->width;
	fill_disc(scene, (struct color){0.98, 0.96, 0.8, 1}, random_point(scene, 0, 0.4), moon,
		moon);
}

static void draw_room(const struct scene *scene)
{
	struct color wall = random_color(scene, 0.25, 0.85),
		     wood = color_from_hsv(0.08, 0.5, uniform(scene, 0.45, 0.75));
	double floor = uniform(scene, 0.6, 0.8) * scene->height;
	double x = uniform(scene, 0.05, 0.6) * scene->width, width = scene->width * 0.28,
	       height = scene->height * 0.3;
	fill_all(scene, wall);
	fill_rectangle(scene, color_scale(wood, 1.2), x - 4, scene->height * 0.08 - 4, width + 8,
		height + 8);
	fill_rectangle(scene, random_color(scene, 0.35, 0.95), x, scene->height * 0.08, width,
		height);
	fill_rectangle(scene, color_scale(wood, 1.2), x + width / 2 - 2, scene->height * 0.08, 4,
		height);
	fill_rectangle(scene, wood, 0, floor, scene->width, scene->height);
	for (int plank = 1; plank < 5; plank++) {
		double edge = floor + (scene->height - floor) * plank / 5;
		fill_rectangle(scene, color_scale(wood, 0.8), 0, edge, scene->width, 1.5);
	}
	double skirting = scene->height * 0.03;
	fill_rectangle(scene, color_scale(wall, 0.8), 0, floor - skirting, scene->width, skirting);
}

static void draw_stripes(const struct scene *scene)
{
	struct color first = random_color(scene, 0.4, 0.9),
		     second = color_mix(first, random_color(scene, 0.5, 0.8), 0.5);
	double reach = hypot(scene->width, scene->height),
	       band = uniform(scene, 0.04, 0.14) * scene->width;
	fill_all(scene, first);
	cairo_save(scene->cairo);
	cairo_translate(scene->cairo, scene->width / 2, scene->height / 2);
	cairo_rotate(scene->cairo, uniform(scene, 0, M_PI));
	for (double x = -reach; x < reach; x += 2 * band)
		fill_rectangle(scene, second, x, -reach, band, 2 * reach);
	cairo_restore(scene->cairo);
}

static void draw_checks(const struct scene *scene)
{
	struct color first = random_color(scene, 0.35, 0.9),
		     second = color_mix(first, random_color(scene, 0.5, 0.8), 0.4);
	double side = uniform(scene, 0.07, 0.2) * scene->width;
	fill_all(scene, first);
	for (int row = 0; row * side < scene->height; row++)
		for (int column = row % 2; column * side < scene->width; column += 2)
			fill_rectangle(scene, second, column * side, row * side, side, side);
}

static void draw_dots(const struct scene *scene)
{
	struct color first = random_color(scene, 0.35, 0.9), second = random_color(scene, 0.5, 0.8);
	double step = uniform(scene, 0.09, 0.2) * scene->width,
	       size = step * uniform(scene, 0.12, 0.35);
	fill_all(scene, first);
	for (int row = 0; row * step < scene->height + step; row++)
		for (double x = row % 2 * step / 2; x < scene->width + step; x += step)
			fill_disc(scene, second, (struct point){x, row * step}, size, size);
}

static void draw_rays(const struct scene *scene)
{
	struct color first = random_color(scene, 0.5, 0.95),
		     second = color_mix(first, (struct color){1, 1, 1, 1}, 0.45);
	double x = uniform(scene, 0.3, 0.7) * scene->width,
	       y = uniform(scene, 0.3, 0.7) * scene->height;
	double reach = scene->width + scene->height, rotation = uniform(scene, 0, 1);
	int rays = 8 + (int)random_below(scene->random, 10);
	fill_all(scene, first);
	color_set_source(scene->cairo, second);
	for (int ray = 0; ray < rays; ray++) {
		double from = (ray + rotation) * 2 * M_PI / rays, to = from + M_PI / rays;
		cairo_move_to(scene->cairo, x, y);
		cairo_line_to(scene->cairo, x + reach * cos(from), y + reach * sin(from));
		cairo_line_to(scene->cairo, x + reach * cos(to), y + reach * sin(to));
	}
	cairo_fill(scene->cairo);
}

static void draw_cloth(const struct scene *scene)
{
	struct color base = random_color(scene, 0.5, 0.7);
	fill_all(scene, base);
	for (int patch = 0; patch < 60; patch++) {
		struct color color =
			color_with_alpha(color_mix(base, random_color(scene, 0.5, 0.8), 0.5), 0.35);
		double size = uniform(scene, 0.03, 0.2) * scene->width,
		       flat = uniform(scene, 0.4, 1);
		fill_disc(scene, color, random_point(scene, 0, 1), size, size * flat);
	}
}

void backdrop_draw(cairo_t *cairo, int width, int height, struct random *random)
{
	static void (*const kinds[])(const struct scene *) = {draw_gradient, draw_meadow,
		draw_hills, draw_beach, draw_night, draw_room, draw_stripes, draw_checks, draw_dots,
		draw_rays, draw_cloth};
	struct scene scene = {cairo, width, height, random};
	cairo_save(cairo);
	if (random_uniform(random) < 0.3f) {
		draw_plain(&scene);
	} else {
		kinds[random_below(random, sizeof kinds / sizeof *kinds)](&scene);
		/* Haze increases the contrast to the figure. */
		fill_all(&scene, (struct color){1, 1, 1, uniform(&scene, 0, 0.5)});
	}
	cairo_restore(cairo);
}
