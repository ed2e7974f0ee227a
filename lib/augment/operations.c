#include "augment/operations.h"

#include <math.h>
#include <string.h>

/* ---- numbers in [0, 1), and what is made of them ---- */

static double uniform(struct random *random)
{
	return (double)random_uniform(random);
}

/* Either way of nothing. */
static void draw_around_zero(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = amount * (2 * uniform(random) - 1);
}

/* A factor either way of 1. */
static void draw_factor(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = 1 + amount * (2 * uniform(random) - 1);
}

static void draw_two_around_zero(struct random *random, double amount, const struct augment_options *options, double *values)
{
	draw_around_zero(random, amount, options, values);
	draw_around_zero(random, amount, options, values + 1);
}

static void draw_two_factors(struct random *random, double amount, const struct augment_options *options, double *values)
{
	draw_factor(random, amount, options, values);
	draw_factor(random, amount, options, values + 1);
}

/* From 0 to all of it. */
static void draw_up_to(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = amount * (1 - uniform(random));
}

/* An angle, and of it the tangent. */
static void draw_tangent(struct random *random, double amount, const struct augment_options *options, double *values)
{
	double sine, cosine;
	draw_around_zero(random, amount, options, values);
	sine_cosine(values[0], &sine, &cosine);
	values[0] = sine / cosine;
}

/* A box of `area` (a fraction of the whole) in which width : height is `ratio` times the picture's own, cut
 * to the picture, anywhere in it. */
static void draw_box(struct random *random, double area, double ratio, double *box)
{
	box[2] = fmin(sqrt(area * ratio), 1);
	box[3] = fmin(sqrt(area / ratio), 1);
	box[0] = (1 - box[2]) * uniform(random);
	box[1] = (1 - box[3]) * uniform(random);
}

/* A ratio in [1, limit], or as often its inverse. */
static double draw_ratio(struct random *random, double limit)
{
	double ratio = 1 + (limit - 1) * uniform(random);
	return random_uniform(random) < 0.5f ? 1 / ratio : ratio;
}

static void draw_crop(struct random *random, double least, const struct augment_options *options, double *values)
{
	double area = least + (1 - least) * uniform(random), ratio = draw_ratio(random, options->crop_ratio);
	draw_box(random, area, ratio, values);
}

/* 2 to 33 % of the area, sides at most 10:3 (Zhong et al., "Random Erasing Data Augmentation", 2017). */
static void draw_erase(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)amount, (void)options;
	double area = 0.02 + (0.33 - 0.02) * uniform(random), ratio = draw_ratio(random, 10.0 / 3);
	draw_box(random, area, ratio, values);
}

static void draw_pixels(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)options;
	for (int i = 0; i < 2; i++)
		values[i] = (double)random_below(random, 2 * (uint32_t)amount + 1) - floor(amount);
}

static void draw_corners(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)options;
	for (int i = 0; i < 8; i++)
		values[i] = amount * uniform(random);
}

static void draw_bits(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = 8 - (double)random_below(random, (uint32_t)amount + 1);
}

static void draw_threshold(struct random *random, double amount, const struct augment_options *options, double *values)
{
	draw_up_to(random, amount, options, values);
	values[0] = 255 * (1 - values[0]);
}

static void draw_quality(struct random *random, double least, const struct augment_options *options, double *values)
{
	(void)options;
	uint32_t worst = least < 1 ? 1 : (uint32_t)least;
	values[0] = worst + random_below(random, 96 - worst);
}

static void draw_noise(struct random *random, double amount, const struct augment_options *options, double *values)
{
	draw_up_to(random, amount, options, values);
	values[1] = random_u32(random);
}

static void draw_color(struct random *random, double amount, const struct augment_options *options, double *values)
{
	(void)amount, (void)options;
	for (int i = 0; i < 3; i++)
		values[i] = (double)random_below(random, 256);
}

/* Beta(alpha, alpha): Joehnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen", 1964. */
static double draw_beta(struct random *random, double alpha)
{
	for (;;) {
		float a = exponential(logarithm(1 - random_uniform(random)) / (float)alpha);
		float b = exponential(logarithm(1 - random_uniform(random)) / (float)alpha);
		if (a + b > 0 && a + b <= 1)
			return (double)(a / (a + b));
		if (a + b <= 0) /* alpha so small that both vanish: all of one image or of the other */
			return (double)random_below(random, 2);
	}
}

static void draw_share(struct random *random, double alpha, const struct augment_options *options, double *values)
{
	(void)options;
	values[0] = draw_beta(random, alpha);
}

