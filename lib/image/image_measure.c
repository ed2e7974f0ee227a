#include "image/image_measure.h"

#include "image/shrink.h"

#include <math.h>
#include <stdlib.h>

/* Sums of values, of which there are no more than IMAGE_MEASURE_SIDE squared. */
struct running_sums {
	int64_t count, sum, squares;
};

static void add(struct running_sums *sums, int value)
{
	sums->count++;
	sums->sum += value;
	sums->squares += (int64_t)value * value;
}

static double mean(const struct running_sums *sums)
{
	return sums->count ? (double)sums->sum / (double)sums->count : 0;
}

static double variance(const struct running_sums *sums)
{
	return sums->count ? (double)sums->squares / (double)sums->count - mean(sums) * mean(sums)
			   : 0;
}

static void end(void *state)
{
	if (state)
		shrink_free(state);
	free(state);
}

static void *start(int width, int height, struct error *error)
{
	int longer = width > height ? width : height;
	struct image_resize_options options = {.width = width,
		.height = height,
		.filter = IMAGE_BILINEAR};
	if (longer > IMAGE_MEASURE_SIDE) {
		options.width = (width * IMAGE_MEASURE_SIDE + longer / 2) / longer;
		options.height = (height * IMAGE_MEASURE_SIDE + longer / 2) / longer;
		options.width += options.width == 0;
		options.height += options.height == 0;
	}
	struct shrink *shrink = malloc(sizeof *shrink);
	if (!shrink)
		error_memory(error, "image");
	else if (shrink_start(shrink, width, height, 3, &options, error) == 0)
		return shrink;
	free(shrink);
	return NULL;
}

static void add_row(void *state, const unsigned char *row)
{
	shrink_row(state, row);
}

static struct image_measures measure(const struct image *grey)
{
	struct running_sums luma = {0}, laplacian = {0};
	const unsigned char *p = grey->pixels;
	for (int i = 0; i < grey->width * grey->height; i++)
		add(&luma, p[i]);
	for (int y = 1; y < grey->height - 1; y++)
		for (int x = 1; x < grey->width - 1; x++) {
			const unsigned char *at = p + y * grey->width + x;
			add(&laplacian,
				at[-1] + at[1] + at[-grey->width] + at[grey->width] - 4 * at[0]);
		}
	return (struct image_measures){mean(&luma), sqrt(variance(&luma)), variance(&laplacian)};
}

static int finish(void *state, void *finding, struct error *error)
{
	struct image small;
	if (shrink_finish(state, &small, error))
		return -1;
	image_to_grey(&small);
	*(struct image_measures *)finding = measure(&small);
	image_free(&small);
	return 0;
}

const struct image_inspection image_measure_inspection = {start, add_row, finish, end};
