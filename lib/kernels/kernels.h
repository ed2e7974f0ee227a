/* Kernels: the inner loops, compiled once per instruction set, in one table of functions each.
 *
 * All versions compute the same bytes: sums have the same order in all of them, one lane of a
 * vector is one value of the result, and a product is added with one rounding (fused multiply-add)
 * in all or in none. All arrays may be read up to 16 floats beyond their end where "padded" is
 * said; none is written there. */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "base/error.h"
#include "base/processor.h"
#include "kernels/activation.h"
#include "kernels/optimizer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Channel counts are rounded up to this wherever a kernel works on whole vectors. */
enum { CHANNEL_BLOCK = 16 };

static inline int padded_channels(int channels)
{
	return (channels + CHANNEL_BLOCK - 1) / CHANNEL_BLOCK * CHANNEL_BLOCK;
}

/* Sums that a stack of partial sums joins, one for each 1 in the number of leaves (nn/leaves.h):
 * enough for any number of samples. */
enum { LEAF_LEVELS = 32 };

/* The matrix product that convolution and dense layers use, forward and backward:
 *
 *     out[i][c] = initial[c] + sum over o < outer, k < inner of x[i][o][k] * w[o * inner + k][c]
 *
 * for i < count, c < width, added up in the order of (o, k), each by a fused multiply-add.
 * x[i][o][k] lies at x + i * x_row + o * x_outer + k * x_inner: rows may overlap, as the windows of
 * a convolution do. */
struct product {
	const float *x;
	ptrdiff_t x_row, x_outer, x_inner;
	const float *w;
	ptrdiff_t w_row;
	ptrdiff_t w_block; /* from CHANNEL_BLOCK columns of w to the next; 0: beside each other */
	float *out;
	ptrdiff_t out_row;
	const float *initial; /* width values; NULL: zeros */
	bool accumulate;      /* begin with what is in out, not with initial */
	int count, outer, inner;
	int width; /* of `product` any: w and initial are read as far as padded_channels(width), out
	              is not; of the others a multiple of CHANNEL_BLOCK */
};

/* One gradient that is not zero: its value, and the index of the first value that it is multiplied
 * with. */
struct sparse_entry {
	int32_t index;
	float value;
};

/* Gradients of the input of a 2x2 max-pool, sorted by pixel: (windows, 4 pixels, capacity) entries,
 * of which the first counts[window * 4 + pixel] are used; `index` is into the weights (filter, 3,
 * 3, channels). */
struct sparse_gradients {
	const struct sparse_entry *entries;
	const int32_t *counts;
	int windows, capacity;
};

/* Gradients of a few neighbouring pool windows of a convolution whose input has few channels. */
struct few_channels {
	const float *x; /* padded: the first input pixel of the first window, rows `pitch` apart */
	ptrdiff_t pitch;
	int channels;          /* 3 * channels is CHANNEL_BLOCK at most */
	const float *gradient; /* (count, filters), rows gradient_row apart */
	ptrdiff_t gradient_row;
	const uint8_t *argmax; /* as max_pool writes it, rows argmax_row apart */
	ptrdiff_t argmax_row;
	int filters, count; /* count: FEW_CHANNELS_WINDOWS at most */
};
enum { FEW_CHANNELS_WINDOWS = 16 };

/* One update of `count` weights (kernels/optimizer.h). */
struct update {
	float *weights, *first,
		*second; /* the moments; SGD: first is the velocity; RMSprop: second */
	const float *gradients;
	size_t count;
	float scale;         /* gradients are multiplied by it first */
	float learning_rate; /* Adam: with the bias corrections in it */
	float beta1, beta2, epsilon;
	float decay;   /* weights are multiplied by 1 - decay first */
	bool nesterov; /* SGD */
};

/* A row of the outputs of a depthwise convolution, whose weights are (height, width, channels).
 * Window i covers columns i * step - left... of `rows`; what of it lies outside of the input is
 * left out of all sums. */
struct depthwise {
	const float *const *rows; /* `height`, (columns, channels) each; NULL: outside */
	int columns;
	int step, left;
	const float *weights;
	int height, width, channels;
	int count; /* windows */
	/* Of the outputs; the gradient of the weights doesn't read it. */
	const float *bias;
	float *out;
	ptrdiff_t out_step;           /* floats; it is `channels` where there is an activation */
	struct activation activation; /* elementwise */
};

