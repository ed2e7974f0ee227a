/* Activations that stand alone: out and x are (n, height, width, channels). A row is copied, and
 * changed while it is in the cache. */
#include "nn/plan.h"
#include "nn/rows.h"

#include <string.h>

struct activation_task {
	struct network *network;
	const struct operation *operation;
	float *gradient;
};

static void forward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct activation_task *task = context;
	const struct operation *operation = task->operation;
	const struct shape shape = operation->out;
	const struct row_band band = row_band_of(shape, index);
	const size_t count = (size_t)shape.width * (size_t)shape.channels;
	const float *x = operation->input + band.first;
	float *out = operation->output + band.first;
	for (int row = 0; row < band.rows; row++, x += count, out += count) {
		memcpy(out, x, count * sizeof *out);
		activate_rows(task->network->kernels, &operation->activation, out, shape.width,
			shape.channels);
	}
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct activation_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n * bands_of(operation->out), forward_band, &task);
}

static void backward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct activation_task *task = context;
	const struct operation *operation = task->operation;
	const struct shape shape = operation->out;
	const struct row_band band = row_band_of(shape, index);
	bool from_output = activation_derives_from_output(operation->activation.kind);
	activate_rows_backward(task->network->kernels, &operation->activation,
		(from_output ? operation->output : operation->input) + band.first,
		task->gradient + band.first, band.rows * shape.width, shape.channels);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct activation_task task = {network, operation, gradient};
	if (operation->input_gradients[0])
		parallel_for(network->pool, n * bands_of(operation->out), backward_band, &task);
}

const struct operation_kind activation_kind = {
	.forward = forward,
	.backward = backward,
	.in_place = true,
};
