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

const char *const image_filter_names[] = {"nearest", "bilinear", "bicubic", NULL};
const char *const image_fit_names[] = {"stretch", "crop", "pad", NULL};

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

/* The sums of the channels, 1 or 3, of a box. */
static void sum_box(const unsigned char *box, size_t stride, int columns, int rows, size_t channels, uint64_t sums[3])
{
	sums[0] = sums[1] = sums[2] = 0;
	for (int y = 0; y < rows; y++, box += stride) {
		const unsigned char *p = box;
		for (int x = 0; x < columns; x++, p += channels) {
			sums[0] += p[0];
			if (channels == 3) {
				sums[1] += p[1];
				sums[2] += p[2];
			}
		}
	}
}

/* The mean of every box of across x down pixels; at the right and lower edge a box has what is left. */
static void average_boxes(const struct view *in, int across, int down, struct image *out)
{
	size_t channels = (size_t)in->channels;
	unsigned char *to = out->pixels;
	uint64_t sums[3];
	for (int y = 0; y < out->height; y++) {
		int rows = in->height - y * down < down ? in->height - y * down : down;
		const unsigned char *row = in->pixels + (size_t)(y * down) * in->stride;
		for (int x = 0; x < out->width; x++) {
			int columns = in->width - x * across < across ? in->width - x * across : across;
			uint64_t count = (uint64_t)(rows * columns);
			sum_box(row + (size_t)(x * across) * channels, in->stride, columns, rows, channels, sums);
			for (size_t c = 0; c < channels; c++)
				*to++ = (unsigned char)((sums[c] + count / 2) / count);
		}
	}
}

static int resize_by_filter(const struct view *in, const struct view *out, stbir_filter kernel, float right, float bottom,
	struct error *error)
{
	int alpha = in->channels == 4 ? 3 : STBIR_ALPHA_CHANNEL_NONE;
	if (!stbir_resize_region(in->pixels, in->width, in->height, (int)in->stride, out->pixels, out->width, out->height,
		    (int)out->stride, STBIR_TYPE_UINT8, in->channels, alpha, 0, STBIR_EDGE_CLAMP, STBIR_EDGE_CLAMP, kernel,
		    kernel, STBIR_COLORSPACE_LINEAR, NULL, 0, 0, right, bottom))
		return error_memory(error, "image");
	return 0;
}

/* A picture that shrinks a lot is first averaged in boxes, to no less than twice the size that is wanted, as Pillow's
 * thumbnails are (reducing_gap): the filter's work goes by the pixels it is given. */
static int resize_view(const struct view *in, const struct view *out, enum image_filter filter, struct error *error)
{
	if (filter == IMAGE_NEAREST || (in->width == out->width && in->height == out->height)) {
		resize_nearest(in, out);
		return 0;
	}
	stbir_filter kernel = filter == IMAGE_BICUBIC ? STBIR_FILTER_CATMULLROM : STBIR_FILTER_TRIANGLE;
	int across = in->width / (2 * out->width), down = in->height / (2 * out->height);
	across = across < 1 ? 1 : across;
	down = down < 1 ? 1 : down;
	if (across * down == 1 || in->channels == 4)
		return resize_by_filter(in, out, kernel, 1, 1, error);
	struct image reduced;
	if (image_create(&reduced, (in->width + across - 1) / across, (in->height + down - 1) / down, in->channels, error))
		return -1;
	average_boxes(in, across, down, &reduced);
	struct view from = view_of(&reduced, 0, 0, reduced.width, reduced.height);
	float right = (float)in->width / (float)(across * reduced.width);
	float bottom = (float)in->height / (float)(down * reduced.height);
	int result = resize_by_filter(&from, out, kernel, right, bottom, error);
	image_free(&reduced);
	return result;
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
