#include "augment/paint.h"

#include "image/image.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

/* libjpeg's error handler must not return: it jumps to on_error. */
struct jpeg_compress_error {
	struct jpeg_error_mgr manager;
	jmp_buf on_error;
};

static void jpeg_error_exit(j_common_ptr common)
{
	longjmp(((struct jpeg_compress_error *)common->err)->on_error, 1);
}

static void discard_message(j_common_ptr common)
{
	(void)common;
}

/* Compresses `bytes` as a baseline JPEG with libjpeg's defaults into fresh memory. */
static int compress_jpeg(const struct pixels *picture, int quality, unsigned char **out,
	unsigned long *size, struct error *error)
{
	struct jpeg_compress_struct compressor;
	struct jpeg_compress_error jpeg_error;
	*out = NULL;
	*size = 0;
	compressor.err = jpeg_std_error(&jpeg_error.manager);
	jpeg_error.manager.error_exit = jpeg_error_exit;
	jpeg_error.manager.output_message = discard_message;
	if (setjmp(jpeg_error.on_error)) {
		jpeg_destroy_compress(&compressor);
		return error_set(error, "jpeg-quality", "this image can't be compressed as JPEG");
	}
	jpeg_create_compress(&compressor);
	jpeg_mem_dest(&compressor, out, size);
	compressor.image_width = (JDIMENSION)picture->width;
	compressor.image_height = (JDIMENSION)picture->height;
	compressor.input_components = picture->colors;
	compressor.in_color_space = picture->colors == 3 ? JCS_RGB : JCS_GRAYSCALE;
	jpeg_set_defaults(&compressor);
	jpeg_set_quality(&compressor, quality, TRUE);
	jpeg_start_compress(&compressor, TRUE);
	while (compressor.next_scanline < compressor.image_height) {
		JSAMPROW row = picture->bytes +
			(size_t)compressor.next_scanline *
				(size_t)(picture->width * picture->colors);
		jpeg_write_scanlines(&compressor, &row, 1);
	}
	jpeg_finish_compress(&compressor);
	jpeg_destroy_compress(&compressor);
	return 0;
}

static void copy_decoded(struct pixels *picture, const struct image *image)
{
	for (int y = 0; y < picture->height; y++)
		for (int c = 0; c < picture->colors; c++) {
			const unsigned char *in = image->pixels +
				(size_t)y * (size_t)image->width * (size_t)image->channels + c;
			float *row = picture_row(picture, y, c);
			for (int x = 0; x < picture->width; x++)
				row[x] = in[(size_t)x * (size_t)image->channels];
		}
}

int paint_jpeg(struct pixels *picture, const double *values, struct error *error)
{
	const struct image_decode_options options = {.pixels_maximum = UINT64_MAX};
	struct image image;
	unsigned char *encoded;
	unsigned long size;
	size_t row = (size_t)(picture->width * picture->colors);
	for (int y = 0; y < picture->height; y++)
		picture->kernels->store(picture_row(picture, y, 0), picture->stride,
			picture->colors, picture->bytes + (size_t)y * row, picture->width);
	int result = compress_jpeg(picture, (int)values[0], &encoded, &size, error);
	if (result == 0)
		result = image_decode(encoded, size, "jpeg-quality", &options, &image, error);
	if (result == 0) {
		copy_decoded(picture, &image);
		image_free(&image);
	}
	free(encoded);
	return result;
}
