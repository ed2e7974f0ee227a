/* Test-time augmentation: variants of an input, whose probabilities are averaged. */
#ifndef PREDICT_VARIANTS_H
#define PREDICT_VARIANTS_H

#include "graph/graph.h"

enum { VARIANTS_MAXIMUM = 10 };

/* Makes variant 0..9 of an input, (H, W, C), into `out`, which is another array:
 *
 *     0  the input itself
 *     2  its top left part, of 7/8 of both sides, enlarged to (H, W) by bilinear interpolation
 *     4  the top right part, 6 the bottom left, 8 the bottom right one
 *
 * and after each its mirror image, left and right exchanged: 1, 3, 5, 7, 9. Pixel centres are at
 * half integers; beyond the centres at the border of the input its outermost pixels count. */
void variant_make(const float *input, struct shape shape, int variant, float *out);

#endif