/* ROW(enumerator, name of the function): how two arrays become one, value by value. NaN is the
 * largest and the smallest value. */
#define JOINS(ROW) \
	ROW(ADD, join_add) \
	ROW(SUBTRACT, join_subtract) \
	ROW(MULTIPLY, join_multiply) \
	ROW(MAXIMUM, join_maximum) \
	ROW(MINIMUM, join_minimum)

#define ROW(kind, function) JOIN_##kind,
enum join_kind { JOINS(ROW) JOIN_COUNT };
#undef ROW

/* Pixels `step` apart: 0 repeats one. */
struct join_operand {
	const float *x;
	ptrdiff_t step;
};

/* out (count, channels) from two of that shape; out may be one of them. */
struct join_pixels {
	float *out;
	struct join_operand first, second;
	int count, channels;
};

/* The pixels of one sample that a window of a pooling layer covers, of some channels. */
struct pool_window {
	const float *x; /* the first pixel; its rows are `pitch` apart, its pixels `stride` */
	ptrdiff_t pitch, stride;
	int rows, columns, channels;
};

/* An affine map by channel, and an elementwise activation: y = activate(x * scale + shift),
 * fused. */
struct affine {
	const float *scale, *shift;
	struct activation activation;
};

/* Sums by channel over `count` pixels of `channels` of x and the gradient of what an affine map
 * makes of it; with g this gradient times the activation's derivative, sums += g and products += (x
 * - mean) g. */
struct gradient_sums {
	float *sums, *products;
	const float *gradient, *x, *mean;
	const struct affine *affine;
	int count, channels;
};

struct kernels {
	const char *name;

	void (*product)(const struct product *product);
	/* The same with each o a leaf (nn/leaves.h), the last of `last` k: the sum of each begins
	 * with zero, and they are joined in the tree of leaves. `initial` and `accumulate` are not
	 * read. */
	void (*product_leaves)(const struct product *product, int last);
	/* The product followed by a max-pool 2x2: out[i] is the maximum of rows 2 i and 2 i + 1 at
	 * x and at x + below; argmax, where not NULL, is (count, out_row) and gets what max_pool
	 * says. Never accumulates; `initial` is not NULL. */
	void (*product_pool)(const struct product *product, ptrdiff_t below, uint8_t *argmax);

	/* In place, of an elementwise activation (activation_is_elementwise).
	 * `activate_backward` multiplies the gradient by the derivative, from y, the activation's
	 * output or its input (activation_derives_from_output). */
	void (*activate)(const struct activation *activation, float *x, size_t count);
	void (*activate_backward)(const struct activation *activation, const float *y,
		float *gradient, size_t count);
	/* Elementwise, in place. */
	void (*exponential)(float *x, size_t count);
	void (*logarithm)(float *x, size_t count);

	/* out[i] += x[i] */
	void (*add)(float *out, const float *x, size_t count);
	/* out[i] += amount * (x[i] - out[i]), one rounding for the product and the sum. */
	void (*interpolate)(float *out, const float *x, float amount, size_t count);
	/* The sum of x[i]^2: of those with equal i modulo CHANNEL_BLOCK, then of these sums. */
	double (*squared_norm)(const float *x, size_t count);
	/* Whether all are finite. */
	bool (*finite)(const float *x, size_t count);

	/* sum[c] += x[i][c] over i < count; sum_squares: += (x[i][c] - mean[c])^2. */
	void (*sum_channels)(float *sum, const float *x, int count, int channels);
	void (*sum_squares)(float *sum, const float *x, const float *mean, int count, int channels);

	/* Batch normalisation over `count` pixels of `channels`. `normalize` is the affine map;
	 * with g the gradient of its output times the activation's derivative, `normalize_backward`
	 * puts g * scale + (x * by_input + constant) in the gradient's place. */
	void (*normalize)(float *out, const float *x, const struct affine *affine, int count,
		int channels);
	void (*sum_gradients)(const struct gradient_sums *sums);
	void (*normalize_backward)(float *gradient, const float *x, const struct affine *affine,
		const float *by_input, const float *constant, int count, int channels);

