#include "augment/geometry.h"

#include "base/sine_cosine.h"

#include <math.h>

struct matrix matrix_identity(void)
{
	return (struct matrix){{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
}

struct matrix matrix_scale(double xx, double x0, double yy, double y0)
{
	return (struct matrix){{{xx, 0, x0}, {0, yy, y0}, {0, 0, 1}}};
}

struct matrix matrix_compose(const struct matrix *outer, const struct matrix *inner)
{
	struct matrix product;
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			product.m[i][j] = outer->m[i][0] * inner->m[0][j] +
				outer->m[i][1] * inner->m[1][j] + outer->m[i][2] * inner->m[2][j];
	return product;
}

struct matrix flip_horizontally(const double *values, int width, int height)
{
	(void)values, (void)height;
	return matrix_scale(-1, width - 1, 1, 0);
}

struct matrix flip_vertically(const double *values, int width, int height)
{
	(void)values, (void)width;
	return matrix_scale(1, 0, -1, height - 1);
}

/* A box's edges lie half a pixel outside its first and last pixel centres. */
struct matrix crop(const double *values, int width, int height)
{
	return matrix_scale(values[2], values[0] * width + values[2] / 2 - 0.5, values[3],
		values[1] * height + values[3] / 2 - 0.5);
}

struct matrix translate_pixels(const double *values, int width, int height)
{
	(void)width, (void)height;
	return matrix_scale(1, values[0], 1, values[1]);
}

struct matrix zoom(const double *values, int width, int height)
{
	(void)width, (void)height;
	return matrix_scale(values[0], 0, values[1], 0);
}

struct matrix scale_both_axes(const double *values, int width, int height)
{
	(void)width, (void)height;
	return matrix_scale(1 / values[0], 0, 1 / values[0], 0);
}

struct matrix shear(const double *values, int width, int height)
{
	double sine, cosine;
	(void)width, (void)height;
	sine_cosine(values[0], &sine, &cosine);
	return (struct matrix){{{1, -sine, 0}, {0, cosine, 0}, {0, 0, 1}}};
}

struct matrix shear_x(const double *values, int width, int height)
{
	(void)width, (void)height;
	return (struct matrix){{{1, values[0], 0}, {0, 1, 0}, {0, 0, 1}}};
}

struct matrix shear_y(const double *values, int width, int height)
{
	(void)width, (void)height;
	return (struct matrix){{{1, 0, 0}, {values[0], 1, 0}, {0, 0, 1}}};
}

struct matrix translate(const double *values, int width, int height)
{
	return matrix_scale(1, values[0] * width, 1, values[1] * height);
}

struct matrix translate_x(const double *values, int width, int height)
{
	(void)height;
	return matrix_scale(1, values[0] * width, 1, 0);
}

struct matrix translate_y(const double *values, int width, int height)
{
	(void)width;
	return matrix_scale(1, 0, 1, values[0] * height);
}

struct matrix rotate(const double *values, int width, int height)
{
	double sine, cosine;
	(void)width, (void)height;
	sine_cosine(values[0], &sine, &cosine);
	return (struct matrix){{{cosine, -sine, 0}, {sine, cosine, 0}, {0, 0, 1}}};
}

/* The unit square's corners (0, 0), (1, 0), (1, 1), (0, 1) to four points (Heckbert, "Fundamentals
 * of texture mapping and image warping", 1989, section 2.2.3). */
static struct matrix square_to_points(const double x[4], const double y[4])
{
	double x1 = x[1] - x[2], x2 = x[3] - x[2], x3 = x[0] - x[1] + x[2] - x[3];
	double y1 = y[1] - y[2], y2 = y[3] - y[2], y3 = y[0] - y[1] + y[2] - y[3];
	double determinant = x1 * y2 - x2 * y1, g = (x3 * y2 - x2 * y3) / determinant,
	       h = (x1 * y3 - x3 * y1) / determinant;
	return (struct matrix){{
		{x[1] - x[0] + g * x[1], x[3] - x[0] + h * x[3], x[0]},
		{y[1] - y[0] + g * y[1], y[3] - y[0] + h * y[3], y[0]},
		{g, h, 1},
	}};
}

/* The inverse times the determinant, a factor that cancels in homogeneous coordinates. */
static struct matrix adjugate(const struct matrix *a)
{
	struct matrix out;
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			int r = (j + 1) % 3, s = (j + 2) % 3, t = (i + 1) % 3, u = (i + 2) % 3;
			out.m[i][j] = a->m[r][t] * a->m[s][u] - a->m[r][u] * a->m[s][t];
		}
	return out;
}

struct matrix perspective(const double *values, int width, int height)
{
	const double right = fmax(width - 1, 1), bottom = fmax(height - 1, 1);
	const double x[] = {values[0] / 2, 1 - values[2] / 2, 1 - values[4] / 2, values[6] / 2};
	const double y[] = {values[1] / 2, values[3] / 2, 1 - values[5] / 2, 1 - values[7] / 2};
	struct matrix square = square_to_points(x, y), to_square = adjugate(&square);
	struct matrix to_unit_square = matrix_scale(1 / right, 0, 1 / bottom, 0),
		      from_unit_square = matrix_scale(right, 0, bottom, 0);
	struct matrix inner = matrix_compose(&to_square, &to_unit_square);
	return matrix_compose(&from_unit_square, &inner);
}
