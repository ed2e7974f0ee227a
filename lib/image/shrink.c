#include "image/shrink.h"

#include "image/row_sums.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int image_canvas(struct image *out, const struct image_resize_options *options, int channels, struct error *error)
{
	if (image_create(out, options->width, options->height, channels, error))
		return -1;
	size_t size = (size_t)out->width * (size_t)out->height * (size_t)channels;
	for (size_t i = 0; options->fit == IMAGE_PAD && i < size; i += (size_t)channels)
		for (int c = 0; c < channels; c++)
			out->pixels[i + (size_t)c] = c < 3 ? options->background[c] : 255;
	return 0;
}

/* ---- boxes ---- */

static int box_side(int from, int to)
{
	int side = from / (2 * to);
	return side < 1 ? 1 : side;
}

int shrink_start(struct shrink *shrink, int width, int height, int channels, const struct image_resize_options *options,
	struct error *error)
{
	*shrink = (struct shrink){.filter = options->filter, .channels = channels};
	if (image_canvas(&shrink->result, options, channels, error))
		return -1;
	shrink->shown = image_shown(width, height, options);
	shrink->place = image_place(width, height, options);
	/* Colours of unlike alpha have no plain mean. */
	shrink->across = channels == 4 ? 1 : box_side(shrink->shown.width, shrink->place.width);
	shrink->down = channels == 4 ? 1 : box_side(shrink->shown.height, shrink->place.height);
	int columns = (shrink->shown.width + shrink->across - 1) / shrink->across;
	int rows = (shrink->shown.height + shrink->down - 1) / shrink->down;
	shrink->sums = calloc((size_t)shrink->shown.width * (size_t)channels, sizeof *shrink->sums);
	shrink->boxes = calloc((size_t)columns * (size_t)channels, sizeof *shrink->boxes);
	if (shrink->sums && shrink->boxes && image_create(&shrink->reduced, columns, rows, channels, error) == 0)
		return 0;
	shrink_free(shrink);
	return error_memory(error, "image");
}

/* Adds up the columns of each box; at the right edge a box has what is left. */
static void add_columns(struct shrink *shrink)
{
	size_t channels = (size_t)shrink->channels, left = (size_t)shrink->shown.width, across = (size_t)shrink->across;
	const uint16_t *sums = shrink->sums;
	uint32_t *box = shrink->boxes;
	for (int x = 0; x < shrink->reduced.width; x++, box += channels, left -= across) {
		const uint16_t *end = sums + (left < across ? left : across) * channels;
		for (; channels == 3 && sums < end; sums += 3) {
			box[0] += sums[0];
			box[1] += sums[1];
			box[2] += sums[2];
		}
		while (sums < end)
			*box += *sums++;
	}
	memset(shrink->sums, 0, (size_t)shrink->shown.width * channels * sizeof *shrink->sums);
	shrink->summed = 0;
}

/* Writes the means of row `y` of boxes, of `rows` rows of pixels. Sums are whole numbers: a half more keeps their quotients off those
 * that rounding could move. */
static void end_boxes(struct shrink *shrink, int y, int rows)
{
	int last = shrink->shown.width - (shrink->reduced.width - 1) * shrink->across;
	size_t channels = (size_t)shrink->channels, count = (size_t)shrink->reduced.width * channels;
	unsigned char *out = shrink->reduced.pixels + (size_t)y * count;
	uint32_t pixels = (uint32_t)(rows * shrink->across), last_pixels = (uint32_t)(rows * last);
	double half = pixels / 2 + 0.5, share = 1.0 / pixels;
	for (size_t i = 0; i + channels < count; i++)
		out[i] = (unsigned char)((shrink->boxes[i] + half) * share);
	for (size_t i = count - channels; i < count; i++)
		out[i] = (unsigned char)((shrink->boxes[i] + last_pixels / 2) / last_pixels);
	memset(shrink->boxes, 0, count * sizeof *shrink->boxes);
}

void shrink_row(struct shrink *shrink, const unsigned char *row)
{
	const struct rectangle *shown = &shrink->shown;
	size_t channels = (size_t)shrink->channels, size = (size_t)shown->width * channels;
	int y = shrink->row++ - shown->y;
	if (y < 0 || y >= shown->height)
		return;
	row += (size_t)shown->x * channels;
	if (shrink->across * shrink->down == 1) {
		memcpy(shrink->reduced.pixels + (size_t)y * size, row, size);
		return;
	}
	row_sums_add(shrink->sums, row, size);
	int rows = y % shrink->down + 1;
	bool whole = rows == shrink->down || y == shown->height - 1;
	if (++shrink->summed == ROW_SUMS_MAXIMUM || whole)
		add_columns(shrink);
	if (whole)
		end_boxes(shrink, y / shrink->down, rows);
}

int shrink_finish(struct shrink *shrink, struct image *out, struct error *error)
{
	double width = (double)shrink->shown.width / shrink->across, height = (double)shrink->shown.height / shrink->down;
	int failed = image_resample(&shrink->reduced, width, height, shrink->filter, &shrink->result, &shrink->place, error);
	*out = failed ? (struct image){0} : shrink->result;
	if (!failed)
		shrink->result = (struct image){0};
	shrink_free(shrink);
	return failed;
}

void shrink_free(struct shrink *shrink)
{
	image_free(&shrink->result);
	image_free(&shrink->reduced);
	free(shrink->sums);
	free(shrink->boxes);
	*shrink = (struct shrink){0};
}
