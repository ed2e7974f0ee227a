#include "image/shrink.h"

#include "image/row_sums.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int image_canvas(struct image *out, const struct image_resize_options *options, int channels,
	struct error *error)
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

int shrink_start(struct shrink *shrink, int width, int height, int channels,
	const struct image_resize_options *options, struct error *error)
{
	*shrink = (struct shrink){.filter = options->filter, .channels = channels};
	if (image_canvas(&shrink->result, options, channels, error))
		return -1;
	shrink->source = image_source_rectangle(width, height, options);
	shrink->target = image_target_rectangle(width, height, options);
	/* Colours with alpha cannot be averaged without it. */
	shrink->box_width =
		channels == 4 ? 1 : box_side(shrink->source.width, shrink->target.width);
	shrink->box_height =
		channels == 4 ? 1 : box_side(shrink->source.height, shrink->target.height);
	int columns = (shrink->source.width + shrink->box_width - 1) / shrink->box_width;
	int rows = (shrink->source.height + shrink->box_height - 1) / shrink->box_height;
	shrink->sums =
		calloc((size_t)shrink->source.width * (size_t)channels, sizeof *shrink->sums);
	shrink->boxes = calloc((size_t)columns * (size_t)channels, sizeof *shrink->boxes);
	if (shrink->sums && shrink->boxes &&
		image_create(&shrink->reduced, columns, rows, channels, error) == 0)
		return 0;
	shrink_free(shrink);
	return error_memory(error, "image");
}

/* Adds the columns of each box to it; at the right edge a box has the remaining ones. */
static void add_columns(struct shrink *shrink)
{
	size_t channels = (size_t)shrink->channels, remaining = (size_t)shrink->source.width,
	       box_width = (size_t)shrink->box_width;
	const uint16_t *sums = shrink->sums;
	uint32_t *box = shrink->boxes;
	for (int x = 0; x < shrink->reduced.width; x++, box += channels, remaining -= box_width) {
		const uint16_t *end =
			sums + (remaining < box_width ? remaining : box_width) * channels;
		for (; channels == 3 && sums < end; sums += 3) {
			box[0] += sums[0];
			box[1] += sums[1];
			box[2] += sums[2];
		}
		while (sums < end)
			*box += *sums++;
	}
	memset(shrink->sums, 0, (size_t)shrink->source.width * channels * sizeof *shrink->sums);
	shrink->summed = 0;
}

/* Writes the means of row `y` of boxes, of `rows` rows of pixels. Sums are integers: adding a half
 * keeps the quotients away from integers, so that floating-point rounding cannot change the
 * result. */
static void write_box_means(struct shrink *shrink, int y, int rows)
{
	int last = shrink->source.width - (shrink->reduced.width - 1) * shrink->box_width;
	size_t channels = (size_t)shrink->channels,
	       count = (size_t)shrink->reduced.width * channels;
	unsigned char *out = shrink->reduced.pixels + (size_t)y * count;
	uint32_t pixels = (uint32_t)(rows * shrink->box_width),
		 last_pixels = (uint32_t)(rows * last);
	double half = pixels / 2 + 0.5, reciprocal = 1.0 / pixels;
	for (size_t i = 0; i + channels < count; i++)
		out[i] = (unsigned char)((shrink->boxes[i] + half) * reciprocal);
	for (size_t i = count - channels; i < count; i++)
		out[i] = (unsigned char)((shrink->boxes[i] + last_pixels / 2) / last_pixels);
	memset(shrink->boxes, 0, count * sizeof *shrink->boxes);
}

void shrink_row(struct shrink *shrink, const unsigned char *row)
{
	const struct rectangle *source = &shrink->source;
	size_t channels = (size_t)shrink->channels, size = (size_t)source->width * channels;
	int y = shrink->row++ - source->y;
	if (y < 0 || y >= source->height)
		return;
	row += (size_t)source->x * channels;
	if (shrink->box_width * shrink->box_height == 1) {
		memcpy(shrink->reduced.pixels + (size_t)y * size, row, size);
		return;
	}
	row_sums_add(shrink->sums, row, size);
	int rows = y % shrink->box_height + 1;
	bool is_last_row = rows == shrink->box_height || y == source->height - 1;
	if (++shrink->summed == ROW_SUMS_MAXIMUM || is_last_row)
		add_columns(shrink);
	if (is_last_row)
		write_box_means(shrink, y / shrink->box_height, rows);
}

int shrink_finish(struct shrink *shrink, struct image *out, struct error *error)
{
	double width = (double)shrink->source.width / shrink->box_width,
	       height = (double)shrink->source.height / shrink->box_height;
	int failed = image_resample(&shrink->reduced, width, height, shrink->filter,
		&shrink->result, &shrink->target, error);
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
