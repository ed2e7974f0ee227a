#include "image/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
/* Its check that a pixel's weights sum to 0.9..1.1 fails for a triangle shrunk by 1.2, and is not needed: the
 * next thing it does is to divide them by their sum. */
#define STBIR_ASSERT(condition) ((void)(condition))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb_image_resize.h>
#pragma GCC diagnostic pop

/* A rectangle of an image. */
struct view {
	unsigned char *pixels; /* of its upper left corner */
	int width, height, channels;
	size_t stride;         /* bytes from row to row */
};

static struct view view_of(const struct image *image, int x, int y, int width, int height)
{
	size_t stride = (size_t)image->width * (size_t)image->channels;
	return (struct view){image->pixels + (size_t)y * stride + (size_t)x * (size_t)image->channels, width, height,
		image->channels, stride};
}

/* Output x takes input floor((x + 1/2) * in / out), what Pillow and Keras call nearest. The position is added up step by
 * step as Pillow does, so that where it is a whole number rounding falls to the same side. */
static void resize_nearest(const struct view *in, const struct view *out)
{
	size_t channels = (size_t)in->channels;
	double step_x = (double)in->width / out->width, step_y = (double)in->height / out->height;
	double from_y = step_y * 0.5;
	for (int y = 0; y < out->height; y++, from_y += step_y) {
		const unsigned char *row = in->pixels + (size_t)fmin(from_y, in->height - 1) * in->stride;
		unsigned char *to = out->pixels + (size_t)y * out->stride;
		double from_x = step_x * 0.5;
		for (int x = 0; x < out->width; x++, from_x += step_x, to += channels)
			memcpy(to, row + (size_t)fmin(from_x, in->width - 1) * channels, channels);
	}
}

static int resize_view(const struct view *in, const struct view *out, enum image_filter filter, struct error *error)
{
	if (filter == IMAGE_NEAREST || (in->width == out->width && in->height == out->height)) {
		resize_nearest(in, out);
		return 0;
	}
	stbir_filter kernel = filter == IMAGE_BICUBIC ? STBIR_FILTER_CATMULLROM : STBIR_FILTER_TRIANGLE;
	int alpha = in->channels == 4 ? 3 : STBIR_ALPHA_CHANNEL_NONE;
	if (!stbir_resize_uint8_generic(in->pixels, in->width, in->height, (int)in->stride, out->pixels, out->width,
		    out->height, (int)out->stride, in->channels, alpha, 0, STBIR_EDGE_CLAMP, kernel,
		    STBIR_COLORSPACE_LINEAR, NULL))
		return error_memory(error, "image");
	return 0;
}

/* side * numerator / denominator, rounded, at least 1. */
static int scaled(int side, int numerator, int denominator)
{
	int64_t value = ((int64_t)side * numerator + denominator / 2) / denominator;
	return value < 1 ? 1 : (int)value;
}

/* The part of the input that has the output's proportions, in the middle. */
static struct view cropped(const struct image *image, const struct image_resize_options *options)
{
	int width = image->width, height = image->height;
	if ((int64_t)width * options->height > (int64_t)height * options->width)
		width = scaled(options->width, height, options->height);
	else
		height = scaled(options->height, width, options->width);
	return view_of(image, (image->width - width) / 2, (image->height - height) / 2, width, height);
}

/* The part of the output that has the input's proportions, in the middle. */
static struct view padded(const struct image *out, const struct image *image)
{
	int width = out->width, height = out->height;
	if ((int64_t)image->width * height > (int64_t)image->height * width)
		height = scaled(image->height, width, image->width);
	else
		width = scaled(image->width, height, image->height);
	return view_of(out, (out->width - width) / 2, (out->height - height) / 2, width, height);
}

static void fill(struct image *image, const unsigned char background[3])
{
	size_t size = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
	for (size_t i = 0; i < size; i += (size_t)image->channels)
		for (int c = 0; c < image->channels; c++)
			image->pixels[i + (size_t)c] = c < 3 ? background[c] : 255;
}

int image_resize(const struct image *image, const struct image_resize_options *options, struct image *out,
	struct error *error)
{
	if (image_create(out, options->width, options->height, image->channels, error))
		return -1;
	struct view from = view_of(image, 0, 0, image->width, image->height);
	struct view to = view_of(out, 0, 0, out->width, out->height);
	if (options->fit == IMAGE_CROP)
		from = cropped(image, options);
	if (options->fit == IMAGE_PAD) {
		fill(out, options->background);
		to = padded(out, image);
	}
	if (resize_view(&from, &to, options->filter, error)) {
		image_free(out);
		return -1;
	}
	return 0;
}
