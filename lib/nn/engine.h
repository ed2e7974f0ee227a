/* Inside lib/nn: a network as operations over one arena.
 *
 * The planner makes operations of the layers. It fuses the activation and the 2x2 max-pool that
 * follow a convolution into it, so that its full-size output is never written. Flatten needs no
 * operation. */
#ifndef NN_ENGINE_H
#define NN_ENGINE_H

#include "nn/leaves.h"
#include "nn/network.h"

#include <stdatomic.h>

struct operation;

/* What one kind of operation does. Samples lie one after the other. */
struct operation_kind {
	/* Takes its own buffers out of the arena and requests scratch memory for each worker. */
	void (*allocate_buffers)(struct network *network, struct operation *operation);
	/* Makes the packed or folded copies of its weights again; NULL: it has none. */
	void (*prepare)(struct network *network, struct operation *operation);
	/* operation->input to operation->output, n samples. */
	void (*forward)(struct network *network, struct operation *operation, int n);
	/* `gradient` of the output, which it may overwrite, to `input_gradient` (NULL: not wanted)
	 * and, where network->computes_parameter_gradients is set, to the gradients of its
	 * parameters. */
	void (*backward)(struct network *network, struct operation *operation, int n,
		float *gradient, float *input_gradient);
	/* At the end of a training step whose values are finite: the moving mean and variance;
	 * NULL: it has none. */
	void (*update_running_statistics)(struct network *network, struct operation *operation);
	/* Whether backward leaves the gradient of the input where that of the output was. */
	bool in_place;
};

extern const struct operation_kind convolution_kind, depthwise_kind, dense_kind, max_pooling_kind,
	average_pooling_kind, activation_kind, dropout_kind, normalization_kind;

/* Offset and extent of a window over a padded side (TensorFlow's rule: the odd pixel is added at
 * the bottom and right). */
struct window {
	int top, left;     /* padding above and to the left */
	int height, width; /* of the padded input, as far as windows reach */
};

struct operation {
	const struct operation_kind *kind;
	const struct layer *layer; /* whose sizes it has */
	const struct layer
		*normalization; /* batch normalisation folded into the weights, or NULL */
	int first_layer, last_layer;
	int first_parameter, normalization_parameter; /* index of the first of its parameters */
	struct shape in, middle,
		out; /* middle: before the max-pool fused into it, else equal to out */
	struct activation activation;
	bool pools;
	struct window window;

	/* Batch normalisation between convolutions is fused with them to save memory bandwidth: the
	 * operation after it computes its output while copying its input (copy_normalized), and the
	 * operation before it computes the gradient of its input (fused_backward). */
	bool is_fused; /* normalisation: its output is never written, and the next operation reads
	                  its input */
	bool collects_statistics; /* forward collects fused_output_normalization's statistics band
	                             by band, in the cache */
	const struct operation
		*fused_input_normalization; /* whose output this operation reads, or NULL */
	const struct operation *fused_output_normalization; /* which leaves its backward to this
	                                                       operation, or NULL */

	const float *input; /* of the last forward */
	float *output;
	bool checks_finite; /* backward sets network->not_finite where the output is not finite */
	uint8_t *argmax;    /* fused max-pool: which of its four pixels is the largest */
	uint8_t *mask;      /* dropout: 1 where a value is kept */
	float *weights, *bias; /* as the kernels read them: channels padded, normalisation folded */
	float *winograd; /* convolution: weights as Winograd's algorithm multiplies them; NULL:
	                    direct */
	float *winograd_transposed; /* the same, transposed for the gradient of the input */
	float *transposed;          /* convolution: weights as its backward reads them */
	struct leaf_sums leaves;    /* of the gradients of its parameters */
	float *partials;            /* dense: partial sums of the output */
	float *statistics; /* normalisation: mean, variance, scale, shift and others, by channel */
	double *sums;      /* normalisation: sums by channel over bands of rows */
};

/* All memory is one block. A first pass with base NULL computes its size. */
struct arena {
	char *base;
	size_t used;
};

struct network {
	struct architecture architecture;
	enum network_mode mode;
	int batch;
	struct parallel *pool;
	const struct kernels *kernels;
	struct shape *shapes;

	struct parameter *parameters;
	int parameter_count;
	size_t *offsets;        /* of each parameter in the arrays below */
	size_t trainable_count; /* floats that an optimizer changes: the first ones */
	size_t decayed_count;   /* floats that weight decay reaches: the first of these */
	size_t value_count;
	float *values, *gradients, *first_moments, *second_moments;

	struct operation *operations;
	int operation_count;
	int *operation_ends; /* per layer: operations done when its output is there */
	struct activation final_activation; /* linear, sigmoid or softmax */
	int final_layer;                    /* that it belongs to, or -1 */

