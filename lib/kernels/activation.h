/* The functions that follow a layer, value by value; softmax is one of a row of values. */
#ifndef KERNELS_ACTIVATION_H
#define KERNELS_ACTIVATION_H

enum activation {
	ACTIVATION_LINEAR,
	ACTIVATION_RELU,
	ACTIVATION_RELU6,
	ACTIVATION_LEAKY_RELU,
	ACTIVATION_SIGMOID,
	ACTIVATION_SOFTMAX,
	ACTIVATION_TANH,
	ACTIVATION_SWISH,
};

#endif
