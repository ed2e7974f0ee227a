/* Colour maps: a value from 0 to 1 as a colour. */
#ifndef EXPLAIN_COLORMAP_H
#define EXPLAIN_COLORMAP_H

enum colormap_kind {
	COLORMAP_JET,     /* MATLAB's: blue, cyan, yellow, red; piecewise linear */
	COLORMAP_VIRIDIS, /* Smith and van der Walt (2015): perceptually uniform, readable in
	                   * grey */
};

/* Names of the kinds in order, ended by NULL, for an option that offers them. */
extern const char *const colormap_names[];

struct colormap {
	unsigned char rgb[256][3]; /* entry i is the colour of i / 255 */
};

/* Computes a map's table. Jet's control points are those of matplotlib's _cm.py (of MATLAB's
 * jet.m); viridis is the polynomial of degree six that M. Zucker fitted to it (CC0,
 * shadertoy.com/view/WlfXRN), which stays within 5 of 255 of the original. */
void colormap_make(struct colormap *map, enum colormap_kind kind);

/* The entry nearest to `value`, clamped to [0, 1]; NaN is 0. */
const unsigned char *colormap_at(const struct colormap *map, float value);

#endif
