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
#pragma GCC diagnostic ignored \
	"-Wunused-function" /* gcc reports it at the end of the file: no push and pop */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb_image.h>
#pragma GCC diagnostic pop

/* stb_image reads zeros past the end of its input and succeeds. So it reads through callbacks, one
 * byte at a time where it buffers, and a read past the end shows that the file is truncated. */
struct stb_input {
	const struct encoded *encoded;
	size_t position;
	bool exhausted;
};

static size_t advance(struct stb_input *source, int requested)
{
	size_t remaining = source->encoded->size - source->position, taken = (size_t)requested;
	if (taken > remaining) {
		taken = remaining;
		source->exhausted = true;
	}
	source->position += taken;
	return taken;
}

static int read_bytes(void *user, char *out, int size)
{
	struct stb_input *source = user;
	const unsigned char *from = source->encoded->bytes + source->position;
	size_t taken = advance(source, size);
	memcpy(out, from, taken);
	return (int)taken;
}

static void skip_bytes(void *user, int size)
{
	if (size > 0)
		advance(user, size);
}

static int at_end(void *user)
{
	const struct stb_input *source = user;
	return source->position == source->encoded->size;
}

/* Converts grey with alpha, the one layout that a row_sink does not support, to RGBA. On failure
 * (-1) *image is empty. */
static int expand_grey_alpha(struct image *image, const unsigned char *pixels, int width,
	int height, struct error *error)
{
	if (image_create(image, width, height, 4, error))
		return -1;
	size_t count = (size_t)width * (size_t)height;
	for (size_t i = 0; i < count; i++) {
		memset(image->pixels + 4 * i, pixels[2 * i], 3);
		image->pixels[4 * i + 3] = pixels[2 * i + 1];
	}
	return 0;
}

static int add_pixels(const struct decode_target *target, struct row_sink *sink,
	struct image *image, struct error *error)
{
	static const enum pixel_layout layouts[] =
		{[1] = PIXELS_GREY, [3] = PIXELS_RGB, [4] = PIXELS_RGBA};
	struct image expanded = {0};
	if (image->channels == 2) {
		if (expand_grey_alpha(&expanded, image->pixels, image->width, image->height, error))
			return -1;
		image = &expanded;
	}
	struct stored_format stored = {.width = image->width,
		.height = image->height,
		.layout = layouts[image->channels]};
	int result = row_sink_start(sink, target, &stored, error);
	if (result == 0)
		row_sink_add_image(sink, image);
	image_free(&expanded);
	return result;
}

/* Decodes a whole picture; NULL if that fails. */
typedef unsigned char *stb_loader(stbi__context *input, int *width, int *height, int *channels);

static uint64_t pixel_count(const struct image_info *info)
{
	return (uint64_t)info->width * (uint64_t)info->height;
}

/* The fewest runs that encode a picture: one has at most 128 pixels. */
static uint64_t run_count(const struct image_info *info)
{
	enum { RUN = 128 };
	return (pixel_count(info) + RUN - 1) / RUN;
}

/* Decodes a file of at least `minimum_size` bytes: from a smaller one stb_image would fill millions
 * of pixels without data. */
static int decode_stb(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, stb_loader *load,
	uint64_t minimum_size, struct error *error)
{
	struct stb_input source = {.encoded = encoded};
	stbi__context input = {.io = {read_bytes, skip_bytes, at_end},
		.io_user_data = &source,
		.read_from_callbacks = 1,
		.buflen = 1};
	struct image image = {0};
	if (encoded->size < minimum_size)
		return error_set(error, encoded->name, "cut short");
	input.img_buffer = input.img_buffer_original = input.img_buffer_end = input.buffer_start;
	stbi__refill_buffer(&input);
	image.pixels = load(&input, &image.width, &image.height, &image.channels);
	int result;
	if (source.exhausted)
		result = error_set(error, encoded->name, "cut short");
	else if (!image.pixels)
		result = error_set(error, encoded->name, "damaged or unsupported %s data (%s)",
			image_type_name(info->type), stbi_failure_reason());
	else if (image.width != info->width || image.height != info->height)
		result = error_set(error, encoded->name, "its headers disagree on its size");
	else if (add_pixels(target, sink, &image, error))
		result = error_within(error, encoded->name);
	else
		result = 0;
	image_free(&image);
	return result;
}

/* ---- GIF ---- */

bool is_gif(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "GIF87a", 6) || has_bytes(encoded, 0, "GIF89a", 6);
}

int probe_gif(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	if (encoded->size < 10)
		return header_cut_short(encoded, info, error);
	return set_size(info, load_u16(p + 6), load_u16(p + 8));
}

