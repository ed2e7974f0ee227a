#include "draw/invent_figure.h"

#include <math.h>

typedef void hair_writer(struct sketch *sketch, const struct build *build, struct random *random);

/* The cap that every hairstyle begins with: over the forehead, with `fringe` strands. */
static void fringe(struct sketch *sketch, const struct build *build, struct random *random)
{
	double w = build->head_width, h = build->head_height;
	double low = sketch_between(random, -0.68, -0.5), deep = sketch_between(random, 0.02, 0.16);
	int strands = sketch_integer(random, 2, 6);
	bool sharp = sketch_chance(random, 0.7);
	struct knot knots[32] = {{{-1.08, -0.36}, true}, {{-1.1, -0.7}, false},
		{{-0.64, -1.03}, false}, {{0, -1.14}, false}, {{0.64, -1.03}, false},
		{{1.1, -0.7}, false}, {{1.08, -0.36}, true}};
	int count = 7;
	for (int i = 0; i < 2 * strands + 1; i++) {
		double x = 0.92 - 1.84 * (i + 0.5) / (2 * strands + 1);
		double y = i % 2 ? low + deep * sketch_between(random, 0.6, 1.8) : low - deep;
		knots[count++] = (struct knot){{x, y}, sharp && i % 2};
	}
	static const struct knot glint[] = {{{-0.65, -0.86}, false}, {{-0.2, -0.99}, false},
		{{0.3, -0.97}, false}};
	sketch_part(sketch, "curve", "head", 70, "hair");
	sketch_knots(sketch, knots, (size_t)count, (struct point){0, 0}, (struct point){w, h});
	sketch_write(sketch, ", 'wobble': 1, 'depth': 3");
	sketch_list(sketch, "inside");
	sketch_line(sketch, NULL, 0, "shine", KNOTS(glint), (struct point){0, 0},
		(struct point){w, h}, 3.5, "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
}

/* Spikes around the head: short and many, or long and few. */
static void hair_spiky(struct sketch *sketch, const struct build *build, struct random *random)
{
	int count = sketch_integer(random, 5, 11);
	double length = sketch_between(random, 14, 48), bend = sketch_between(random, -35, 35);
	double reach = sketch_between(random, 70, 130);
	sketch_part(sketch, "spikes", "head", 46, "hair");
	sketch_write(sketch, ", 'at': [0, %.1f], 'radius': [%.1f, %.1f], 'wobble': 2, 'spikes': [",
		-0.58 * build->head_height, 1.04 * build->head_width, 0.5 * build->head_height);
	for (int i = 0; i < count; i++) {
		double direction = -reach + 2 * reach * i / (count - 1);
		double longer = length * sketch_between(random, 0.6, 1.3);
		sketch_write(sketch, "%s[%.1f, %.1f, %.1f, %.1f]", i ? ", " : "", direction, longer,
			2 * reach / count, bend);
	}
	sketch_write(sketch, "]");
	sketch_end_part(sketch);
	fringe(sketch, build, random);
}

/* Long or half-long hair that falls behind the shoulders, smooth or in points. */
static void hair_long(struct sketch *sketch, const struct build *build, struct random *random)
{
	double fall = sketch_between(random, 0.05, 1), wide = sketch_between(random, 1.05, 1.5);
	int tips = sketch_integer(random, 2, 5);
	bool sharp = sketch_chance(random, 0.6);
	struct knot knots[24] = {{{-1.1, -0.5}, false}, {{-0.7, -1.05}, false}, {{0, -1.12}, false},
		{{0.7, -1.05}, false}, {{1.1, -0.5}, false}};
	int count = 5;
	for (int i = 0; i <= 2 * tips; i++) {
		double x = wide * (1 - (double)i / tips), y = i % 2 ? fall - 0.14 : fall + 0.06;
		knots[count++] = (struct knot){{x, y}, sharp && i % 2 == 0};
	}
	sketch_curve(sketch, "head", 4, "hair", knots, (size_t)count, (struct point){0, 0},
		(struct point){build->head_width, build->head_height},
		", 'wobble': 2, 'depth': -4");
	fringe(sketch, build, random);
}

/* A tail of hair at one side or a pair of them, high or low. */
static void hair_tails(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot tail[] = {{{0.2, 0}, false}, {{-0.4, -0.35}, false},
		{{-1, 0.1}, false}, {{-0.9, 1.1}, false}, {{-0.55, 1.9}, true},
		{{-0.3, 0.9}, false}};
	double size = sketch_between(random, 22, 44), high = sketch_between(random, 0.4, 0.95);
	bool pair = sketch_chance(random, 0.65);
	struct point at = {-0.8 * build->head_width, -high * build->head_height};
	sketch_curve(sketch, "head", 44, "hair", KNOTS(tail), at, (struct point){size, size},
		pair ? ", 'mirror': true, 'wobble': 2" : ", 'wobble': 2");
	sketch_oval(sketch, "head", 73, "accent", at, (struct point){5, 6},
		pair ? ", 'mirror': true" : "");
	fringe(sketch, build, random);
}

static void hair_mohawk(struct sketch *sketch, const struct build *build, struct random *random)
{
	double high = sketch_between(random, 18, 44), wide = sketch_between(random, 0.18, 0.4);
	struct knot knots[13];
	for (int i = 0; i < 13; i++) {
		double x = -1 + i / 6.0, rise = i % 2 ? 1 - 0.4 * x * x : 0.55 - 0.4 * x * x;
		knots[i] = (struct knot){{x, i == 0 || i == 12 ? 0.4 : -rise}, i % 2 == 1};
	}
	sketch_curve(sketch, "head", 71, "hair", knots, 13,
		(struct point){0, -0.92 * build->head_height},
		(struct point){wide * 1.8 * build->head_width, high}, ", 'wobble': 2, 'depth': 1");
}

/* Curls: overlapping discs around the head, few and large or many and small. */
static void hair_curls(struct sketch *sketch, const struct build *build, struct random *random)
{
	int count = sketch_integer(random, 7, 12);
	double size = sketch_between(random, 9, 19), reach = sketch_between(random, 95, 150);
	for (int i = 0; i < count; i++) {
		double angle = (-reach + 2 * reach * i / (count - 1)) * M_PI / 180;
		struct point at = {1.0 * build->head_width * sin(angle),
			-0.56 * build->head_height - 0.5 * build->head_height * cos(angle)};
		sketch_oval(sketch, "head", 47, "hair", at, (struct point){size, size},
			", 'wobble': 1");
	}
	fringe(sketch, build, random);
}

static void hair_cap(struct sketch *sketch, const struct build *build, struct random *random)
{
	static const struct knot dome[] = {{{-1.1, -0.62}, true}, {{-0.95, -0.95}, false},
		{{0, -1.25}, false}, {{0.95, -0.95}, false}, {{1.1, -0.62}, true},
		{{0, -0.56}, false}};
	static const struct knot cone[] = {{{-1.2, -0.66}, true}, {{-0.3, -1.4}, false},
		{{0.25, -2.1}, true}, {{0.4, -1.3}, false}, {{1.2, -0.66}, true},
		{{0, -0.58}, false}};
	bool pointed = sketch_chance(random, 0.4);
	struct point size = {build->head_width, build->head_height};
	double brim = sketch_between(random, 1.05, 1.7);
	sketch_part(sketch, "curve", "head", 71, "first");
	sketch_knots(sketch, pointed ? cone : dome, 6, (struct point){0, 0}, size);
	sketch_list(sketch, "inside");
	static const struct knot band[] = {{{-1.4, -0.78}, false}, {{0, -0.7}, false},
		{{1.4, -0.78}, false}};
	sketch_line(sketch, NULL, 0, "second", KNOTS(band), (struct point){0, 0}, size,
		sketch_between(random, 3, 9), "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
	sketch_oval(sketch, "head", 71.5, "first", (struct point){0, -0.62 * size.y},
		(struct point){brim * size.x, sketch_between(random, 4, 8)}, ", 'depth': 3");
}

/* A few strands on a bare head. */
static void hair_tuft(struct sketch *sketch, const struct build *build, struct random *random)
{
	int count = sketch_integer(random, 1, 4);
	double length = sketch_between(random, 12, 34);
	for (int i = 0; i < count; i++) {
		double lean = (i - (count - 1) / 2.0) * 0.5;
		const struct knot lock[] = {{{-0.3, 0.2}, true}, {{-0.2 + 0.5 * lean, -0.6}, false},
			{{lean, -1}, true}, {{0.3 + 0.5 * lean, -0.5}, false}, {{0.3, 0.2}, true}};
		sketch_curve(sketch, "head", 49 + i * 0.1, "hair", KNOTS(lock),
			(struct point){4 * lean, -0.97 * build->head_height},
			(struct point){0.7 * length, length}, ", 'wobble': 1.5");
	}
}

static void hair_none(struct sketch *sketch, const struct build *build, struct random *random)
{
	(void)sketch, (void)build, (void)random;
}

void figure_hair(struct sketch *sketch, const struct build *build, struct random *random)
{
	static hair_writer *const of_people[] = {hair_spiky, hair_spiky, hair_long, hair_long,
		hair_tails, hair_curls, hair_mohawk, hair_cap, hair_tuft};
	static hair_writer *const of_creatures[] = {hair_none, hair_none, hair_none, hair_tuft,
		hair_tuft, hair_spiky, hair_mohawk, hair_cap, hair_curls};
	uint32_t kind = random_below(random, 9);
	(build->human ? of_people : of_creatures)[kind](sketch, build, random);
}
