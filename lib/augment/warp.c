#include "augment/warp.h"

#include <stdlib.h>
#include <string.h>

/* A pixel of up to four channels. */
typedef float float4 __attribute__((vector_size(16)));

/* Bytes that may be read after the padded image: pixels are loaded as four bytes, or four
 * floats. */
enum { SLACK = 16 };

static void store_value(const struct warp *warp, unsigned char *to, double value)
{
	float number = (float)value;
	if (warp->value_size == 1)
		*to = (unsigned char)(value + 0.5);
	else
		memcpy(to, &number, sizeof number);
}

int warp_create(struct warp *warp, const struct stream_head *head,
	const struct augment_options *options, const struct pixel_kernels *kernels,
	struct error *error)
{
	bool bytes = head->type == STREAM_U8 && head->channels <= 4 &&
		options->interpolation == AUGMENT_BILINEAR;
	*warp = (struct warp){.width = head->width,
		.height = head->height,
		.channels = head->channels,
		.type = head->type,
		.black = head->minimum,
		.unit = (head->maximum - head->minimum) / 255,
		.fill = (enum augment_fill)options->fill,
		.interpolation = (enum augment_interpolation)options->interpolation,
		.border = bytes ? 1 : 3,
		.value_size = bytes ? 1 : sizeof(float),
		.kernels = kernels};
	size_t count = whole_blocks((size_t)head->width), extra = 2 * (size_t)warp->border + 1;
	warp->pixel = warp->value_size * (size_t)head->channels;
	warp->row = ((size_t)head->width + extra) * warp->pixel;
	if ((warp->row / warp->value_size) * ((size_t)head->height + extra) > INT32_MAX) {
		*warp = (struct warp){0};
		return error_set(error, "image", "%dx%dx%d values are too many", head->height,
			head->width, head->channels);
	}
	warp->padded = calloc(1, warp->row * ((size_t)head->height + extra) + SLACK);
	warp->outside = malloc(warp->pixel);
	warp->points = (struct sample_points){malloc(count * sizeof(int32_t)),
		malloc(count * sizeof(float)), malloc(count * sizeof(float))};
	if (!warp->padded || !warp->outside || !warp->points.offset || !warp->points.weight_x ||
		!warp->points.weight_y) {
		warp_destroy(warp);
		return error_memory(error, "image");
	}
	for (int c = 0; c < head->channels; c++)
		store_value(warp, warp->outside + (size_t)c * warp->value_size,
			c == 3 && head->channels == 4 ? 255 : 255 * options->fill_value);
	return 0;
}

void warp_destroy(struct warp *warp)
{
	free(warp->padded);
	free(warp->outside);
	free(warp->points.offset);
	free(warp->points.weight_x);
	free(warp->points.weight_y);
	*warp = (struct warp){0};
}

/* The pixel index that pads position `i` of `count`, or -1 for the constant. */
static int padded_index(enum augment_fill fill, int i, int count)
{
	if (i >= 0 && i < count)
		return i;
	if (fill == AUGMENT_CONSTANT)
		return -1;
	if (fill == AUGMENT_NEAREST)
		return i < 0 ? 0 : count - 1;
	i = (i % (2 * count) + 2 * count) % (2 * count);
	return i < count ? i : 2 * count - 1 - i;
}

static void load_row(const struct warp *warp, const void *pixels, int y, unsigned char *out)
{
	size_t count = (size_t)warp->width * (size_t)warp->channels;
	const unsigned char *bytes = (const unsigned char *)pixels + (size_t)y * count;
	const float *numbers = (const float *)pixels + (size_t)y * count;
	float *floats = (float *)(void *)out;
	if (warp->value_size == 1)
		memcpy(out, bytes, count);
	else if (warp->type == STREAM_U8)
		for (size_t i = 0; i < count; i++)
			floats[i] = bytes[i];
	else
		for (size_t i = 0; i < count; i++)
			floats[i] = (float)((numbers[i] - warp->black) / warp->unit);
}

/* Pads a row on the left and right. */
static void pad_row(const struct warp *warp, unsigned char *first)
{
	for (int side = 0; side < 2; side++)
		for (int k = 0; k < warp->border + side; k++) {
			int x = side ? warp->width + k : -1 - k,
			    from = padded_index(warp->fill, x, warp->width);
			memcpy(first + (ptrdiff_t)x * (ptrdiff_t)warp->pixel,
				from < 0 ? warp->outside : first + (size_t)from * warp->pixel,
				warp->pixel);
		}
}

