#include "augment/operations.h"

#include "base/sine_cosine.h"

#include <math.h>
#include <string.h>

/* ---- random values of the operations ---- */

static double uniform(struct random *random)
{
	return (double)random_uniform(random);
}

/* Uniform in [-amount, amount). */
static void draw_symmetric(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = amount * (2 * uniform(random) - 1);
}

/* Uniform in [1 - amount, 1 + amount). */
static void draw_factor(struct random *random, double amount, const struct augment_options *options,
	double *values)
{
	(void)options;
	values[0] = 1 + amount * (2 * uniform(random) - 1);
}

static void draw_two_symmetric(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	draw_symmetric(random, amount, options, values);
	draw_symmetric(random, amount, options, values + 1);
}

static void draw_two_factors(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	draw_factor(random, amount, options, values);
	draw_factor(random, amount, options, values + 1);
}

/* Uniform in (0, amount]. */
static void draw_up_to(struct random *random, double amount, const struct augment_options *options,
	double *values)
{
	(void)options;
	values[0] = amount * (1 - uniform(random));
}

/* The tangent of an angle that is uniform in [-amount, amount). */
static void draw_tangent(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	double sine, cosine;
	draw_symmetric(random, amount, options, values);
	sine_cosine(values[0], &sine, &cosine);
	values[0] = sine / cosine;
}

/* A box of `area` (fraction of the image) and of `ratio` times the image's aspect ratio, clipped to
 * the image, at a random position. */
static void draw_box(struct random *random, double area, double ratio, double *box)
{
	box[2] = fmin(sqrt(area * ratio), 1);
	box[3] = fmin(sqrt(area / ratio), 1);
	box[0] = (1 - box[2]) * uniform(random);
	box[1] = (1 - box[3]) * uniform(random);
}

/* A ratio in [1, limit), or with probability 0.5 its inverse. */
static double draw_ratio(struct random *random, double limit)
{
	double ratio = 1 + (limit - 1) * uniform(random);
	return random_uniform(random) < 0.5f ? 1 / ratio : ratio;
}

static void draw_crop_box(struct random *random, double least,
	const struct augment_options *options, double *values)
{
	double area = least + (1 - least) * uniform(random),
	       ratio = draw_ratio(random, options->crop_ratio);
	draw_box(random, area, ratio, values);
}

/* 2 to 33 % of the area, sides at most 10:3 (Zhong et al., "Random Erasing Data Augmentation",
 * 2017). */
static void draw_erased_box(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	(void)amount, (void)options;
	double area = 0.02 + (0.33 - 0.02) * uniform(random), ratio = draw_ratio(random, 10.0 / 3);
	draw_box(random, area, ratio, values);
}

static void draw_offset(struct random *random, double amount, const struct augment_options *options,
	double *values)
{
	(void)options;
	for (int i = 0; i < 2; i++)
		values[i] = (double)random_below(random, 2 * (uint32_t)amount + 1) - floor(amount);
}

static void draw_corners(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	(void)options;
	for (int i = 0; i < 8; i++)
		values[i] = amount * uniform(random);
}

static void draw_bits(struct random *random, double amount, const struct augment_options *options,
	double *values)
{
	(void)options;
	values[0] = 8 - (double)random_below(random, (uint32_t)amount + 1);
}

static void draw_threshold(struct random *random, double amount,
	const struct augment_options *options, double *values)
{
	draw_up_to(random, amount, options, values);
	values[0] = 255 * (1 - values[0]);
}

static void draw_quality(struct random *random, double least, const struct augment_options *options,
	double *values)
{
	(void)options;
	uint32_t worst = least < 1 ? 1 : (uint32_t)least;
	values[0] = worst + random_below(random, 96 - worst);
}

static void draw_noise(struct random *random, double amount, const struct augment_options *options,
	double *values)
{
	draw_up_to(random, amount, options, values);
	values[1] = random_u32(random);
}

static void draw_color(struct random *random, double amount, const struct augment_options *options,
	double *values)
{
	(void)amount, (void)options;
	for (int i = 0; i < 3; i++)
		values[i] = (double)random_below(random, 256);
}

/* Beta(alpha, alpha): Joehnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen",
 * 1964. */
static double draw_beta(struct random *random, double alpha)
{
	for (;;) {
		float a = exponential(logarithm(1 - random_uniform(random)) / (float)alpha);
		float b = exponential(logarithm(1 - random_uniform(random)) / (float)alpha);
		if (a + b > 0 && a + b <= 1)
			return (double)(a / (a + b));
		if (a + b <= 0) /* alpha so small that both underflow: the limit, 0 or 1 */
			return (double)random_below(random, 2);
	}
}

static void draw_mixup_weight(struct random *random, double alpha,
	const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = draw_beta(random, alpha);
}

