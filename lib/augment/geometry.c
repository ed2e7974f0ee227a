#include "augment/augment.h"

/* Taylor polynomials on |x| <= pi / 4, where the first term left out is below 1e-17. */
static double sine_near_zero(double x)
{
	double square = x * x, term = x, sum = x;
	for (int n = 2; n <= 18; n += 2) {
		term *= -square / (n * (n + 1));
		sum += term;
	}
	return sum;
}

static double cosine_near_zero(double x)
{
	double square = x * x, term = 1, sum = 1;
	for (int n = 1; n <= 17; n += 2) {
		term *= -square / (n * (n + 1));
		sum += term;
	}
	return sum;
}

void augment_sine_cosine(double degrees, double *sine, double *cosine)
{
	const double radians_per_degree = 0.017453292519943295;
	int quarter = (int)(degrees / 90 + (degrees < 0 ? -0.5 : 0.5));
	double rest = (degrees - 90.0 * quarter) * radians_per_degree;
	double s = sine_near_zero(rest), c = cosine_near_zero(rest);
	switch (quarter & 3) {
	case 0: *sine = s, *cosine = c; break;
	case 1: *sine = c, *cosine = -s; break;
	case 2: *sine = -s, *cosine = -c; break;
	case 3: *sine = -c, *cosine = s; break;
	}
}

/* First `inner`, then `outer`. */
static struct augment_matrix compose(struct augment_matrix outer, struct augment_matrix inner)
{
	return (struct augment_matrix){
		.xx = outer.xx * inner.xx + outer.xy * inner.yx,
		.xy = outer.xx * inner.xy + outer.xy * inner.yy,
		.x0 = outer.xx * inner.x0 + outer.xy * inner.y0 + outer.x0,
		.yx = outer.yx * inner.xx + outer.yy * inner.yx,
		.yy = outer.yx * inner.xy + outer.yy * inner.yy,
		.y0 = outer.yx * inner.x0 + outer.yy * inner.y0 + outer.y0,
	};
}

static struct augment_matrix scale_and_shift(double xx, double x0, double yy, double y0)
{
	return (struct augment_matrix){.xx = xx, .x0 = x0, .yy = yy, .y0 = y0};
}

struct augment_matrix augment_geometry(const struct augment_change *change, int width, int height)
{
	const double right = width - 1, bottom = height - 1;
	const struct augment_box *crop = &change->crop;
	double rotate_sine, rotate_cosine, shear_sine, shear_cosine;
	augment_sine_cosine(change->rotate, &rotate_sine, &rotate_cosine);
	augment_sine_cosine(change->shear, &shear_sine, &shear_cosine);
	/* A box's edges lie half a pixel outside its first and last pixel centres. */
	const struct augment_matrix steps[] = {
		scale_and_shift(change->horizontal_flip ? -1 : 1, change->horizontal_flip ? right : 0,
			change->vertical_flip ? -1 : 1, change->vertical_flip ? bottom : 0),
		scale_and_shift(crop->width, crop->x * width + crop->width / 2 - 0.5,
			crop->height, crop->y * height + crop->height / 2 - 0.5),
		scale_and_shift(1, -right / 2, 1, -bottom / 2),
		scale_and_shift(change->zoom_x, 0, change->zoom_y, 0),
		{.xx = 1, .xy = -shear_sine, .yy = shear_cosine},
		scale_and_shift(1, change->shift_x * width, 1, change->shift_y * height),
		{.xx = rotate_cosine, .xy = -rotate_sine, .yx = rotate_sine, .yy = rotate_cosine},
		scale_and_shift(1, right / 2, 1, bottom / 2),
	};
	struct augment_matrix matrix = steps[0];
	for (size_t i = 1; i < sizeof steps / sizeof *steps; i++)
		matrix = compose(steps[i], matrix);
	return matrix;
}
