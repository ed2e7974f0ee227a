#include "image/row_sink.h"

#include "image/decoders.h"

#include <stdlib.h>
#include <string.h>

/* value / 255, rounded, for 0 <= value <= 255 * 255. */
static unsigned char divide_255(unsigned value)
{
	value += 128;
	return (unsigned char)((value + (value >> 8)) >> 8);
}

/* RGBA over a background. Stores four bytes per pixel of three: the next pixel overwrites the
 * fourth, and there is an extra byte after the last. */
static void composite(unsigned char *out, const unsigned char *in, size_t count,
	const unsigned char background[3])
{
	const unsigned char background4[4] = {background[0], background[1], background[2]};
	const unsigned char *end = in + 4 * count;
	while (in < end) { /* runs of opaque and of transparent pixels are common */
		for (; in < end && in[3] == 255; in += 4, out += 3)
			memcpy(out, in, 4);
		for (; in < end && in[3] == 0; in += 4, out += 3)
			memcpy(out, background4, 4);
		for (; in < end && in[3] > 0 && in[3] < 255; in += 4, out += 3)
			for (int c = 0; c < 3; c++)
				out[c] = divide_255(
					in[c] * (unsigned)in[3] + background[c] * (255u - in[3]));
	}
}

/* CMYK to RGB without a profile. */
static void convert_cmyk(unsigned char *out, const unsigned char *in, size_t count, bool inverted)
{
	unsigned mask = inverted ? 0 : 255;
	for (size_t i = 0; i < count; i++, in += 4, out += 3) {
		unsigned black = in[3] ^ mask;
		for (int c = 0; c < 3; c++)
			out[c] = (unsigned char)(((in[c] ^ mask) * black + 127) / 255);
	}
}

static void grey_to_rgb(unsigned char *out, const unsigned char *in, size_t count)
{
	for (size_t i = 0; i < count; i++, out += 3)
		out[0] = out[1] = out[2] = in[i];
}

/* From the end, so that it works in place. */
static void add_alpha(unsigned char *out, const unsigned char *in, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		memmove(out + 4 * i, in + 3 * i, 3);
		out[4 * i + 3] = 255;
	}
}

/* The row in the requested channels: unchanged, or converted in sink->row. */
static const unsigned char *convert_row(struct row_sink *sink, const unsigned char *row)
{
	size_t count = (size_t)sink->stored.width;
	enum pixel_layout layout = sink->stored.layout;
	int channels = sink->target.channels;
	if (sink->conversion) {
		color_convert(sink->conversion, row, sink->converted, count);
		row = sink->converted;
		layout = layout == PIXELS_RGBA ? PIXELS_RGBA : PIXELS_RGB;
	}
	if (layout == PIXELS_GREY && channels != 1)
		grey_to_rgb(sink->row, row, count);
	else if (pixel_layout_is_cmyk(layout))
		convert_cmyk(sink->row, row, count, layout == PIXELS_CMYK_INVERTED);
	else if (layout == PIXELS_RGBA && channels != 4)
		composite(sink->row, row, count, sink->target.options->background);
	else if (layout == PIXELS_RGB && channels != 3)
		memcpy(sink->row, row, 3 * count);
	else
		return row;
	if (channels == 4)
		add_alpha(sink->row, sink->row, count);
	if (channels == 1)
		image_to_grey(&(struct image){sink->stored.width, 1, 3, sink->row});
	return sink->row;
}

int row_sink_start(struct row_sink *sink, const struct decode_target *target,
	const struct stored_format *stored, struct error *error)
{
	const struct image_resize_options *resize = target->resize;
	*sink = (struct row_sink){.target = *target, .stored = *stored};
	sink->conversion =
		color_conversion_create(stored->profile, stored->profile_size, stored->layout);
	sink->stored.profile = NULL;
	sink->row = malloc(4 * (size_t)stored->width + 1);
	sink->converted = malloc(4 * (size_t)stored->width);
	if (!sink->row || !sink->converted)
		return error_memory(error, "image");
	bool upright = stored->orientation <= 1;
	if (upright && resize && resize->filter != IMAGE_NEAREST && target->channels != 4) {
		sink->destination = SINK_SHRUNK;
		return shrink_start(&sink->shrink, stored->width, stored->height, target->channels,
			resize, error);
	}
	if (upright && target->inspection) {
		sink->destination = SINK_INSPECTED;
		sink->inspected = target->inspection->start(stored->width, stored->height, error);
		return sink->inspected ? 0 : -1;
	}
	return image_create(&sink->whole, stored->width, stored->height, target->channels, error);
}

void row_sink_add(struct row_sink *sink, const unsigned char *row)
{
	row = convert_row(sink, row);
	size_t size = (size_t)sink->stored.width * (size_t)sink->target.channels;
	if (sink->destination == SINK_SHRUNK)
		shrink_row(&sink->shrink, row);
	else if (sink->destination == SINK_INSPECTED)
		sink->target.inspection->add_row(sink->inspected, row);
	else
		memcpy(sink->whole.pixels + (size_t)sink->count * size, row, size);
	sink->count++;
}

void row_sink_add_image(struct row_sink *sink, const struct image *image)
{
	size_t size = (size_t)image->width * (size_t)image->channels;
	for (int y = 0; y < image->height; y++)
		row_sink_add(sink, image->pixels + (size_t)y * size);
}

static int set_upright(struct row_sink *sink, struct error *error)
{
	return sink->stored.orientation > 1
		? image_orient(&sink->whole, sink->stored.orientation, error)
		: 0;
}

int row_sink_finish(struct row_sink *sink, struct image *image, struct error *error)
{
	*image = (struct image){0};
	if (sink->destination == SINK_SHRUNK)
		return shrink_finish(&sink->shrink, image, error);
	if (set_upright(sink, error))
		return -1;
	if (sink->target.resize)
		return image_resize(&sink->whole, sink->target.resize, image, error);
	*image = sink->whole;
	sink->whole = (struct image){0};
	return 0;
}

int row_sink_inspect(struct row_sink *sink, void *finding, struct error *error)
{
	if (sink->destination == SINK_INSPECTED)
		return sink->target.inspection->finish(sink->inspected, finding, error);
	if (set_upright(sink, error))
		return -1;
	return image_inspect_pixels(&sink->whole, sink->target.inspection, finding, error);
}

void row_sink_free(struct row_sink *sink)
{
	if (sink->destination == SINK_INSPECTED)
		sink->target.inspection->end(sink->inspected);
	color_conversion_free(sink->conversion);
	free(sink->converted);
	free(sink->row);
	image_free(&sink->whole);
	shrink_free(&sink->shrink);
	*sink = (struct row_sink){0};
}
