/* The curve of a learning rate range test. */
#ifndef EXPLAIN_RATE_CURVE_H
#define EXPLAIN_RATE_CURVE_H

#include "base/error.h"

/* Writes a PNG file (1160 x 940) of a learning rate range test (Smith, "Cyclical learning rates for
 * training neural networks", 2017): the losses, smoothed by the caller, over the `count` rates, at
 * least 1, which rise and are above 0, on a logarithmic axis. Losses that are not finite are gaps.
 * The suggested rate, which lies within the others, is marked if it is above 0. Drawn as by
 * curves_write_png: complete or not at all; -1 if the file can't be written. */
CHECKED int rate_curve_write_png(const double *rates, const double *losses, int count,
	double suggestion, const char *path, struct error *error);

#endif
