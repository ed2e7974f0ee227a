/* A network with weights: prediction, training steps, and explanations. Numbers only: no files, no
 * printing.
 *
 * Every result is the same to the last bit for any number of threads and any instruction set. */
#ifndef NN_NETWORK_H
#define NN_NETWORK_H

#include "base/parallel.h"
#include "graph/graph.h"
#include "kernels/optimizer.h"
#include "nn/loss.h"

#include <stddef.h>
#include <stdint.h>

struct network;

/* What the network is made for; decides which buffers it lays into its arena. */
enum network_mode {
	NETWORK_PREDICT, /* forward only, fused; no layer's output is kept */
	NETWORK_TRAIN,   /* training steps, and forward as in prediction */
	NETWORK_EXPLAIN, /* forward keeps every layer's output; gradients of any unit to any layer's
	                    output */
	NETWORK_DESCRIBE, /* shapes and parameters alone, without values: it computes nothing */
};

/* One array of weights, in Keras' shape and order. */
struct parameter {
	const char *layer; /* name of its layer */
	const char *name;  /* "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance",
	                      "depthwise_kernel" */
	int layer_index;
	int rank; /* 0..4 */
	int shape[4];
	size_t count;
	bool trainable; /* statistics and those of frozen layers are not */
	enum initializer initializer;
	struct penalty penalty;
	const float *values; /* the network's */
};

/* Allocates everything a network of at most `batch` samples a call needs; nothing is allocated
 * later. All weights are zero (moving variances and gammas one). The pool (may be NULL) stays the
 * caller's and must outlive the network. On failure (-1) *network is NULL: an architecture that
 * does not fit together, no memory, or MILLRACE_CPU (plain, neon, avx2 or avx512: which kernels to
 * use instead of the best) names what is not there. */
CHECKED int network_create(struct network **network, const struct graph *graph,
	enum network_mode mode, int batch, struct parallel *pool, struct error *error);
void network_destroy(struct network *network);

/* Glorot-uniform kernels (Glorot and Bengio 2010; limit sqrt(6 / (fan_in + fan_out)), fans as Keras
 * counts them), zero biases, from the seed alone. */
void network_initialize(struct network *network, uint64_t seed);

const struct graph *network_graph(const struct network *network);
const struct shape *network_shapes(const struct network *network); /* output of every node */
int network_outputs(const struct network *network);                /* values of one output vector */
int network_parameter_count(const struct network *network);
/* In Keras' order: by layer; kernel, bias or gamma, beta, moving mean, moving variance. */
struct parameter network_parameter(const struct network *network, int index);
/* The same parameter's values, which may be written until the next pass: that packs and folds them
 * again. */
float *network_parameter_values(struct network *network, int index);
/* Copies all of them from `values`, of any alignment. Returns whether they are finite. */
CHECKED bool network_set_parameter(struct network *network, int index, const void *values);

/* Copies the values of each parameter that both networks have, by the names of its layer and of
 * itself, with the same number of values. Returns how many those are. */
int network_copy_parameters(struct network *to, const struct network *from);

/* Forward of n samples, 1 <= n <= batch; `input` is (n, H, W, C). Writes the last layer's output
 * before its final sigmoid or softmax (the logits) and after it (the probabilities), each (n,
 * outputs); either may be NULL. A network that ends with another activation has equal logits and
 * probabilities. */
void network_forward(struct network *network, const float *input, int n, float *logits,
	float *probabilities);

/* ---- training ---- */

struct training_options {
	enum loss loss; /* on logits */
	/* One per output, or NULL: none; the caller's, while the network trains. A sample's loss
	 * and gradient are multiplied by sum(t w) / sum(t) over its targets t, before smoothing,
	 * and these weights w, 1 where no target is set: for one class its weight, as Keras'
	 * class_weight, for mixed ones their mean. A mean over samples stays one over their
	 * number. */
	const float *class_weights;
	float label_smoothing; /* targets t become t (1 - s) + s / classes (binary: + s / 2) */
	enum optimizer optimizer;
	float momentum;     /* SGD */
	bool nesterov;      /* SGD: Nesterov's momentum (Sutskever et al. 2013) */
	float beta1, beta2; /* Adam: 0.9, 0.999; RMSprop's rho is beta2: 0.9 */
	float epsilon;      /* 1e-7, as Keras */
	float weight_decay; /* times the learning rate, of kernels only: not of biases and
	                       normalisation */
	float clip_norm;    /* gradients, with those of penalties, whose L2 norm over all parameters
	                       is larger are scaled to this norm (Pascanu et al. 2013); 0: none */
	uint64_t seed;      /* of dropout */
};

