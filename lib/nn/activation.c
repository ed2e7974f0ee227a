/* Activations that stand alone, softmax, dropout: out and x are (n, height, width, channels). */
#include "nn/engine.h"

#include "base/random.h"

#include <string.h>

void softmax(const struct kernels *kernels, float *x, int rows, int count)
{
	for (; rows-- > 0; x += count) {
		float largest = x[0], sum = 0;
		for (int i = 1; i < count; i++)
			largest = x[i] > largest ? x[i] : largest;
		for (int i = 0; i < count; i++)
			x[i] -= largest;
		kernels->exponential(x, (size_t)count);
		for (int i = 0; i < count; i++)
			sum += x[i];
		for (int i = 0; i < count; i++)
			x[i] /= sum;
	}
}

/* dx = y (g - sum of y g) */
void softmax_backward(const float *y, float *gradient, int rows, int count)
{
	for (; rows-- > 0; y += count, gradient += count) {
		float sum = 0;
		for (int i = 0; i < count; i++)
			sum += y[i] * gradient[i];
		for (int i = 0; i < count; i++)
			gradient[i] = y[i] * (gradient[i] - sum);
	}
}

void activate_final(const struct kernels *kernels, enum activation activation, float *x, int rows,
	int count)
{
	if (activation == ACTIVATION_SOFTMAX)
		softmax(kernels, x, rows, count);
	else
		kernels->activate(activation, 0, x, (size_t)rows * (size_t)count);
}

struct activation_task {
	struct network *network;
	const struct operation *operation;
	float *gradient, *input_gradient;
};

static void allocate_nothing(struct network *network, struct operation *operation)
{
	(void)network, (void)operation;
}

static void forward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct activation_task *task = context;
	const struct operation *operation = task->operation;
	const struct kernels *kernels = task->network->kernels;
	size_t count = shape_count(operation->out);
	float *out = operation->output + (size_t)sample * count;
	memcpy(out, operation->input + (size_t)sample * count, count * sizeof *out);
	if (operation->activation == ACTIVATION_SOFTMAX)
		softmax(kernels, out, operation->out.height * operation->out.width,
			operation->out.channels);
	else
		kernels->activate(operation->activation, operation->negative_slope, out, count);
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
	const float *y =
		operation->activation == ACTIVATION_SWISH ? operation->input : operation->output;
	memcpy(gradient, task->gradient + first, count * sizeof *gradient);
	if (operation->activation == ACTIVATION_SOFTMAX)
		softmax_backward(y + first, gradient, operation->out.height * operation->out.width,
			operation->out.channels);
	else
		task->network->kernels->activate_backward(operation->activation,
			operation->negative_slope, y + first, gradient, count);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient,
	float *input_gradient)
{
	struct activation_task task = {network, operation, gradient, input_gradient};
	if (input_gradient)
		parallel_for(network->pool, n, backward_sample, &task);
}

const struct operation_kind activation_kind = {allocate_nothing, NULL, forward, backward, NULL,
	false};

/* ---- dropout, in training only: kept values are divided by the share that is kept ---- */

static void allocate_mask(struct network *network, struct operation *operation)
{
	operation->mask =
		arena_bytes(&network->arena, (size_t)network->batch * shape_count(operation->out));
}

static float kept_scale(const struct operation *operation)
{
	return 1 / (1 - operation->layer->rate);
}

/* A sequence of random numbers for every 65,536 values of a sample. */
static void drop_sample(void *context, int sample, int worker)
{
	(void)worker;
	enum { PIECE = 1 << 16 };
	const struct activation_task *task = context;
	const struct operation *operation = task->operation;
	size_t count = shape_count(operation->out), first = (size_t)sample * count;
	size_t pieces = (count + PIECE - 1) / PIECE;
	const float *x = operation->input + first;
	float *out = operation->output + first, scale = kept_scale(operation);
	uint8_t *kept = operation->mask + first;
	struct random random;
	for (size_t i = 0; i < count; i++) {
		if (i % PIECE == 0)
			random = random_start(task->network->options.seed, RANDOM_DROPOUT,
				task->network->step,
				(uint64_t)operation->first_layer << 32 |
					((size_t)sample * pieces + i / PIECE));
		kept[i] = random_uniform(&random) >= operation->layer->rate;
		out[i] = kept[i] ? x[i] * scale : 0 * x[i]; /* NaN stays NaN */
	}
}

static void drop_forward(struct network *network, struct operation *operation, int n)
{
	struct activation_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n, drop_sample, &task);
}

static void drop_backward(struct network *network, struct operation *operation, int n,
	float *gradient, float *input_gradient)
{
	(void)network;
	size_t count = (size_t)n * shape_count(operation->out);
	float scale = kept_scale(operation);
	for (size_t i = 0; i < count && input_gradient; i++)
		input_gradient[i] = operation->mask[i] ? gradient[i] * scale : 0;
}

const struct operation_kind dropout_kind = {allocate_mask, NULL, drop_forward, drop_backward, NULL,
	false};
