#include "image/decoders.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_ONLY_PSD
#define STBI_ONLY_TGA
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_PIC
#define STBI_NO_SIMD
#define STBI_MAX_DIMENSIONS IMAGE_SIDE_MAXIMUM
#pragma GCC diagnostic ignored "-Wunused-function" /* gcc reports it at the end of the file: no push and pop */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb_image.h>
#pragma GCC diagnostic pop

/* stb_image reads zeros behind the end of its input and calls the picture whole. So it is fed through callbacks,
 * one byte at a time where it buffers, and asking for more than there is shows that the file was cut. */
struct source {
	const struct encoded *encoded;
	size_t position;
	bool exhausted;
};

static size_t take(struct source *source, int wanted)
{
	size_t left = source->encoded->size - source->position, taken = (size_t)wanted;
	if (taken > left) {
		taken = left;
		source->exhausted = true;
	}
	source->position += taken;
	return taken;
}

static int read_bytes(void *user, char *out, int size)
{
	struct source *source = user;
	const unsigned char *from = source->encoded->bytes + source->position;
	size_t taken = take(source, size);
	memcpy(out, from, taken);
	return (int)taken;
}

static void skip_bytes(void *user, int size)
{
	if (size > 0)
		take(user, size);
}

static int at_end(void *user)
{
	const struct source *source = user;
	return source->position == source->encoded->size;
}

static unsigned char *load(enum image_type type, stbi__context *input, int *width, int *height, int *channels)
{
	stbi__result_info result = {.bits_per_channel = 8};
	switch (type) {
	case IMAGE_GIF:
		*channels = 4;
		return stbi__gif_load(input, width, height, NULL, 0, &result);
	case IMAGE_BMP:
		return stbi__bmp_load(input, width, height, channels, 0, &result);
	case IMAGE_PSD:
		*channels = 4;
		return stbi__psd_load(input, width, height, NULL, 4, &result, 8);
	default:
		return stbi__tga_load(input, width, height, channels, 0, &result);
	}
}

/* The fewest bytes that a picture of these dimensions takes: a run stands for at most 128 pixels. From a file of less,
 * stb_image would draw millions of pixels out of nothing. */
static uint64_t least_size(const struct encoded *encoded, const struct image_info *info)
{
	enum { RUN = 128, OS2_HEADER = 12 };
	const unsigned char *p = encoded->bytes;
	uint64_t pixels = (uint64_t)info->width * (uint64_t)info->height, runs = (pixels + RUN - 1) / RUN;
	if (info->type == IMAGE_TGA) {
		bool compressed = p[2] >= 9;
		unsigned size = (p[16] + 7u) / 8;
		return compressed ? runs * (1 + size) : pixels * size;
	}
	if (info->type == IMAGE_PSD)
		return runs * 2 * (unsigned)(p[12] << 8 | p[13]);
	if (info->type == IMAGE_BMP && encoded->size >= 30)
		return pixels * load_u16(p + (load_u32(p + 14) == OS2_HEADER ? 24 : 28)) / 8;
	return 0;
}

/* To fresh memory; grey with alpha, the one layout that struct image does not have, becomes RGBA. */
static int copy_pixels(struct image *image, const unsigned char *pixels, int width, int height, int channels,
	struct error *error)
{
	if (image_create(image, width, height, channels == 2 ? 4 : channels, error))
		return -1;
	size_t count = (size_t)width * (size_t)height;
	if (channels != 2)
		memcpy(image->pixels, pixels, count * (size_t)channels);
	for (size_t i = 0; channels == 2 && i < count; i++) {
		memset(image->pixels + 4 * i, pixels[2 * i], 3);
		image->pixels[4 * i + 3] = pixels[2 * i + 1];
	}
	return 0;
}

int decode_stb(const struct encoded *encoded, const struct image_info *info,
	const struct image_decode_options *options, struct image *image, int *orientation, struct error *error)
{
	struct source source = {.encoded = encoded};
	stbi__context input = {.io = {read_bytes, skip_bytes, at_end}, .io_user_data = &source, .read_from_callbacks = 1,
		.buflen = 1};
	int width = 0, height = 0, channels = 0;
	(void)options, (void)orientation;
	if (encoded->size < least_size(encoded, info))
		return error_set(error, encoded->name, "cut short");
	input.img_buffer = input.img_buffer_original = input.img_buffer_end = input.buffer_start;
	stbi__refill_buffer(&input);
	unsigned char *pixels = load(info->type, &input, &width, &height, &channels);
	int result;
	if (source.exhausted)
		result = error_set(error, encoded->name, "cut short");
	else if (!pixels)
		result = error_set(error, encoded->name, "damaged or unsupported %s data (%s)", image_type_name(info->type),
			stbi_failure_reason());
	else if (width != info->width || height != info->height)
		result = error_set(error, encoded->name, "its headers disagree on its size");
	else if (copy_pixels(image, pixels, width, height, channels, error))
		result = error_within(error, encoded->name);
	else
		result = 0;
	free(pixels);
	return result;
}
