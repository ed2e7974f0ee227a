#include "image/contact_sheet.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BORDER = 2, PIXELS_MAXIMUM = 256 << 20 };

struct contact_sheet contact_sheet_start(int width, int height, int channels, double minimum,
	double maximum)
{
	return (struct contact_sheet){.width = width,
		.height = height,
		.channels = channels,
		.shown = channels >= 3 ? 3 : 1,
		.minimum = (float)minimum,
		.maximum = (float)maximum};
}

void contact_sheet_free(struct contact_sheet *sheet)
{
	free(sheet->cells);
	sheet->cells = NULL;
	sheet->count = 0;
}

static size_t cell_size(const struct contact_sheet *sheet)
{
	return (size_t)sheet->width * (size_t)sheet->height * (size_t)sheet->shown;
}

/* Appends a cell and returns its pixels; NULL with the error set. */
static unsigned char *add_cell(struct contact_sheet *sheet, struct error *error)
{
	double pixels =
		(double)(sheet->width + BORDER) * (sheet->height + BORDER) * (sheet->count + 1);
	if (pixels > PIXELS_MAXIMUM) {
		error_set(error, "contact sheet", "%d pictures of %dx%d are too many",
			sheet->count + 1, sheet->width, sheet->height);
		return NULL;
	}
	unsigned char *cells = array_grow(sheet->cells, (size_t)sheet->count, cell_size(sheet));
	if (!cells) {
		error_memory(error, "contact sheet");
		return NULL;
	}
	sheet->cells = cells;
	return sheet->cells + cell_size(sheet) * (size_t)sheet->count++;
}

/* Scales and rounds to 0..255; NaN becomes 0. */
static unsigned char shade(const struct contact_sheet *sheet, float value)
{
	float scaled = (value - sheet->minimum) / (sheet->maximum - sheet->minimum) * 255 + 0.5f;
	return scaled >= 255 ? 255 : scaled > 0 ? (unsigned char)scaled : 0;
}

int contact_sheet_add_f32(struct contact_sheet *sheet, const float *values, struct error *error)
{
	unsigned char *out = add_cell(sheet, error);
	if (!out)
		return -1;
	for (int i = 0; i < sheet->width * sheet->height; i++, values += sheet->channels)
		for (int channel = 0; channel < sheet->shown; channel++)
			*out++ = shade(sheet, values[channel]);
	return 0;
}

int contact_sheet_add_u8(struct contact_sheet *sheet, const unsigned char *values,
	struct error *error)
{
	unsigned char shades[256], *out = add_cell(sheet, error);
	if (!out)
		return -1;
	for (int value = 0; value < 256; value++)
		shades[value] = shade(sheet, (float)value);
	for (int i = 0; i < sheet->width * sheet->height; i++, values += sheet->channels)
		for (int channel = 0; channel < sheet->shown; channel++)
			*out++ = shades[values[channel]];
	return 0;
}

static int draw_grid(const struct contact_sheet *sheet, struct image *out, struct error *error)
{
	int step_x = sheet->width + BORDER, step_y = sheet->height + BORDER;
	int columns = (int)ceil(sqrt((double)sheet->count * step_y / step_x));
	columns = columns > sheet->count ? sheet->count : columns;
	int rows = (sheet->count + columns - 1) / columns;
	if (image_create(out, columns * step_x + BORDER, rows * step_y + BORDER, sheet->shown,
		    error))
		return -1;
	size_t line = (size_t)sheet->width * (size_t)sheet->shown,
	       stride = (size_t)out->width * (size_t)sheet->shown;
	memset(out->pixels, 255, stride * (size_t)out->height);
	for (int cell = 0; cell < sheet->count; cell++) {
		const unsigned char *from = sheet->cells + cell_size(sheet) * (size_t)cell;
		size_t x = (size_t)(BORDER + cell % columns * step_x),
		       y = (size_t)(BORDER + cell / columns * step_y);
		unsigned char *to = out->pixels + y * stride + x * (size_t)sheet->shown;
		for (int row = 0; row < sheet->height; row++, from += line, to += stride)
			memcpy(to, from, line);
	}
	return 0;
}

int contact_sheet_write_png(const struct contact_sheet *sheet, const char *path,
	struct error *error)
{
	struct image image;
	if (draw_grid(sheet, &image, error))
		return -1;
	int result = image_write_png(&image, path, error);
	image_free(&image);
	return result;
}
