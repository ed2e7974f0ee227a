#include "image/decoders.h"
#include "image/png_source.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* What libpng's callbacks share. An error ends in a jump to png_jmpbuf. */
struct session {
	png_structp png;
	png_infop info;
	const struct encoded *encoded;
	struct png_source source;
	png_bytep row;
	struct image whole; /* of interlaced ones */
	char message[128];
};

static void fail(png_structp png, png_const_charp message)
{
	struct session *session = png_get_error_ptr(png);
	snprintf(session->message, sizeof session->message, "%s", message);
	png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
	(void)png, (void)message;
}

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
	struct session *session = png_get_io_ptr(png);
	if (!png_source_read(&session->source, out, size))
		png_error(png, "cut short");
}

/* Any kind of PNG to 8 bits of grey, RGB or RGBA. Stored gamma is left alone, as Pillow and Keras do: writers
 * of old put wrong ones in, and none that is right differs from sRGB's. Returns how often each row is read. */
static int choose_conversions(struct session *session)
{
	int color = png_get_color_type(session->png, session->info);
	bool transparent = color & PNG_COLOR_MASK_ALPHA || png_get_valid(session->png, session->info, PNG_INFO_tRNS);
	png_set_expand(session->png);
	png_set_scale_16(session->png);
	if (transparent && !(color & PNG_COLOR_MASK_COLOR))
		png_set_gray_to_rgb(session->png);
	int passes = png_set_interlace_handling(session->png);
	png_read_update_info(session->png, session->info);
	return passes;
}

/* What EXIF says may lie behind the pixels. */
static int read_orientation(const struct encoded *encoded)
{
	struct png_piece exif;
	if (!png_find_chunk(encoded->bytes, encoded->size, "eXIf", &exif))
		return 1;
	return exif_orientation(exif.bytes, exif.size);
}

static void describe(struct session *session, struct stored *stored)
{
	static const enum pixel_layout layouts[] = {[1] = PIXELS_GREY, [3] = PIXELS_RGB, [4] = PIXELS_RGBA};
	png_charp name;
	int compression;
	png_bytep profile = NULL;
	png_uint_32 profile_size = 0;
	png_get_iCCP(session->png, session->info, &name, &compression, &profile, &profile_size);
	*stored = (struct stored){.width = (int)png_get_image_width(session->png, session->info),
		.height = (int)png_get_image_height(session->png, session->info),
		.layout = layouts[png_get_channels(session->png, session->info)], .orientation = read_orientation(session->encoded),
		.profile = profile, .profile_size = profile_size};
}

static void read_rows(struct session *session, struct rows *rows, const struct stored *stored)
{
	session->row = png_malloc(session->png, (size_t)stored->width * 4);
	for (int y = 0; y < stored->height; y++) {
		png_read_row(session->png, session->row, NULL);
		rows_add(rows, session->row);
	}
}

/* A row is whole after the last pass. */
static int read_interlaced(struct session *session, struct rows *rows, const struct stored *stored, int passes,
	struct error *error)
{
	struct image *whole = &session->whole;
	if (image_create(whole, stored->width, stored->height, pixel_layout_size(stored->layout), error))
		return -1;
	size_t stride = (size_t)whole->width * (size_t)whole->channels;
	for (int pass = 0; pass < passes; pass++)
		for (int y = 0; y < whole->height; y++)
			png_read_row(session->png, whole->pixels + (size_t)y * stride, NULL);
	rows_add_image(rows, whole);
	return 0;
}

/* Runs inside the caller's setjmp. */
static int read_picture(struct session *session, const struct wanted *wanted, struct rows *rows, struct error *error)
{
	struct stored stored;
	png_set_option(session->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON); /* every chunk has a CRC-32 */
	if (session->source.inflated)
		png_set_crc_action(session->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_set_user_limits(session->png, IMAGE_SIDE_MAXIMUM, IMAGE_SIDE_MAXIMUM);
	png_set_read_fn(session->png, session, read_bytes);
	png_read_info(session->png, session->info);
	int passes = choose_conversions(session);
	describe(session, &stored);
	if (rows_start(rows, wanted, &stored, error))
		return -1;
	if (passes == 1)
		read_rows(session, rows, &stored);
	else if (read_interlaced(session, rows, &stored, passes, error))
		return -1;
	png_read_end(session->png, NULL);
	return 0;
}

static int read_guarded(struct session *session, const struct wanted *wanted, struct rows *rows, struct error *error)
{
	if (setjmp(png_jmpbuf(session->png)))
		return error_set(error, session->encoded->name, "%s", session->message);
	return read_picture(session, wanted, rows, error) ? error_within(error, session->encoded->name) : 0;
}

int decode_png(const struct encoded *encoded, const struct image_info *info, const struct wanted *wanted,
	struct rows *rows, struct error *error)
{
	struct session session = {.encoded = encoded};
	(void)info;
	png_source_open(&session.source, encoded->bytes, encoded->size);
	session.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning);
	session.info = session.png ? png_create_info_struct(session.png) : NULL;
	int result = session.info ? read_guarded(&session, wanted, rows, error) : error_memory(error, encoded->name);
	if (session.row)
		png_free(session.png, session.row);
	png_destroy_read_struct(&session.png, &session.info, NULL);
	png_source_close(&session.source);
	image_free(&session.whole);
	return result;
}
