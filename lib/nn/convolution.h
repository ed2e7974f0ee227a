/* What forward and backward of a convolution share. */
#ifndef NN_CONVOLUTION_H
#define NN_CONVOLUTION_H

#include "nn/engine.h"

/* Rows [first, first + rows) of one sample x (in.height, in.width, in.channels) as windows see them: padded with
 * zeros. Points into x where there is no padding, else fills `scratch`, rows * window.width * in.channels floats.
 * *pitch is the distance of two rows. */
const float *window_rows(const struct operation *operation, const float *x, int first, int rows, float *scratch,
	ptrdiff_t *pitch);

/* Floats that window_rows needs for `rows` rows; 0 where there is no padding. */
size_t window_scratch(const struct operation *operation, int rows);

void convolution_lay_out_backward(struct network *network, struct operation *operation);
/* Weights as the gradient of the input reads them. */
void convolution_turn(struct operation *operation, const float *kernel);
void convolution_backward(struct network *network, struct operation *operation, int n, float *gradient,
	float *input_gradient);

#endif
