#include "draw/treatment.h"

#include "draw/color.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

static double between(struct random *random, double low, double high)
{
	return low + (high - low) * (double)random_uniform(random);
}

static void paint_over(cairo_surface_t *surface, struct color color, cairo_operator_t operator)
{
	cairo_t *cairo = cairo_create(surface);
	cairo_set_operator(cairo, operator);
	color_use(cairo, color);
	cairo_paint(cairo);
	cairo_destroy(cairo);
}

/* Draws the picture into one of share x its size, and that back: with a wide filter a blur, with none squares. */
static void shrink_and_grow(cairo_surface_t *surface, double share, cairo_filter_t filter)
{
	int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
	int small_width = (int)fmax(8, width * share), small_height = (int)fmax(8, height * share);
	cairo_surface_t *small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, small_width, small_height);
	for (int back = 0; back < 2; back++) {
		cairo_t *cairo = cairo_create(back ? surface : small);
		double x = (double)width / small_width, y = (double)height / small_height;
		cairo_scale(cairo, back ? x : 1 / x, back ? y : 1 / y);
		cairo_set_source_surface(cairo, back ? small : surface, 0, 0);
		cairo_pattern_set_filter(cairo_get_source(cairo), back ? filter : CAIRO_FILTER_GOOD);
		cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
		cairo_paint(cairo);
		cairo_destroy(cairo);
	}
	cairo_surface_destroy(small);
}

static void darken_edge(cairo_surface_t *surface, double strength)
{
	double width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
	cairo_t *cairo = cairo_create(surface);
	cairo_pattern_t *ring = cairo_pattern_create_radial(width / 2, height / 2, width * 0.3, width / 2, height / 2,
		hypot(width, height) / 2);
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

/* Adds grain, one random byte a pixel and four pixels a draw. */
static void add_grain(cairo_surface_t *surface, int strength, struct random *random)
{
	cairo_surface_flush(surface);
	int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);
	unsigned char *pixels = cairo_image_surface_get_data(surface);
	for (int y = 0; y < height; y++) {
		uint32_t *row = (uint32_t *)(void *)(pixels + (size_t)y * stride);
		uint32_t bits = 0;
		for (int x = 0; x < width; x++, bits >>= 8) {
			if (x % 4 == 0)
				bits = random_u32(random);
			int noise = ((int)(bits & 255) - 128) * strength / 128;
			uint32_t grainy = 0;
			for (int shift = 0; shift < 24; shift += 8)
				grainy |= clamp_byte((int)(row[x] >> shift & 255) + noise) << shift;
			row[x] = grainy;
		}
	}
	cairo_surface_mark_dirty(surface);
}

static void change_light(cairo_surface_t *surface, struct random *random)
{
	double hue = between(random, 0, 1), tint = between(random, 0, 0.14), light = between(random, -0.2, 0.2);
	struct color shade = color_from_hsv(hue, tint, light < 0 ? 1 + light : 1);
	paint_over(surface, shade, CAIRO_OPERATOR_MULTIPLY);
	if (light > 0)
		paint_over(surface, (struct color){light, light, light, 1}, CAIRO_OPERATOR_SCREEN);
}

void treatment_apply(cairo_surface_t *surface, struct random *random)
{
	if (random_uniform(random) < 0.5f)
		change_light(surface, random);
	if (random_uniform(random) < 0.2f)
		darken_edge(surface, between(random, 0.2, 0.5));
	float printing = random_uniform(random);
	if (printing < 0.025f)
		paint_over(surface, (struct color){0.5, 0.5, 0.5, 1}, CAIRO_OPERATOR_HSL_SATURATION);
	if (printing < 0.015f)
		paint_over(surface, (struct color){1, 0.9, 0.72, 1}, CAIRO_OPERATOR_MULTIPLY);
	float lens = random_uniform(random);
	if (lens < 0.1f)
		shrink_and_grow(surface, between(random, 0.16, 0.4), CAIRO_FILTER_BILINEAR);
	else if (lens < 0.14f)
		shrink_and_grow(surface, between(random, 0.2, 0.4), CAIRO_FILTER_NEAREST);
	if (random_uniform(random) < 0.3f)
		add_grain(surface, 4 + (int)random_below(random, 24), random);
}
