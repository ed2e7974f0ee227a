#include "image/image.h"

#include "base/array.h"
#include "base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* The file in the making. An error of libpng ends in a jump to png_jmpbuf. */
struct session {
	png_structp png;
	png_infop info;
	struct buffer file;
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

static void append(png_structp png, png_bytep bytes, size_t size)
{
	struct session *session = png_get_io_ptr(png);
	if (!buffer_append(&session->file, bytes, size))
		png_error(png, "out of memory");
}

static void flush(png_structp png)
{
	(void)png;
}

/* Runs inside the caller's setjmp. Filter and level are fixed, so that libpng's choice of them can't vary. */
static void write_picture(struct session *session, const struct image *image)
{
	static const int colors[] = {[1] = PNG_COLOR_TYPE_GRAY, [3] = PNG_COLOR_TYPE_RGB, [4] = PNG_COLOR_TYPE_RGB_ALPHA};
	png_set_write_fn(session->png, session, append, flush);
	png_set_IHDR(session->png, session->info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
		colors[image->channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_filter(session->png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
	png_set_compression_level(session->png, 6);
	png_write_info(session->png, session->info);
	size_t row_size = (size_t)image->width * (size_t)image->channels;
	for (int y = 0; y < image->height; y++)
		png_write_row(session->png, image->pixels + (size_t)y * row_size);
	png_write_end(session->png, session->info);
}

static int write_guarded(struct session *session, const struct image *image, struct error *error)
{
	errno = 0;
	if (setjmp(png_jmpbuf(session->png)))
		return errno == ENOMEM ? error_memory(error, "png") : error_set(error, "png", "%s", session->message);
	write_picture(session, image);
	return 0;
}

int image_encode_png(const struct image *image, unsigned char **bytes, size_t *size, struct error *error)
{
	struct session session = {0};
	*bytes = NULL;
	*size = 0;
	session.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning);
	session.info = session.png ? png_create_info_struct(session.png) : NULL;
	int result = session.info ? write_guarded(&session, image, error) : error_memory(error, "png");
	png_destroy_write_struct(&session.png, &session.info);
	if (result) {
		free(session.file.bytes);
		return -1;
	}
	*bytes = session.file.bytes;
	*size = session.file.size;
	return 0;
}

int image_write_png(const struct image *image, const char *path, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	if (image_encode_png(image, &bytes, &size, error))
		return error_within(error, path);
	int result = output_bytes(path, bytes, size, error);
	free(bytes);
	return result;
}
