#include "image/decoders.h"

#include <errno.h>
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

/* Without memory one decoder calls the picture damaged, and another leaves its colour profile out. But malloc says so in
 * errno, which was 0 at first. */
static int check_memory(const char *name, int result, struct error *error)
{
	return errno == ENOMEM ? error_memory(error, name) : result;
}

/* Adds a picture to rows that are all zero. */
static int read_rows(struct rows *rows, const struct encoded *encoded, const struct wanted *wanted, struct error *error)
{
	struct image_info info;
	if (encoded->size > IMAGE_FILE_MAXIMUM)
		return error_set(error, encoded->name, "larger than %d bytes", IMAGE_FILE_MAXIMUM);
	if (probe_here(encoded->bytes, encoded->size, encoded->name, &info, error) ||
		check_limits(encoded, &info, wanted->options->pixels_maximum, error))
		return -1;
	return decoders[info.type](encoded, &info, wanted, rows, error);
}

static int decode_as(const struct encoded *encoded, const struct wanted *wanted, struct image *image,
	struct error *error)
{
	struct rows rows = {0};
	errno = 0;
	*image = (struct image){0};
	int result = read_rows(&rows, encoded, wanted, error);
	if (result == 0 && rows_finish(&rows, image, error))
		result = error_within(error, encoded->name);
	result = check_memory(encoded->name, result, error);
	rows_free(&rows);
	if (result)
		image_free(image);
	return result;
}

int decode_here(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error)
{
	return decode_as(&(struct encoded){bytes, size, name},
		&(struct wanted){.options = options, .channels = options->keep_alpha ? 4 : 3}, image, error);
}

int inspect_here(const unsigned char *bytes, size_t size, const char *name, const struct image_decode_options *options,
	const struct image_inspection *inspection, void *finding, struct error *error)
{
	struct rows rows = {0};
	errno = 0;
	int result = read_rows(&rows, &(struct encoded){bytes, size, name},
		&(struct wanted){.options = options, .inspection = inspection, .channels = 3}, error);
	if (result == 0 && rows_find(&rows, finding, error))
		result = error_within(error, name);
	result = check_memory(name, result, error);
	rows_free(&rows);
	return result;
}

int load_here(const unsigned char *bytes, size_t size, const char *name, const struct image_resize_options *options,
	int channels, struct image *image, struct error *error)
{
	struct image_decode_options decode = {.keep_alpha = channels == 4};
	*image = (struct image){0};
	if ((uint64_t)options->width * (uint64_t)options->height * (uint64_t)channels > IMAGE_LOAD_MAXIMUM)
		return error_set(error, name, "%d x %d pixels are too many", options->width, options->height);
	memcpy(decode.background, options->background, sizeof decode.background);
	if (options->filter != IMAGE_NEAREST) {
		decode.least_width = options->width;
		decode.least_height = options->height;
	}
	return decode_as(&(struct encoded){bytes, size, name},
		&(struct wanted){.options = &decode, .resize = options, .channels = channels}, image, error);
}
