#include "draw/invent_figure.h"

#include <math.h>

/* What is painted on the head: a paler face, patches about the eyes, a mask over the upper or lower
 * half, stripes on the forehead, or nothing; nested in it. */
static void head_markings(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot half[] = {{{-1.5, 0}, true}, {{0, 0.12}, false}, {{1.5, 0}, true},
		{{1.5, 2}, true}, {{-1.5, 2}, true}};
	static const struct knot stripe[] = {{{0, 0}, false}, {{0.1, 1}, false}};
	double w = build->head_width, h = build->head_height;
	double kind = sketch_between(random, 0, 1), x = sketch_between(random, 0.3, 0.7) * w;
	if (!build->human && kind < 0.25)
		sketch_oval(sketch, NULL, 1, "belly", (struct point){0, -0.3 * h},
			(struct point){x + 8, 0.36 * h}, ", 'depth': 5");
	else if (!build->human && kind < 0.45)
		sketch_oval(sketch, NULL, 1, "mark", (struct point){-x, -build->eye_height * h},
			(struct point){0.36 * w, 0.26 * h},
			", 'angle': 20, 'mirror': true, 'depth': 5");
	else if (kind < 0.6)
		sketch_curve(sketch, NULL, 1, "mark", KNOTS(half), (struct point){0, -0.3 * h},
			(struct point){w, (kind < 0.52 ? -0.7 : 0.5) * h}, "");
	else if (kind < 0.75)
		for (int i = -1; i <= 1; i++)
			sketch_line(sketch, NULL, 2, "mark", KNOTS(stripe),
				(struct point){i * 0.3 * w, -1.02 * h},
				(struct point){i * 20, 0.24 * h}, 4, ", 'depth': 4");
}

static void head_shape(struct sketch *sketch, const struct build *build, struct random *random)
{
	double jaw = build->jaw, cheek = build->cheek;
	const struct knot head[] = {{{0, -1}, false}, {{0.68, -0.88}, false}, {{1, -cheek}, false},
		{{0.5 + 0.5 * jaw, -0.16}, false}, {{jaw * 0.5, 0.03}, false},
		{{-jaw * 0.5, 0.03}, false}, {{-0.5 - 0.5 * jaw, -0.16}, false},
		{{-1, -cheek}, false}, {{-0.68, -0.88}, false}};
	sketch_part(sketch, "curve", "head", 50, "skin");
	sketch_knots(sketch, KNOTS(head), (struct point){0, 0},
		(struct point){build->head_width, build->head_height});
	sketch_list(sketch, "inside");
	head_markings(sketch, build, random);
	sketch_end_list(sketch);
	sketch_end_part(sketch);
}

static void ears_round(struct sketch *sketch, const struct build *build, struct random *random)
{
	double size = sketch_between(random, 9, 24), high = sketch_between(random, 0.72, 0.95);
	struct point at = {-0.75 * build->head_width, -high * build->head_height};
	sketch_oval(sketch, "head", 45, "skin", at, (struct point){size, size},
		", 'mirror': true, 'depth': -3");
	sketch_oval(sketch, "head", 46, "belly", at, (struct point){0.55 * size, 0.55 * size},
		", 'mirror': true, 'depth': -3, 'line width': 0");
}

/* Ears of cats, foxes, rabbits or elves: a leaf from its root, turned outwards. */
static void ears_leaf(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot leaf[] = {{{-1, 0.25}, false}, {{-1.1, -0.4}, false},
		{{0, -1}, true}, {{1.1, -0.4}, false}, {{1, 0.25}, false}};
	double turn = build->human ? 80 : sketch_between(random, 5, 75);
	double length =
		build->human ? sketch_between(random, 14, 30) : sketch_between(random, 22, 64);
	double width = sketch_between(random, 7, 15), from_top = turn / 90;
	const char *inner = sketch_chance(random, 0.3) ? "mark" : "belly";
	struct point at = {-(0.4 + 0.55 * from_top) * build->head_width,
		-(0.95 - 0.5 * from_top) * build->head_height};
	struct knot ear[5], hollow[5];
	for (int i = 0; i < 5; i++) {
		struct point p = {width * leaf[i].at.x, length * leaf[i].at.y};
		double c = cos(turn * M_PI / 180), s = -sin(turn * M_PI / 180);
		ear[i] = (struct knot){{c * p.x - s * p.y, s * p.x + c * p.y}, leaf[i].corner};
		hollow[i] = (struct knot){{0.6 * ear[i].at.x, 0.75 * ear[i].at.y}, leaf[i].corner};
	}
	sketch_part(sketch, "curve", "head", 45, "skin");
	sketch_knots(sketch, ear, 5, at, (struct point){1, 1});
	sketch_write(sketch, ", 'mirror': true, 'depth': -2, 'wobble': 1.5");
	sketch_list(sketch, "inside");
	sketch_curve(sketch, NULL, 0, inner, hollow, 5, at, (struct point){1, 1},
		", 'mirror': true, 'depth': -2");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
}

static void horns(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot horn[] = {{{0.4, 0.3}, true}, {{0.3, -0.5}, false},
		{{-0.5, -1}, true}, {{-0.25, -0.4}, false}, {{-0.4, 0.3}, true}};
	double size = sketch_between(random, 16, 42), x = sketch_between(random, 0.2, 0.7);
	struct point at = {-x * build->head_width, -0.95 * build->head_height};
	double lean = sketch_chance(random, 0.5) ? 0.8 : -0.8;
	sketch_curve(sketch, "head", sketch_chance(random, 0.5) ? 45 : 72, "accent", KNOTS(horn),
		at, (struct point){lean * size, size}, ", 'mirror': true");
}

static void antennae(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot stalk[] = {{{0, 0}, false}, {{-0.1, -0.6}, false},
		{{-0.5, -1}, false}};
	double length = sketch_between(random, 18, 40), ball = sketch_between(random, 3, 7);
	struct point at = {-0.3 * build->head_width, -0.95 * build->head_height};
	sketch_line(sketch, "head", 45, "mark", KNOTS(stalk), at, (struct point){length, length}, 4,
		", 'mirror': true");
	sketch_oval(sketch, "head", 45.5, "accent",
		(struct point){at.x - length / 2, at.y - length}, (struct point){ball, ball},
		", 'mirror': true");
}

static void ears_plain(struct sketch *sketch, const struct build *build, struct random *random)
{
	double size = sketch_between(random, 5, 9);
	sketch_oval(sketch, "head", 48, "skin",
		(struct point){-0.97 * build->head_width, -0.42 * build->head_height},
		(struct point){size * 0.8, size * 1.2}, ", 'mirror': true, 'depth': -3");
}

void figure_head(struct sketch *sketch, const struct build *build, struct random *random)
{
	typedef void ear_writer(struct sketch *, const struct build *, struct random *);
	static ear_writer *const creatures[] = {ears_round, ears_leaf, ears_leaf, horns, antennae,
		ears_leaf};
	static ear_writer *const humans[] = {ears_plain, ears_plain, ears_plain, ears_leaf, horns};
	head_shape(sketch, build, random);
	if (build->human)
		humans[random_below(random, 5)](sketch, build, random);
	else if (sketch_chance(random, 0.85))
		creatures[random_below(random, 6)](sketch, build, random);
}
