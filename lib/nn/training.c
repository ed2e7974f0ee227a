/* Training steps: forward, loss, backward, update. */
#include "nn/engine.h"
#include "nn/loss.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Floats that one task updates or checks. */
enum { PIECE = 16384 };

static int pieces_of(size_t count)
{
	return (int)((count + PIECE - 1) / PIECE);
}

struct training_options training_defaults(enum optimizer optimizer)
{
	return (struct training_options){
		.loss = LOSS_CATEGORICAL_CROSSENTROPY,
		.optimizer = optimizer,
		.beta1 = 0.9f,
		.beta2 = optimizer == OPTIMIZER_RMSPROP ? 0.9f : 0.999f,
		.epsilon = 1e-7f,
		.weight_decay = optimizer == OPTIMIZER_ADAMW ? 0.004f : 0,
	};
}

void network_train_start(struct network *network, const struct training_options *options)
{
	network->options = *options;
	network->beta1_power = network->beta2_power = 1;
	memset(network->first_moments, 0, network->trainable_count * sizeof(float));
	memset(network->second_moments, 0, network->trainable_count * sizeof(float));
}

/* ---- values that are not finite ---- */

struct finite_search {
	const struct network *network;
	int n;
	bool all;         /* else only where it has to be */
	atomic_int found; /* the lowest index of what is not finite */
};

static void note_index(struct finite_search *search, int index)
{
	int known = atomic_load(&search->found);
	while (index < known && !atomic_compare_exchange_weak(&search->found, &known, index))
		;
}

/* Whether an operation's output is finite in one sample; `row` is scratch memory for a row of a
 * fused normalisation. */
static bool output_is_finite(const struct network *network, const struct operation *operation,
	int sample, float *row)
{
	const struct kernels *kernels = network->kernels;
	size_t count = shape_count(operation->out),
	       line = (size_t)operation->out.width * (size_t)operation->out.channels;
	if (!operation->is_fused)
		return kernels->finite(operation->output + (size_t)sample * count, count);
	const float *x = operation->input + (size_t)sample * count;
	for (int y = 0; y < operation->out.height; y++, x += line) {
		copy_normalized(kernels, operation, row, x, operation->out.width,
			operation->out.channels);
		if (!kernels->finite(row, line))
			return false;
	}
	return true;
}

/* What backward checks, or a normalisation has statistics of, is checked here only when something
 * is not finite. */
static void search_output(void *context, int index, int worker)
{
	struct finite_search *search = context;
	const struct network *network = search->network;
	const struct operation *operation = &network->operations[index / search->n];
	bool good = operation->kind != &normalization_kind ||
		normalization_is_finite(network->kernels, operation);
	if (search->all ||
		!(operation->checks_finite || operation->fused_output_normalization ||
			operation->is_fused))
		good = good &&
			output_is_finite(network, operation, index % search->n,
				worker_scratch(network, worker));
	if (!good)
		note_index(search, index / search->n);
}

/* The first layer whose output is not finite, or -1. */
static int bad_output(const struct network *network, int n, bool all)
{
	struct finite_search search = {.network = network,
		.n = n,
		.all = all,
		.found = network->operation_count};
	parallel_for(network->pool, network->operation_count * n, search_output, &search);
	int found = search.found;
	return found < network->operation_count ? network->operations[found].first_layer : -1;
}

struct finite_check {
	const struct network *network;
	const float *values; /* of all parameters */
	size_t count;
	atomic_bool not_finite;
};

static void search_piece(void *context, int index, int worker)
{
	(void)worker;
	struct finite_check *check = context;
	size_t first = (size_t)index * PIECE, left = check->count - first;
	if (!check->network->kernels->finite(check->values + first, left < PIECE ? left : PIECE))
		check->not_finite = true;
}

/* The first layer with a value that is not finite in an array of `count` values or gradients of
 * parameters, or -1. */
