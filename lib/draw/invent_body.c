#include "draw/invent_figure.h"

#include <math.h>

/* What is painted on skin: nothing, a belly, stripes, spots or bands. Nested in a part about (0, y)
 * with half width and height `size`. */
static void markings(struct sketch *sketch, struct point size, double y, struct random *random)
{
	static const struct knot band[] = {{{-1.5, -0.06}, false}, {{0, 0.06}, false},
		{{1.5, -0.06}, false}};
	uint32_t kind = random_below(random, 5);
	double width = sketch_between(random, 2.5, 6);
	int count = sketch_integer(random, 2, 4);
	sketch_list(sketch, "inside");
	if (kind <= 1)
		sketch_oval(sketch, NULL, 0, "belly", (struct point){0, y + 0.25 * size.y},
			(struct point){sketch_between(random, 0.5, 0.8) * size.x, 0.8 * size.y},
			", 'depth': 6");
	if (kind == 2)
		for (int i = 0; i < count; i++)
			sketch_line(sketch, NULL, 1, "mark", KNOTS(band),
				(struct point){0, y + size.y * (2 * (i + 0.7) / count - 1)}, size,
				width, ", 'depth': 3");
	if (kind == 3)
		for (int i = 0; i < 3 * count; i++) {
			double x = sketch_between(random, -0.9, 0.9);
			struct point at = {x * size.x,
				y + size.y * sketch_between(random, -0.9, 0.9)};
			sketch_oval(sketch, NULL, 1, "mark", at, (struct point){width, width},
				", 'depth': 3");
		}
	sketch_end_list(sketch);
}

static void paw(struct sketch *sketch, const char *bone, double layer, double size,
	const char *fill, const char *more)
{
	static const struct knot foot[] = {{{-1.3, 0.4}, false}, {{-0.9, -0.6}, false},
		{{0.3, -0.8}, false}, {{1, 0}, false}, {{0.9, 0.7}, true}, {{-1.1, 0.8}, true}};
	sketch_curve(sketch, bone, layer, fill, KNOTS(foot), (struct point){0, 2},
		(struct point){size, 0.8 * size}, more);
}

static void limb(struct sketch *sketch, const char *bone, const char *end, double layer,
	double width, double thin, const char *fill)
{
	sketch_part(sketch, "limb", bone, layer, fill);
	sketch_write(sketch, ", 'through': [[0, 0], '%s'], 'radii': [%.1f, %.1f]", end, width,
		thin * width);
	sketch_end_part(sketch);
}

static void four_legs(struct sketch *sketch, const struct build *build, struct random *random)
{
	double length = 2.1 * build->hip, height = 0.8 * build->bottom + 6,
	       leg = 0.6 * build->leg + 10;
	const struct knot trunk[] = {{{-1, -0.1}, false}, {{-0.6, -0.8}, false},
		{{0.2, -0.9}, false}, {{0.9, -0.6}, false}, {{1, 0.2}, false}, {{0.7, 0.9}, false},
		{{-0.3, 0.9}, false}, {{-0.9, 0.7}, false}};
	for (int i = 0; i < 4; i++) {
		static const double place[] = {-0.45, 0.85, -0.8, 0.5};
		struct point at = {place[i] * length, 0.45 * height};
		sketch_part(sketch, "limb", "body", i < 2 ? 12 : 32, i < 2 ? "mark" : "skin");
		sketch_write(sketch,
			", 'through': [[%.1f, %.1f], [%.1f, %.1f]], 'radii': [%.1f, %.1f]", at.x,
			at.y, at.x + (i % 2 ? 2 : -2), at.y + leg, build->leg_width,
			0.85 * build->leg_width);
		sketch_write(sketch, ", 'wobble': 2");
		sketch_end_part(sketch);
	}
	sketch_part(sketch, "curve", "body", 20, "skin");
	sketch_knots(sketch, KNOTS(trunk), (struct point){0, 0}, (struct point){length, height});
	markings(sketch, (struct point){length, height}, 0, random);
	sketch_end_part(sketch);
}

static void torso(struct sketch *sketch, const struct build *build, struct random *random)
{
	double s = build->shoulder, w = build->waist, h = build->hip, t = build->top,
	       b = build->bottom;
	const struct knot trunk[] = {{{0, t}, false}, {{0.6 * s, t + 2}, false},
		{{s, t + 9}, false}, {{w, 0.4 * t + 0.6 * b}, false}, {{h, b - 6}, false},
		{{0.5 * h, b + 2}, false}, {{-0.5 * h, b + 2}, false}, {{-h, b - 6}, false},
		{{-w, 0.4 * t + 0.6 * b}, false}, {{-s, t + 9}, false}, {{-0.6 * s, t + 2}, false}};
	sketch_part(sketch, "limb", "head", 28, "skin");
	sketch_write(sketch, ", 'through': [[0, 6], [0, -10]], 'radii': [%.1f, %.1f]", 0.45 * s,
		0.42 * s);
	sketch_end_part(sketch);
	sketch_part(sketch, "curve", "body", 30, "skin");
	sketch_knots(sketch, KNOTS(trunk), (struct point){0, 0}, (struct point){1, 1});
	markings(sketch, (struct point){w, (b - t) / 2}, (t + b) / 2, random);
	sketch_end_part(sketch);
}

void figure_body(struct sketch *sketch, const struct build *build, struct random *random)
{
	double hand = build->arm_width * sketch_between(random, 0.9, 1.3);
	bool arms = build->stature != STATURE_BLOB || sketch_chance(random, 0.6);
	if (build->stature == STATURE_FOUR_LEGS) {
		four_legs(sketch, build, random);
		return;
	}
	limb(sketch, "leg", "foot", 20, build->leg_width, 0.8, "skin");
	paw(sketch, "foot", 22, 1.1 * build->leg_width, "skin", "");
	if (build->stature == STATURE_UPRIGHT)
		torso(sketch, build, random);
	if (!arms)
		return;
	limb(sketch, "arm", "hand", 40, build->arm_width, 0.85, "skin");
	sketch_oval(sketch, "hand", 43, "skin", (struct point){0, 3}, (struct point){hand, hand},
		"");
}
