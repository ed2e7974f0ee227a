#include "draw/invent_figure.h"

#include <math.h>

/* Decoration of a shirt, nested in it: none, a collar, a stripe, bands, dots, an emblem. */
static void decoration(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot collar[] = {{{-0.8, -0.2}, true}, {{0.8, -0.2}, true},
		{{0, 1}, true}};
	static const struct knot down[] = {{{0, -1}, false}, {{0, 1}, false}};
	static const struct knot across[] = {{{-1.4, -0.05}, false}, {{0, 0.05}, false},
		{{1.4, -0.05}, false}};
	double width = sketch_between(random, 2.5, 8), height = build->bottom - build->top;
	struct point size = {build->shoulder, height / 2},
		     middle = {0, (build->top + build->bottom) / 2};
	uint32_t kind = random_below(random, 7);
	sketch_list(sketch, "inside");
	if (kind % 2 == 0)
		sketch_curve(sketch, NULL, 2, sketch_chance(random, 0.5) ? "skin" : "third",
			KNOTS(collar), (struct point){0, build->top},
			(struct point){size.x, 0.4 * height}, ", 'depth': 4, 'line width': 0.7");
	if (kind == 1)
		sketch_line(sketch, NULL, 1, "second", KNOTS(down), middle, size, width,
			", 'depth': 4");
	if (kind == 2 || kind == 3)
		for (int i = -1; i <= 1; i++)
			sketch_line(sketch, NULL, 1, "second", KNOTS(across),
				(struct point){0, middle.y + i * 0.26 * height}, size, width, "");
	if (kind == 4)
		for (int i = 0; i < 9; i++)
			sketch_oval(sketch, NULL, 1, "second",
				(struct point){(i % 3 - 1) * 0.6 * size.x + (i / 3 % 2) * 4,
					middle.y + (i / 3 - 1) * 0.3 * height},
				(struct point){0.6 * width, 0.6 * width}, "");
	if (kind == 5)
		sketch_oval(sketch, NULL, 2, "accent", (struct point){0, middle.y - 0.12 * height},
			(struct point){6 + width, 6 + width}, ", 'depth': 5, 'line width': 0.6");
	sketch_end_list(sketch);
}

/* A shirt, coat or armour over the torso, as far down as `hem` units below its end. */
static void shirt(struct sketch *sketch, const struct build *build, double hem, double flare,
	struct random *random)
{
	double s = build->shoulder + 1.5, w = build->waist + 1.5, h = build->hip + 1.5;
	double t = build->top - 1, b = build->bottom + 2;
	const struct knot cloth[] = {{{0, t + 2}, false}, {{0.6 * s, t + 1}, false},
		{{s, t + 9}, false}, {{w, 0.4 * t + 0.6 * b}, false}, {{flare * h, b + hem}, true},
		{{0, b + hem + 4}, false}, {{-flare * h, b + hem}, true},
		{{-w, 0.4 * t + 0.6 * b}, false}, {{-s, t + 9}, false}, {{-0.6 * s, t + 1}, false}};
	sketch_part(sketch, "curve", "body", 33, "first");
	sketch_knots(sketch, KNOTS(cloth), (struct point){0, 0}, (struct point){1, 1});
	sketch_write(sketch, ", 'wobble': %.1f", hem > 6 ? 1.5 : 0.4);
	decoration(sketch, build, random);
	sketch_end_part(sketch);
}

static void trousers(struct sketch *sketch, const struct build *build, struct random *random)
{
	double length = sketch_between(random, 0.3, 0.95) * build->leg;
	double width = build->leg_width * sketch_between(random, 1.05, 1.3);
	sketch_part(sketch, "limb", "leg", 21, "second");
	sketch_write(sketch, ", 'through': [[0, -2], [0, %.1f]], 'radii': [%.1f, %.1f]", length,
		width + 1, width);
	sketch_end_part(sketch);
}

static void boots(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot boot[] = {{{-0.9, -1.6}, true}, {{0, -1.4}, false},
		{{0.9, -1.6}, true}, {{0.95, 0}, false}, {{1, 0.9}, true}, {{-1.5, 0.9}, true},
		{{-1.4, 0}, false}};
	double high = sketch_between(random, 0.7, 1.8);
	sketch_curve(sketch, "foot", 23, sketch_chance(random, 0.6) ? "third" : "second",
		KNOTS(boot), (struct point){0, 0},
		(struct point){build->leg_width, high * build->leg_width}, "");
}

static void belt(struct sketch *sketch, const struct build *build, struct random *random)
{
	double w = fmax(build->waist, build->hip) + 2.5,
	       y = 0.35 * build->top + 0.65 * build->bottom;
	double high = sketch_between(random, 2.5, 5);
	const struct knot strap[] = {{{-w, y - high}, true}, {{0, y - high + 2}, false},
		{{w, y - high}, true}, {{w, y + high}, true}, {{0, y + high + 2}, false},
		{{-w, y + high}, true}};
	sketch_curve(sketch, "body", 35, "third", KNOTS(strap), (struct point){0, 0},
		(struct point){1, 1}, "");
	if (sketch_chance(random, 0.5))
		sketch_oval(sketch, "body", 36, "accent", (struct point){0, y + 2},
			(struct point){4.5, 4}, ", 'depth': 4");
}