/* Keras' defaults for an optimizer. */
struct training_options training_defaults(enum optimizer optimizer);

struct step_result {
	double loss;   /* mean over the samples of the batch, and the penalties */
	int correct;   /* samples whose largest output is their largest target */
	int bad_layer; /* -1; or the first layer with an output, else a gradient, that is not
	                  finite: the weights are then unchanged */
};

/* Starts training: clears the optimiser's state. Only in mode NETWORK_TRAIN. */
void network_train_start(struct network *network, const struct training_options *options);

/* Where a batch of inputs may be written before a step or a forward, which then need no copy of it:
 * pass it as `input`. NULL in mode NETWORK_PREDICT, which copies nothing. */
float *network_input(struct network *network);

/* One step on n samples: network_add_gradients, then, if all is finite, network_update. */
struct step_result network_train_step(struct network *network, const float *input,
	const float *targets, int n, float learning_rate, uint64_t step);

/* Forward, loss and backward of a batch of n samples, and batch normalisation's moving statistics,
 * which every batch changes. `targets` is (n, outputs). `step` counts batches from 0 and seeds
 * dropout.
 *
 * After network_reserve_accumulation several batches may precede an update: the gradients are then
 * those of the mean loss over all samples since the last. Without it each batch replaces the one
 * before. Where something is not finite, the moving statistics are as they were, and all gradients
 * since the last update are forgotten. */
struct step_result network_add_gradients(struct network *network, const float *input,
	const float *targets, int n, uint64_t step);

/* Whether batch normalisation has running statistics that training changes. */
bool network_has_running_statistics(const struct network *network);

/* Forward of a batch as in a step, after which the running statistics are (1 - share) of what they
 * were and `share` of the batch's: 1 begins anew, and n / (samples until now) makes the mean over
 * batches. What they should be for weights that were not trained themselves, such as averages
 * (Izmailov et al., "Averaging weights leads to wider optima and better generalization", 2018). */
void network_average_statistics(struct network *network, const float *input, int n, uint64_t step,
	float share);

/* Changes the weights by the gradients since the last update: adds those of the penalties, clips,
 * runs the optimizer. Without gradients it does nothing. */
void network_update(struct network *network, float learning_rate);

/* Allocates a second array of gradients, once; before training, only in mode NETWORK_TRAIN. -1
 * without memory. */
CHECKED int network_reserve_accumulation(struct network *network, struct error *error);

/* The first layer with a weight or moving statistic that is not finite, or -1. The step that makes
 * one so is noticed by the next step only. */
int network_bad_layer(const struct network *network);

/* The loss of given logits without a step, mean over n; for validation: class weights are not
 * read. */
double network_loss(const struct training_options *options, const float *logits,
	const float *targets, int n, int outputs);

/* Test interface, for gradient checks: gradients of the last update, one array per parameter
 * (NULL for what is not trainable). */
const float *network_gradient(const struct network *network, int parameter);

/* ---- what training changes: mode NETWORK_TRAIN ---- */

/* The network's own arrays. Who reads all of it and the two powers between an update and the next
 * batch, and writes it into a network of the same graph after network_train_start with the same
 * options, goes on to the same bytes. The floats between parameters are zero. */
struct training_state {
	float *weights; /* moving statistics too */
	float *first_moments, *second_moments;
	size_t weight_count, moment_count; /* floats of the weights; of each of the moments */
	double *beta1_power, *beta2_power; /* beta^t after t updates */
};

/* Valid as long as the network; to write after a pass, ask for it again. */
struct training_state network_training_state(struct network *network);

/* average += amount * (weights - average), for all weight_count floats, which stay exactly the same
 * where both are equal: with amount = 1 - decay an exponential moving average. */
void network_average_weights(struct network *network, float *average, float amount);

/* Swaps the network's weights with `other`, weight_count floats. */
void network_exchange_weights(struct network *network, float *other);

/* ---- explanations: mode NETWORK_EXPLAIN, after network_forward on n = 1..batch samples ---- */

/* Output of layer `index`, (n, H, W, C), kept until the next forward. Index -1 is the input. */
const float *network_output(const struct network *network, int index);

/* Gradient of a scalar with respect to the output of layer `to` (-1: the input), into `gradient`
 * (n, H, W, C). The scalar is the sum of seed * output over layer `from`'s output, `seed` being (n,
 * H, W, C) of that layer; with from = layer_count the layer is the logits. Samples do not mix: each
 * gets the gradient of its own part. `to` lies before `from`; batch normalisation counts as in
 * prediction, with its moving statistics. */
void network_backward(struct network *network, int from, const float *seed, int to,
	float *gradient);

#endif
