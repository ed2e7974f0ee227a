#include "draw/invent_figure.h"

typedef void tail_writer(struct sketch *sketch, const struct build *build, struct random *random);

static void tail_shape(struct sketch *sketch, const struct knot *knots, size_t count,
	const char *tip, struct random *random)
{
	double length = sketch_between(random, 40, 90),
	       width = length * sketch_between(random, 0.6, 1.1);
	sketch_part(sketch, "curve", "tail", 8, "skin");
	sketch_knots(sketch, knots, count, (struct point){0, 0}, (struct point){length, width});
	sketch_write(sketch, ", 'wobble': 1.5");
	sketch_list(sketch, "inside");
	if (sketch_chance(random, 0.5))
		sketch_oval(sketch, NULL, 0, tip, (struct point){length, -0.6 * width},
			(struct point){0.5 * length, 0.4 * width}, "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
}

static void tail_bushy(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot knots[] = {{{-0.1, 0}, true}, {{0.3, 0.1}, false},
		{{0.85, -0.05}, false}, {{1.05, -0.5}, false}, {{0.8, -1.1}, true},
		{{0.5, -0.6}, false}, {{0.3, -0.25}, false}};
	(void)build;
	tail_shape(sketch, KNOTS(knots), "belly", random);
}

static void tail_zigzag(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot knots[] = {{{-0.1, 0}, true}, {{0.3, -0.15}, true},
		{{0.2, -0.4}, true}, {{0.6, -0.5}, true}, {{0.55, -0.85}, true},
		{{1.2, -1.05}, true}, {{0.85, -0.55}, true}, {{0.9, -0.3}, true},
		{{0.5, -0.25}, true}, {{0.55, 0.05}, true}, {{0, 0.2}, true}};
	(void)build;
	tail_shape(sketch, KNOTS(knots), "mark", random);
}

static void tail_fin(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot knots[] = {{{-0.1, -0.12}, false}, {{0.5, -0.2}, false},
		{{1, -0.8}, true}, {{0.9, -0.2}, false}, {{1.1, 0.35}, true}, {{0.5, 0.05}, false},
		{{-0.1, 0.15}, false}};
	(void)build;
	tail_shape(sketch, KNOTS(knots), "accent", random);
}

static void tail_thin(struct sketch *sketch, const struct build *build, struct random *random)
{
	double length = sketch_between(random, 30, 70), width = sketch_between(random, 3, 11);
	double rise = sketch_between(random, -50, 10), end = sketch_between(random, 0.3, 1.5);
	(void)build;
	sketch_part(sketch, "limb", "tail", 8, "skin");
	sketch_write(sketch, ", 'through': [[-6, 0], [%.1f, 4], [%.1f, %.1f]], ", 0.55 * length,
		length, rise);
	sketch_write(sketch, "'radii': [%.1f, %.1f, %.1f]", 1.1 * width, 0.9 * width, end * width);
	sketch_end_part(sketch);
	if (sketch_chance(random, 0.4))
		sketch_oval(sketch, "tail", 9, sketch_chance(random, 0.5) ? "accent" : "hair",
			(struct point){length, rise}, (struct point){1.3 * width, 1.5 * width}, "");
}

static void wings(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot feathered[] = {{{0, 0}, true}, {{-0.4, -0.7}, false},
		{{-1.1, -0.9}, true}, {{-0.95, -0.4}, true}, {{-1, -0.1}, true}, {{-0.7, 0}, true},
		{{-0.65, 0.3}, true}, {{-0.3, 0.2}, false}};
	static const struct knot round[] = {{{0, 0}, true}, {{-0.5, -0.8}, false},
		{{-1.1, -0.6}, false}, {{-0.8, 0}, true}, {{-0.9, 0.5}, false},
		{{-0.3, 0.5}, false}};
	bool butterfly = sketch_chance(random, 0.4);
	double size = sketch_between(random, 40, 85);
	sketch_curve(sketch, "body", 3, sketch_chance(random, 0.5) ? "accent" : "belly",
		butterfly ? round : feathered, butterfly ? 6 : 8,
		(struct point){-4, 0.4 * build->top}, (struct point){size, size},
		", 'mirror': true, 'depth': -4, 'wobble': 2");
}

static void shell(struct sketch *sketch, const struct build *build, struct random *random)
{
	double size = build->hip * sketch_between(random, 1.3, 1.8);
	struct point at = {0, build->stature == STATURE_FOUR_LEGS ? -0.4 * build->bottom - 8 : 0};
	sketch_oval(sketch, "body", 10, "accent", at, (struct point){size, size}, ", 'depth': -6");
	sketch_oval(sketch, "body", 11, "third", at, (struct point){0.75 * size, 0.8 * size},
		", 'depth': -3");
}

static void fins(struct sketch *sketch, const struct build *build, struct random *random)
{
	int count = sketch_integer(random, 3, 6);
	double size = sketch_between(random, 10, 24), span = build->bottom - build->top;
	for (int i = 0; i < count; i++) {
		static const struct knot fin[] = {{{-0.5, 0.3}, true}, {{0, -1}, true},
			{{0.5, 0.3}, true}};
		double along = (double)i / (count - 1);
		struct point at = {build->hip * 0.9, build->top + along * span};
		if (build->stature == STATURE_FOUR_LEGS)
			at = (struct point){(2 * along - 1) * 1.5 * build->hip,
				-0.7 * build->bottom};
		sketch_curve(sketch, "body", 10, "accent", KNOTS(fin), at,
			(struct point){size, 1.2 * size}, "");
	}
}

void figure_tail(struct sketch *sketch, const struct build *build, struct random *random)
{
	static tail_writer *const kinds[] = {tail_bushy, tail_zigzag, tail_fin, tail_thin,
		tail_thin, wings, shell, fins};
	if (sketch_chance(random, build->human ? 0.2 : 0.8))
		kinds[random_below(random, 8)](sketch, build, random);
}
