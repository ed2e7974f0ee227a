/* Inside lib/nn: batch normalisation that is fused with the convolutions around it. */
#ifndef NN_NORMALIZATION_H
#define NN_NORMALIZATION_H

#include "nn/engine.h"

extern const struct operation_kind normalization_kind;

/* Multiplies `rows` rows of folded weights and the bias, each `width` long, by what the operation's
 * batch normalisation does. */
void fold_normalization(const struct network *network, const struct operation *operation,
	float *weights, float *bias, int rows, int width);

/* Copies `count` pixels of `channels` of an operation's input, normalised by `normalization` unless
 * it is NULL. */
void copy_normalized(const struct kernels *kernels, const struct operation *normalization,
	float *to, const float *from, int count, int channels);

/* Computes, for one band of an operation's output (row_band_of), the sums that its
 * fused_output_normalization needs. `scratch` is two padded rows of channels, which that has
 * requested. */
void collect_band_statistics(const struct kernels *kernels, const struct operation *operation,
	int band, float *scratch);

/* The same of the gradient, for an operation's fused_input_normalization: one band of the gradient
 * of the operation's input, which is complete. */
void collect_band_gradients(const struct kernels *kernels, const struct operation *operation,
	int band, float *scratch);

/* Backward, in place, through an operation's fused_output_normalization and its own activation:
 * `count` values of the gradient, whole pixels from value `first` of the batch on. */
void fused_backward(const struct kernels *kernels, const struct operation *operation,
	float *gradient, ptrdiff_t first, size_t count);

/* Whether a normalisation's statistics, and the scale and shift computed from them, are finite: its
 * input and output then are, unless a product with a scale overflows. */
bool normalization_is_finite(const struct kernels *kernels, const struct operation *operation);

#endif
