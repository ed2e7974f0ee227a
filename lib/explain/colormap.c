#include "explain/colormap.h"

#include <math.h>
#include <stddef.h>

const char *const colormap_names[] = {[COLORMAP_JET] = "jet", [COLORMAP_VIRIDIS] = "viridis", NULL};

struct control_point {
	double x, y;
};

/* Per channel: control points of a piecewise linear function, from x = 0 to x = 1. */
static const struct control_point jet[3][6] = {
	{{0, 0}, {0.35, 0}, {0.66, 1}, {0.89, 1}, {1, 0.5}, {1, 0.5}},
	{{0, 0}, {0.125, 0}, {0.375, 1}, {0.64, 1}, {0.91, 0}, {1, 0}},
	{{0, 0.5}, {0.11, 1}, {0.34, 1}, {0.65, 0}, {1, 0}, {1, 0}},
};

static double piecewise_linear(const struct control_point *points, double x)
{
	while (x > points[1].x)
		points++;
	return points[0].y +
		(points[1].y - points[0].y) * (x - points[0].x) / (points[1].x - points[0].x);
}

/* Per channel: coefficients of 1, x, ..., x^6. */
static const double viridis[3][7] = {
	{0.2777273272234177, 0.1050930431085774, -0.3308618287255563, -4.634230498983486,
		6.228269936347081, 4.776384997670288, -5.435455855934631},
	{0.005407344544966578, 1.404613529898575, 0.214847559468213, -5.799100973351585,
		14.17993336680509, -13.74514537774601, 4.645852612178535},
	{0.3340998053353061, 1.384590162594685, 0.09509516302823659, -19.33244095627987,
		56.69055260068105, -65.35303263337234, 26.3124352495832},
};

static double polynomial(const double *coefficients, double x)
{
	double sum = 0;
	for (int i = 6; i >= 0; i--)
		sum = sum * x + coefficients[i];
	return sum;
}

void colormap_make(struct colormap *map, enum colormap_kind kind)
{
	for (int i = 0; i < 256; i++)
		for (int channel = 0; channel < 3; channel++) {
			double x = i / 255.0;
			double value = kind == COLORMAP_JET ? piecewise_linear(jet[channel], x)
							    : polynomial(viridis[channel], x);
			map->rgb[i][channel] = (unsigned char)lround(255 * fmin(fmax(value, 0), 1));
		}
}

const unsigned char *colormap_at(const struct colormap *map, float value)
{
	return map->rgb[value > 0 ? (int)(fminf(value, 1) * 255 + 0.5f) : 0];
}
