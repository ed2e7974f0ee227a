#include "augment/warp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Four values side by side: a pixel of up to four channels. */
typedef float float4 __attribute__((vector_size(16)));

/* Loops over a fixed count are what compilers turn into vector code without being asked. */
enum { BLOCK = 16 };

int warp_create(struct warp *warp, const struct stream_head *head, struct error *error)
{
	*warp = (struct warp){.width = head->width, .height = head->height, .channels = head->channels};
	warp->stride = ((size_t)head->width + 3) * (size_t)head->channels;
	warp->padded = calloc(warp->stride * ((size_t)head->height + 3) + WARP_SLACK, sizeof *warp->padded);
	return warp->padded ? 0 : error_memory(error, "image");
}

void warp_destroy(struct warp *warp)
{
	free(warp->padded);
	*warp = (struct warp){0};
}

static void widen(const unsigned char *restrict in, float *restrict out, size_t count)
{
	size_t i = 0;
	for (; i + BLOCK <= count; i += BLOCK)
		for (int j = 0; j < BLOCK; j++)
			out[i + (size_t)j] = in[i + (size_t)j];
	for (; i < count; i++)
		out[i] = in[i];
}

static void fill_row(float *row, size_t count, float value)
{
	for (size_t i = 0; i < count; i++)
		row[i] = value;
}

/* The pixels left and right of a row. */
static void pad_row(const struct warp *warp, float *row, enum augment_fill fill, float value)
{
	size_t pixel = (size_t)warp->channels;
	float *last = row + (size_t)warp->width * pixel;
	if (fill == AUGMENT_CONSTANT) {
		fill_row(row, pixel, value);
		fill_row(last + pixel, 2 * pixel, value);
		return;
	}
	memcpy(row, row + pixel, pixel * sizeof *row);
	memcpy(last + pixel, last, pixel * sizeof *row);
	memcpy(last + 2 * pixel, last, pixel * sizeof *row);
}

/* The rows above and below. */
static void pad_rows(struct warp *warp, enum augment_fill fill, float value)
{
	float *first = warp->padded + warp->stride, *last = warp->padded + (size_t)warp->height * warp->stride;
	float *outside[] = {warp->padded, last + warp->stride, last + 2 * warp->stride};
	for (int i = 0; i < 3; i++)
		if (fill == AUGMENT_CONSTANT)
			fill_row(outside[i], warp->stride, value);
		else
			memcpy(outside[i], i == 0 ? first : last, warp->stride * sizeof **outside);
}

void warp_load(struct warp *warp, const void *pixels, enum stream_type type, enum augment_fill fill, float value)
{
	size_t count = (size_t)warp->width * (size_t)warp->channels;
	for (int y = 0; y < warp->height; y++) {
		float *row = warp->padded + (size_t)(y + 1) * warp->stride;
		if (type == STREAM_U8)
			widen((const unsigned char *)pixels + (size_t)y * count, row + warp->channels, count);
		else
			memcpy(row + warp->channels, (const float *)pixels + (size_t)y * count, count * sizeof *row);
		pad_row(warp, row, fill, value);
	}
	pad_rows(warp, fill, value);
}

/* A position mirrored into the picture: edges lie half a pixel outside the first and last pixel. */
static double mirror(double position, int size)
{
	double period = 2.0 * size, from_edge = position + 0.5;
	from_edge -= period * floor(from_edge / period);
	return (from_edge > size ? period - from_edge : from_edge) - 0.5;
}

/* Where a position lies in the padded image: a whole pixel and the way to the next. From one pixel outside on,
 * everything is border. */
static inline int locate(double position, int size, float *fraction)
{
	double inside = position < -1 ? -1 : position > size ? size : position;
	double padded = inside + 1;
	int whole = (int)padded;
	*fraction = (float)(padded - whole);
	return whole;
}

static inline float4 load(const float *p)
{
	float4 pixel;
	memcpy(&pixel, p, sizeof pixel);
	return pixel;
}

static inline float4 between(float4 a, float4 b, float fraction)
{
	return a + (b - a) * fraction;
}

void warp_row(const struct warp *warp, const struct augment_matrix *matrix, enum augment_fill fill, int y, float *out)
{
	const int channels = warp->channels;
	const double row_x = matrix->xy * y + matrix->x0, row_y = matrix->yy * y + matrix->y0;
	for (int x = 0; x < warp->width; x++, out += channels) {
		double in_x = matrix->xx * x + row_x, in_y = matrix->yx * x + row_y;
		if (fill == AUGMENT_REFLECT) {
			in_x = mirror(in_x, warp->width);
			in_y = mirror(in_y, warp->height);
		}
		float right, down;
		int column = locate(in_x, warp->width, &right), row = locate(in_y, warp->height, &down);
		const float *above = warp->padded + (size_t)row * warp->stride + (size_t)column * (size_t)channels;
		const float *below = above + warp->stride;
		for (int c = 0; c < channels; c += 4) {
			float4 here = between(load(above + c), load(below + c), down);
			float4 next = between(load(above + channels + c), load(below + channels + c), down);
			float4 pixel = between(here, next, right);
			memcpy(out + c, &pixel, sizeof pixel);
		}
	}
}
