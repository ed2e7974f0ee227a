#include "draw/postprocess.h"

#include "draw/color.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

static double uniform(struct random *random, double low, double high)
{
	return low + (high - low) * (double)random_uniform(random);
}

static void paint_over(cairo_surface_t *surface, struct color color, cairo_operator_t operator)
{
	cairo_t *cairo = cairo_create(surface);
	cairo_set_operator(cairo, operator);
	color_set_source(cairo, color);
	cairo_paint(cairo);
	cairo_destroy(cairo);
}

/* Scales the picture down by `factor` and up: a blur with a bilinear filter, pixelation with the
 * nearest. */
static void downscale_and_upscale(cairo_surface_t *surface, double factor, cairo_filter_t filter)
{
	int width = cairo_image_surface_get_width(surface),
	    height = cairo_image_surface_get_height(surface);
	int small_width = (int)fmax(8, width * factor),
	    small_height = (int)fmax(8, height * factor);
	cairo_surface_t *small =
		cairo_image_surface_create(CAIRO_FORMAT_RGB24, small_width, small_height);
	for (int up = 0; up < 2; up++) {
		cairo_t *cairo = cairo_create(up ? surface : small);
		double x = (double)width / small_width, y = (double)height / small_height;
		cairo_scale(cairo, up ? x : 1 / x, up ? y : 1 / y);
		cairo_set_source_surface(cairo, up ? small : surface, 0, 0);
		cairo_pattern_set_filter(cairo_get_source(cairo), up ? filter : CAIRO_FILTER_GOOD);
		cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
		cairo_paint(cairo);
		cairo_destroy(cairo);
	}
	cairo_surface_destroy(small);
}

static void add_vignette(cairo_surface_t *surface, double strength)
{
	double width = cairo_image_surface_get_width(surface),
	       height = cairo_image_surface_get_height(surface);
	cairo_t *cairo = cairo_create(surface);
	cairo_pattern_t *ring = cairo_pattern_create_radial(width / 2, height / 2, width * 0.3,
		width / 2, height / 2, hypot(width, height) / 2);
	cairo_pattern_add_color_stop_rgba(ring, 0, 0, 0, 0, 0);
	cairo_pattern_add_color_stop_rgba(ring, 1, 0, 0, 0, strength);
	cairo_set_source(cairo, ring);
	cairo_paint(cairo);
	cairo_pattern_destroy(ring);
	cairo_destroy(cairo);
}

static uint32_t clamp_byte(int value)
{
	return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)value;
}

/* Adds noise, one random byte per pixel, four pixels per random number. */
static void add_noise(cairo_surface_t *surface, int strength, struct random *random)
{
	cairo_surface_flush(surface);
	int width = cairo_image_surface_get_width(surface),
	    height = cairo_image_surface_get_height(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);
	unsigned char *pixels = cairo_image_surface_get_data(surface);
	for (int y = 0; y < height; y++) {
		uint32_t *row = (uint32_t *)(void *)(pixels + (size_t)y * stride);
		uint32_t bits = 0;
		for (int x = 0; x < width; x++, bits >>= 8) {
			if (x % 4 == 0)
				bits = random_u32(random);
			int noise = ((int)(bits & 255) - 128) * strength / 128;
			uint32_t noisy = 0;
			for (int shift = 0; shift < 24; shift += 8)
				noisy |= clamp_byte((int)(row[x] >> shift & 255) + noise) << shift;
			row[x] = noisy;
		}
	}
	cairo_surface_mark_dirty(surface);
}

static void change_brightness(cairo_surface_t *surface, struct random *random)
{
	double hue = uniform(random, 0, 1), tint = uniform(random, 0, 0.14),
	       light = uniform(random, -0.2, 0.2);
	struct color multiplier = color_from_hsv(hue, tint, light < 0 ? 1 + light : 1);
	paint_over(surface, multiplier, CAIRO_OPERATOR_MULTIPLY);
	if (light > 0)
		paint_over(surface, (struct color){light, light, light, 1}, CAIRO_OPERATOR_SCREEN);
}

void postprocess_apply(cairo_surface_t *surface, struct random *random)
{
	if (random_uniform(random) < 0.5f)
		change_brightness(surface, random);
	if (random_uniform(random) < 0.2f)
		add_vignette(surface, uniform(random, 0.2, 0.5));
	float printing = random_uniform(random);
	if (printing < 0.025f)
		paint_over(surface, (struct color){0.5, 0.5, 0.5, 1},
			CAIRO_OPERATOR_HSL_SATURATION);
	if (printing < 0.015f)
		paint_over(surface, (struct color){1, 0.9, 0.72, 1}, CAIRO_OPERATOR_MULTIPLY);
	float lens = random_uniform(random);
	if (lens < 0.1f)
		downscale_and_upscale(surface, uniform(random, 0.16, 0.4), CAIRO_FILTER_BILINEAR);
	else if (lens < 0.14f)
		downscale_and_upscale(surface, uniform(random, 0.2, 0.4), CAIRO_FILTER_NEAREST);
	if (random_uniform(random) < 0.3f)
		add_noise(surface, 4 + (int)random_below(random, 24), random);
}
