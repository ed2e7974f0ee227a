#include "image/decoders.h"

#include <errno.h>
#include <string.h>

static int check_limits(const struct encoded *encoded, const struct image_info *info,
	uint64_t pixels_maximum, struct error *error)
{
	if (info->width < 1 || info->height < 1)
		return error_set(error, encoded->name, "has no pixels: %d x %d", info->width,
			info->height);
	if (info->width > IMAGE_SIDE_MAXIMUM || info->height > IMAGE_SIDE_MAXIMUM)
		return error_set(error, encoded->name, "%d x %d pixels, more than %d a side",
			info->width, info->height, IMAGE_SIDE_MAXIMUM);
	uint64_t pixels = (uint64_t)info->width * (uint64_t)info->height;
	uint64_t limit = pixels_maximum && pixels_maximum < IMAGE_PIXELS_MAXIMUM
		? pixels_maximum
		: IMAGE_PIXELS_MAXIMUM;
	if (pixels > limit)
		return error_set(error, encoded->name, "%d x %d pixels, more than %llu in all",
			info->width, info->height, (unsigned long long)limit);
	return 0;
}

/* Without memory one decoder reports a damaged picture, and another ignores its colour profile; but
 * malloc sets errno, which was 0 at the start. */
static int check_memory(const char *name, int result, struct error *error)
{
	return errno == ENOMEM ? error_memory(error, name) : result;
}

/* Decodes a picture into a sink that is all zero. */
static int decode_rows(struct row_sink *sink, const struct encoded *encoded,
	const struct decode_target *target, struct error *error)
{
	struct image_info info;
	if (encoded->size > IMAGE_FILE_MAXIMUM)
		return error_set(error, encoded->name, "larger than %d bytes", IMAGE_FILE_MAXIMUM);
	if (probe_in_process(encoded->bytes, encoded->size, encoded->name, &info, error) ||
		check_limits(encoded, &info, target->options->pixels_maximum, error))
		return -1;
	return image_codec(info.type)->decode(encoded, &info, target, sink, error);
}

static int decode_as(const struct encoded *encoded, const struct decode_target *target,
	struct image *image, struct error *error)
{
	struct row_sink sink = {0};
	errno = 0;
	*image = (struct image){0};
	int result = decode_rows(&sink, encoded, target, error);
	if (result == 0 && row_sink_finish(&sink, image, error))
		result = error_within(error, encoded->name);
	result = check_memory(encoded->name, result, error);
	row_sink_free(&sink);
	if (result)
		image_free(image);
	return result;
}

int decode_in_process(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error)
{
	return decode_as(&(struct encoded){bytes, size, name},
		&(struct decode_target){.options = options,
			.channels = options->keep_alpha ? 4 : 3},
		image, error);
}

int inspect_in_process(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, const struct image_inspection *inspection,
	void *finding, struct error *error)
{
	struct row_sink sink = {0};
	errno = 0;
	int result = decode_rows(&sink, &(struct encoded){bytes, size, name},
		&(struct decode_target){.options = options,
			.inspection = inspection,
			.channels = 3},
		error);
	if (result == 0 && row_sink_inspect(&sink, finding, error))
		result = error_within(error, name);
	result = check_memory(name, result, error);
	row_sink_free(&sink);
	return result;
}

int load_in_process(const unsigned char *bytes, size_t size, const char *name,
	const struct image_resize_options *options, int channels, struct image *image,
	struct error *error)
{
	struct image_decode_options decode = {.keep_alpha = channels == 4};
	*image = (struct image){0};
	if ((uint64_t)options->width * (uint64_t)options->height * (uint64_t)channels >
		IMAGE_LOAD_MAXIMUM)
		return error_set(error, name, "%d x %d pixels are too many", options->width,
			options->height);
	memcpy(decode.background, options->background, sizeof decode.background);
	if (options->filter != IMAGE_NEAREST) {
		decode.minimum_width = options->width;
		decode.minimum_height = options->height;
	}
	return decode_as(&(struct encoded){bytes, size, name},
		&(struct decode_target){.options = &decode,
			.resize = options,
			.channels = channels},
		image, error);
}
