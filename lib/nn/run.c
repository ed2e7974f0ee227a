/* Forward and backward through the operations; what prediction and explaining call. */
#include "nn/run.h"
#include "nn/chain.h"
#include "nn/rows.h"

#include <string.h>

struct span_task {
	const struct kernels *kernels;
	float *to;
	const float *from;
	size_t count;
	float amount; /* of an interpolation */
};

static void copy_span(void *context, int index, int worker)
{
	(void)worker;
	const struct span_task *task = context;
	struct span span = span_of(task->count, index);
	memcpy(task->to + span.first, task->from + span.first, span.count * sizeof *task->to);
}

static void add_span(void *context, int index, int worker)
{
	(void)worker;
	const struct span_task *task = context;
	struct span span = span_of(task->count, index);
	task->kernels->add(task->to + span.first, task->from + span.first, span.count);
}

static void interpolate_span(void *context, int index, int worker)
{
	(void)worker;
	const struct span_task *task = context;
	struct span span = span_of(task->count, index);
	task->kernels->interpolate(task->to + span.first, task->from + span.first, task->amount,
		span.count);
}

void interpolate_values(const struct network *network, float *to, const float *from, float amount,
	size_t count)
{
	struct span_task task = {network->kernels, to, from, count, amount};
	parallel_for(network->pool, spans_of(count), interpolate_span, &task);
}

static void for_spans(const struct network *network, parallel_task *work, float *to,
	const float *from, size_t count)
{
	struct span_task task = {network->kernels, to, from, count, 0};
	parallel_for(network->pool, spans_of(count), work, &task);
}

const float *copy_input(const struct network *network, const float *input, int n)
{
	if (!network->input || input == network->input)
		return input;
	for_spans(network, copy_span, network->input, input,
		(size_t)n * shape_count(network->graph.input));
	return network->input;
}

float *network_input(struct network *network)
{
	return network->input;
}

static void prepare_weights(struct network *network)
{
	network->weights_changed = false;
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i];
		if (operation->kind->prepare)
			operation->kind->prepare(network, operation);
	}
}

/* ---- forward ---- */

static void forward_operation(struct network *network, struct operation *operation, int n)
{
	const float *input = operation->inputs[0]->data;
	struct value *output = operation->output_value;
	output->data = operation->is_fused || (operation->kind->is_noise && !network->training)
		? input
		: output->memory;
	if (operation->kind->is_noise && !network->training)
		return;
	operation->input = input;
	if (operation->is_chained)
		return;
	if (is_chain(operation))
		chain_forward(network, operation, n);
	else
		operation->kind->forward(network, operation, n);
}

const float *run_forward(struct network *network, const float *input, int n)
{
	network->samples = n;
	network->values[0].data = input;
	if (network->weights_changed)
		prepare_weights(network);
	for (int i = 0; i < network->operation_count; i++)
		forward_operation(network, &network->operations[i], n);
	return node_value(network, network->graph.node_count)->data;
}

/* ---- backward ---- */

float *begin_gradient(struct network *network, struct value *value)
{
	for (int i = 0; i < network->value_count; i++)
		network->values[i].has_gradient = false;
	for (int i = 0; i < network->parameter_count; i++)
		network->has_gradient[i] = false;
	value->has_gradient = true;
	return value->gradient;
}

/* Where the gradient of each input is written: in its place, or beside it if there is one that it
 * is added to. */
static void choose_targets(const struct network *network, struct operation *operation)
{
	for (int k = 0; k < operation->input_count; k++) {
		struct value *input = operation->inputs[k];
		operation->input_gradients[k] = !input->wants_gradient ? NULL
			: input->has_gradient
			? network->shared + network->places[operation->spare_places[k]].offset
			: input->gradient;
		input->has_gradient |= input->wants_gradient;
	}
}

static void add_gradients(const struct network *network, const struct operation *operation, int n)
{
	for (int k = 0; k < operation->input_count; k++) {
		const struct value *input = operation->inputs[k];
		const float *gradient = operation->input_gradients[k];
		if (gradient && gradient != input->gradient)
			for_spans(network, add_span, input->gradient, gradient,
				(size_t)n * shape_count(input->shape));
	}
}

