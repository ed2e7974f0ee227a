#include "image/image_measure.h"

#include <math.h>

/* Sums of values, of which there are no more than IMAGE_MEASURE_SIDE squared. */
struct sums {
	int64_t count, sum, squares;
};

static void add(struct sums *sums, int value)
{
	sums->count++;
	sums->sum += value;
	sums->squares += (int64_t)value * value;
}

static double mean(const struct sums *sums)
{
	return sums->count ? (double)sums->sum / (double)sums->count : 0;
}

static double variance(const struct sums *sums)
{
	return sums->count ? (double)sums->squares / (double)sums->count - mean(sums) * mean(sums) : 0;
}

/* A grey copy, no larger than IMAGE_MEASURE_SIDE a side. */
static int shrink(const struct image *image, struct image *out, struct error *error)
{
	int longer = image->width > image->height ? image->width : image->height;
	struct image_resize_options options = {.width = image->width, .height = image->height, .filter = IMAGE_BILINEAR};
	if (longer > IMAGE_MEASURE_SIDE) {
		options.width = (image->width * IMAGE_MEASURE_SIDE + longer / 2) / longer;
		options.height = (image->height * IMAGE_MEASURE_SIDE + longer / 2) / longer;
		options.width += options.width == 0;
		options.height += options.height == 0;
	}
	if (image_resize(image, &options, out, error))
		return -1;
	image_to_grey(out);
	return 0;
}

int image_measure(const struct image *image, struct image_measures *measures, struct error *error)
{
	struct image grey;
	struct sums luma = {0}, laplacian = {0};
	if (shrink(image, &grey, error))
		return -1;
	const unsigned char *p = grey.pixels;
	for (int i = 0; i < grey.width * grey.height; i++)
		add(&luma, p[i]);
	for (int y = 1; y < grey.height - 1; y++)
		for (int x = 1; x < grey.width - 1; x++) {
			const unsigned char *at = p + y * grey.width + x;
			add(&laplacian, at[-1] + at[1] + at[-grey.width] + at[grey.width] - 4 * at[0]);
		}
	*measures = (struct image_measures){mean(&luma), sqrt(variance(&luma)), variance(&laplacian)};
	image_free(&grey);
	return 0;
}
