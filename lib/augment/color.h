/* Brightness, contrast, saturation and hue as one linear map of a pixel. */
#ifndef AUGMENT_COLOR_H
#define AUGMENT_COLOR_H

#include "augment/augment.h"

/* out[i] = sum over j of matrix[i][j] in[j] + offset, cut to [least, most]. */
struct color {
	float matrix[3][3];
	float offset;
	float least, most;
};

/* Whether the change has a colour operation. */
bool color_changes(const struct augment_change *change);

/* Composes brightness, contrast (about `mean`, the picture's mean luma above `black`), saturation and hue, in that
 * order, each without cutting values; what the result is cut to is left open, for the caller to set. Saturation and
 * hue are those of the W3C's Filter Effects, feColorMatrix, with its luma weights 0.213, 0.715 and 0.072. `black` is
 * the value that brightness leaves alone. */
struct color color_compose(const struct augment_change *change, double mean, double black);

/* Sum of the luma of `width` pixels of 1 or 3 channels. */
double color_luma(const float *row, int width, int channels);

/* Maps `width` pixels of 1 or 3 channels in place. */
void color_row(const struct color *color, float *row, int width, int channels);

#endif
