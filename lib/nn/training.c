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
	memset(network->first_moments, 0, network->trainable_count * sizeof(float));
	memset(network->second_moments, 0, network->trainable_count * sizeof(float));
}

/* Gradients take the places of values that are no longer needed: those are computed again. */
static int find_bad_output(struct network *network, const float *input, int n)
{
	run_forward(network, input, n);
	return bad_output(network, n, true);
}

struct step_result network_train_step(struct network *network, const float *input,
	const float *targets, int n, float learning_rate, uint64_t step)
{
	int outputs = network_outputs(network);
	struct step_result result = {.bad_layer = -1};
	struct value *output = node_value(network, network->graph.node_count);
	network->training = network->computes_parameter_gradients = true;
	network->step = step;
	input = copy_input(network, input, n);
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
	result.bad_layer = network->not_finite
		? find_bad_output(network, input, n)
		: bad_array(network, network->gradients, network->trainable_count);
	if (result.bad_layer < 0)
		update_weights(network, learning_rate);
	return result;
}
