/* Inside lib/nn: what the ways to compute a convolution share. */
#ifndef NN_CONVOLUTION_H
#define NN_CONVOLUTION_H

#include "nn/leaves.h"
#include "nn/normalization.h"
#include "nn/plan.h"
#include "nn/window.h"

/* One way to compute one direction of a convolution: the first that suits is taken, once. */
struct convolution_way {
	bool (*suits)(const struct network *network, const struct operation *operation);
	/* As those of operation_kind; after them the buffers and copies that both directions need
	 * are there. */
	void (*allocate)(struct network *network, struct operation *operation);
	void (*prepare)(struct network *network, struct operation *operation);
	/* Of these, that of its direction. */
	void (*forward)(struct network *network, struct operation *operation, int n);
	void (*backward)(struct network *network, struct operation *operation, int n,
		float *gradient);
	bool keeps_gradient; /* backward reads the gradient more than once and leaves it as it is */
	bool reads_single_pixels;    /* not padded rows (window_rows) */
	rows_function *forward_rows; /* of operation; NULL: it can't */
	bool by_bands; /* forward computes bands of rows: it can collect their statistics */
};

extern const struct convolution_way winograd_forward, gathered_forward, pointwise_forward,
	im2col_forward, direct_forward;
extern const struct convolution_way sparse_backward, winograd_backward, gathered_backward,
	pointwise_backward, direct_backward;
extern const struct operation_kind convolution_kind, depthwise_kind;

/* The state of convolutions and depthwise convolutions. */
struct convolution {
	const struct convolution_way *forward, *backward; /* backward: NULL in prediction */
	struct window window;
	float *weights, *bias;      /* (taps, filters padded): normalisation folded */
	uint8_t *argmax;            /* fused max-pool: which of its four pixels is the largest */
	float *winograd;            /* weights as Winograd's algorithm multiplies them */
	float *winograd_transposed; /* the same, transposed for the gradient of the input */
	float *packed;              /* (filters padded / CHANNEL_BLOCK, taps, CHANNEL_BLOCK) */
	float *grouped;             /* weights by groups */
	float *transposed;          /* weights as its backward reads them */
	struct leaf_sums leaves;    /* of the gradients of its parameters */
};

static inline struct convolution *convolution_of(const struct operation *operation)
{
	return operation->state;
}

/* Weights of one filter. */
static inline size_t taps_of(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	return (size_t)layer->kernel_height * (size_t)layer->kernel_width *
		(size_t)(operation->in.channels / layer->groups);
}

/* Rows of the padded input that `rows` rows of outputs are computed from. */
static inline int input_rows(const struct operation *operation, int rows)
{
	return (rows - 1) * operation->layer->stride_height + operation->layer->kernel_height;
}

/* The same of a band: no more rows than there are, however far strides reach. */
static inline int band_input_rows(const struct operation *operation)
{
	return input_rows(operation, smaller(BAND, operation->middle.height));
}

/* What follows the products: adds the operation's second input to `count` values of its output, if
 * it has one, and activates them. */
static inline void finish_outputs(const struct kernels *kernels, const struct operation *operation,
	float *out, size_t count)
{
	if (operation->adds)
		kernels->add(out, operation->inputs[1]->data + (out - operation->output), count);
	kernels->activate(&operation->activation, out, count);
}

/* ---- convolution_packed.c: weights in blocks of CHANNEL_BLOCK filters ---- */

/* Takes memory for convolution->packed, and fills it from convolution->weights. */
void allocate_packed(struct network *network, struct operation *operation);
void prepare_packed(struct network *network, struct operation *operation);

/* out (count, width) from x (count, inner) and weights (width padded / CHANNEL_BLOCK, inner,
 * CHANNEL_BLOCK); initial zeros. */
struct product packed_product(const float *x, int count, int inner, const float *packed, float *out,
	int width);

/* ---- convolution_window.c ---- */

/* Rows [first, first + rows) of the padded input of one sample (in.height, in.width, in.channels):
 * normalised by fused_input_normalization, and padded with zeros. Returns a pointer into the input
 * where there is neither, else fills `scratch`, rows * window.width * in.channels floats. *pitch is
 * the distance of two rows. */
const float *window_rows(const struct kernels *kernels, const struct operation *operation,
	int sample, int first, int rows, float *scratch, ptrdiff_t *pitch);

/* Floats that window_rows needs for `rows` rows; 0 where it points into the input. */
size_t window_scratch(const struct operation *operation, int rows);

/* ---- convolution_samples.c: backward through whole samples ---- */

/* Backward of some samples that follow each other, of one leaf (leaves.h). The sum over a leaf's
 * samples is a matrix: a row for each of the kernel's taps, and a last one for the biases. */
struct sample_work {
	struct network *network;
	const struct operation *operation;
	int sample, samples;
	bool fuses;             /* fused_backward is still to be done, on all of the gradient */
	float *gradient;        /* of the samples' outputs */
	float *leaf;            /* the samples are added to it; or NULL */
	int first_row, end_row; /* to these of its rows */
	float *dx;              /* of the samples' inputs, overwritten; or NULL */
	float *scratch;
};
typedef void sample_function(const struct sample_work *work);

struct sample_backward {
	sample_function *function;
	int width;         /* of a leaf's rows: the filters, padded or not */
	int most_parts;    /* that the rows may be divided into */
	bool whole_leaves; /* the function is given all samples of a leaf, else one by one */
};

/* As operation_kind's backward. */
void backward_by_samples(struct network *network, const struct operation *operation, int n,
	float *gradient, const struct sample_backward *backward);

/* Joins the leaves of n samples, whose rows are `width` long, and writes their sum into the
 * gradients of the parameters. */
void collect_leaves(const struct network *network, const struct operation *operation, int n,
	int width);

#endif
