/* A network as a list of layers: what it computes, without any weights. */
#ifndef NN_ARCHITECTURE_H
#define NN_ARCHITECTURE_H

#include "base/error.h"
#include "kernels/activation.h"

#include <stdbool.h>
#include <stddef.h>

enum { LAYERS_MAXIMUM = 512, LAYER_NAME_SIZE = 64 };

enum layer_kind {
	LAYER_CONVOLUTION,           /* Conv2D: kernel (kh, kw, in, filters), bias (filters) */
	LAYER_DEPTHWISE_CONVOLUTION, /* DepthwiseConv2D: kernel (kh, kw, in, multiplier), bias (in *
	                                multiplier) */
	LAYER_MAX_POOLING,
	LAYER_AVERAGE_POOLING, /* padding counts no zeros, as in Keras */
	LAYER_GLOBAL_AVERAGE_POOLING,
	LAYER_DENSE, /* kernel (in, units), bias (units) */
	LAYER_FLATTEN,
	LAYER_DROPOUT,
	LAYER_BATCH_NORMALIZATION, /* gamma, beta, moving_mean, moving_variance, each (channels) */
	LAYER_ACTIVATION,
};

enum padding { PADDING_VALID, PADDING_SAME };

struct layer {
	enum layer_kind kind;
	char name[LAYER_NAME_SIZE];
	int filters; /* convolution: filters; depthwise: multiplier; dense: units */
	int kernel_height, kernel_width; /* pooling: the pool's size */
	int stride_height, stride_width;
	enum padding padding; /* same: as TensorFlow, the odd pixel at the bottom and right */
	bool use_bias;
	struct activation activation; /* applied by convolution, dense and activation layers */
	float rate;                   /* dropout: share of values set to 0 */
	float momentum, epsilon;      /* batch normalisation */
	bool center, scale;           /* batch normalisation: has beta, has gamma */
};

struct shape {
	int height, width, channels; /* a vector of n values is (1, 1, n) */
};

/* The values that it holds. */
static inline size_t shape_count(struct shape shape)
{
	return (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels;
}

struct architecture {
	char name[LAYER_NAME_SIZE];
	struct shape input;
	int layer_count;
	struct layer *layers; /* owned */
};

/* The network of the original project: three times convolution 3x3, ReLU, max-pool 2 with 32, 32
 * and 64 filters; flatten; dense 64, ReLU; dropout 0.5; dense `classes`, then `output` (sigmoid or
 * softmax). The activations are layers of their own. On failure (-1) *out is empty. */
CHECKED int architecture_original(struct architecture *out, struct shape input, int classes,
	enum activation_kind output, struct error *error);

/* Writes the output shape of every layer into shapes[layer_count]. -1, naming the layer, when a
 * layer does not fit its input (a side that shrinks to nothing, a parameter out of range, more than
 * 2^31 values). */
CHECKED int architecture_shapes(const struct architecture *architecture, struct shape *shapes,
	struct error *error);

CHECKED int architecture_copy(struct architecture *out, const struct architecture *in,
	struct error *error);
void architecture_free(struct architecture *architecture);

#endif
