#include "augment/augment.h"
#include "base/random.h"

#include <math.h>

/* Each operation has numbers of its own, so that turning one on changes no other.
 * Append only: a changed value changes every result. */
enum operation {
	ROTATE = 1, SHEAR, ZOOM, SHIFT_X, SHIFT_Y, CROP, HORIZONTAL_FLIP, VERTICAL_FLIP, BRIGHTNESS, CONTRAST,
	SATURATION, HUE, ERASE,
};

struct place {
	uint64_t seed, id;
	uint32_t pass;
};

static struct random numbers(const struct place *place, enum operation operation)
{
	const uint64_t id_mask = ((uint64_t)1 << 48) - 1;
	return random_start(place->seed, RANDOM_AUGMENT, (uint64_t)operation << 32 | place->pass, place->id & id_mask);
}

static double draw_around(const struct place *place, enum operation operation, double middle, double range)
{
	struct random random = numbers(place, operation);
	return middle + range * (2 * (double)random_uniform(&random) - 1);
}

static bool draw_chance(const struct place *place, enum operation operation, double probability)
{
	struct random random = numbers(place, operation);
	return random_uniform(&random) < probability;
}

/* A box of `area` (a fraction of the whole) in which width : height is `ratio` times the picture's own, cut
 * to the picture, anywhere in it. */
static struct augment_box draw_box(struct random *random, double area, double ratio)
{
	struct augment_box box = {.width = fmin(sqrt(area * ratio), 1), .height = fmin(sqrt(area / ratio), 1)};
	box.x = (1 - box.width) * (double)random_uniform(random);
	box.y = (1 - box.height) * (double)random_uniform(random);
	return box;
}

/* A ratio in [1, limit], or as often its inverse. */
static double draw_ratio(struct random *random, double limit)
{
	double ratio = 1 + (limit - 1) * (double)random_uniform(random);
	return random_uniform(random) < 0.5f ? 1 / ratio : ratio;
}

static struct augment_box draw_crop(const struct place *place, double least)
{
	struct random random = numbers(place, CROP);
	double area = least + (1 - least) * (double)random_uniform(&random);
	double ratio = draw_ratio(&random, 4.0 / 3);
	return draw_box(&random, area, ratio);
}

static struct augment_box draw_erase(const struct place *place, double probability)
{
	struct random random = numbers(place, ERASE);
	if (random_uniform(&random) >= probability)
		return (struct augment_box){0};
	double area = 0.02 + (0.33 - 0.02) * (double)random_uniform(&random);
	double ratio = draw_ratio(&random, 10.0 / 3);
	return draw_box(&random, area, ratio);
}

struct augment_change augment_no_change(void)
{
	return (struct augment_change){.zoom_x = 1, .zoom_y = 1, .crop = {0, 0, 1, 1}, .brightness = 1, .contrast = 1,
		.saturation = 1};
}

struct augment_change augment_draw(const struct augment_options *options, uint64_t seed, uint32_t pass, uint64_t id)
{
	const struct place place = {seed, id, pass};
	struct augment_change change = augment_no_change();
	struct random zoom = numbers(&place, ZOOM);
	change.rotate = draw_around(&place, ROTATE, 0, options->rotate);
	change.shear = draw_around(&place, SHEAR, 0, options->shear);
	change.zoom_x = 1 + options->zoom * (2 * (double)random_uniform(&zoom) - 1);
	change.zoom_y = 1 + options->zoom * (2 * (double)random_uniform(&zoom) - 1);
	change.shift_x = draw_around(&place, SHIFT_X, 0, options->shift_x);
	change.shift_y = draw_around(&place, SHIFT_Y, 0, options->shift_y);
	if (options->crop > 0)
		change.crop = draw_crop(&place, options->crop);
	change.horizontal_flip = draw_chance(&place, HORIZONTAL_FLIP, options->horizontal_flip);
	change.vertical_flip = draw_chance(&place, VERTICAL_FLIP, options->vertical_flip);
	change.brightness = draw_around(&place, BRIGHTNESS, 1, options->brightness);
	change.contrast = draw_around(&place, CONTRAST, 1, options->contrast);
	change.saturation = draw_around(&place, SATURATION, 1, options->saturation);
	change.hue = draw_around(&place, HUE, 0, options->hue);
	change.erase = draw_erase(&place, options->erase);
	return change;
}
