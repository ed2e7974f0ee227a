/* Geometry as matrices, from the result back to the picture: pixel centres lie at whole numbers, y grows downward. */
#ifndef AUGMENT_GEOMETRY_H
#define AUGMENT_GEOMETRY_H

/* (x, y, 1) of the result to (x, y, w) of the picture, where x / w and y / w are the place. */
struct matrix {
	double m[3][3];
};

/* The matrix that changes nothing. */
struct matrix matrix_identity(void);

/* First `inner`, then `outer`. */
struct matrix matrix_compose(const struct matrix *outer, const struct matrix *inner);

/* (x, y) to (xx x + x0, yy y + y0). */
struct matrix matrix_scale(double xx, double x0, double yy, double y0);

/* sin and cos of an angle in degrees, |degrees| <= 360, by additions and multiplications only, so that every
 * machine gives the same bits. Error below 1e-15. */
void sine_cosine(double degrees, double *sine, double *cosine);

/* The operations; `values` of each as augment.1 says. Those about the centre take it as (0, 0). */
struct matrix flip_horizontally(const double *values, int width, int height);
struct matrix flip_vertically(const double *values, int width, int height);
struct matrix crop(const double *values, int width, int height);
struct matrix move_pixels(const double *values, int width, int height);
struct matrix zoom(const double *values, int width, int height);
struct matrix enlarge(const double *values, int width, int height);
struct matrix shear(const double *values, int width, int height);
struct matrix shear_x(const double *values, int width, int height);
struct matrix shear_y(const double *values, int width, int height);
struct matrix translate(const double *values, int width, int height);
struct matrix translate_x(const double *values, int width, int height);
struct matrix translate_y(const double *values, int width, int height);
struct matrix rotate(const double *values, int width, int height);

/* The corners of the picture move inward, upper left, upper right, lower right, lower left, each by (x, y) parts, at
 * most 0.6, of half its width and height. The four stay convex, so that w is above 0 all over the picture. */
struct matrix perspective(const double *values, int width, int height);

#endif
