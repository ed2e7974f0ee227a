#include "draw/invent_kinds.h"

#include <math.h>

typedef void object_writer(struct sketch *sketch, struct random *shape, struct random *detail);

/* Petals around a heart on a stem: `rows` of them, narrow or round. */
static void flower(struct sketch *sketch, struct random *shape, struct random *detail)
{
	int petals = sketch_integer(shape, 4, 13), rows = sketch_integer(shape, 1, 3);
	double length = sketch_between(shape, 22, 48), heart = sketch_between(shape, 6, 24);
	double width = sketch_between(shape, 0.6, 1.25) * 360 / petals,
	       bend = sketch_between(detail, -20, 20);
	static const struct knot stem[] = {{{0, 0}, false}, {{0.1, 0.5}, false}, {{0, 1}, false}};
	if (sketch_chance(detail, 0.6)) {
		sketch_line(sketch, "body", 1, "third", KNOTS(stem), (struct point){0, 0},
			(struct point){30, 100}, 5, "");
		sketch_oval(sketch, "body", 2, "third", (struct point){16, 70},
			(struct point){18, 7}, ", 'angle': -30");
	}
	for (int row = rows; row > 0; row--) {
		double scale = (double)row / rows;
		sketch_part(sketch, "spikes", "body", 10 - row, row % 2 ? "first" : "second");
		sketch_write(sketch,
			", 'at': [0, 0], 'radius': [%.1f, %.1f], 'wobble': 2, 'spikes': [", heart,
			heart);
		for (int i = 0; i < petals; i++)
			sketch_write(sketch, "%s[%.1f, %.1f, %.1f, %.1f]", i ? ", " : "",
				(i + 0.5 * (row % 2)) * 360.0 / petals, length * scale,
				fmin(width, 360.0 / petals), bend);
		sketch_write(sketch, "]");
		sketch_end_part(sketch);
	}
	sketch_oval(sketch, "body", 12, "accent", (struct point){0, 0},
		(struct point){heart * 0.9, heart * 0.9}, "");
}

/* Round petals: overlapping ovals. */
static void blossom(struct sketch *sketch, struct random *shape, struct random *detail)
{
	int petals = sketch_integer(shape, 4, 8);
	double reach = sketch_between(shape, 22, 34), size = sketch_between(shape, 13, 26);
	double thin = sketch_between(shape, 0.45, 1), heart = sketch_between(detail, 7, 16);
	for (int i = 0; i < petals; i++) {
		double angle = i * 2 * M_PI / petals;
		char more[64];
		snprintf(more, sizeof more, ", 'angle': %.1f", angle * 180 / M_PI);
		sketch_oval(sketch, "body", 5 + i * 0.1, "first",
			(struct point){reach * cos(angle), reach * sin(angle)},
			(struct point){size * 1.2, size * thin}, more);
	}
	sketch_oval(sketch, "body", 12, "accent", (struct point){0, 0},
		(struct point){heart, heart}, "");
}