static void sleeves(struct sketch *sketch, const struct build *build, struct random *random)
{
	double length = sketch_between(random, 0.15, 0.9) * build->arm;
	double end = sketch_between(random, 1.05, 1.6) * build->arm_width;
	sketch_part(sketch, "limb", "arm", 44, sketch_chance(random, 0.75) ? "first" : "third");
	sketch_write(sketch, ", 'through': [[0, -1], [0, %.1f]], 'radii': [%.1f, %.1f]", length,
		1.15 * build->arm_width + 1, end);
	sketch_end_part(sketch);
}

static void scarf(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot end[] = {{{-0.5, 0}, true}, {{0.5, 0}, true}, {{0.9, 1}, true},
		{{-0.2, 1.1}, true}};
	double s = build->shoulder, y = build->top + 3, long_end = sketch_between(random, 12, 40);
	sketch_curve(sketch, "body", 45.5, "accent", KNOTS(end), (struct point){-0.4 * s, y + 4},
		(struct point){9, long_end}, ", 'wobble': 2");
	sketch_oval(sketch, "body", 46, "accent", (struct point){0, y}, (struct point){0.9 * s, 6},
		", 'depth': 2");
}

static void cape(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot cloth[] = {{{-0.8, 0}, true}, {{0.8, 0}, true},
		{{1.4, 0.5}, false}, {{1.6, 1}, true}, {{0.5, 0.93}, false}, {{0, 1.03}, true},
		{{-0.6, 0.92}, false}, {{-1.6, 1}, true}, {{-1.4, 0.5}, false}};
	double length = build->bottom - build->top + sketch_between(random, 0, 0.9) * build->leg;
	double wide = build->shoulder * sketch_between(random, 1, 1.5);
	sketch_curve(sketch, "body", 2, sketch_chance(random, 0.5) ? "accent" : "third",
		KNOTS(cloth), (struct point){0, build->top + 3}, (struct point){wide, length},
		", 'wobble': 2.5, 'depth': -3");
}

static void gloves(struct sketch *sketch, const struct build *build, struct random *random)
{
	double size = build->arm_width * sketch_between(random, 1, 1.4);
	sketch_part(sketch, "limb", "hand", 45, "third");
	sketch_write(sketch, ", 'through': [[0, -6], [0, 4]], 'radii': [%.1f, %.1f]", 0.9 * size,
		size);
	sketch_end_part(sketch);
}

/* Something in one hand: a staff, sword, wand or shield. */
static void held(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot blade[] = {{{-1, 0}, true}, {{-1, -0.9}, false}, {{0, -1}, true},
		{{1, -0.9}, false}, {{1, 0}, true}};
	double length = sketch_between(random, 30, 90), wide = sketch_between(random, 1.5, 6);
	uint32_t kind = random_below(random, 3);
	(void)build;
	if (kind == 2) {
		sketch_oval(sketch, "hand", 45, "second", (struct point){0, 2},
			(struct point){10 + 2 * wide, 12 + 2 * wide}, ", 'side': 'first'");
		sketch_oval(sketch, "hand", 46, "accent", (struct point){0, 2},
			(struct point){4 + wide, 5 + wide}, ", 'side': 'first'");
		return;
	}
	sketch_curve(sketch, "hand", 42, kind ? "third" : "white", KNOTS(blade),
		(struct point){0, kind ? 30 : 4}, (struct point){wide, length + (kind ? 30 : 0)},
		", 'side': 'first'");
	sketch_oval(sketch, "hand", 42.5, "accent", (struct point){0, kind ? -length : 2},
		(struct point){kind ? 8 : 10, kind ? 8 : 3}, ", 'side': 'first'");
}

void figure_clothes(struct sketch *sketch, const struct build *build, struct random *random)
{
	bool dressed = build->human || sketch_chance(random, 0.2);
	bool skirt = sketch_chance(random, 0.3);
	double hem = skirt ? sketch_between(random, 0.3, 1) * build->leg : 2;
	double flare = skirt ? sketch_between(random, 1.2, 1.9) : 1;
	if (dressed) {
		trousers(sketch, build, random);
		shirt(sketch, build, hem, flare, random);
		if (sketch_chance(random, 0.85))
			sleeves(sketch, build, random);
	}
	if (sketch_chance(random, dressed ? 0.85 : 0.15))
		boots(sketch, build, random);
	if (sketch_chance(random, dressed ? 0.5 : 0.12))
		belt(sketch, build, random);
	if (sketch_chance(random, 0.2))
		scarf(sketch, build, random);
	if (sketch_chance(random, dressed ? 0.2 : 0.08))
		cape(sketch, build, random);
	if (sketch_chance(random, dressed ? 0.35 : 0.1))
		gloves(sketch, build, random);
	if (sketch_chance(random, 0.15))
		held(sketch, build, random);
}
