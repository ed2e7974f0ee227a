/* Forward and backward through the operations; what prediction and explaining call. */
#include "nn/engine.h"

#include <string.h>

struct input_copy {
	const struct network *network;
	const float *input;
};

static void copy_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct input_copy *task = context;
	size_t count = shape_count(task->network->architecture.input),
	       first = (size_t)sample * count;
	memcpy(task->network->input + first, task->input + first, count * sizeof *task->input);
}

const float *copy_input(const struct network *network, const float *input, int n)
{
	struct input_copy task = {network, input};
	if (!network->input || input == network->input)
		return input;
	parallel_for(network->pool, n, copy_sample, &task);
	return network->input;
}

float *network_input(struct network *network)
{
	return network->input;
}

const float *run_forward(struct network *network, const float *input, int n, int first, int last)
{
	network->samples = n;
	if (network->weights_changed)
		prepare_weights(network);
	for (int i = first; i < last; i++) {
		struct operation *operation = &network->operations[i];
		if (operation->kind == &dropout_kind && !network->training)
			continue;
		operation->input = input;
		operation->kind->forward(network, operation, n);
		input = operation->is_fused ? input : operation->output;
	}
	return input;
}

float *run_backward(struct network *network, float *gradient, int n, int first, int last,
	bool wants_input)
{
	for (int i = last; i-- > first;) {
		struct operation *operation = &network->operations[i];
		float *other = operation->kind->in_place
			? gradient
			: network->ping_pong[gradient == network->ping_pong[0]];
		operation->kind->backward(network, operation, n, gradient,
			i > first || wants_input ? other : NULL);
		gradient = other;
	}
	return wants_input ? gradient : NULL;
}

/* ---- prediction ---- */

void network_forward(struct network *network, const float *input, int n, float *logits,
	float *probabilities)
{
	size_t count = (size_t)n * (size_t)network_outputs(network);
	struct shape out = network->shapes[network->architecture.layer_count - 1];
	network->training = false;
	const float *last =
		run_forward(network, copy_input(network, input, n), n, 0, network->operation_count);
	if (logits)
		memcpy(logits, last, count * sizeof *logits);
	memcpy(network->probabilities, last, count * sizeof *last);
	activate_rows(network->kernels, &network->final_activation, network->probabilities,
		n * out.height * out.width, out.channels);
	if (probabilities)
		memcpy(probabilities, network->probabilities, count * sizeof *probabilities);
}

/* ---- explaining ---- */

const float *network_output(const struct network *network, int index)
{
	if (index == network->final_layer)
		return network->probabilities;
	int end = index < 0 ? 0 : network->operation_ends[index];
	return end ? network->operations[end - 1].output : network->input;
}

/* The gradient of the final activation's input from that of its output, in place. */
static void final_backward(struct network *network, float *gradient, int n)
{
	struct shape out = network->shapes[network->final_layer];
	activate_rows_backward(network->kernels, &network->final_activation, network->probabilities,
		gradient, n * out.height * out.width, out.channels);
}

void network_backward(struct network *network, int from, const float *seed, int to, float *gradient)
{
	int layers = network->architecture.layer_count, n = network->samples;
	int last = from == layers ? network->operation_count : network->operation_ends[from];
	int first = to < 0 ? 0 : network->operation_ends[to];
	struct shape seed_shape = network->shapes[from == layers ? layers - 1 : from];
	struct shape shape = to < 0 ? network->architecture.input : network->shapes[to];
	float *flow = network->ping_pong[0];
	memcpy(flow, seed, (size_t)n * shape_count(seed_shape) * sizeof *flow);
	if (from == network->final_layer)
		final_backward(network, flow, n);
	network->computes_parameter_gradients = false;
	flow = run_backward(network, flow, n, first, last, true);
	memcpy(gradient, flow, (size_t)n * shape_count(shape) * sizeof *gradient);
}
