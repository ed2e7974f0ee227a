/* An image of any type: probed, decoded, and loaded with a small size. */
#include "common/fuzz.h"

#include "image/decoders.h"

#include <assert.h>

static void load(const unsigned char *bytes, size_t size, enum image_filter filter, int channels)
{
	struct image image;
	struct error error = {0};
	struct image_resize_options options = {.width = 7,
		.height = 5,
		.filter = filter,
		.fit = IMAGE_CROP};
	if (load_in_process(bytes, size, "picture", &options, channels, &image, &error))
		(void)fuzz_refused(&error);
	else
		assert(image.width == 7 && image.height == 5 && image.channels == channels);
	image_free(&image);
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct image_info info;
	struct image image;
	struct error error = {0};
	struct image_decode_options options = {.keep_alpha = 1, .pixels_maximum = 1 << 16};
	if (probe_in_process(bytes, size, "picture", &info, &error))
		return fuzz_refused(&error);
	if (decode_in_process(bytes, size, "picture", &options, &image, &error))
		return fuzz_refused(&error);
	assert(image.channels == 4);
	assert((image.width == info.width && image.height == info.height) ||
		(image.width == info.height && image.height == info.width));
	image_free(&image);
	load(bytes, size, IMAGE_BILINEAR, 3);
	load(bytes, size, IMAGE_NEAREST, 1);
	return true;
}
