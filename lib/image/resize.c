#include "image/shrink.h"

#include <math.h>
#include <string.h>

const char *const image_filter_names[] = {[IMAGE_NEAREST] = "nearest",
	[IMAGE_BILINEAR] = "bilinear",
	[IMAGE_BICUBIC] = "bicubic",
	[IMAGE_LANCZOS] = "lanczos",
	NULL};
const char *const image_fit_names[] =
	{[IMAGE_STRETCH] = "stretch", [IMAGE_CROP] = "crop", [IMAGE_PAD] = "pad", NULL};

/* side * numerator / denominator, rounded, at least 1. */
static int scaled(int side, int numerator, int denominator)
{
	int64_t value = ((int64_t)side * numerator + denominator / 2) / denominator;
	return value < 1 ? 1 : (int)value;
}

struct rectangle image_source_rectangle(int width, int height,
	const struct image_resize_options *options)
{
	int wide = width, high = height;
	if (options->fit == IMAGE_CROP &&
		(int64_t)width * options->height > (int64_t)height * options->width)
		wide = scaled(options->width, height, options->height);
	else if (options->fit == IMAGE_CROP)
		high = scaled(options->height, width, options->width);
	return (struct rectangle){(width - wide) / 2, (height - high) / 2, wide, high};
}

struct rectangle image_target_rectangle(int width, int height,
	const struct image_resize_options *options)
{
	int wide = options->width, high = options->height;
	if (options->fit == IMAGE_PAD && (int64_t)width * high > (int64_t)height * wide)
		high = scaled(height, wide, width);
	else if (options->fit == IMAGE_PAD)
		wide = scaled(width, high, height);
	return (struct rectangle){(options->width - wide) / 2, (options->height - high) / 2, wide,
		high};
}

/* The top left pixel of a rectangle. */
static unsigned char *corner(const struct image *image, const struct rectangle *rectangle)
{
	size_t pixel = (size_t)rectangle->y * (size_t)image->width + (size_t)rectangle->x;
	return image->pixels + pixel * (size_t)image->channels;
}

/* Output x takes input floor((x + 1/2) * in / out), what Pillow and Keras call nearest. The
 * position is added up step by step as Pillow does, so that where it is a whole number rounding
 * falls to the same side. */
static void sample_nearest(const struct image *in, const struct rectangle *source,
	struct image *out, const struct rectangle *target)
{
	size_t channels = (size_t)in->channels;
	size_t in_stride = (size_t)in->width * channels, out_stride = (size_t)out->width * channels;
	double step_x = (double)source->width / target->width,
	       step_y = (double)source->height / target->height;
	double from_y = step_y * 0.5;
	for (int y = 0; y < target->height; y++, from_y += step_y) {
		const unsigned char *row =
			corner(in, source) + (size_t)fmin(from_y, source->height - 1) * in_stride;
		unsigned char *to = corner(out, target) + (size_t)y * out_stride;
		double from_x = step_x * 0.5;
		for (int x = 0; x < target->width; x++, from_x += step_x, to += channels)
			memcpy(to, row + (size_t)fmin(from_x, source->width - 1) * channels,
				channels);
	}
}

static int resize_by_filter(const struct image *image, const struct image_resize_options *options,
	struct image *out, struct error *error)
{
	struct shrink shrink;
	size_t stride = (size_t)image->width * (size_t)image->channels;
	if (shrink_start(&shrink, image->width, image->height, image->channels, options, error))
		return -1;
	for (int y = 0; y < image->height; y++)
		shrink_row(&shrink, image->pixels + (size_t)y * stride);
	return shrink_finish(&shrink, out, error);
}

int image_resize(const struct image *image, const struct image_resize_options *options,
	struct image *out, struct error *error)
{
	if (image_canvas(out, options, image->channels, error))
		return -1;
	struct rectangle source = image_source_rectangle(image->width, image->height, options);
	struct rectangle target = image_target_rectangle(image->width, image->height, options);
	if (options->filter == IMAGE_NEAREST ||
		(source.width == target.width && source.height == target.height)) {
		sample_nearest(image, &source, out, &target);
		return 0;
	}
	image_free(out);
	return resize_by_filter(image, options, out, error);
}
