/* A 3x3 convolution of stride 1 with a quarter of the multiplications: Winograd's F(4x4, 3x3). */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/engine.h"

/* One convolution, forward or, with turned weights, the gradient of its input. */
struct winograd {
	const struct network *network;
	int samples;
	struct shape in;         /* of a sample; channels a multiple of CHANNEL_BLOCK */
	struct shape middle;     /* of its convolution */
	int top, left;           /* zeros above and left of the input; below and right as many as are needed */
	bool pools;              /* max-pool 2x2 behind */
	struct shape out;        /* middle, or what the max-pool makes of it */
	enum activation activation;
	float negative_slope;
	const float *input;      /* (samples, in) */
	const float *weights;    /* winograd_weights' */
	const float *bias;       /* padded; NULL: none */
	float *output;           /* (samples, out) */
	uint8_t *marks;          /* winners, or NULL */
};

/* Whether a layer is such a convolution and gains, from `in` channels to outputs of `out`. */
bool winograd_suits(const struct layer *layer, int in_channels, struct shape out);

/* Floats that the weights of in x out channels take, and scratch memory for a worker. */
size_t winograd_weight_count(int in_channels, int out_channels);
size_t winograd_scratch(int in_channels, int out_channels);

/* out = G w G^T for every pair of channels: (36, in, padded out) from w (3, 3, in, padded out). */
void winograd_weights(const struct network *network, float *out, const float *w, int in_channels, int out_channels);

void winograd_convolve(const struct winograd *winograd);

#endif