/* The first frame. What it does not cover is transparent, as elsewhere, not the background, which
 * stb_image fills in with red and blue swapped. */
static unsigned char *load_gif(stbi__context *input, int *width, int *height, int *channels)
{
	stbi__gif *gif = calloc(1, sizeof *gif);
	if (!gif)
		return stbi__errpuc("outofmem", "");
	unsigned char *pixels = stbi__gif_load_next(input, gif, channels, 4, NULL);
	if (pixels == (unsigned char *)input) /* stb_image's value for an end without a picture */
		pixels = NULL;
	if (pixels)
		for (size_t i = 0; i < (size_t)gif->w * (size_t)gif->h; i++)
			if (!gif->history[i])
				memset(pixels + 4 * i, 0, 4);
	if (!pixels)
		free(gif->out);
	*channels = 4;
	*width = gif->w;
	*height = gif->h;
	free(gif->history);
	free(gif->background);
	free(gif);
	return pixels;
}

int decode_gif(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	return decode_stb(encoded, info, target, sink, load_gif, 0, error);
}

/* ---- BMP ---- */

enum { OS2_HEADER = 12 };

bool is_bmp(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "BM", 2) && has_bytes(encoded, 15, "\0\0\0", 3);
}

int probe_bmp(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	if (encoded->size < 26)
		return header_cut_short(encoded, info, error);
	if (load_u32(p + 14) == OS2_HEADER)
		return set_size(info, load_u16(p + 18), load_u16(p + 20));
	int32_t height = (int32_t)load_u32(p + 22); /* negative: rows from the top */
	return set_size(info, load_u32(p + 18),
		height < 0 ? 0u - (uint32_t)height : (uint32_t)height);
}

static unsigned char *load_bmp(stbi__context *input, int *width, int *height, int *channels)
{
	stbi__result_info result = {.bits_per_channel = 8};
	return stbi__bmp_load(input, width, height, channels, 0, &result);
}

int decode_bmp(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	unsigned depth =
		encoded->size < 30 ? 0 : load_u16(p + (load_u32(p + 14) == OS2_HEADER ? 24 : 28));
	return decode_stb(encoded, info, target, sink, load_bmp, pixel_count(info) * depth / 8,
		error);
}

/* ---- TGA ---- */

/* TGA has no magic number: every field of its header must be valid (Truevision TGA 2.0, fields 1 to
 * 5). */
bool is_tga(const struct encoded *encoded)
{
	const unsigned char *p = encoded->bytes;
	if (encoded->size < 18)
		return false;
	bool mapped = p[1] == 1, kind_mapped = p[2] == 1 || p[2] == 9;
	bool kind_plain = p[2] == 2 || p[2] == 3 || p[2] == 10 || p[2] == 11;
	bool depth = p[16] == 8 || p[16] == 15 || p[16] == 16 || p[16] == 24 || p[16] == 32;
	bool map_depth = p[7] == 15 || p[7] == 16 || p[7] == 24 || p[7] == 32;
	return p[1] <= 1 && (kind_plain || kind_mapped) && mapped == kind_mapped && depth &&
		(mapped ? map_depth && p[16] == 8 && load_u16(p + 5) > 0 : true) &&
		(p[17] & 0xc0) == 0;
}

int probe_tga(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	(void)error;
	return set_size(info, load_u16(encoded->bytes + 12), load_u16(encoded->bytes + 14));
}

static unsigned char *load_tga(stbi__context *input, int *width, int *height, int *channels)
{
	stbi__result_info result = {.bits_per_channel = 8};
	return stbi__tga_load(input, width, height, channels, 0, &result);
}

int decode_tga(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	bool compressed = p[2] >= 9;
	unsigned size = (p[16] + 7u) / 8;
	return decode_stb(encoded, info, target, sink, load_tga,
		compressed ? run_count(info) * (1 + size) : pixel_count(info) * size, error);
}

/* ---- PSD ---- */

bool is_psd(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "8BPS\0\1", 6);
}

int probe_psd(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	if (encoded->size < 26)
		return header_cut_short(encoded, info, error);
	return set_size(info, load_u32_big(p + 18), load_u32_big(p + 14));
}

static unsigned char *load_psd(stbi__context *input, int *width, int *height, int *channels)
{
	stbi__result_info result = {.bits_per_channel = 8};
	*channels = 4;
	return stbi__psd_load(input, width, height, NULL, 4, &result, 8);
}

int decode_psd(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	return decode_stb(encoded, info, target, sink, load_psd,
		run_count(info) * 2 * (unsigned)(p[12] << 8 | p[13]), error);
}