/* Fills a padding row above or below. */
static void pad_outside(const struct warp *warp, int y)
{
	int from = padded_index(warp->fill, y, warp->height);
	unsigned char *row = warp->padded + (size_t)(y + warp->border) * warp->row;
	if (from >= 0)
		memcpy(row, warp->padded + (size_t)(from + warp->border) * warp->row, warp->row);
	for (size_t x = 0; from < 0 && x < warp->row; x += warp->pixel)
		memcpy(row + x, warp->outside, warp->pixel);
}

void warp_load(struct warp *warp, const void *pixels)
{
	for (int y = 0; y < warp->height; y++) {
		unsigned char *first = warp->padded + (size_t)(y + warp->border) * warp->row +
			(size_t)warp->border * warp->pixel;
		load_row(warp, pixels, y, first);
		pad_row(warp, first);
	}
	for (int k = 0; k < warp->border; k++)
		pad_outside(warp, -1 - k);
	for (int k = 0; k <= warp->border; k++)
		pad_outside(warp, warp->height + k);
}

struct projection warp_projection(const struct warp *warp, const struct matrix *matrix)
{
	struct projection projection = {.mirrored = warp->fill == AUGMENT_REFLECT,
		.shift = warp->interpolation == AUGMENT_INTERPOLATE_NEAREST ? 0.5 : 0,
		.width = warp->width,
		.height = warp->height,
		.reach = warp->interpolation == AUGMENT_BICUBIC ? 2 : 1,
		.border = warp->border,
		.row = (ptrdiff_t)(warp->row / warp->value_size),
		.pixel = warp->channels};
	memcpy(projection.matrix, matrix->m, sizeof projection.matrix);
	projection.perspective =
		matrix->m[2][0] != 0 || matrix->m[2][1] != 0 || matrix->m[2][2] != 1;
	return projection;
}

/* Interpolation weights of the neighbours of a point at fraction `t` between two pixels. Returns
 * their number: 1 or 2 from that pixel on, or 4 from the one before it on. */
static int find_weights(enum augment_interpolation interpolation, float t, float weights[4])
{
	if (interpolation == AUGMENT_INTERPOLATE_NEAREST) {
		weights[0] = 1;
		return 1;
	}
	if (interpolation == AUGMENT_BILINEAR) {
		weights[0] = 1 - t;
		weights[1] = t;
		return 2;
	}
	/* Keys, "Cubic convolution interpolation for digital image processing", 1981, with a =
	 * -0.75. */
	weights[0] = ((-0.75f * t + 1.5f) * t - 0.75f) * t;
	weights[1] = (1.25f * t - 2.25f) * t * t + 1;
	weights[2] = ((-1.25f * t + 1.5f) * t + 0.75f) * t;
	weights[3] = (0.75f * t - 0.75f) * t * t;
	return 4;
}

static void sample_floats(const struct warp *warp, float *out, size_t plane)
{
	const size_t row = warp->row / sizeof(float), pixel = (size_t)warp->channels;
	const float *padded = (const float *)(const void *)warp->padded;
	const size_t before = warp->interpolation == AUGMENT_BICUBIC ? row + pixel : 0;
	for (int x = 0; x < warp->width; x++) {
		float across[4], down[4];
		int taps = find_weights(warp->interpolation, warp->points.weight_x[x], across);
		find_weights(warp->interpolation, warp->points.weight_y[x], down);
		const float *first = padded + (size_t)warp->points.offset[x] - before;
		for (int c = 0; c < warp->channels; c += 4) {
			float4 sum = {0};
			for (int j = 0; j < taps; j++)
				for (int i = 0; i < taps; i++) {
					float4 values;
					memcpy(&values,
						first + (size_t)j * row + (size_t)i * pixel + c,
						sizeof values);
					sum += values * (down[j] * across[i]);
				}
			for (int k = 0; k < 4 && c + k < warp->channels; k++)
				out[(size_t)(c + k) * plane + (size_t)x] = sum[k];
		}
	}
}

void warp_row(const struct warp *warp, const struct projection *projection, int y, float *out,
	size_t plane)
{
	warp->kernels->project(projection, y, warp->width, &warp->points);
	if (warp->value_size == 1)
		warp->kernels->sample(warp->padded, (ptrdiff_t)warp->row, warp->channels,
			&warp->points, out, plane, warp->width);
	else
		sample_floats(warp, out, plane);
}