/* A box of the other picture, of its proportions, about any point; what lies outside is cut off. */
static void draw_cut(struct random *random, double alpha, const struct augment_options *options, double *values)
{
	(void)options;
	double side = sqrt(1 - draw_beta(random, alpha)) / 2;
	for (int i = 0; i < 2; i++) {
		double centre = uniform(random), start = fmax(centre - side, 0);
		values[i] = start;
		values[2 + i] = fmin(centre + side, 1) - start;
	}
}

/* ---- the table, in the order in which operations follow each other ---- */

#define EITHER(start, randaugment, trivial) {true, true, start, randaugment, trivial}
#define TOWARDS(start, randaugment, trivial) {true, false, start, randaugment, trivial}
#define ALWAYS {.member = true}

const struct augment_operation augment_operations[] = {
	{30, "random-background", NULL, "put a random colour behind what is transparent, else white",
		0, false, AUGMENT_BACKGROUND, draw_color, 3, TOLD_COLOR, 0, 255, NULL, NULL, {0}},

	{7, "horizontal-flip", NULL, "mirror left to right",
		0, false, AUGMENT_GEOMETRY, NULL, 0, TOLD_NOTHING, 0, 0, flip_horizontally, NULL, {0}},
	{8, "vertical-flip", NULL, "mirror top to bottom",
		0, false, AUGMENT_GEOMETRY, NULL, 0, TOLD_NOTHING, 0, 0, flip_vertically, NULL, {0}},
	{6, "random-resized-crop", "F", "enlarge a random part, from F of the area to all of it",
		1, false, AUGMENT_GEOMETRY, draw_crop, 4, TOLD_BOX, 0, 1, crop, NULL, {0}},
	{18, "pad-crop", "PIXELS", "move by up to so many whole pixels, either way, as a crop after padding does",
		1000, true, AUGMENT_GEOMETRY, draw_pixels, 2, TOLD_PIXELS, -1000, 1000, move_pixels, NULL, {0}},
	{15, "scale", "F", "enlarge by a factor from 1 - F to 1 + F",
		0.95, false, AUGMENT_CENTRED, draw_factor, 1, TOLD_TIMES, 0.05, 1.95, enlarge, NULL, {0}},
	{3, "zoom", "F", "stretch each axis by a factor of its own, as Keras does: above 1 it looks smaller",
		0.95, false, AUGMENT_CENTRED, draw_two_factors, 2, TOLD_TIMES, 0.05, 1.95, zoom, NULL, {0}},
	{2, "shear", "DEGREES", "shear by up to this, either way, as Keras does",
		80, false, AUGMENT_CENTRED, draw_around_zero, 1, TOLD_DEGREES, -80, 80, shear, NULL, {0}},
	{16, "shear-x", "DEGREES", "slant upright lines by up to this, either way",
		80, false, AUGMENT_CENTRED, draw_tangent, 1, TOLD_TANGENT, -6, 6, shear_x, NULL, EITHER(0, 0.3, 0.99)},
	{17, "shear-y", "DEGREES", "slant level lines by up to this, either way",
		80, false, AUGMENT_CENTRED, draw_tangent, 1, TOLD_TANGENT, -6, 6, shear_y, NULL, EITHER(0, 0.3, 0.99)},
	{14, "translate", "F", "move by up to this part of width and height, either way",
		1, false, AUGMENT_CENTRED, draw_two_around_zero, 2, TOLD_PERCENT, -1, 1, translate, NULL, {0}},
	{4, "translate-x", "F", "move by up to this part of the width, either way",
		1, false, AUGMENT_CENTRED, draw_around_zero, 1, TOLD_PERCENT, -1, 1, translate_x, NULL, EITHER(0, 150.0 / 331, 32.0 / 224)},
	{5, "translate-y", "F", "move by up to this part of the height, either way",
		1, false, AUGMENT_CENTRED, draw_around_zero, 1, TOLD_PERCENT, -1, 1, translate_y, NULL, EITHER(0, 150.0 / 331, 32.0 / 224)},
	{1, "rotate", "DEGREES", "turn by up to this, either way",
		180, false, AUGMENT_CENTRED, draw_around_zero, 1, TOLD_DEGREES, -360, 360, rotate, NULL, EITHER(0, 30, 135)},
	{19, "perspective", "F", "move each corner inward by up to this part of half the sides",
		0.6, false, AUGMENT_GEOMETRY, draw_corners, 8, TOLD_CORNERS, 0, 0.6, perspective, NULL, {0}},

	{9, "brightness", "F", "multiply by a factor from 1 - F to 1 + F",
		1, false, AUGMENT_PAINT, draw_factor, 1, TOLD_TIMES, 0, 2, NULL, paint_brightness, EITHER(1, 1.9, 1.99)},
	{10, "contrast", "F", "likewise the distance from the mean grey",
		1, false, AUGMENT_PAINT, draw_factor, 1, TOLD_TIMES, 0, 2, NULL, paint_contrast, EITHER(1, 1.9, 1.99)},
	{11, "saturation", "F", "likewise the distance from grey",
		1, false, AUGMENT_PAINT, draw_factor, 1, TOLD_TIMES, 0, 2, NULL, paint_saturation, EITHER(1, 1.9, 1.99)},
	{12, "hue", "DEGREES", "turn the hue by up to this, either way",
		180, false, AUGMENT_PAINT, draw_around_zero, 1, TOLD_DEGREES, -180, 180, NULL, paint_hue, {0}},
	{20, "gamma", "F", "raise to a power from 1 - F to 1 + F",
		0.95, false, AUGMENT_PAINT, draw_factor, 1, TOLD_NUMBER, 0.05, 1.95, NULL, paint_gamma, {0}},
	{21, "grayscale", NULL, "take the colour away",
		0, false, AUGMENT_PAINT, NULL, 0, TOLD_NOTHING, 0, 0, NULL, paint_grayscale, {0}},
	{22, "autocontrast", NULL, "stretch each channel to the whole range",
		0, false, AUGMENT_PAINT, NULL, 0, TOLD_NOTHING, 0, 0, NULL, paint_autocontrast, ALWAYS},
	{23, "equalize", NULL, "make all values of a channel as frequent",
		0, false, AUGMENT_PAINT, NULL, 0, TOLD_NOTHING, 0, 0, NULL, paint_equalize, ALWAYS},
	{24, "posterize", "BITS", "drop up to so many of the 8 bits of a value",
		7, true, AUGMENT_PAINT, draw_bits, 1, TOLD_BITS, 1, 8, NULL, paint_posterize, TOWARDS(8, 4, 2)},
	{25, "solarize", "F", "invert what is brighter than a limit, which is down by up to this part of the range",
		1, false, AUGMENT_PAINT, draw_threshold, 1, TOLD_NUMBER, 0, 255, NULL, paint_solarize, TOWARDS(255, 0, 0)},
	{26, "sharpness", "F", "sharpen or soften by a factor from 1 - F to 1 + F",
		1, false, AUGMENT_PAINT, draw_factor, 1, TOLD_TIMES, 0, 2, NULL, paint_sharpness, EITHER(1, 1.9, 1.99)},
	{27, "gaussian-blur", "SIGMA", "blur by up to so many pixels",
		10, false, AUGMENT_PAINT, draw_up_to, 1, TOLD_PIXELS, 0, 10, NULL, paint_blur, {0}},
	{28, "gaussian-noise", "F", "add noise of up to this part of the range",
		1, false, AUGMENT_PAINT, draw_noise, 2, TOLD_STRENGTH, 0, UINT32_MAX, NULL, paint_noise, {0}},
	{29, "jpeg-quality", "QUALITY", "compress as JPEG, from this quality to 95",
		95, true, AUGMENT_PAINT, draw_quality, 1, TOLD_NUMBER, 1, 95, NULL, paint_jpeg, {0}},
	{13, "random-erasing", NULL, "cover a random rectangle",
		0, false, AUGMENT_PAINT, draw_erase, 4, TOLD_BOX, 0, 1, NULL, paint_erase, {0}},

	{31, "mixup", "ALPHA", "lay another image over it; the share is of a beta distribution",
		4, false, AUGMENT_MIX, draw_share, 1, TOLD_SHARE, 0, 1, NULL, NULL, {0}},
	{32, "cutmix", "ALPHA", "put a part of another image into it; the share is of a beta distribution",
		4, false, AUGMENT_MIX, draw_cut, 4, TOLD_BOX, 0, 1, NULL, NULL, {0}},
};

enum { OPERATIONS = sizeof augment_operations / sizeof *augment_operations };
_Static_assert((int)OPERATIONS <= (int)AUGMENT_OPERATIONS_MAXIMUM, "options have room for all operations");
const int augment_operations_count = OPERATIONS;

int augment_operation_find(const char *name)
{
	for (int i = 0; i < OPERATIONS; i++)
		if (strcmp(augment_operations[i].name, name) == 0)
			return i;
	return -1;
}
