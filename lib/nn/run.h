/* Inside lib/nn: operations forward and backward. */
#ifndef NN_RUN_H
#define NN_RUN_H

#include "nn/engine.h"

/* Copies n samples into network->input, where training and explaining read them later, and returns
 * it; in prediction returns `input`. */
const float *copy_input(const struct network *network, const float *input, int n);

/* Runs all operations forward from `input`; returns the values of the network's output. */
const float *run_forward(struct network *network, const float *input, int n);

/* Forgets all gradients, and returns where to write that of `value` before run_backward. */
float *begin_gradient(struct network *network, struct value *value);

/* Runs operations [first, last) backward, the last first, those whose output has a gradient. */
void run_backward(struct network *network, int n, int first, int last);

/* to += amount * (from - to), for `count` values, by all threads. */
void interpolate_values(const struct network *network, float *to, const float *from, float amount,
	size_t count);

#endif