static void leaf(struct sketch *sketch, struct random *shape, struct random *detail)
{
	double width = sketch_between(shape, 14, 46), low = sketch_between(shape, -20, 30);
	int lobes = sketch_integer(shape, 0, 4), veins = sketch_integer(detail, 0, 5);
	struct knot edge[24] = {{{0, -62}, true}};
	int count = 1, steps = 2 * lobes + 1;
	for (int side = 1; side >= -1; side -= 2) {
		for (int i = 0; i < steps; i++) {
			double along =
				side > 0 ? (i + 1.0) / (steps + 1) : (steps - i) / (steps + 1.0);
			double y = -62 + 124 * along,
			       bulge = sin(along * M_PI) + along * low / 62 * 0.4;
			double notch = (side > 0 ? i : steps - 1 - i) % 2 ? 0.6 : 1;
			edge[count++] = (struct knot){{side * width * bulge * notch, y}, notch < 1};
		}
		if (side > 0)
			edge[count++] = (struct knot){{0, 62}, true};
	}
	sketch_part(sketch, "curve", "body", 5, "first");
	sketch_knots(sketch, edge, (size_t)count, (struct point){0, 0}, (struct point){1, 1});
	sketch_list(sketch, "inside");
	static const struct knot line[] = {{{0, 0}, false}, {{1, -1}, false}};
	sketch_line(sketch, NULL, 1, "second", KNOTS(line), (struct point){0, 62},
		(struct point){0.01, 124}, 3, "");
	for (int i = 0; i < 2 * veins; i++)
		sketch_line(sketch, NULL, 1, "second", KNOTS(line),
			(struct point){0, 46 - 44.0 * (i / 2)},
			(struct point){i % 2 ? 34 : -34, 26}, 2, "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
}

/* What is on the front of a garment: nothing, buttons, stripes or an emblem; nested in it. */
static void garment_front(struct sketch *sketch, struct random *detail)
{
	static const struct knot down[] = {{{0, -50}, false}, {{0, 90}, false}};
	static const struct knot across[] = {{{-60, 0}, false}, {{60, 0}, false}};
	uint32_t kind = random_below(detail, 5);
	double width = sketch_between(detail, 2, 8);
	if (kind == 1)
		sketch_line(sketch, NULL, 1, "second", KNOTS(down), (struct point){0, 0},
			(struct point){1, 1}, 2, "");
	for (int i = 0; kind == 1 && i < 5; i++)
		sketch_oval(sketch, NULL, 2, "accent", (struct point){0, 16 * i - 34},
			(struct point){2.4, 2.4}, "");
	for (int i = 0; kind == 2 && i < 7; i++)
		sketch_line(sketch, NULL, 1, "second", KNOTS(across),
			(struct point){0, 18 * i - 34}, (struct point){1, 1}, width, "");
	if (kind == 3)
		sketch_oval(sketch, NULL, 1, "accent", (struct point){0, -14},
			(struct point){6 + width, 6 + width}, "");
}

static void garment_sleeves(struct sketch *sketch, double shoulder, double length, double cuff,
	struct random *shape)
{
	double lean = sketch_between(shape, 0.15, 0.7), end = -shoulder - lean * length;
	const struct knot arm[] = {{{-shoulder + 8, -44}, true}, {{-shoulder - 1, -42}, true},
		{{end - cuff, -42 + length}, true}, {{end + cuff, -38 + length}, true},
		{{-shoulder + 6, -18}, true}};
	sketch_curve(sketch, "body", 4, "first", KNOTS(arm), (struct point){0, 0},
		(struct point){1, 1}, ", 'mirror': true, 'wobble': 2");
}

/* A shirt, dress or coat: the skirt's width and the lengths differ. */
static void garment(struct sketch *sketch, struct random *shape, struct random *detail)
{
	double s = sketch_between(shape, 26, 36), length = sketch_between(shape, 50, 125);
	double waist = sketch_between(shape, 18, 34), hem = sketch_between(shape, 22, 52);
	double sleeve = sketch_between(shape, 0, 75), cuff = sketch_between(shape, 7, 13);
	const struct knot body[] = {{{-0.35 * s, -50}, true}, {{0, -44}, false},
		{{0.35 * s, -50}, true}, {{s, -42}, true}, {{waist, -50 + 0.45 * length}, false},
		{{hem, -50 + length}, true}, {{0, -47 + length}, false},
		{{-hem, -50 + length}, true}, {{-waist, -50 + 0.45 * length}, false},
		{{-s, -42}, true}};
	if (sleeve > 10)
		garment_sleeves(sketch, s, sleeve, cuff, shape);
	sketch_part(sketch, "curve", "body", 5, "first");
	sketch_knots(sketch, KNOTS(body), (struct point){0, 0}, (struct point){1, 1});
	sketch_write(sketch, ", 'wobble': 1.5");
	sketch_list(sketch, "inside");
	garment_front(sketch, detail);
	sketch_end_list(sketch);
	sketch_end_part(sketch);
}

static void trousers(struct sketch *sketch, struct random *shape, struct random *detail)
{
	double w = sketch_between(shape, 18, 30), length = sketch_between(shape, 40, 125);
	double cuff = sketch_between(shape, 9, 20), gap = sketch_between(shape, 1, 12);
	const struct knot leg[] = {{{0, -50}, true}, {{w, -50}, true},
		{{gap + 2 * cuff, -50 + length}, true}, {{gap, -50 + length}, true},
		{{0, -20}, true}, {{-gap, -50 + length}, true},
		{{-gap - 2 * cuff, -50 + length}, true}, {{-w, -50}, true}};
	sketch_curve(sketch, "body", 5, "first", KNOTS(leg), (struct point){0, 0},
		(struct point){1, 1}, ", 'wobble': 1.5");
	static const struct knot band[] = {{{-1, -48}, false}, {{1, -48}, false}};
	sketch_line(sketch, "body", 6, "second", KNOTS(band), (struct point){0, 0},
		(struct point){w - 2, 1}, sketch_between(detail, 3, 9), "");
}

/* A shoe or boot from the side. */
static void shoe(struct sketch *sketch, struct random *shape, struct random *detail)
{
	double high = sketch_between(shape, 14, 80), heel = sketch_between(shape, 2, 22);
	double toe = sketch_between(shape, 10, 24), length = sketch_between(shape, 60, 84);
	const struct knot upper[] = {{{-length / 2, -high}, true},
		{{-length / 2 + 34, -high - 3}, true}, {{-length / 2 + 38, -toe - 6}, false},
		{{length / 2 - 8, -toe}, false}, {{length / 2, 0}, true},
		{{-length / 2 - 2, 0}, true}};
	const struct knot sole[] = {{{-length / 2 - 2, -2}, true}, {{length / 2 + 1, -2}, true},
		{{length / 2, 5}, true}, {{-length / 2 + 24, 4}, true},
		{{-length / 2 + 20, heel}, true}, {{-length / 2, heel}, true}};
	static const struct knot lace[] = {{{-1, 0.4}, false}, {{1, -0.4}, false}};
	sketch_part(sketch, "curve", "body", 5, "first");
	sketch_knots(sketch, KNOTS(upper), (struct point){0, 0}, (struct point){1, 1});
	sketch_write(sketch, ", 'wobble': 1");
	sketch_list(sketch, "inside");
	for (int i = sketch_integer(detail, 0, 4); i > 0; i--)
		sketch_line(sketch, NULL, 1, "accent", KNOTS(lace),
			(struct point){-length / 2 + 24 + 7 * i, -toe - 4 - high * 0.1 * (4 - i)},
			(struct point){9, 6}, 2.5, "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
	sketch_curve(sketch, "body", 6, "second", KNOTS(sole), (struct point){0, 0},
		(struct point){1, 1}, "");
}

/* A vase, mug, bottle or bag: symmetrical about its axis, with a handle now and then. */
static void vessel(struct sketch *sketch, struct random *shape, struct random *detail)
{
	double rim = sketch_between(shape, 8, 36), neck = sketch_between(shape, 6, 34);
	double belly = sketch_between(shape, 18, 46), foot = sketch_between(shape, 12, 34);
	double high = sketch_between(shape, 26, 60), at = sketch_between(shape, -0.3, 0.6) * high;
	const struct knot side[] = {{{-rim, -high}, true}, {{rim, -high}, true},
		{{neck, -0.75 * high}, false}, {{belly, at}, false}, {{foot, high}, true},
		{{-foot, high}, true}, {{-belly, at}, false}, {{-neck, -0.75 * high}, false}};
	if (sketch_chance(detail, 0.4)) {
		sketch_part(sketch, "oval", "body", 4, "none");
		sketch_write(sketch,
			", 'at': [%.1f, %.1f], 'radius': [14, 18], 'line': 'first', 'line width': "
			"3",
			0.9 * belly, at - 6);
		sketch_end_part(sketch);
	}
	sketch_part(sketch, "curve", "body", 5, "first");
	sketch_knots(sketch, KNOTS(side), (struct point){0, 0}, (struct point){1, 1});
	sketch_list(sketch, "inside");
	static const struct knot band[] = {{{-60, 0}, false}, {{0, 4}, false}, {{60, 0}, false}};
	int bands = sketch_integer(detail, 0, 3);
	double width = sketch_between(detail, 3, 11);
	for (int i = 0; i < bands; i++)
		sketch_line(sketch, NULL, 1, i % 2 ? "accent" : "second", KNOTS(band),
			(struct point){0, at + (i - 1) * 16}, (struct point){1, 1}, width, "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
	sketch_oval(sketch, "body", 6, "third", (struct point){0, -high}, (struct point){rim, 5},
		"");
}

/* A regular polygon or star, or a gear. */
static void badge(struct sketch *sketch, struct random *shape, struct random *detail)
{
	int corners = sketch_integer(shape, 3, 9);
	double inner =
		sketch_chance(shape, 0.4) ? cos(M_PI / corners) : sketch_between(shape, 0.35, 0.85);
	bool sharp = sketch_chance(shape, 0.75);
	double thin = sketch_between(shape, 0.65, 1), middle = sketch_between(detail, 8, 20);
	struct knot edge[18];
	for (int i = 0; i < 2 * corners; i++) {
		double angle = i * M_PI / corners, reach = i % 2 ? 50 * inner : 50;
		edge[i] = (struct knot){{thin * reach * sin(angle), -reach * cos(angle)}, sharp};
	}
	sketch_curve(sketch, "body", 5, "first", edge, (size_t)(2 * corners), (struct point){0, 0},
		(struct point){1, 1}, "");
	if (sketch_chance(detail, 0.5))
		sketch_oval(sketch, "body", 6, "second", (struct point){0, 0},
			(struct point){middle * thin, middle}, "");
	if (sketch_chance(detail, 0.3))
		sketch_curve(sketch, "body", 7, "accent", edge, (size_t)(2 * corners),
			(struct point){0, 0}, (struct point){0.4, 0.4}, "");
}

/* A vehicle or house: a box of two parts, windows, and wheels or a roof. */
static void built(struct sketch *sketch, struct random *shape, struct random *detail)
{
	static const struct knot box[] = {{{-1, -1}, true}, {{1, -1}, true}, {{1, 1}, true},
		{{-1, 1}, true}};
	double long_side = sketch_between(shape, 34, 70), high = sketch_between(shape, 14, 40);
	double cabin = sketch_between(shape, 0.3, 0.8) * long_side,
	       lean = sketch_between(shape, 0.3, 1);
	int windows = sketch_integer(detail, 1, 4);
	bool wheels = sketch_chance(shape, 0.6);
	const struct knot top[] = {{{-1, 0}, true}, {{-lean, -1}, true}, {{lean, -1}, true},
		{{1, 0}, true}};
	double x = wheels ? sketch_between(shape, -0.2, 0.4) * long_side : 0;
	sketch_curve(sketch, "body", 4, wheels ? "first" : "second", KNOTS(top),
		(struct point){x, -high + 1},
		(struct point){wheels ? cabin : 1.15 * long_side, wheels ? 26 : 40}, "");
	sketch_curve(sketch, "body", 5, "first", KNOTS(box), (struct point){0, 0},
		(struct point){long_side, high}, ", 'wobble': 1");
	for (int i = 0; i < windows; i++) {
		double place = (i + 0.5) / windows * 2 - 1,
		       span = wheels ? 0.7 * lean * cabin : long_side;
		sketch_curve(sketch, "body", 6, "third", KNOTS(box),
			(struct point){(wheels ? x : 0) + place * span,
				wheels ? -high - 12 : -0.2 * high},
			(struct point){0.6 * span / windows, wheels ? 8 : 0.35 * high}, "");
	}
	for (int i = -1; wheels && i <= 1; i += 2) {
		sketch_oval(sketch, "body", 7, "black", (struct point){i * 0.6 * long_side, high},
			(struct point){14, 14}, "");
		sketch_oval(sketch, "body", 8, "accent", (struct point){i * 0.6 * long_side, high},
			(struct point){6, 6}, "");
	}
}

/* A fish or bird from the side. */
static void animal(struct sketch *sketch, struct random *shape, struct random *detail)
{
	double length = sketch_between(shape, 34, 56), high = sketch_between(shape, 14, 36);
	double tail = sketch_between(shape, 14, 34), fin = sketch_between(shape, 10, 34);
	const struct knot body[] = {{{-1, 0}, false}, {{-0.4, -0.95}, false}, {{0.5, -0.7}, false},
		{{1, -0.1}, false}, {{1, 0.15}, false}, {{0.5, 0.8}, false}, {{-0.4, 0.95}, false}};
	static const struct knot fork[] = {{{0, -0.2}, true}, {{1, -1}, true}, {{0.7, 0}, false},
		{{1, 1}, true}, {{0, 0.2}, true}};
	static const struct knot wing[] = {{{-0.6, 0}, true}, {{0.1, -1}, false},
		{{0.9, -0.7}, true}, {{0.5, 0}, true}};
	static const struct knot band[] = {{{0, -1.2}, false}, {{0.15, 0}, false},
		{{0, 1.2}, false}};
	struct point size = {length, high};
	sketch_curve(sketch, "body", 4, "accent", KNOTS(fork), (struct point){0.9 * length, 0},
		(struct point){tail, tail}, ", 'wobble': 2");
	sketch_curve(sketch, "body", 4, "accent", KNOTS(wing), (struct point){0, -0.7 * high},
		(struct point){0.7 * length, fin}, ", 'wobble': 2");
	sketch_part(sketch, "curve", "body", 5, "first");
	sketch_knots(sketch, KNOTS(body), (struct point){0, 0}, size);
	sketch_list(sketch, "inside");
	int bands = sketch_integer(detail, 0, 4);
	double width = sketch_between(detail, 3, 10);
	for (int i = 0; i < bands; i++)
		sketch_line(sketch, NULL, 1, "second", KNOTS(band),
			(struct point){(0.35 * i - 0.35) * length, 0}, size, width, "");
	sketch_oval(sketch, NULL, 2, "belly", (struct point){0, 0.95 * high},
		(struct point){0.8 * length, 0.4 * high}, "");
	sketch_end_list(sketch);
	sketch_end_part(sketch);
	sketch_part(sketch, "eye", "body", 8, "iris");
	sketch_write(sketch,
		", 'at': [%.1f, %.1f], 'radius': [5, 5.5], 'white': 'white', 'pupil': 'black'",
		-0.62 * length, -0.2 * high);
	sketch_end_part(sketch);
}

void invent_object(struct sketch *sketch, struct random random[TRAIT_COUNT])
{
	static object_writer *const kinds[] = {flower, flower, blossom, leaf, garment, garment,
		trousers, shoe, vessel, badge, built, animal};
	invent_palette(sketch, &random[TRAIT_COLORS]);
	sketch_list(sketch, "bones");
	sketch_bone(sketch, "body", NULL, (struct point){0, 0}, 0, 12, false);
	sketch_end_list(sketch);
	sketch_list(sketch, "parts");
	uint32_t kind = random_below(&random[TRAIT_BODY], sizeof kinds / sizeof *kinds);
	kinds[kind](sketch, &random[TRAIT_BODY], &random[TRAIT_HEAD]);
	sketch_end_list(sketch);
}
