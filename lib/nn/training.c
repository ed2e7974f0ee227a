/* Training steps: forward, loss, backward, update. */
#include "nn/finite.h"
#include "nn/loss.h"
#include "nn/run.h"
#include "nn/update.h"

#include <stdatomic.h>
#include <string.h>

struct training_options training_defaults(enum optimizer optimizer)
{
	return (struct training_options){
		.loss = LOSS_CATEGORICAL_CROSSENTROPY,
		.optimizer = optimizer,
		.beta1 = 0.9f,
		.beta2 = optimizer_row(optimizer)->beta2,
		.epsilon = 1e-7f,
		.weight_decay = optimizer_row(optimizer)->weight_decay,
	};
}

void network_train_start(struct network *network, const struct training_options *options)
{
	network->options = *options;
	network->beta1_power = network->beta2_power = 1;
	network->gradient_samples = 0;
	memset(network->first_moments, 0, network->trainable_count * sizeof(float));
	memset(network->second_moments, 0, network->trainable_count * sizeof(float));
}

/* ---- gradients of several batches ---- */

int network_reserve_accumulation(struct network *network, struct error *error)
{
	struct arena arena = {0};
	if (network->kept_gradients)
		return 0;
	arena_floats(&arena, network->trainable_count);
	network->kept_memory = arena_allocate(&arena);
	if (!network->kept_memory)
		return error_memory(error, "network");
	network->kept_gradients = arena_floats(&arena, network->trainable_count);
	return 0;
}

/* Makes room for the gradients of another batch. Returns of how many samples some are kept. */
static int64_t keep_gradients(struct network *network)
{
	float *gradients = network->gradients;
	int64_t kept = network->kept_gradients ? network->gradient_samples : 0;
	network->gradient_samples = 0;
	if (kept) {
		network->gradients = network->kept_gradients;
		network->kept_gradients = gradients;
	}
	return kept;
}

/* Makes the gradients of n samples those of the mean over these and `kept` others. */
static void join_gradients(const struct network *network, int64_t kept, int n)
{
	interpolate_values(network, network->gradients, network->kept_gradients,
		(float)((double)kept / (double)(kept + n)), network->trainable_count);
}

/* ---- steps ---- */

/* Gradients take the places of values that are no longer needed: those are computed again. */
static int find_bad_output(struct network *network, const float *input, int n)
{
	run_forward(network, input, n);
	return bad_output(network, n, true);
}

/* Forward and loss, and backward unless an output is not finite. */
static struct step_result run_batch(struct network *network, const float *input,
	const float *targets, int n)
{
	int outputs = network_outputs(network);
	struct step_result result = {.bad_layer = -1};
	struct value *output = node_value(network, network->graph.node_count);
	const float *logits = run_forward(network, input, n);
	result.loss = mean_loss(network->kernels, &network->options, logits, targets, n, outputs) +
		penalty_loss(network);
	result.correct = count_correct(logits, targets, n, outputs);
	network->not_finite = bad_output(network, n, false) >= 0;
	if (!network->not_finite && output->wants_gradient) {
		loss_gradient(network->kernels, &network->options, begin_gradient(network, output),
			logits, targets, n, outputs);
		run_backward(network, n, 0, network->operation_count);
	}
	return result;
}

static void update_running_statistics(struct network *network)
{
	for (int i = 0; i < network->operation_count; i++)
		if (network->operations[i].kind->update_running_statistics)
			network->operations[i].kind->update_running_statistics(network,
				&network->operations[i]);
}

bool network_has_running_statistics(const struct network *network)
{
	for (int i = 0; i < network->operation_count; i++)
		if (network->operations[i].kind->update_running_statistics &&
			!network->operations[i].is_inference)
			return true;
	return false;
}

void network_average_statistics(struct network *network, const float *input, int n, uint64_t step,
	float share)
{
	network->training = true;
	network->step = step;
	network->batch_share = share;
	run_forward(network, copy_input(network, input, n), n);
	update_running_statistics(network);
	network->batch_share = 0;
}

struct step_result network_add_gradients(struct network *network, const float *input,
	const float *targets, int n, uint64_t step)
{
	network->training = network->computes_parameter_gradients = true;
	network->step = step;
	int64_t kept = keep_gradients(network);
	input = copy_input(network, input, n);
	struct step_result result = run_batch(network, input, targets, n);
	if (kept && !network->not_finite)
		join_gradients(network, kept, n);
	result.bad_layer = network->not_finite
		? find_bad_output(network, input, n)
		: bad_array(network, network->gradients, network->trainable_count);
	if (result.bad_layer >= 0)
		return result;
	network->gradient_samples = kept + n;
	update_running_statistics(network);
	return result;
}

void network_update(struct network *network, float learning_rate)
{
	if (network->gradient_samples)
		update_weights(network, learning_rate);
	network->gradient_samples = 0;
}

struct step_result network_train_step(struct network *network, const float *input,
	const float *targets, int n, float learning_rate, uint64_t step)
{
	struct step_result result = network_add_gradients(network, input, targets, n, step);
	if (result.bad_layer < 0)
		network_update(network, learning_rate);
	return result;
}
