#include "image/decoders.h"

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
	size_t position;
	png_bytep *rows;
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
	if (session->encoded->size - session->position < size)
		png_error(png, "cut short");
	memcpy(out, session->encoded->bytes + session->position, size);
	session->position += size;
}

/* Any kind of PNG to 8 bits of grey, RGB or RGBA. Stored gamma is left alone, as Pillow and Keras do. */
static void choose_conversions(struct session *session)
{
	int color = png_get_color_type(session->png, session->info);
	bool transparent = color & PNG_COLOR_MASK_ALPHA || png_get_valid(session->png, session->info, PNG_INFO_tRNS);
	png_set_expand(session->png);
	png_set_scale_16(session->png);
	if (transparent && !(color & PNG_COLOR_MASK_COLOR))
		png_set_gray_to_rgb(session->png);
	png_set_interlace_handling(session->png);
	png_read_update_info(session->png, session->info);
}

static int read_orientation(struct session *session)
{
	png_uint_32 size = 0;
	png_bytep bytes = NULL;
	if (!png_get_eXIf_1(session->png, session->info, &size, &bytes))
		return 1;
	return exif_orientation(bytes, size);
}

/* Runs inside the caller's setjmp. */
static int read_picture(struct session *session, struct image *image, int *orientation, struct error *error)
{
	png_set_option(session->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON); /* every chunk has a CRC-32 */
	png_set_user_limits(session->png, IMAGE_SIDE_MAXIMUM, IMAGE_SIDE_MAXIMUM);
	png_set_read_fn(session->png, session, read_bytes);
	png_read_info(session->png, session->info);
	choose_conversions(session);
	int height = (int)png_get_image_height(session->png, session->info);
	if (image_create(image, (int)png_get_image_width(session->png, session->info), height,
		png_get_channels(session->png, session->info), error))
		return error_within(error, session->encoded->name);
	session->rows = malloc((size_t)height * sizeof *session->rows);
	if (!session->rows)
		return error_memory(error, session->encoded->name);
	size_t row_size = (size_t)image->width * (size_t)image->channels;
	for (int y = 0; y < height; y++)
		session->rows[y] = image->pixels + (size_t)y * row_size;
	png_read_image(session->png, session->rows);
	png_read_end(session->png, session->info);
	*orientation = read_orientation(session);
	return 0;
}

static int read_guarded(struct session *session, struct image *image, int *orientation, struct error *error)
{
	if (setjmp(png_jmpbuf(session->png)))
		return error_set(error, session->encoded->name, "%s", session->message);
	return read_picture(session, image, orientation, error);
}

int decode_png(const struct encoded *encoded, const struct image_info *info,
	const struct image_decode_options *options, struct image *image, int *orientation, struct error *error)
{
	struct session session = {.encoded = encoded};
	(void)info, (void)options;
	session.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning);
	session.info = session.png ? png_create_info_struct(session.png) : NULL;
	int result = session.info ? read_guarded(&session, image, orientation, error) : error_memory(error, encoded->name);
	png_destroy_read_struct(&session.png, &session.info, NULL);
	free(session.rows);
	if (result)
		image_free(image);
	return result;
}
