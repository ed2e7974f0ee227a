#include "draw/postprocess.h"

#include "draw/color.h"
#include "draw/effects.h"

static double uniform(struct random *random, double low, double high)
{
	return low + (high - low) * (double)random_uniform(random);
}

static void change_brightness(cairo_surface_t *surface, struct random *random)
{
	double hue = uniform(random, 0, 1), tint = uniform(random, 0, 0.14),
	       light = uniform(random, -0.2, 0.2);
	struct color multiplier = color_from_hsv(hue, tint, light < 0 ? 1 + light : 1);
	effect_paint(surface, multiplier, CAIRO_OPERATOR_MULTIPLY);
	if (light > 0)
		effect_paint(surface, (struct color){light, light, light, 1},
			CAIRO_OPERATOR_SCREEN);
}

void postprocess_apply(cairo_surface_t *surface, struct random *random)
{
	if (random_uniform(random) < 0.5f)
		change_brightness(surface, random);
	if (random_uniform(random) < 0.2f)
		effect_vignette(surface, uniform(random, 0.2, 0.5));
	float printing = random_uniform(random);
	if (printing < 0.025f)
		effect_paint(surface, (struct color){0.5, 0.5, 0.5, 1},
			CAIRO_OPERATOR_HSL_SATURATION);
	if (printing < 0.015f)
		effect_paint(surface, (struct color){1, 0.9, 0.72, 1}, CAIRO_OPERATOR_MULTIPLY);
	float lens = random_uniform(random);
	if (lens < 0.1f)
		effect_resample(surface, uniform(random, 0.16, 0.4), CAIRO_FILTER_BILINEAR);
	else if (lens < 0.14f)
		effect_resample(surface, uniform(random, 0.2, 0.4), CAIRO_FILTER_NEAREST);
	if (random_uniform(random) < 0.3f)
		effect_noise(surface, 4 + (int)random_below(random, 24), random);
}