/* A box of the image's aspect ratio about a random centre, clipped to the image. */
static void draw_cutmix_box(struct random *random, double alpha,
	const struct augment_options *options, double *values)
{
	(void)options;
	double side = sqrt(1 - draw_beta(random, alpha)) / 2;
	for (int i = 0; i < 2; i++) {
		double centre = uniform(random), start = fmax(centre - side, 0);
		values[i] = start;
		values[2 + i] = fmin(centre + side, 1) - start;
	}
}

/* ---- the table, in the order of application ---- */

#define SIGNED(start, randaugment, trivial) \
	{ \
		true, true, start, randaugment, trivial \
	}
#define ONE_SIDED(start, randaugment, trivial) \
	{ \
		true, false, start, randaugment, trivial \
	}
#define NO_MAGNITUDE \
	{ \
		.member = true \
	}

const struct augment_operation augment_operations[] = {
	{30, "random-background", NULL, "composite over a random background colour, else white", 0,
		false, AUGMENT_BACKGROUND, draw_color, 3, FORMAT_COLOR, 0, 255, NULL, NULL, {0}},

	{7, "horizontal-flip", NULL, "mirror left to right", 0, false, AUGMENT_GEOMETRY, NULL, 0,
		FORMAT_NONE, 0, 0, flip_horizontally, NULL, {0}},
	{8, "vertical-flip", NULL, "mirror top to bottom", 0, false, AUGMENT_GEOMETRY, NULL, 0,
		FORMAT_NONE, 0, 0, flip_vertically, NULL, {0}},
	{6, "random-resized-crop", "F", "crop a random part, at least F of the area, and resize", 1,
		false, AUGMENT_GEOMETRY, draw_crop_box, 4, FORMAT_BOX, 0, 1, crop, NULL, {0}},
	{18, "pad-crop", "PIXELS", "pad by so many pixels and crop at a random offset", 1000, true,
		AUGMENT_GEOMETRY, draw_offset, 2, FORMAT_PIXELS, -1000, 1000, translate_pixels,
		NULL, {0}},
	{15, "scale", "F", "scale both axes by a factor from 1 - F to 1 + F", 0.95, false,
		AUGMENT_CENTRED, draw_factor, 1, FORMAT_FACTOR, 0.05, 1.95, scale_both_axes, NULL,
		{0}},
	{3, "zoom", "F", "scale each axis separately, as Keras: above 1 is smaller", 0.95, false,
		AUGMENT_CENTRED, draw_two_factors, 2, FORMAT_FACTOR, 0.05, 1.95, zoom, NULL, {0}},
	{2, "shear", "DEGREES", "shear by up to +-DEGREES, as Keras", 80, false, AUGMENT_CENTRED,
		draw_symmetric, 1, FORMAT_DEGREES, -80, 80, shear, NULL, {0}},
	{16, "shear-x", "DEGREES", "shear along x by up to +-DEGREES", 80, false, AUGMENT_CENTRED,
		draw_tangent, 1, FORMAT_TANGENT, -6, 6, shear_x, NULL, SIGNED(0, 0.3, 0.99)},
	{17, "shear-y", "DEGREES", "shear along y by up to +-DEGREES", 80, false, AUGMENT_CENTRED,
		draw_tangent, 1, FORMAT_TANGENT, -6, 6, shear_y, NULL, SIGNED(0, 0.3, 0.99)},
	{14, "translate", "F", "translate by up to +-F of width and height", 1, false,
		AUGMENT_CENTRED, draw_two_symmetric, 2, FORMAT_PERCENT, -1, 1, translate, NULL,
		{0}},
	{4, "translate-x", "F", "translate by up to +-F of the width", 1, false, AUGMENT_CENTRED,
		draw_symmetric, 1, FORMAT_PERCENT, -1, 1, translate_x, NULL,
		SIGNED(0, 150.0 / 331, 32.0 / 224)},
	{5, "translate-y", "F", "translate by up to +-F of the height", 1, false, AUGMENT_CENTRED,
		draw_symmetric, 1, FORMAT_PERCENT, -1, 1, translate_y, NULL,
		SIGNED(0, 150.0 / 331, 32.0 / 224)},
	{1, "rotate", "DEGREES", "rotate by up to +-DEGREES", 180, false, AUGMENT_CENTRED,
		draw_symmetric, 1, FORMAT_DEGREES, -360, 360, rotate, NULL, SIGNED(0, 30, 135)},
	{19, "perspective", "F", "move each corner inward by up to F of half the sides", 0.6, false,
		AUGMENT_GEOMETRY, draw_corners, 8, FORMAT_CORNERS, 0, 0.6, perspective, NULL, {0}},

	{9, "brightness", "F", "multiply values by a factor from 1 - F to 1 + F", 1, false,
		AUGMENT_PAINT, draw_factor, 1, FORMAT_FACTOR, 0, 2, NULL, paint_brightness,
		SIGNED(1, 1.9, 1.99)},
	{10, "contrast", "F", "likewise the difference from the mean grey", 1, false, AUGMENT_PAINT,
		draw_factor, 1, FORMAT_FACTOR, 0, 2, NULL, paint_contrast, SIGNED(1, 1.9, 1.99)},
	{11, "saturation", "F", "likewise the difference from grey", 1, false, AUGMENT_PAINT,
		draw_factor, 1, FORMAT_FACTOR, 0, 2, NULL, paint_saturation, SIGNED(1, 1.9, 1.99)},
	{12, "hue", "DEGREES", "rotate the hue by up to +-DEGREES", 180, false, AUGMENT_PAINT,
		draw_symmetric, 1, FORMAT_DEGREES, -180, 180, NULL, paint_hue, {0}},
	{20, "gamma", "F", "raise values to a power from 1 - F to 1 + F", 0.95, false,
		AUGMENT_PAINT, draw_factor, 1, FORMAT_NUMBER, 0.05, 1.95, NULL, paint_gamma, {0}},
	{21, "grayscale", NULL, "convert to grey", 0, false, AUGMENT_PAINT, NULL, 0, FORMAT_NONE, 0,
		0, NULL, paint_grayscale, {0}},
	{22, "autocontrast", NULL, "stretch each channel to the value range", 0, false,
		AUGMENT_PAINT, NULL, 0, FORMAT_NONE, 0, 0, NULL, paint_autocontrast, NO_MAGNITUDE},
	{23, "equalize", NULL, "histogram equalization of each channel", 0, false, AUGMENT_PAINT,
		NULL, 0, FORMAT_NONE, 0, 0, NULL, paint_equalize, NO_MAGNITUDE},
	{24, "posterize", "BITS", "clear up to so many low bits of the 8 of a value", 7, true,
		AUGMENT_PAINT, draw_bits, 1, FORMAT_BITS, 1, 8, NULL, paint_posterize,
		ONE_SIDED(8, 4, 2)},
	{25, "solarize", "F", "invert values above a threshold of at least 1 - F", 1, false,
		AUGMENT_PAINT, draw_threshold, 1, FORMAT_NUMBER, 0, 255, NULL, paint_solarize,
		ONE_SIDED(255, 0, 0)},
	{26, "sharpness", "F", "sharpen or smooth by a factor from 1 - F to 1 + F", 1, false,
		AUGMENT_PAINT, draw_factor, 1, FORMAT_FACTOR, 0, 2, NULL, paint_sharpness,
		SIGNED(1, 1.9, 1.99)},
	{27, "gaussian-blur", "SIGMA", "Gaussian blur, standard deviation up to so many pixels", 10,
		false, AUGMENT_PAINT, draw_up_to, 1, FORMAT_PIXELS, 0, 10, NULL, paint_blur, {0}},
	{28, "gaussian-noise", "F", "Gaussian noise, standard deviation up to F of the range", 1,
		false, AUGMENT_PAINT, draw_noise, 2, FORMAT_STRENGTH, 0, UINT32_MAX, NULL,
		paint_noise, {0}},
	{29, "jpeg-quality", "QUALITY", "JPEG compression, quality from this to 95", 95, true,
		AUGMENT_PAINT, draw_quality, 1, FORMAT_NUMBER, 1, 95, NULL, paint_jpeg, {0}},
	{13, "random-erasing", NULL, "fill a random rectangle with grey", 0, false, AUGMENT_PAINT,
		draw_erased_box, 4, FORMAT_BOX, 0, 1, NULL, paint_erase, {0}},

	{31, "mixup", "ALPHA", "blend with another image, weight from Beta(ALPHA, ALPHA)", 4, false,
		AUGMENT_MIX, draw_mixup_weight, 1, FORMAT_FRACTION_KEPT, 0, 1, NULL, NULL, {0}},
	{32, "cutmix", "ALPHA", "paste a box of another image, area from Beta(ALPHA, ALPHA)", 4,
		false, AUGMENT_MIX, draw_cutmix_box, 4, FORMAT_BOX, 0, 1, NULL, NULL, {0}},
};

enum { OPERATIONS = sizeof augment_operations / sizeof *augment_operations };
_Static_assert((int)OPERATIONS <= (int)AUGMENT_OPERATIONS_MAXIMUM,
	"options have room for all operations");
const int augment_operations_count = OPERATIONS;

int augment_operation_find(const char *name)
{
	for (int i = 0; i < OPERATIONS; i++)
		if (strcmp(augment_operations[i].name, name) == 0)
			return i;
	return -1;
}
