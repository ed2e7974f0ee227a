#include "draw/effects.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

void effect_end(cairo_t *cairo, cairo_surface_t *surface)
{
	bool good = !cairo_status(cairo);
	cairo_destroy(cairo);
	if (good)
		return;
	/* A surface takes an error only from use after its end. */
	cairo_surface_finish(surface);
	cairo_surface_mark_dirty(surface);
}

void effect_paint(cairo_surface_t *surface, struct color color, cairo_operator_t blend)
{
	cairo_t *cairo = cairo_create(surface);
	cairo_set_operator(cairo, blend);
	color_set_source(cairo, color);
	cairo_paint(cairo);
	effect_end(cairo, surface);
}

void effect_resample(cairo_surface_t *surface, double factor, cairo_filter_t filter)
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
		effect_end(cairo, up ? surface : small);
	}
	cairo_surface_destroy(small);
}

void effect_vignette(cairo_surface_t *surface, double strength)
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
	effect_end(cairo, surface);
}

static uint32_t clamp_byte(int value)
{
	return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)value;
}

/* One random byte per pixel, four pixels per random number. */
void effect_noise(cairo_surface_t *surface, int strength, struct random *random)
{
	if (cairo_surface_status(surface))
		return;
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

/* A small surface of random pixels; scaled up with a smooth filter it is value noise. */
static cairo_surface_t *random_cells(int cells, bool color, struct random *random)
{
	cairo_surface_t *small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, cells, cells);
	unsigned char *pixels = cairo_image_surface_get_data(small);
	size_t stride = (size_t)cairo_image_surface_get_stride(small);
	for (int y = 0; pixels && y < cells; y++) {
		uint32_t *row = (uint32_t *)(void *)(pixels + (size_t)y * stride);
		for (int x = 0; x < cells; x++) {
			uint32_t bits = random_u32(random);
			row[x] = color ? bits & 0xFFFFFF : (bits & 255) * 0x010101;
		}
	}
	cairo_surface_mark_dirty(small);
	return small;
}

void effect_clouds(cairo_surface_t *surface, int cells, bool color, double opacity,
	cairo_operator_t blend, struct random *random)
{
	if (cairo_surface_status(surface))
		return;
	double width = cairo_image_surface_get_width(surface),
	       height = cairo_image_surface_get_height(surface);
	cairo_surface_t *small = random_cells(cells + 1, color, random);
	cairo_t *cairo = cairo_create(surface);
	cairo_scale(cairo, width / cells, height / cells);
	cairo_set_source_surface(cairo, small, -0.5, -0.5);
	cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BILINEAR);
	cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
	cairo_set_operator(cairo, blend);
	cairo_paint_with_alpha(cairo, opacity);
	effect_end(cairo, surface);
	cairo_surface_destroy(small);
}
