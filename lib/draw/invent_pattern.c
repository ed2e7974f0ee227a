#include "draw/invent_kinds.h"

#include <math.h>

/* A cloth of half width EDGE about the origin, wider than any crop of it. */
enum { EDGE = 110 };

typedef void pattern_writer(struct sketch *sketch, struct random *random);

/* Lines at distance `step` in a direction, of one or two colours. */
static void lines(struct sketch *sketch, double degrees, double step, double width,
	const char *colors[2])
{
	double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
	int number = 0;
	for (double along = -1.5 * EDGE; along < 1.5 * EDGE; along += step) {
		const struct knot line[] = {{{along * -s - 2 * EDGE * c, along * c - 2 * EDGE * s},
						    false},
			{{along * -s + 2 * EDGE * c, along * c + 2 * EDGE * s}, false}};
		sketch_line(sketch, NULL, 1, colors[number++ % 2], line, 2, (struct point){0, 0},
			(struct point){1, 1}, width, "");
	}
}

static void stripes(struct sketch *sketch, struct random *random)
{
	double degrees = sketch_between(random, 0, 180), step = sketch_between(random, 10, 36);
	double width = step * sketch_between(random, 0.15, 0.7);
	const char *colors[] = {"second", sketch_chance(random, 0.6) ? "second" : "accent"};
	lines(sketch, degrees, step, width, colors);
}

static void plaid(struct sketch *sketch, struct random *random)
{
	double degrees = sketch_chance(random, 0.6) ? 0 : 45, step = sketch_between(random, 14, 40);
	double width = step * sketch_between(random, 0.15, 0.5);
	const char *down[] = {"second", "accent"}, *across[] = {"third", "second"};
	lines(sketch, degrees, step, width, down);
	lines(sketch, degrees + 90, step, width * sketch_between(random, 0.4, 1), across);
}

/* A grid of small shapes, every other row shifted. */
static void motifs(struct sketch *sketch, struct random *random)
{
	static const struct knot diamond[] = {{{0, -1}, true}, {{1, 0}, true}, {{0, 1}, true},
		{{-1, 0}, true}};
	static const struct knot drop[] = {{{0, -1}, true}, {{0.7, 0.4}, false}, {{0, 1}, false},
		{{-0.7, 0.4}, false}};
	static const struct knot square[] = {{{-1, -1}, true}, {{1, -1}, true}, {{1, 1}, true},
		{{-1, 1}, true}};
	static const struct knot triangle[] = {{{0, -1}, true}, {{1, 0.8}, true},
		{{-1, 0.8}, true}};
	static const struct {
		const struct knot *knots;
		size_t count;
	} shapes[] = {{KNOTS(diamond)}, {KNOTS(drop)}, {KNOTS(square)}, {KNOTS(triangle)}};
	double step = sketch_between(random, 16, 34),
	       size = step * sketch_between(random, 0.2, 0.5);
	double shift = sketch_chance(random, 0.6) ? 0.5 : 0;
	uint32_t kind = random_below(random, 6);
	bool two = sketch_chance(random, 0.4);
	int count = (int)ceil(EDGE / step);
	for (int i = -count; i <= count; i++)
		for (int j = -count; j <= count; j++) {
			struct point at = {(j + (i & 1) * shift) * step, i * step};
			const char *fill = two && (i + j) & 1 ? "accent" : "second";
			if (kind >= 4)
				sketch_oval(sketch, NULL, 1, fill, at, (struct point){size, size},
					"");
			else
				sketch_curve(sketch, NULL, 1, fill, shapes[kind].knots,
					shapes[kind].count, at, (struct point){size, size}, "");
		}
}

