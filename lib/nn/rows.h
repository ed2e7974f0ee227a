/* Inside lib/nn: activations over rows of channels, those that need all channels of a pixel too. */
#ifndef NN_ROWS_H
#define NN_ROWS_H

#include "kernels/kernels.h"

/* In place over `rows` rows of `count` channels. */
void activate_rows(const struct kernels *kernels, const struct activation *activation, float *x,
	int rows, int count);

/* The gradient of the outputs to that of the inputs, in place. `x` are the activation's outputs or,
 * where its derivative comes from those (activation_derives_from_output), its inputs. */
void activate_rows_backward(const struct kernels *kernels, const struct activation *activation,
	const float *x, float *gradient, int rows, int count);

#endif