	struct arena arena;
	char *memory;        /* that the arena lies in */
	float *input;        /* a copy: training and explaining need it later */
	float *ping_pong[2]; /* buffers used in turn: for outputs in prediction, else for
	                      * gradients */
	float *probabilities;
	size_t scratch_count; /* floats for each worker */
	float *scratch;

	int samples;                       /* of the last forward */
	bool weights_changed;              /* since operations made their copies of them */
	bool training;                     /* within a training step */
	atomic_bool not_finite;            /* an output of this step */
	bool computes_parameter_gradients; /* in backward */
	struct training_options options;
	double beta1_power, beta2_power;
	uint64_t step; /* seeds dropout */
};

static inline int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Rows of one sample that a task works on together; sums over pixels are sums of those of bands. */
enum { BAND = 8 };

struct row_band {
	int sample, row, rows;
	ptrdiff_t first; /* index of its first value in the batch */
};

static inline int bands_of(struct shape shape)
{
	return (shape.height + BAND - 1) / BAND;
}

/* `index` counts through the bands of all samples. */
static inline struct row_band row_band_of(struct shape shape, int index)
{
	int sample = index / bands_of(shape), row = index % bands_of(shape) * BAND;
	return (struct row_band){sample, row, shape.height - row < BAND ? shape.height - row : BAND,
		((ptrdiff_t)sample * shape.height + row) * shape.width * shape.channels};
}

/* `count` floats at a multiple of 64 bytes, with 16 more that may be read; NULL while the size is
 * computed. */
float *arena_floats(struct arena *arena, size_t count);
uint8_t *arena_bytes(struct arena *arena, size_t count);
double *arena_doubles(struct arena *arena, size_t count);

/* Requests at least `count` floats of scratch memory for each worker. */
void request_scratch(struct network *network, size_t count);
float *worker_scratch(const struct network *network, int worker);

/* Makes operations of the layers; needs shapes and parameters. Infallible: arrays are allocated by
 * the caller for 2 * layer_count operations. */
void plan_operations(struct network *network);

/* Allocates the sums over samples of an operation whose parameters' gradient takes `size`
 * floats. */
void allocate_leaves(struct network *network, struct operation *operation, size_t size);
/* Joins them for n samples; the gradient is then at operation->leaves.arrays. */
void join_leaves(const struct network *network, const struct operation *operation, int n);

/* Multiplies `rows` rows of folded weights and the bias, each `width` long, by what batch
 * normalisation does. */
void fold_normalization(const struct network *network, struct operation *operation, int rows,
	int width);

/* Copies `count` pixels of `channels` of an operation's input, normalised by `normalization` unless
 * it is NULL. */
void copy_normalized(const struct kernels *kernels, const struct operation *normalization,
	float *to, const float *from, int count, int channels);
/* Computes, for one band of an operation's output (row_band_of), the sums that its
 * fused_output_normalization needs. `scratch` is two padded rows of channels. */
void collect_band_statistics(const struct kernels *kernels, const struct operation *operation,
	int band, float *scratch);
/* Backward, in place, through an operation's fused_output_normalization and its own activation:
 * `count` values of the gradient, whole pixels from value `first` of the batch on. */
void fused_backward(const struct kernels *kernels, const struct operation *operation,
	float *gradient, ptrdiff_t first, size_t count);
/* Whether a normalisation's statistics, and the scale and shift computed from them, are finite: its
 * input and output then are, unless a product with a scale overflows. */
bool normalization_is_finite(const struct kernels *kernels, const struct operation *operation);

/* Any activation in place, over rows of `count` channels. Backward takes the gradients of its
 * outputs to those of its inputs, in place; y are its outputs or its inputs
 * (activation_derives_from_output). */
void activate_rows(const struct kernels *kernels, const struct activation *activation, float *x,
	int rows, int count);
void activate_rows_backward(const struct kernels *kernels, const struct activation *activation,
	const float *y, float *gradient, int rows, int count);

/* Copies n samples into network->input, where training and explaining read them later, and returns
 * it; in prediction returns `input`. */
const float *copy_input(const struct network *network, const float *input, int n);

/* Makes all operations copy their weights again. */
void prepare_weights(struct network *network);

/* Runs operations [first, last) forward from `input`; returns the output of the last. */
const float *run_forward(struct network *network, const float *input, int n, int first, int last);
/* Runs operations [first, last) backward, the last first. `gradient` lies in one of the ping-pong
 * buffers. Writes the gradient of the first one's input into a ping-pong buffer and returns it;
 * NULL where it is not wanted. */
float *run_backward(struct network *network, float *gradient, int n, int first, int last,
	bool wants_input);

/* Row by row: out (rows, width) from x (rows, stride), and back with zeros after each row. */
void compact_rows(float *out, const float *x, int rows, int width, int stride);
void pad_rows(float *out, const float *x, int rows, int width, int stride);

#endif
