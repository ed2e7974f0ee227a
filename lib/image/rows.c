#include "image/rows.h"

#include "image/decoders.h"

#include <stdlib.h>
#include <string.h>

/* value / 255, rounded, for 0 <= value <= 255 * 255. */
static unsigned char divide_255(unsigned value)
{
	value += 128;
	return (unsigned char)((value + (value >> 8)) >> 8);
}

/* RGBA over a background. Four bytes are stored of three: the next pixel, or the byte behind the last, takes the fourth. */
static void composite(unsigned char *out, const unsigned char *in, size_t count, const unsigned char background[3])
{
	const unsigned char behind[4] = {background[0], background[1], background[2]};
	const unsigned char *end = in + 4 * count;
	while (in < end) { /* most pixels come in runs of one kind */
		for (; in < end && in[3] == 255; in += 4, out += 3)
			memcpy(out, in, 4);
		for (; in < end && in[3] == 0; in += 4, out += 3)
			memcpy(out, behind, 4);
		for (; in < end && in[3] > 0 && in[3] < 255; in += 4, out += 3)
			for (int c = 0; c < 3; c++)
				out[c] = divide_255(in[c] * (unsigned)in[3] + background[c] * (255u - in[3]));
	}
}

/* Four inks to three lights. */
static void convert_inks(unsigned char *out, const unsigned char *in, size_t count, bool inverted)
{
	unsigned mask = inverted ? 0 : 255;
	for (size_t i = 0; i < count; i++, in += 4, out += 3) {
		unsigned black = in[3] ^ mask;
		for (int c = 0; c < 3; c++)
			out[c] = (unsigned char)(((in[c] ^ mask) * black + 127) / 255);
	}
}

static void repeat_grey(unsigned char *out, const unsigned char *in, size_t count)
{
	for (size_t i = 0; i < count; i++, out += 3)
		out[0] = out[1] = out[2] = in[i];
}

/* Backwards, so that it may be done in place. */
static void add_alpha(unsigned char *out, const unsigned char *in, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		memmove(out + 4 * i, in + 3 * i, 3);
		out[4 * i + 3] = 255;
	}
}

/* The row in the channels wanted: as it came, or in rows->row. */
static const unsigned char *convert_row(struct rows *rows, const unsigned char *row)
{
	size_t count = (size_t)rows->stored.width;
	enum pixel_layout layout = rows->stored.layout;
	int channels = rows->wanted.channels;
	if (rows->conversion) {
		color_convert(rows->conversion, row, rows->converted, count);
		row = rows->converted;
		layout = layout == PIXELS_RGBA ? PIXELS_RGBA : PIXELS_RGB;
	}
	if (layout == PIXELS_GREY && channels != 1)
		repeat_grey(rows->row, row, count);
	else if (layout >= PIXELS_CMYK)
		convert_inks(rows->row, row, count, layout == PIXELS_CMYK_INVERTED);
	else if (layout == PIXELS_RGBA && channels != 4)
		composite(rows->row, row, count, rows->wanted.options->background);
	else if (layout == PIXELS_RGB && channels != 3)
		memcpy(rows->row, row, 3 * count);
	else
		return row;
	if (channels == 4)
		add_alpha(rows->row, rows->row, count);
	if (channels == 1)
		image_to_grey(&(struct image){rows->stored.width, 1, 3, rows->row});
	return rows->row;
}

int rows_start(struct rows *rows, const struct wanted *wanted, const struct stored *stored, struct error *error)
{
	const struct image_resize_options *resize = wanted->resize;
	*rows = (struct rows){.wanted = *wanted, .stored = *stored};
	rows->conversion = color_conversion_create(stored->profile, stored->profile_size, stored->layout);
	rows->stored.profile = NULL;
	rows->row = malloc(4 * (size_t)stored->width + 1);
	rows->converted = malloc(4 * (size_t)stored->width);
	if (!rows->row || !rows->converted)
		return error_memory(error, "image");
	bool upright = stored->orientation <= 1;
	if (upright && resize && resize->filter != IMAGE_NEAREST && wanted->channels != 4) {
		rows->destination = ROWS_SHRUNK;
		return shrink_start(&rows->shrink, stored->width, stored->height, wanted->channels, resize, error);
	}
	if (upright && wanted->inspection) {
		rows->destination = ROWS_INSPECTED;
		rows->inspected = wanted->inspection->start(stored->width, stored->height, error);
		return rows->inspected ? 0 : -1;
	}
	return image_create(&rows->whole, stored->width, stored->height, wanted->channels, error);
}

void rows_add(struct rows *rows, const unsigned char *row)
{
	row = convert_row(rows, row);
	size_t size = (size_t)rows->stored.width * (size_t)rows->wanted.channels;
	if (rows->destination == ROWS_SHRUNK)
		shrink_row(&rows->shrink, row);
	else if (rows->destination == ROWS_INSPECTED)
		rows->wanted.inspection->add_row(rows->inspected, row);
	else
		memcpy(rows->whole.pixels + (size_t)rows->count * size, row, size);
	rows->count++;
}

void rows_add_image(struct rows *rows, const struct image *image)
{
	size_t size = (size_t)image->width * (size_t)image->channels;
	for (int y = 0; y < image->height; y++)
		rows_add(rows, image->pixels + (size_t)y * size);
}

static int set_upright(struct rows *rows, struct error *error)
{
	return rows->stored.orientation > 1 ? image_orient(&rows->whole, rows->stored.orientation, error) : 0;
}

int rows_finish(struct rows *rows, struct image *image, struct error *error)
{
	*image = (struct image){0};
	if (rows->destination == ROWS_SHRUNK)
		return shrink_finish(&rows->shrink, image, error);
	if (set_upright(rows, error))
		return -1;
	if (rows->wanted.resize)
		return image_resize(&rows->whole, rows->wanted.resize, image, error);
	*image = rows->whole;
	rows->whole = (struct image){0};
	return 0;
}

int rows_find(struct rows *rows, void *finding, struct error *error)
{
	if (rows->destination == ROWS_INSPECTED)
		return rows->wanted.inspection->finish(rows->inspected, finding, error);
	if (set_upright(rows, error))
		return -1;
	return image_inspect_pixels(&rows->whole, rows->wanted.inspection, finding, error);
}

void rows_free(struct rows *rows)
{
	if (rows->destination == ROWS_INSPECTED)
		rows->wanted.inspection->end(rows->inspected);
	color_conversion_free(rows->conversion);
	free(rows->converted);
	free(rows->row);
	image_free(&rows->whole);
	shrink_free(&rows->shrink);
	*rows = (struct rows){0};
}
