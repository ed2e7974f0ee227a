/* photographs N FOLDER: writes N different synthetic JPEGs of about 100 kB, 640 x 480, to
 * FOLDER. */
#include "common/workload.h"

#include "base/random.h"
#include "image/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { WIDTH = 640, HEIGHT = 480, TEXTURE = 1024, QUALITY = 85, GRAIN = 20, BLOBS = 12 };

/* Noise like that of a camera; each picture uses another offset in it. */
static void make_texture(signed char texture[TEXTURE][TEXTURE])
{
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	for (int i = 0; i < TEXTURE * TEXTURE; i++) {
		if (i % 100000 == 0)
			random = random_start(1, RANDOM_TEST, 1, (uint64_t)i);
		texture[i / TEXTURE][i % TEXTURE] =
			(signed char)((int)random_below(&random, 2 * GRAIN) - GRAIN);
	}
}

/* Rectangles of random positions, sizes and colours. */
static void paint(struct image *image, struct random *random)
{
	memset(image->pixels, 128, WIDTH * HEIGHT * 3);
	for (int blob = 0; blob < BLOBS; blob++) {
		int left = (int)random_below(random, WIDTH),
		    top = (int)random_below(random, HEIGHT);
		int right = left + 40 + (int)random_below(random, WIDTH / 2),
		    bottom = top + 40 + (int)random_below(random, HEIGHT / 2);
		unsigned char color[3];
		for (int c = 0; c < 3; c++)
			color[c] = (unsigned char)(20 + random_below(random, 216));
		for (int y = top; y < bottom && y < HEIGHT; y++)
			for (int x = left; x < right && x < WIDTH; x++)
				memcpy(image->pixels + (y * WIDTH + x) * 3, color, 3);
	}
}

static void make_picture(struct image *image, signed char texture[TEXTURE][TEXTURE],
	uint64_t number)
{
	struct random random = random_start(1, RANDOM_TEST, 2, number);
	uint32_t across = random_below(&random, TEXTURE), down = random_below(&random, TEXTURE);
	paint(image, &random);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			unsigned char *pixel = image->pixels + (y * WIDTH + x) * 3;
			int grain = texture[(down + (uint32_t)y) % TEXTURE]
					   [(across + (uint32_t)x) % TEXTURE];
			for (int c = 0; c < 3; c++)
				pixel[c] = (unsigned char)(pixel[c] + grain);
		}
}

static void write_jpeg(const struct image *image, FILE *stream)
{
	struct jpeg_compress_struct encoder;
	struct jpeg_error_mgr errors;
	encoder.err = jpeg_std_error(&errors);
	jpeg_create_compress(&encoder);
	jpeg_stdio_dest(&encoder, stream);
	encoder.image_width = WIDTH;
	encoder.image_height = HEIGHT;
	encoder.input_components = 3;
	encoder.in_color_space = JCS_RGB;
	jpeg_set_defaults(&encoder);
	jpeg_set_quality(&encoder, QUALITY, TRUE);
	jpeg_start_compress(&encoder, TRUE);
	while (encoder.next_scanline < HEIGHT) {
		JSAMPROW row = image->pixels + encoder.next_scanline * WIDTH * 3;
		jpeg_write_scanlines(&encoder, &row, 1);
	}
	jpeg_finish_compress(&encoder);
	jpeg_destroy_compress(&encoder);
}

int main(int argc, char **argv)
{
	static signed char texture[TEXTURE][TEXTURE];
	struct image image;
	struct error error;
	char path[4096];
	require(argc != 3,
		&(struct error){.object = "photographs", .reason = "takes a number and a folder"});
	require(image_create(&image, WIDTH, HEIGHT, 3, &error), &error);
	make_texture(texture);
	for (int i = 0; i < atoi(argv[1]); i++) {
		snprintf(path, sizeof path, "%s/%05d.jpg", argv[2], i);
		FILE *stream = fopen(path, "we");
		require(!stream && error_system(&error, path), &error);
		make_picture(&image, texture, (uint64_t)i);
		write_jpeg(&image, stream);
		require(fclose(stream) && error_system(&error, path), &error);
	}
	image_free(&image);
	return 0;
}
