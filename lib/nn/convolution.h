/* What forward and backward of a convolution share. */
#ifndef NN_CONVOLUTION_H
#define NN_CONVOLUTION_H

#include "nn/engine.h"

/* Weights of one filter. */
static inline size_t taps_of(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	return (size_t)layer->kernel_height * (size_t)layer->kernel_width *
		(size_t)operation->in.channels;
}

/* Rows of the padded input that `rows` rows of outputs are computed from. */
static inline int input_rows(const struct operation *operation, int rows)
{
	return (rows - 1) * operation->layer->stride_height + operation->layer->kernel_height;
}

/* Rows [first, first + rows) of the padded input of one sample (in.height, in.width, in.channels):
 * normalised by fused_input_normalization, and padded with zeros. Returns a pointer into the input
 * where there is neither, else fills `scratch`, rows * window.width * in.channels floats. *pitch is
 * the distance of two rows. */
const float *window_rows(const struct kernels *kernels, const struct operation *operation,
	int sample, int first, int rows, float *scratch, ptrdiff_t *pitch);

/* Floats that window_rows needs for `rows` rows; 0 where it points into the input. */
size_t window_scratch(const struct operation *operation, int rows);

void convolution_allocate_backward(struct network *network, struct operation *operation);
/* Copies the weights as the gradient of the input reads them. */
void convolution_transpose_weights(struct operation *operation, const float *kernel);
void convolution_backward(struct network *network, struct operation *operation, int n,
	float *gradient, float *input_gradient);

/* ---- convolution_samples.c: backward through whole samples ---- */

/* Backward of one sample. The sum over a leaf's samples (leaves.h) is a matrix: a row for each of
 * the kernel's taps, and a last one for the biases. */
struct sample_work {
	struct network *network;
	const struct operation *operation;
	int sample;
	bool fuses;             /* fused_backward is still to be done, on all of the gradient */
	float *gradient;        /* of the sample's output */
	float *leaf;            /* the sample is added to it; or NULL */
	int first_row, end_row; /* to these of its rows */
	float *dx;              /* of the sample's input, overwritten; or NULL */
	float *scratch;
};
typedef void sample_function(const struct sample_work *work);

struct sample_backward {
	sample_function *function;
	int width;      /* of a leaf's rows: the filters, padded or not */
	int most_parts; /* that the rows may be divided into */
};

/* As operation_kind's backward. */
void backward_by_samples(struct network *network, const struct operation *operation, int n,
	float *gradient, float *input_gradient, const struct sample_backward *backward);

/* Joins the leaves of n samples, whose rows are `width` long, and writes their sum into the
 * gradients of the parameters. */
void collect_leaves(const struct network *network, const struct operation *operation, int n,
	int width);

/* ---- convolution_winograd.c: the same by Winograd's algorithm ---- */

/* Whether the operation's backward is that. */
bool is_winograd(const struct operation *operation);
void winograd_allocate_backward(struct network *network, struct operation *operation);
void winograd_transpose_weights(const struct network *network, struct operation *operation,
	const float *kernel);
/* As operation_kind's backward. */
void winograd_backward(struct network *network, const struct operation *operation, int n,
	float *gradient, float *input_gradient);

/* ---- convolution_sparse.c: the same where a max-pool leaves few gradients ---- */

/* Whether the operation's backward is the sparse one; its leaves and transposed weights then have a
 * different layout. */
bool is_sparse(const struct network *network, const struct operation *operation);
void sparse_allocate(struct network *network, struct operation *operation);
void sparse_transpose_weights(const struct network *network, struct operation *operation,
	const float *kernel);
/* As operation_kind's backward; leaves `gradient` as it is. */
void sparse_backward(struct network *network, const struct operation *operation, int n,
	const float *gradient, float *input_gradient);

#endif
