/* Inside lib/nn: where a training step first became not finite. */
#ifndef NN_FINITE_H
#define NN_FINITE_H

#include "nn/engine.h"

/* The first layer whose output is not finite in the last forward of n samples, or -1. Without `all`
 * those that backward checks, or a normalisation has statistics of, are left out. */
int bad_output(const struct network *network, int n, bool all);

/* The first layer with a value that is not finite in an array of `count` weights or gradients of
 * all parameters, or -1. */
int bad_array(const struct network *network, const float *values, size_t count);

#endif
