/* Naive reference implementations of layers in double precision, which the kernels are tested
 * against. One sample each; x is (in.height, in.width, in.channels), y (out.height, out.width,
 * out.channels). Backward functions add to their results. */
#ifndef TESTS_REFERENCE_LAYERS_H
#define TESTS_REFERENCE_LAYERS_H

#include "graph/graph.h"

/* Conv2D and DepthwiseConv2D, without activation: kernel (kh, kw, in.channels, filters), bias
 * (out.channels). */
void reference_convolution(const struct layer *layer, struct shape in, struct shape out,
	const float *x, const float *kernel, const float *bias, double *y);
void reference_convolution_backward(const struct layer *layer, struct shape in, struct shape out,
	const float *x, const float *kernel, const double *gradient, double *dx, double *dkernel,
	double *dbias);

/* Max and average pooling. */
void reference_pooling(const struct layer *layer, struct shape in, struct shape out,
	const double *x, double *y);
void reference_pooling_backward(const struct layer *layer, struct shape in, struct shape out,
	const double *x, const double *gradient, double *dx);

#endif