	/* Each output is summed from the bias, then the taps in their order, then activated. */
	void (*depthwise)(const struct depthwise *depthwise);
	/* Adds the gradients of the weights, laid out as these, from that of the outputs (count,
	 * channels), in the order of the outputs. */
	void (*depthwise_weights)(const struct depthwise *depthwise, const float *gradient,
		float *dweights);

	/* Max-pool 2x2 of two rows (2 * count pixels of `stride` floats) into out (count,
	 * channels); argmax, where not NULL, gets 0..3 = row * 2 + column of the first largest
	 * value. NaN wins. */
	void (*max_pool)(const float *upper, const float *lower, int stride, float *out,
		uint8_t *argmax, int count, int channels);

	void (*joins[JOIN_COUNT])(const struct join_pixels *join);

	/* The largest value of each channel in a window, the first of equals, or NaN; the mean: the
	 * sum of the sums of its rows, divided. Backward: adds to dx, laid out as x, the gradient
	 * of the largest value, or each pixel's share. */
	void (*max_window)(const struct pool_window *window, float *out);
	void (*max_window_backward)(const struct pool_window *window, const float *gradient,
		float *dx);
	void (*mean_window)(const struct pool_window *window, float *out);
	void (*mean_window_backward)(const struct pool_window *window, const float *gradient,
		float *dx);

	/* The sparse parts of a 3x3 convolution's backward.
	 * out (3, out_row): out[r][k] += sum over entries of value * x[index + r * pitch + k], k <
	 * run. x is padded; out_row is padded_channels(run). */
	void (*sum_windows)(float *out, const float *x, ptrdiff_t pitch,
		const struct sparse_entry *entries, int count, int run);
	/* The same where the three pixels have CHANNEL_BLOCK values at most, without lists: out
	 * (filters, padded_channels(9 * channels)) += over the windows. */
	void (*sum_few_channels)(float *out, const struct few_channels *windows);
	/* dx (4 rows `pitch` apart, 2 * windows + 2, channels) += the gradients of one pooled
	 * row. */
	void (*scatter_windows)(float *dx, ptrdiff_t pitch, const float *weights,
		const struct sparse_gradients *gradients, int channels);

	/* The transforms of Winograd's F(4x4, 3x3), for whole vectors of channels; the 36
	 * transformed values of a channel are `plane` apart. Input: x (6 rows `pitch` apart, 6,
	 * channels). Output: to out (4, 4, channels), plus the bias unless it is NULL. Weights: w
	 * is 9 rows of `channels`, `tap` apart. */
	void (*winograd_input)(float *out, ptrdiff_t plane, const float *x, ptrdiff_t pitch,
		int channels);
	void (*winograd_output)(float *out, const float *products, ptrdiff_t plane,
		const float *bias, int channels);
	void (*winograd_weights)(float *out, ptrdiff_t plane, const float *w, ptrdiff_t tap,
		int channels);
	/* Their adjoints: the gradient of the output, x (4 rows `pitch` apart, 4, channels), to
	 * that of the products; that of the transformed weights to that of the weights, 9 rows
	 * `tap` apart, which it overwrites or adds to. */
	void (*winograd_output_adjoint)(float *out, ptrdiff_t plane, const float *x,
		ptrdiff_t pitch, int channels);
	void (*winograd_weights_adjoint)(float *out, ptrdiff_t tap, const float *sums,
		ptrdiff_t plane, int channels, bool adds);

	void (*optimizers[OPTIMIZER_COUNT])(const struct update *update);
};

/* The table for this processor, or the one that the environment variable MILLRACE_CPU names: plain,
 * neon, avx2, avx512. -1: see processor_choose. */
CHECKED int kernels_select(const struct kernels **kernels, struct error *error);

/* All tables that this program was compiled with. */
struct processor_versions kernels_versions(void);

/* The versions. Those of an instruction set that this program was not built for are NULL. */
extern const struct kernels kernels_plain;
const struct kernels *kernels_neon(void);
const struct kernels *kernels_avx2(void);
const struct kernels *kernels_avx512(void);

#endif
