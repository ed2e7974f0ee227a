/* Activations that stand alone: out and x are (n, height, width, channels). */
#include "nn/plan.h"
#include "nn/rows.h"

#include <string.h>

struct activation_task {
	struct network *network;
	const struct operation *operation;
	float *gradient, *input_gradient;
};

static void forward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct activation_task *task = context;
	const struct operation *operation = task->operation;
	size_t count = shape_count(operation->out);
	float *out = operation->output + (size_t)sample * count;
	memcpy(out, operation->input + (size_t)sample * count, count * sizeof *out);
	activate_rows(task->network->kernels, &operation->activation, out,
		operation->out.height * operation->out.width, operation->out.channels);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct activation_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n, forward_sample, &task);
}

static void backward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct activation_task *task = context;
	const struct operation *operation = task->operation;
	size_t count = shape_count(operation->out), first = (size_t)sample * count;
	float *gradient = task->input_gradient + first;
	bool from_output = activation_derives_from_output(operation->activation.kind);
	const float *y = from_output ? operation->output : operation->input;
	memcpy(gradient, task->gradient + first, count * sizeof *gradient);
	activate_rows_backward(task->network->kernels, &operation->activation, y + first, gradient,
		operation->out.height * operation->out.width, operation->out.channels);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct activation_task task = {network, operation, gradient, operation->input_gradients[0]};
	if (task.input_gradient)
		parallel_for(network->pool, n, backward_sample, &task);
}

const struct operation_kind activation_kind = {
	.forward = forward,
	.backward = backward,
};