static int bad_array(const struct network *network, const float *values, size_t count)
{
	struct finite_check check = {.network = network, .values = values, .count = count};
	parallel_for(network->pool, pieces_of(count), search_piece, &check);
	int layer = -1;
	for (int i = 0; i < network->parameter_count && check.not_finite; i++) {
		const struct parameter *parameter = &network->parameters[i];
		if (network->offsets[i] < count && (layer < 0 || parameter->layer_index < layer) &&
			!network->kernels->finite(values + network->offsets[i], parameter->count))
			layer = parameter->layer_index;
	}
	return layer;
}

int network_bad_layer(const struct network *network)
{
	return bad_array(network, network->values, network->value_count);
}

/* ---- update ---- */

struct update_task {
	const struct network *network;
	float learning_rate, decay;
	size_t first, end; /* of the floats of this group */
};

static void update_piece(void *context, int index, int worker)
{
	(void)worker;
	const struct update_task *task = context;
	const struct network *network = task->network;
	size_t first = task->first + (size_t)index * PIECE, left = task->end - first;
	const struct update update = {
		.weights = network->values + first,
		.first = network->first_moments + first,
		.second = network->second_moments + first,
		.gradients = network->gradients + first,
		.count = left < PIECE ? left : PIECE,
		.learning_rate = task->learning_rate,
		.beta1 = network->options.optimizer == OPTIMIZER_SGD ? network->options.momentum
								     : network->options.beta1,
		.beta2 = network->options.beta2,
		.epsilon = network->options.epsilon,
		.decay = task->decay,
	};
	if (network->options.optimizer == OPTIMIZER_SGD)
		network->kernels->sgd(&update);
	else if (network->options.optimizer == OPTIMIZER_RMSPROP)
		network->kernels->rmsprop(&update);
	else
		network->kernels->adam(&update);
}

static void update_group(const struct network *network, float learning_rate, float decay,
	size_t first, size_t end)
{
	struct update_task task = {network, learning_rate, decay, first, end};
	parallel_for(network->pool, pieces_of(end - first), update_piece, &task);
}

/* Adam (Kingma and Ba 2015) with the bias corrections in the rate, as Keras has it; AdamW
 * (Loshchilov and Hutter 2019). */
static void update_weights(struct network *network, float learning_rate)
{
	const struct training_options *options = &network->options;
	float rate = learning_rate;
	network->beta1_power *= (double)options->beta1;
	network->beta2_power *= (double)options->beta2;
	if (options->optimizer == OPTIMIZER_ADAM || options->optimizer == OPTIMIZER_ADAMW)
		rate = (float)((double)learning_rate * sqrt(1 - network->beta2_power) /
			(1 - network->beta1_power));
	float decay =
		options->optimizer == OPTIMIZER_ADAMW ? options->weight_decay * learning_rate : 0;
	update_group(network, rate, decay, 0, network->decayed_count);
	update_group(network, rate, 0, network->decayed_count, network->trainable_count);
	for (int i = 0; i < network->operation_count; i++)
		if (network->operations[i].kind->update_running_statistics)
			network->operations[i].kind->update_running_statistics(network,
				&network->operations[i]);
	network->weights_changed = true;
}

/* ---- step ---- */

struct step_result network_train_step(struct network *network, const float *input,
	const float *targets, int n, float learning_rate, uint64_t step)
{
	int outputs = network_outputs(network);
	struct step_result result = {.bad_layer = -1};
	network->training = network->computes_parameter_gradients = true;
	network->step = step;
	const float *logits =
		run_forward(network, copy_input(network, input, n), n, 0, network->operation_count);
	result.loss = mean_loss(network->kernels, &network->options, logits, targets, n, outputs);
	result.correct = count_correct(logits, targets, n, outputs);
	network->not_finite = bad_output(network, n, false) >= 0;
	if (!network->not_finite) {
		loss_gradient(network->kernels, &network->options, network->ping_pong[0], logits,
			targets, n, outputs);
		run_backward(network, network->ping_pong[0], n, 0, network->operation_count, false);
	}
	result.bad_layer = network->not_finite
		? bad_output(network, n, true)
		: bad_array(network, network->gradients, network->trainable_count);
	if (result.bad_layer < 0)
		update_weights(network, learning_rate);
	return result;
}
