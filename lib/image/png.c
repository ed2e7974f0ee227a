#include "image/decoders.h"

#include "base/bytes.h"
#include "image/png_source.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* The state for libpng's callbacks. An error jumps to png_jmpbuf. */
struct png_reader {
	png_structp png;
	png_infop info;
	const struct encoded *encoded;
	struct png_source source;
	png_bytep row;
	struct image whole; /* for interlaced files */
	char message[128];
};

bool is_png(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "\x89PNG\r\n\x1a\n", 8);
}

int probe_png(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	if (!has_bytes(encoded, 12, "IHDR", 4) || encoded->size < 24)
		return header_cut_short(encoded, info, error);
	return set_size(info, load_u32_big(p + 16), load_u32_big(p + 20));
}

static void raise_png_error(png_structp png, png_const_charp message)
{
	struct png_reader *reader = png_get_error_ptr(png);
	snprintf(reader->message, sizeof reader->message, "%s", message);
	png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
	(void)png, (void)message;
}

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
	struct png_reader *reader = png_get_io_ptr(png);
	if (!png_source_read(&reader->source, out, size))
		png_error(png, "cut short");
}

/* Any kind of PNG to 8 bits of grey, RGB or RGBA. Stored gamma is ignored, as in Pillow and Keras:
 * old writers stored wrong ones, and right ones are close to that of sRGB. Returns the number of
 * passes. */
static int choose_conversions(struct png_reader *reader)
{
	int color = png_get_color_type(reader->png, reader->info);
	bool transparent = color & PNG_COLOR_MASK_ALPHA ||
		png_get_valid(reader->png, reader->info, PNG_INFO_tRNS);
	png_set_expand(reader->png);
	png_set_scale_16(reader->png);
	if (transparent && !(color & PNG_COLOR_MASK_COLOR))
		png_set_gray_to_rgb(reader->png);
	int passes = png_set_interlace_handling(reader->png);
	png_read_update_info(reader->png, reader->info);
	return passes;
}

/* The EXIF chunk may come after the pixels. */
static int read_orientation(const struct encoded *encoded)
{
	struct png_piece exif;
	if (!png_find_chunk(encoded->bytes, encoded->size, "eXIf", &exif))
		return 1;
	return exif_orientation(exif.bytes, exif.size);
}

static void get_stored_format(struct png_reader *reader, struct stored_format *stored)
{
	static const enum pixel_layout layouts[] =
		{[1] = PIXELS_GREY, [3] = PIXELS_RGB, [4] = PIXELS_RGBA};
	png_charp name;
	int compression;
	png_bytep profile = NULL;
	png_uint_32 profile_size = 0;
	png_get_iCCP(reader->png, reader->info, &name, &compression, &profile, &profile_size);
	*stored =
		(struct stored_format){.width = (int)png_get_image_width(reader->png, reader->info),
			.height = (int)png_get_image_height(reader->png, reader->info),
			.layout = layouts[png_get_channels(reader->png, reader->info)],
			.orientation = read_orientation(reader->encoded),
			.profile = profile,
			.profile_size = profile_size};
}

static void read_rows(struct png_reader *reader, struct row_sink *sink,
	const struct stored_format *stored)
{
	reader->row = png_malloc(reader->png, (size_t)stored->width * 4);
	for (int y = 0; y < stored->height; y++) {
		png_read_row(reader->png, reader->row, NULL);
		row_sink_add(sink, reader->row);
	}
}

/* Rows are complete after the last pass. */
static int read_interlaced(struct png_reader *reader, struct row_sink *sink,
	const struct stored_format *stored, int passes, struct error *error)
{
	struct image *whole = &reader->whole;
	if (image_create(whole, stored->width, stored->height, pixel_layout_size(stored->layout),
		    error))
		return -1;
	size_t stride = (size_t)whole->width * (size_t)whole->channels;
	for (int pass = 0; pass < passes; pass++)
		for (int y = 0; y < whole->height; y++)
			png_read_row(reader->png, whole->pixels + (size_t)y * stride, NULL);
	row_sink_add_image(sink, whole);
	return 0;
}

/* Runs inside the caller's setjmp. */
static int read_picture(struct png_reader *reader, const struct decode_target *target,
	struct row_sink *sink, struct error *error)
{
	struct stored_format stored;
	png_set_option(reader->png, PNG_IGNORE_ADLER32,
		PNG_OPTION_ON); /* every chunk has a CRC-32 */
	if (reader->source.inflated)
		png_set_crc_action(reader->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_set_user_limits(reader->png, IMAGE_SIDE_MAXIMUM, IMAGE_SIDE_MAXIMUM);
	png_set_read_fn(reader->png, reader, read_bytes);
	png_read_info(reader->png, reader->info);
	int passes = choose_conversions(reader);
	get_stored_format(reader, &stored);
	if (row_sink_start(sink, target, &stored, error))
		return -1;
	if (passes == 1)
		read_rows(reader, sink, &stored);
	else if (read_interlaced(reader, sink, &stored, passes, error))
		return -1;
	png_read_end(reader->png, NULL);
	return 0;
}

static int read_protected(struct png_reader *reader, const struct decode_target *target,
	struct row_sink *sink, struct error *error)
{
	if (setjmp(png_jmpbuf(reader->png)))
		return error_set(error, reader->encoded->name, "%s", reader->message);
	return read_picture(reader, target, sink, error)
		? error_within(error, reader->encoded->name)
		: 0;
}

int decode_png(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	struct png_reader reader = {.encoded = encoded};
	(void)info;
	png_source_open(&reader.source, encoded->bytes, encoded->size);
	reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, raise_png_error,
		ignore_warning);
	reader.info = reader.png ? png_create_info_struct(reader.png) : NULL;
	int result = reader.info ? read_protected(&reader, target, sink, error)
				 : error_memory(error, encoded->name);
	if (reader.row)
		png_free(reader.png, reader.row);
	png_destroy_read_struct(&reader.png, &reader.info, NULL);
	png_source_close(&reader.source);
	image_free(&reader.whole);
	return result;
}
