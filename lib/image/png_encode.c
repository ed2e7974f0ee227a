#include "image/image.h"

#include "base/array.h"
#include "base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* The state for libpng's callbacks. An error jumps to png_jmpbuf. */
struct png_writer {
	png_structp png;
	png_infop info;
	struct buffer file;
	char message[128];
};

static void raise_png_error(png_structp png, png_const_charp message)
{
	struct png_writer *writer = png_get_error_ptr(png);
	snprintf(writer->message, sizeof writer->message, "%s", message);
	png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
	(void)png, (void)message;
}

static void append_bytes(png_structp png, png_bytep bytes, size_t size)
{
	struct png_writer *writer = png_get_io_ptr(png);
	if (!buffer_append(&writer->file, bytes, size))
		png_error(png, "out of memory");
}

static void flush_nothing(png_structp png)
{
	(void)png;
}

/* Runs inside the caller's setjmp. Filter and level are fixed, independent of libpng's defaults. */
static void write_picture(struct png_writer *writer, const struct image *image)
{
	static const int colors[] = {[1] = PNG_COLOR_TYPE_GRAY,
		[3] = PNG_COLOR_TYPE_RGB,
		[4] = PNG_COLOR_TYPE_RGB_ALPHA};
	png_set_write_fn(writer->png, writer, append_bytes, flush_nothing);
	png_set_IHDR(writer->png, writer->info, (png_uint_32)image->width,
		(png_uint_32)image->height, 8, colors[image->channels], PNG_INTERLACE_NONE,
		PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_filter(writer->png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
	png_set_compression_level(writer->png, 6);
	png_write_info(writer->png, writer->info);
	size_t row_size = (size_t)image->width * (size_t)image->channels;
	for (int y = 0; y < image->height; y++)
		png_write_row(writer->png, image->pixels + (size_t)y * row_size);
	png_write_end(writer->png, writer->info);
}

static int write_protected(struct png_writer *writer, const struct image *image,
	struct error *error)
{
	errno = 0;
	if (setjmp(png_jmpbuf(writer->png)))
		return errno == ENOMEM ? error_memory(error, "png")
				       : error_set(error, "png", "%s", writer->message);
	write_picture(writer, image);
	return 0;
}

int image_encode_png(const struct image *image, unsigned char **bytes, size_t *size,
	struct error *error)
{
	struct png_writer writer = {0};
	*bytes = NULL;
	*size = 0;
	writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, raise_png_error,
		ignore_warning);
	writer.info = writer.png ? png_create_info_struct(writer.png) : NULL;
	int result =
		writer.info ? write_protected(&writer, image, error) : error_memory(error, "png");
	png_destroy_write_struct(&writer.png, &writer.info);
	if (result) {
		free(writer.file.bytes);
		return -1;
	}
	*bytes = writer.file.bytes;
	*size = writer.file.size;
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