static void waves(struct sketch *sketch, struct random *random)
{
	double step = sketch_between(random, 14, 32),
	       high = step * sketch_between(random, 0.3, 0.9);
	double period = sketch_between(random, 14, 44),
	       width = step * sketch_between(random, 0.12, 0.5);
	bool zigzag = sketch_chance(random, 0.5);
	struct knot line[40];
	int count = (int)fmin(40, 2.4 * EDGE / period * 2);
	for (int i = 0; i < count; i++)
		line[i] =
			(struct knot){{-1.2 * EDGE + i * period / 2, i % 2 ? high / 2 : -high / 2},
				zigzag};
	for (double y = -EDGE; y < EDGE; y += step)
		sketch_line(sketch, NULL, 1, "second", line, (size_t)count, (struct point){0, y},
			(struct point){1, 1}, width, "");
}

static void scales(struct sketch *sketch, struct random *random)
{
	double size = sketch_between(random, 12, 26);
	const char *fills[] = {"first", sketch_chance(random, 0.5) ? "second" : "first"};
	int row = 0;
	for (double y = EDGE; y > -EDGE; y -= 0.7 * size, row++)
		for (double x = -EDGE; x < EDGE; x += 2 * size)
			sketch_oval(sketch, NULL, row, fills[row % 2],
				(struct point){x + (row % 2) * size, y}, (struct point){size, size},
				", 'line width': 0.8");
}

static void rings(struct sketch *sketch, struct random *random)
{
	double step = sketch_between(random, 8, 20);
	struct point middle = {sketch_between(random, -40, 40), 0};
	const char *fills[] = {"second", "first", sketch_chance(random, 0.5) ? "accent" : "second",
		"first"};
	int count = (int)(1.5 * EDGE / step);
	for (int i = 0; i < count; i++) {
		double radius = (count - i) * step;
		sketch_oval(sketch, NULL, i, fills[i % 4], middle, (struct point){radius, radius},
			"");
	}
}

static void blotches(struct sketch *sketch, struct random *random)
{
	int count = sketch_integer(random, 14, 60);
	double size = 130 / sqrt(count), wild = sketch_between(random, 0.1, 0.5);
	static const char *const fills[] = {"second", "third", "accent"};
	int colors = sketch_integer(random, 1, 3);
	for (int i = 0; i < count; i++) {
		struct knot edge[7];
		double x = sketch_between(random, -EDGE, EDGE);
		struct point at = {x, sketch_between(random, -EDGE, EDGE)};
		for (int k = 0; k < 7; k++) {
			double reach = 1 + wild * sketch_between(random, -1, 1);
			edge[k] =
				(struct knot){{reach * sin(k * 0.9), reach * cos(k * 0.9)}, false};
		}
		sketch_curve(sketch, NULL, 1, fills[i % colors], edge, 7, at,
			(struct point){size * 0.6, size * 0.5}, "");
	}
}

void invent_pattern(struct sketch *sketch, struct random random[TRAIT_COUNT])
{
	static pattern_writer *const kinds[] = {stripes, plaid, motifs, motifs, waves, scales,
		rings, blotches};
	static const struct knot cloth[] = {{{-1, -1}, true}, {{1, -1}, true}, {{1, 1}, true},
		{{-1, 1}, true}};
	invent_palette(sketch, &random[TRAIT_COLORS]);
	sketch_list(sketch, "bones");
	sketch_bone(sketch, "body", NULL, (struct point){0, 0}, 0, 12, false);
	sketch_end_list(sketch);
	sketch_list(sketch, "parts");
	sketch_part(sketch, "curve", "body", 0, "first");
	sketch_knots(sketch, KNOTS(cloth), (struct point){0, 0}, (struct point){EDGE, EDGE});
	sketch_write(sketch, ", 'line width': 0");
	sketch_list(sketch, "inside");
	uint32_t kind = random_below(&random[TRAIT_BODY], sizeof kinds / sizeof *kinds);
	kinds[kind](sketch, &random[TRAIT_BODY]);
	sketch_end_list(sketch);
	sketch_end_part(sketch);
	sketch_end_list(sketch);
}
