#include "draw/effects.h"

#include <stddef.h>
#include <stdint.h>

/* JPEG's loss alone: no file is written, so no library and no format is needed. */

enum { SIDE = 8, AREA = 64 };

/* ITU-T T.81, tables K.1 and K.2: steps of luma and of colour differences, row by row. */
static const unsigned char luma_steps[AREA] = {16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26,
	58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56,
	68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72,
	92, 95, 98, 112, 100, 103, 99};
static const unsigned char chroma_steps[AREA] = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99,
	99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99};

/* The orthonormal cosine transform: row k holds c(k) cos((2n + 1) k pi / 16). */
static const float cosines[SIDE][SIDE] = {
	{0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f,
		0.35355339f},
	{0.49039264f, 0.41573481f, 0.27778512f, 0.09754516f, -0.09754516f, -0.27778512f,
		-0.41573481f, -0.49039264f},
	{0.46193977f, 0.19134172f, -0.19134172f, -0.46193977f, -0.46193977f, -0.19134172f,
		0.19134172f, 0.46193977f},
	{0.41573481f, -0.09754516f, -0.49039264f, -0.27778512f, 0.27778512f, 0.49039264f,
		0.09754516f, -0.41573481f},
	{0.35355339f, -0.35355339f, -0.35355339f, 0.35355339f, 0.35355339f, -0.35355339f,
		-0.35355339f, 0.35355339f},
	{0.27778512f, -0.49039264f, 0.09754516f, 0.41573481f, -0.41573481f, -0.09754516f,
		0.49039264f, -0.27778512f},
	{0.19134172f, -0.46193977f, 0.46193977f, -0.19134172f, -0.19134172f, 0.46193977f,
		-0.46193977f, 0.19134172f},
	{0.09754516f, -0.27778512f, 0.41573481f, -0.49039264f, 0.49039264f, -0.41573481f,
		0.27778512f, -0.09754516f},
};

/* Rows of `block` times the transform, or its transpose (the inverse), written as columns: applied
 * twice it transforms both directions. */
static void transform_rows(const float block[AREA], float out[AREA], bool inverse)
{
	for (int row = 0; row < SIDE; row++)
		for (int k = 0; k < SIDE; k++) {
			float sum = 0;
			for (int n = 0; n < SIDE; n++)
				sum += block[row * SIDE + n] *
					(inverse ? cosines[n][k] : cosines[k][n]);
			out[k * SIDE + row] = sum;
		}
}

static int round_half_away(float value)
{
	return (int)(value < 0 ? value - 0.5f : value + 0.5f);
}

static void quantize(float block[AREA], const int steps[AREA])
{
	float half[AREA], frequencies[AREA];
	transform_rows(block, half, false);
	transform_rows(half, frequencies, false);
	for (int i = 0; i < AREA; i++)
		frequencies[i] =
			(float)(steps[i] * round_half_away(frequencies[i] / (float)steps[i]));
	transform_rows(frequencies, half, true);
	transform_rows(half, block, true);
}

struct pixels {
	unsigned char *bytes;
	size_t stride;
	int width, height;
};

/* Beyond the picture its last row and column repeat. */
static uint32_t *pixel_at(const struct pixels *pixels, int x, int y)
{
	x = x < pixels->width ? x : pixels->width - 1;
	y = y < pixels->height ? y : pixels->height - 1;
	return (uint32_t *)(void *)(pixels->bytes + (size_t)y * pixels->stride) + x;
}

static uint32_t clamp_byte(float value)
{
	return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)round_half_away(value);
}

static void compress_block(const struct pixels *pixels, int left, int top, int steps[2][AREA])
{
	float planes[3][AREA];
	for (int i = 0; i < AREA; i++) {
		uint32_t pixel = *pixel_at(pixels, left + i % SIDE, top + i / SIDE);
		float r = (float)(pixel >> 16 & 255), g = (float)(pixel >> 8 & 255),
		      b = (float)(pixel & 255), luma = 0.299f * r + 0.587f * g + 0.114f * b;
		planes[0][i] = luma - 128;
		planes[1][i] = (b - luma) * 0.564f;
		planes[2][i] = (r - luma) * 0.713f;
	}
	for (int plane = 0; plane < 3; plane++)
		quantize(planes[plane], steps[plane > 0]);
	for (int i = 0; i < AREA; i++) {
		int x = left + i % SIDE, y = top + i / SIDE;
		float luma = planes[0][i] + 128, r = luma + planes[2][i] / 0.713f,
		      b = luma + planes[1][i] / 0.564f,
		      g = (luma - 0.299f * r - 0.114f * b) / 0.587f;
		if (x < pixels->width && y < pixels->height)
			*pixel_at(pixels, x, y) =
				clamp_byte(r) << 16 | clamp_byte(g) << 8 | clamp_byte(b);
	}
}

void effect_compress(cairo_surface_t *surface, int quality)
{
	int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality, steps[2][AREA];
	for (int i = 0; i < AREA; i++)
		for (int k = 0; k < 2; k++) {
			int step = ((k ? chroma_steps : luma_steps)[i] * scale + 50) / 100;
			steps[k][i] = step < 1 ? 1 : step;
		}
	if (cairo_surface_status(surface))
		return;
	cairo_surface_flush(surface);
	struct pixels pixels = {cairo_image_surface_get_data(surface),
		(size_t)cairo_image_surface_get_stride(surface),
		cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface)};
	for (int top = 0; top < pixels.height; top += SIDE)
		for (int left = 0; left < pixels.width; left += SIDE)
			compress_block(&pixels, left, top, steps);
	cairo_surface_mark_dirty(surface);
}