/* The parameters of a layer that is used several times: keeps what other operations computed, to
 * be added to what this one will overwrite it with. */
static bool save_gradients(struct network *network, const struct operation *operation)
{
	float *spare = network->spare_gradients;
	bool saved = false;
	for (int i = 0; i < operation->parameter_count && trains(network, operation); i++) {
		int index = operation->first_parameter + i;
		size_t count = network->parameters[index].count;
		if (network->has_gradient[index]) {
			memcpy(spare, network->gradients + network->offsets[index],
				count * sizeof *spare);
			spare += count;
			saved = true;
		}
		network->has_gradient[index] = network->parameters[index].trainable;
	}
	return saved;
}

static void add_saved(struct network *network, const struct operation *operation)
{
	const float *spare = network->spare_gradients;
	for (int i = 0; i < operation->parameter_count; i++) {
		int index = operation->first_parameter + i;
		if (!network->parameters[index].trainable)
			continue;
		size_t count = network->parameters[index].count;
		for_spans(network, add_span, network->gradients + network->offsets[index], spare,
			count);
		spare += count;
	}
}

static void backward_operation(struct network *network, struct operation *operation, int n)
{
	float *gradient = operation->output_value->gradient;
	choose_targets(network, operation);
	bool saved = save_gradients(network, operation);
	operation->kind->backward(network, operation, n, gradient);
	if (saved)
		add_saved(network, operation);
	float *target = operation->input_gradients[0];
	if (operation->kind->in_place && target && target != gradient)
		for_spans(network, copy_span, target, gradient,
			(size_t)n * shape_count(operation->in));
	add_gradients(network, operation, n);
}

void run_backward(struct network *network, int n, int first, int last)
{
	for (int i = last; i-- > first;)
		if (network->operations[i].output_value->has_gradient)
			backward_operation(network, &network->operations[i], n);
}

/* ---- prediction ---- */

void network_forward(struct network *network, const float *input, int n, float *logits,
	float *probabilities)
{
	size_t count = (size_t)n * (size_t)network_outputs(network);
	network->training = false;
	const float *last = run_forward(network, copy_input(network, input, n), n);
	if (logits)
		memcpy(logits, last, count * sizeof *logits);
	memcpy(network->probabilities, last, count * sizeof *last);
	if (network->final_node >= 0) {
		int channels = network->shapes[network->final_node].channels;
		activate_rows(network->kernels, &network->final_activation, network->probabilities,
			(int)(count / (size_t)channels), channels);
	}
	if (probabilities)
		memcpy(probabilities, network->probabilities, count * sizeof *probabilities);
}

/* ---- explaining ---- */

/* Whether the output of a node is that of the final activation: those after it change nothing. */
static bool is_activated(const struct network *network, int node)
{
	return network->final_node >= 0 && node >= network->final_node &&
		node < network->graph.node_count;
}

const float *network_output(const struct network *network, int node)
{
	return is_activated(network, node) ? network->probabilities
					   : node_value(network, node)->data;
}

/* Operations that are done when the value is there. */
static int operations_until(const struct network *network, const struct value *value)
{
	return value->producer ? (int)(value->producer - network->operations) + 1 : 0;
}

void network_backward(struct network *network, int from, const float *seed, int to, float *gradient)
{
	struct value *source = node_value(network, from), *target = node_value(network, to);
	int n = network->samples;
	size_t seeds = (size_t)n * shape_count(source->shape),
	       count = (size_t)n * shape_count(target->shape);
	float *flow = begin_gradient(network, source);
	memcpy(flow, seed, seeds * sizeof *flow);
	if (is_activated(network, from)) {
		int channels = network->shapes[network->final_node].channels;
		activate_rows_backward(network->kernels, &network->final_activation,
			network->probabilities, flow, (int)(seeds / (size_t)channels), channels);
	}
	network->computes_parameter_gradients = false;
	run_backward(network, n, operations_until(network, target),
		operations_until(network, source));
	if (target->has_gradient)
		memcpy(gradient, target->gradient, count * sizeof *gradient);
	else
		memset(gradient, 0, count * sizeof *gradient);
}
