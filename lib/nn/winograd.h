/* A 3x3 convolution of stride 1 with a quarter of the multiplications: Winograd's F(4x4, 3x3). */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/engine.h"

/* One convolution: forward or, with transposed weights, the gradient of its input. */
struct winograd {
	const struct network *network;
	int samples;
	struct shape in;     /* of a sample */
	struct shape middle; /* of its convolution */
	int top,
		left; /* zeros above and left of the input; below and right as many as are needed */
	bool pools;   /* a max-pool 2x2 follows */
	struct shape out; /* middle, or what the max-pool makes of it */
	struct activation activation;
	const float *input;                                /* (samples, in) */
	const struct operation *fused_input_normalization; /* or NULL */
	const float *weights;                              /* winograd_weights' */
	const float *bias;                                 /* padded; NULL: none */
	const float *term; /* as output, added to it before the activation; NULL: none */
	float *output;     /* (samples, out) */
	uint8_t *argmax;   /* of the max-pool, or NULL */
};

/* A tile: (4, 4) outputs from (6, 6) inputs, as many planes of products. */
enum { WINOGRAD_SIDE = 4, WINOGRAD_WINDOW = 6, WINOGRAD_PLANES = 36 };

/* Whether a layer is such a convolution and gains, from `in` channels to outputs of `out`. */
bool winograd_suits(const struct layer *layer, int in_channels, struct shape out);

/* Floats that the weights of in x out channels take, and scratch memory for a worker. */
size_t winograd_weight_count(int in_channels, int out_channels);
size_t winograd_scratch(int in_channels);

/* out = G w G^T for every pair of channels: from w (3, 3, in, padded out) to 36 planes of blocks
 * (in, CHANNEL_BLOCK), so that a product reads its weights as one stream. */
void winograd_weights(const struct network *network, float *out, const float *w, int in_channels,
	int out_channels);

void winograd_convolve(const struct winograd *winograd);

/* What windows are read from: a sample x (in.height, in.width, in.channels), normalised by
 * `normalization` unless it is NULL. */
struct winograd_source {
	const struct kernels *kernels;
	const struct operation *normalization;
	const float *x;
	struct shape in;
};

/* `side` x `side` pixels of a sample from (top, left) on, *pitch apart by row: in place, or in
 * `edge` (side, side, in.channels) where they are normalised, or reach beyond the sample and have
 * zeros around them. */
const float *winograd_window(const struct winograd_source *source, int top, int left, int side,
	float *edge, ptrdiff_t *pitch);

/* Planes of `rows` x `channels` lie an odd number of cache lines apart, so that those of one row do
 * not push each other out. */
static inline ptrdiff_t winograd_plane(int rows, int channels)
{
	return (ptrdiff_t)rows * channels + CHANNEL_BLOCK;
}

/* ---- winograd_gradient.c: the gradient of the weights ---- */

/* WINOGRAD_FILTERS are computed together. */
enum { WINOGRAD_FILTERS = 2 * CHANNEL_BLOCK };

/* Of a convolution whose channels, in and out, are both multiples of CHANNEL_BLOCK. */
struct winograd_gradient {
	const struct kernels *kernels;
	const struct operation *operation;
	const float *gradient;        /* of its outputs, (samples, middle) */
	int first, samples;           /* the sum is the tree of the leaves of samples
	                                 [first, first + samples) */
	int first_filter, end_filter; /* whose weights are wanted; multiples of WINOGRAD_FILTERS, or
	                                 the number of all */
	float *weights;               /* (3, 3, in.channels, middle.channels): overwritten */
	float *scratch;               /* winograd_gradient_scratch floats */
};

/* The most leaves of a task, a power of two: as many as keep their transforms in no more memory
 * than the weights take. Each block of weights is then written once for all of them. */
int winograd_gradient_leaves(int in_channels, struct shape middle);
/* Floats for tasks of at most `leaves` leaves. */
size_t winograd_gradient_scratch(int in_channels, struct shape middle, int leaves);
void winograd_gradient(const struct winograd_gradient *task);

#endif
