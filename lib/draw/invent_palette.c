#include "draw/invent_kinds.h"

#include <math.h>

/* Skin of people: from light to dark. */
static struct color human_skin(struct random *random)
{
	static const struct color light = {0.98, 0.84, 0.72, 1}, dark = {0.42, 0.27, 0.18, 1};
	double weight = sketch_between(random, 0, 1);
	return color_mix(light, dark, weight * weight);
}

/* Of any hue; now and then white, grey, brown or black, which are common in drawings. */
static struct color any_color(struct random *random, double saturation)
{
	double kind = sketch_between(random, 0, 1), hue = sketch_between(random, 0, 1);
	double value = sketch_between(random, 0.45, 1);
	saturation *= sketch_between(random, 0.45, 1);
	if (kind < 0.12)
		return color_from_hsv(hue, 0.06, 0.5 + 0.5 * value);
	if (kind < 0.2)
		return color_from_hsv(hue, 0.2, 0.12 + 0.15 * value);
	if (kind < 0.32)
		return color_from_hsv(0.06 + 0.04 * hue, 0.55, 0.7 * value);
	return color_from_hsv(hue, saturation, value);
}

static struct color tint(struct color color, double weight)
{
	return color_mix(color, (struct color){1, 1, 1, 1}, weight);
}

/* In some pictures the colours of clothes are others: they are not what makes a class. */
static void write_outfit(struct sketch *sketch, struct random *random)
{
	sketch_write(sketch, ", 'choices': [{'name': 'outfit', 'share': %.2f, 'palette': {",
		sketch_between(random, 0, 0.3));
	sketch->first = true;
	sketch_color(sketch, "first", any_color(random, 0.9));
	sketch_color(sketch, "second", any_color(random, 0.9));
	sketch_color(sketch, "third", any_color(random, 0.7));
	sketch_write(sketch, "}}]");
}

void invent_palette(struct sketch *sketch, struct random *random)
{
	struct color skin =
		sketch_chance(random, 0.45) ? human_skin(random) : any_color(random, 0.8);
	struct color hair = any_color(random, 0.8), first = any_color(random, 0.9);
	struct color second = any_color(random, 0.9), third = any_color(random, 0.7);
	/* Clothes of one hue are as common as contrasts. */
	if (sketch_chance(random, 0.35))
		second = color_rotate_hue(color_scale(first, 0.7), 0.03);
	struct color mark =
		sketch_chance(random, 0.5) ? color_scale(skin, 0.55) : any_color(random, 0.9);
	double paler = sketch_between(random, 0.3, 0.8);
	sketch_write(sketch, "'palette': {");
	sketch->first = true;
	sketch_color(sketch, "skin", skin);
	sketch_color(sketch, "belly", tint(skin, paler));
	sketch_color(sketch, "mark", mark);
	sketch_color(sketch, "hair", hair);
	sketch_color(sketch, "shine", tint(hair, 0.35));
	sketch_color(sketch, "iris", color_scale(any_color(random, 1), 0.8));
	sketch_color(sketch, "first", first);
	sketch_color(sketch, "second", second);
	sketch_color(sketch, "third", third);
	sketch_color(sketch, "accent", any_color(random, 1));
	sketch_color(sketch, "white", (struct color){1, 1, 1, 1});
	sketch_color(sketch, "black", (struct color){0.1, 0.09, 0.13, 1});
	sketch_write(sketch, ", 'fold': '#00000050', 'blush': '#f0506060'}");
	write_outfit(sketch, random);
	sketch->first = false;
}
