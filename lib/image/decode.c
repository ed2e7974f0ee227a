#include "image/decoders.h"

#include <string.h>

static image_decoder *const decoders[] = {
	[IMAGE_JPEG] = decode_jpeg,
	[IMAGE_PNG] = decode_png,
	[IMAGE_WEBP] = decode_webp,
	[IMAGE_GIF] = decode_stb,
	[IMAGE_BMP] = decode_stb,
	[IMAGE_TGA] = decode_stb,
	[IMAGE_PSD] = decode_stb,
	[IMAGE_PNM] = decode_pnm,
};

static int check_limits(const struct encoded *encoded, const struct image_info *info, uint64_t pixels_maximum,
	struct error *error)
{
	if (info->width < 1 || info->height < 1)
		return error_set(error, encoded->name, "has no pixels: %d x %d", info->width, info->height);
	if (info->width > IMAGE_SIDE_MAXIMUM || info->height > IMAGE_SIDE_MAXIMUM)
		return error_set(error, encoded->name, "%d x %d pixels, more than %d a side", info->width, info->height,
			IMAGE_SIDE_MAXIMUM);
	uint64_t pixels = (uint64_t)info->width * (uint64_t)info->height;
	uint64_t limit = pixels_maximum && pixels_maximum < IMAGE_PIXELS_MAXIMUM ? pixels_maximum : IMAGE_PIXELS_MAXIMUM;
	if (pixels > limit)
		return error_set(error, encoded->name, "%d x %d pixels, more than %llu in all", info->width, info->height,
			(unsigned long long)limit);
	return 0;
}

/* value / 255, rounded, for 0 <= value <= 255 * 255. */
static unsigned char divide_255(unsigned value)
{
	value += 128;
	return (unsigned char)((value + (value >> 8)) >> 8);
}

/* RGBA to RGB in place: a pixel's place in the result never lies behind its own. */
static void composite(struct image *image, const unsigned char background[3])
{
	size_t count = (size_t)image->width * (size_t)image->height;
	const unsigned char *in = image->pixels;
	unsigned char *out = image->pixels;
	for (size_t i = 0; i < count; i++, in += 4, out += 3) {
		unsigned alpha = in[3];
		if (alpha == 0 || alpha == 255) { /* most pixels are */
			memmove(out, alpha ? in : background, 3);
			continue;
		}
		for (int c = 0; c < 3; c++)
			out[c] = divide_255(in[c] * alpha + background[c] * (255 - alpha));
	}
	image->channels = 3;
}

/* Grey or RGB to RGB or RGBA; nothing to do where it is that already. */
static int expand(struct image *image, int channels, struct error *error)
{
	if (image->channels == channels)
		return 0;
	struct image wide;
	if (image_create(&wide, image->width, image->height, channels, error))
		return -1;
	size_t count = (size_t)image->width * (size_t)image->height;
	const unsigned char *in = image->pixels;
	unsigned char *out = wide.pixels;
	for (size_t i = 0; i < count; i++, in += image->channels, out += channels) {
		out[0] = in[0];
		out[1] = in[image->channels > 1 ? 1 : 0];
		out[2] = in[image->channels > 1 ? 2 : 0];
		if (channels == 4)
			out[3] = 255;
	}
	image_free(image);
	*image = wide;
	return 0;
}

static int finish(struct image *image, int orientation, const struct image_decode_options *options, struct error *error)
{
	if (image->channels == 4 && !options->keep_alpha)
		composite(image, options->background);
	if (image_orient(image, orientation, error))
		return -1;
	return expand(image, options->keep_alpha ? 4 : 3, error);
}

int decode_here(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error)
{
	struct encoded encoded = {bytes, size, name};
	struct image_info info;
	int orientation = 1;
	*image = (struct image){0};
	if (size > IMAGE_FILE_MAXIMUM)
		return error_set(error, name, "larger than %d bytes", IMAGE_FILE_MAXIMUM);
	if (probe_here(bytes, size, name, &info, error) || check_limits(&encoded, &info, options->pixels_maximum, error))
		return -1;
	if (decoders[info.type](&encoded, &info, options, image, &orientation, error))
		return -1;
	if (finish(image, orientation, options, error)) {
		image_free(image);
		return error_within(error, name);
	}
	return 0;
}

int inspect_here(const unsigned char *bytes, size_t size, const char *name, const struct image_decode_options *options,
	image_inspection *inspect, void *finding, struct error *error)
{
	struct image image;
	if (decode_here(bytes, size, name, options, &image, error))
		return -1;
	int result = inspect(&image, finding, error);
	image_free(&image);
	return result ? error_within(error, name) : 0;
}

int load_here(const unsigned char *bytes, size_t size, const char *name, const struct image_resize_options *options,
	int channels, struct image *image, struct error *error)
{
	struct image_decode_options decode = {.keep_alpha = channels == 4};
	struct image whole;
	*image = (struct image){0};
	if ((uint64_t)options->width * (uint64_t)options->height * (uint64_t)channels > IMAGE_LOAD_MAXIMUM)
		return error_set(error, name, "%d x %d pixels are too many", options->width, options->height);
	memcpy(decode.background, options->background, sizeof decode.background);
	if (options->filter != IMAGE_NEAREST) {
		decode.least_width = options->width;
		decode.least_height = options->height;
	}
	if (decode_here(bytes, size, name, &decode, &whole, error))
		return -1;
	if (channels == 1)
		image_to_grey(&whole);
	int result = image_resize(&whole, options, image, error);
	image_free(&whole);
	return result ? error_within(error, name) : 0;
}
