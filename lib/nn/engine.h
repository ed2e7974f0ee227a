/* Inside lib/nn: a network as operations on values.
 *
 * From the bottom up: here is what all of lib/nn knows; each kind of operation (convolution.c,
 * join.c...) knows its own inputs and output only; plan.c appends operations and fuses what it can,
 * an activation and a 2x2 max-pool into the convolution before them, whose full-size output is then
 * never written; chain.c finds operations that prediction computes together, some rows at a time;
 * operations.c makes all of a graph's; memory.c gives each value a place for as long as it is
 * needed; network.c calls those; run.c runs operations forward and backward. No file calls one that
 * calls it (tests/tools/layers.t). */
#ifndef NN_ENGINE_H
#define NN_ENGINE_H

#include "kernels/kernels.h"
#include "nn/arena.h"
#include "nn/leaves.h"
#include "nn/network.h"

#include <stdatomic.h>

struct operation;

/* Which rows of its input an operation's output row y depends on: [y * stride - top, y * stride -
 * top + height). */
struct row_window {
	int top, stride, height;
};

/* Some rows of the output of one sample. */
struct output_rows {
	int sample, first, count;
	const float *const *in; /* rows of the input, from the first that the first depends on;
	                           NULL: beyond its border */
	float *out;             /* one row after the other */
	float *scratch;         /* a worker's */
};
typedef void rows_function(const struct network *network, const struct operation *operation,
	const struct output_rows *rows);

/* What one kind of operation does. Samples lie one after the other. */
struct operation_kind {
	size_t state_size; /* bytes of the kind's own state, operation->state; zeroed */
	/* Chooses how it computes, knowing what is fused into it and which gradients are wanted;
	 * NULL: there is one way. */
	void (*choose)(const struct network *network, struct operation *operation);
	/* Takes the state's buffers out of the arena and requests scratch memory for each worker;
	 * called several times (arena.h). NULL: it has none. */
	void (*allocate_buffers)(struct network *network, struct operation *operation);
	/* Makes the packed or folded copies of its weights again; NULL: it has none. */
	void (*prepare)(struct network *network, struct operation *operation);
	/* The inputs' values to the output's, n samples. */
	void (*forward)(struct network *network, struct operation *operation, int n);
	/* `gradient` of the output, which it may overwrite, to operation->input_gradients (NULL:
	 * not wanted) and, where trains(), to the gradients of its parameters. */
	void (*backward)(struct network *network, struct operation *operation, int n,
		float *gradient);
	/* After the backward of a batch whose values are finite: the moving mean and variance;
	 * NULL: it has none. */
	void (*update_running_statistics)(struct network *network, struct operation *operation);
	bool in_place; /* backward leaves the gradient of its first input where that of the output
	                  was */
	bool is_noise; /* outside of training steps its output is its input */
	bool fuses_any_activation; /* also one whose derivative is not computed from its output
	                              (activation_derives_from_output) */
	bool fuses_normalization;  /* a convolution: batch normalisation before and after it can be
	                              fused with it (normalization.h) */
	bool fuses_pool;           /* a 2x2 max-pool after it can be fused into it */
	bool fuses_sum;            /* in prediction a sum of its output and another value can be */
};

/* The output of an operation, or the network's input. */
struct value {
	struct shape shape;
	struct operation *producer; /* NULL: the network's input */
	int uses;                   /* by inputs of operations, and as the network's output */
	int last_use;               /* index of the last operation that reads it, or -1 */
	bool wants_gradient;
	bool has_gradient;         /* in backward: `gradient` holds what later operations added */
	int place, gradient_place; /* index into network->places, or -1 */
	float *memory;             /* its own place */
	const float
		*data; /* of the last forward: `memory`, or another value's where they are equal */
	float *gradient;
};

struct operation {
	const struct operation_kind *kind;
	const struct layer *layer; /* whose sizes it has */
	int node, last_node;       /* that it computes: the first and the last fused into it */
	int first_parameter, parameter_count; /* its parameters; -1 and 0: none */
	bool has_trainable;                   /* one of its parameters is trained */
	bool is_inference; /* batch normalisation: by its moving statistics, always */
	void *state;       /* of its kind */

	int input_count;
	struct value **inputs;
	struct value *output_value;
	float **input_gradients; /* in backward, as many */
	int *spare_places;       /* for gradients that are added: places, or -1 */

	/* Of the first input and the output; `middle` is before a max-pool that is fused. */
	struct shape in, middle, out;
	const float *input;
	float *output;

	/* Fused into it: */
	const struct layer
		*normalization; /* batch normalisation folded into the weights, or NULL */
	int normalization_parameter;
	struct activation activation;
	bool pools; /* a max-pool 2x2 */
	bool adds;  /* its second input, of the shape of the output, before the activation */

