#include "draw/invent_figure.h"

#include <math.h>

static void eyes(struct sketch *sketch, const struct build *build, struct random *random)
{
	double w = build->head_width, h = build->head_height;
	double x = sketch_between(random, 0.36, 0.56) * w,
	       rx = sketch_between(random, 0.14, 0.3) * w;
	double ry = rx * sketch_between(random, 0.75, 1.6), angle = sketch_between(random, -12, 16);
	double lid = sketch_between(random, 0, 0.35), iris = sketch_between(random, 0.45, 0.95);
	double pupil = sketch_between(random, 0.3, 0.75);
	bool button = sketch_chance(random, 0.2),
	     cyclops = !build->human && sketch_chance(random, 0.06);
	ry = fmin(ry, 0.2 * h);
	rx = fmin(rx, x - 1);
	sketch_part(sketch, "eye", "head", 60, button ? "black" : "iris");
	sketch_write(sketch, ", 'at': [%.1f, %.1f], 'radius': [%.1f, %.1f], 'angle': %.1f",
		cyclops ? 0 : -x, -build->eye_height * h, cyclops ? 1.5 * rx : rx,
		cyclops ? 1.3 * ry : ry, angle);
	sketch_write(sketch, ", 'lid': %.2f, 'iris size': %.2f, 'pupil size': %.2f", lid, iris,
		pupil);
	sketch_write(sketch, ", 'width': %.1f, 'depth': 7", sketch_between(random, 1.8, 3.6));
	if (!button)
		sketch_write(sketch, ", 'white': 'white', 'pupil': 'black'");
	sketch_write(sketch, "%s", cyclops ? "" : ", 'mirror': true");
	sketch_end_part(sketch);
	if (!sketch_chance(random, build->human ? 0.8 : 0.25))
		return;
	sketch_part(sketch, "brow", "head", 61, sketch_chance(random, 0.6) ? "hair" : "black");
	sketch_write(sketch, ", 'at': [%.1f, %.1f], 'radius': [%.1f, %.1f], 'angle': %.1f", -x,
		-build->eye_height * h - ry - 4, 1.1 * rx, 2.5, angle);
	sketch_write(sketch, ", 'width': %.1f, 'depth': 6, 'mirror': true",
		sketch_between(random, 1.8, 5.5));
	sketch_end_part(sketch);
}

static void nose(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot beak[] = {{{-1, -0.4}, false}, {{0, -0.7}, false},
		{{1, -0.4}, false}, {{0, 1}, true}};
	static const struct knot tick[] = {{{-0.4, 0}, false}, {{0.3, 0.5}, false},
		{{0.5, 0}, false}};
	struct point at = {0, -0.27 * build->head_height};
	double size = sketch_between(random, 3, 8);
	uint32_t kind = random_below(random, 6);
	if (build->human || kind == 0)
		sketch_line(sketch, "head", 61, "fold", KNOTS(tick), at, (struct point){size, 4},
			1.6, ", 'depth': 8");
	else if (kind <= 2)
		sketch_oval(sketch, "head", 61, "black", at, (struct point){size, 0.7 * size},
			", 'depth': 9");
	else if (kind == 3) { /* a muzzle */
		sketch_oval(sketch, "head", 59, "belly",
			(struct point){0, -0.17 * build->head_height},
			(struct point){3.2 * size, 2 * size}, ", 'depth': 7");
		sketch_oval(sketch, "head", 61, "mark", at, (struct point){size, 0.7 * size},
			", 'depth': 9");
	} else if (kind == 4)
		sketch_curve(sketch, "head", 63, "accent", KNOTS(beak), (struct point){0, at.y + 6},
			(struct point){2.2 * size, 2.4 * size}, ", 'depth': 9");
	else
		sketch_oval(sketch, "head", 61, "black", (struct point){-0.5 * size, at.y},
			(struct point){1.2, 1.6}, ", 'depth': 9, 'line width': 0, 'mirror': true");
}

static void whiskers(struct sketch *sketch, const struct build *build)
{
	static const struct knot hair[] = {{{0, 0}, false}, {{-1, -0.1}, false}};
	for (int i = -1; i <= 1; i++)
		sketch_line(sketch, "head", 62, "black", KNOTS(hair),
			(struct point){-0.4 * build->head_width, -0.2 * build->head_height + 4 * i},
			(struct point){0.7 * build->head_width, 20 * i}, 1.3,
			", 'depth': 6, 'mirror': true");
}

static void glasses(struct sketch *sketch, const struct build *build, double size)
{
	static const struct knot bridge[] = {{{-0.15, 0}, false}, {{0.15, 0}, false}};
	double y = -build->eye_height * build->head_height;
	sketch_part(sketch, "oval", "head", 64, "none");
	sketch_write(sketch,
		", 'at': [%.1f, %.1f], 'radius': [%.1f, %.1f], 'line': 'black', 'line width': 1.4, "
		"'mirror': true, 'depth': 8",
		-0.48 * build->head_width, y, size * build->head_width,
		0.9 * size * build->head_width);
	sketch_end_part(sketch);
	sketch_line(sketch, "head", 64, "black", KNOTS(bridge), (struct point){0, y},
		(struct point){build->head_width, 1}, 2.2, ", 'depth': 8");
}

static void details(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot scar[] = {{{0, -1}, false}, {{0.2, 0}, false}, {{-0.1, 1}, false}};
	double w = build->head_width, h = build->head_height, kind = sketch_between(random, 0, 1);
	struct point cheek = {-sketch_between(random, 0.5, 0.72) * w, -0.22 * h};
	double size = sketch_between(random, 3, 8);
	if (sketch_chance(random, 0.45))
		sketch_oval(sketch, "head", 59, sketch_chance(random, 0.3) ? "accent" : "blush",
			cheek, (struct point){size, 0.75 * size},
			", 'line width': 0, 'shade': 0, 'depth': 5, 'mirror': true");
	if (kind < 0.1)
		sketch_line(sketch, "head", 62, "mark", KNOTS(scar),
			(struct point){cheek.x, -0.42 * h}, (struct point){14, 15}, 2,
			", 'depth': 6");
	else if (kind < 0.2)
		glasses(sketch, build, sketch_between(random, 0.3, 0.4));
	else if (kind < 0.35 && !build->human)
		whiskers(sketch, build);
	else if (kind < 0.45)
		for (int i = 0; i < 3; i++)
			sketch_oval(sketch, "head", 59.5, "mark",
				(struct point){cheek.x + 5 * i - 5, cheek.y - 4 * (i % 2)},
				(struct point){1.3, 1.3},
				", 'line width': 0, 'depth': 6, 'mirror': true");
}

void figure_face(struct sketch *sketch, const struct build *build, struct random *random)
{
	double wide = sketch_between(random, 0.16, 0.55) * build->head_width;
	double high = sketch_between(random, 3, 8), thick = sketch_between(random, 1.6, 2.8);
	eyes(sketch, build, random);
	nose(sketch, build, random);
	details(sketch, build, random);
	sketch_part(sketch, "mouth", "head", 62, "none");
	sketch_write(sketch, ", 'at': [0, %.1f], 'radius': [%.1f, %.1f], 'width': %.1f, 'depth': 8",
		-0.13 * build->head_height, wide, high, thick);
	if (!build->human && sketch_chance(random, 0.3))
		sketch_write(sketch, ", 'style': 'cat'");
	sketch_end_part(sketch);
}
