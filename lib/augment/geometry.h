/* Geometric transforms as matrices from the result to the image (inverse mapping): pixel centres
 * are integers, y points down. */
#ifndef AUGMENT_GEOMETRY_H
#define AUGMENT_GEOMETRY_H

/* (x, y, 1) of the result to (x, y, w) of the image, the point (x / w, y / w). */
struct matrix {
	double m[3][3];
};

struct matrix matrix_identity(void);

/* The product: `inner` is applied first. */
struct matrix matrix_compose(const struct matrix *outer, const struct matrix *inner);

/* (x, y) to (xx x + x0, yy y + y0). */
struct matrix matrix_scale(double xx, double x0, double yy, double y0);

/* The operations; augment.1 defines their `values`. For those about the centre it is the origin. */
struct matrix flip_horizontally(const double *values, int width, int height);
struct matrix flip_vertically(const double *values, int width, int height);
struct matrix crop(const double *values, int width, int height);
struct matrix translate_pixels(const double *values, int width, int height);
struct matrix zoom(const double *values, int width, int height);
struct matrix scale_both_axes(const double *values, int width, int height);
struct matrix shear(const double *values, int width, int height);
struct matrix shear_x(const double *values, int width, int height);
struct matrix shear_y(const double *values, int width, int height);
struct matrix translate(const double *values, int width, int height);
struct matrix translate_x(const double *values, int width, int height);
struct matrix translate_y(const double *values, int width, int height);
struct matrix rotate(const double *values, int width, int height);

/* Moves the corners inward: upper left, upper right, lower right, lower left, each by fractions (x,
 * y), at most 0.6, of half the width and height. The quadrilateral stays convex, so that w > 0 on
 * the whole image. */
struct matrix perspective(const double *values, int width, int height);

#endif