	/* In prediction operations that read each other's rows are computed together, so that what
	 * is between them stays in the cache (chain.h). */
	rows_function *forward_rows; /* computes rows from rows; NULL: it can't */
	struct row_window row_window;
	bool is_chained; /* the operation that reads its output computes it */

	/* Batch normalisation between convolutions is fused with them to save memory bandwidth: the
	 * operation after it computes its output while copying its input (copy_normalized), and the
	 * operation before it computes the gradient of its input (fused_backward). */
	bool is_fused; /* normalisation: its output is never written, and the next operation reads
	                  its input */
	bool collects_statistics; /* forward collects fused_output_normalization's statistics band
	                             by band, in the cache */
	bool collects_gradients;  /* backward does the same for fused_input_normalization */
	const struct operation
		*fused_input_normalization; /* whose output this operation reads, or NULL */
	const struct operation *fused_output_normalization; /* which leaves its backward to this
	                                                       operation, or NULL */
	bool reads_single_pixels; /* of its input: a normalisation before it is not fused */
	bool keeps_gradient; /* backward leaves the gradient as it is: none may be fused into it */
	bool checks_finite;  /* backward sets network->not_finite where the output is not finite */
};

struct network {
	struct graph graph;
	enum network_mode mode;
	int batch;
	struct parallel *pool;
	const struct kernels *kernels;
	struct shape *shapes; /* per node */

	struct parameter *parameters;
	int parameter_count;
	int *first_parameters;  /* per layer; -1: it has none */
	size_t *offsets;        /* of each parameter in the arrays below */
	size_t trainable_count; /* floats that an optimizer changes: the first ones */
	size_t decayed_count;   /* floats that weight decay reaches: the first of these */
	size_t weight_count;
	float *weights, *gradients, *first_moments, *second_moments;
	float *kept_gradients;    /* of batches before, while another's are computed; NULL: not
	                             reserved */
	void *kept_memory;        /* that they were first allocated in */
	int64_t gradient_samples; /* since the last update, that `gradients` are the mean of */
	double *span_norms;       /* squared, of the gradients' spans */
	float *spare_gradients;   /* of a layer with several uses, while they are added */
	size_t spare_gradient_count;
	bool *has_gradient; /* per parameter, in backward: an operation has computed it */
	bool has_penalties;

	struct layer *layers; /* made by the planner: parts of one layer, or another form of it */
	int layer_count;
	struct value *values; /* the first is the network's input */
	int value_count;
	struct operation *operations;
	int operation_count;
	int *node_values; /* per node: its value, or -1 where it is fused and never written */
	struct value **input_room; /* that the operations' arrays lie in */
	float **gradient_room;
	int *spare_room;
	struct activation final_activation;
	int final_node; /* that applies it, or -1 */

	struct place *places;
	int place_count;
	struct arena arena;
	char *memory;  /* that the arena lies in */
	float *shared; /* that the places lie in */
	float *input;  /* a copy: training and explaining need it later */
	float *probabilities;
	size_t scratch_count; /* floats for each worker */
	float *scratch;
	size_t leaf_count; /* floats of the largest sums over samples */
	float *leaves;
	size_t ring_count; /* floats for each worker: rows of chains */
	float *rings;

	int samples;                       /* of the last forward */
	bool weights_changed;              /* since operations made their copies of them */
	bool training;                     /* within a training step */
	atomic_bool not_finite;            /* an output of this step */
	bool computes_parameter_gradients; /* in backward */
	struct training_options options;
	double beta1_power, beta2_power;
	float batch_share; /* of this batch in running statistics that are means; 0: they have the
	                      momentum of their layer */
	uint64_t step;     /* seeds dropout */
};

/* Whether an operation computes gradients of its parameters now. */
static inline bool trains(const struct network *network, const struct operation *operation)
{
	return network->computes_parameter_gradients && operation->has_trainable;
}

static inline int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Values of a long array that one task works on. */
struct span {
	size_t first, count;
};

enum { SPAN = 1 << 14 };

static inline int spans_of(size_t count)
{
	return (int)((count + SPAN - 1) / SPAN);
}

static inline struct span span_of(size_t count, int index)
{
	size_t first = (size_t)index * SPAN, left = count - first;
	return (struct span){first, left < SPAN ? left : SPAN};
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

/* Requests at least `count` floats of scratch memory for each worker. */
void request_scratch(struct network *network, size_t count);
float *worker_scratch(const struct network *network, int worker);

/* Gives planned sums over the samples of a batch their memory, which all operations share: it holds
 * them within one call of `backward`. */
void allocate_leaves(struct network *network, struct leaf_sums *sums, struct leaf_sums planned);

/* Row by row: out (rows, width) from x (rows, stride), and back with zeros after each row. */
void compact_rows(float *out, const float *x, int rows, int width, int stride);
void pad_rows(float *out, const float *x, int rows, int width, int stride);

/* The value that a node computes (GRAPH_INPUT: the network's input; node_count: the logits). */
struct value *node_value(const struct network *network, int node);

#endif
