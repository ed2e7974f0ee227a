/* Activations that stand alone, softmax, dropout: out and x are (n, height, width, channels). */
#include "nn/engine.h"

#include "base/random.h"

#include <string.h>

static void softmax(const struct kernels *kernels, float *x, int rows, int count)
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
static void softmax_backward(const float *y, float *gradient, int rows, int count)
{
	for (; rows-- > 0; y += count, gradient += count) {
		float sum = 0;
		for (int i = 0; i < count; i++)
			sum += y[i] * gradient[i];
		for (int i = 0; i < count; i++)
			gradient[i] = y[i] * (gradient[i] - sum);
	}
}

/* Exponentials of some of `count` values: of as many as `out` has room for. */
enum { EXPONENTIALS = 64 };
static int exponentials(const struct kernels *kernels, float out[EXPONENTIALS], const float *x,
	int count)
{
	int piece = smaller(count, EXPONENTIALS);
	memcpy(out, x, (size_t)piece * sizeof *out);
	kernels->exponential(out, (size_t)piece);
	return piece;
}

/* x - log of the sum of exp(x) */
static void log_softmax(const struct kernels *kernels, float *x, int rows, int count)
{
	float powers[EXPONENTIALS];
	for (; rows-- > 0; x += count) {
		float largest = x[0], sum = 0;
		for (int i = 1; i < count; i++)
			largest = x[i] > largest ? x[i] : largest;
		for (int i = 0; i < count; i++)
			x[i] -= largest;
		for (int i = 0; i < count; i += EXPONENTIALS)
			for (int k = exponentials(kernels, powers, x + i, count - i), p = 0; p < k;
				p++)
				sum += powers[p];
		kernels->logarithm(&sum, 1);
		for (int i = 0; i < count; i++)
			x[i] -= sum;
	}
}

/* dx = g - exp(y) (sum of g) */
static void log_softmax_backward(const struct kernels *kernels, const float *y, float *gradient,
	int rows, int count)
{
	float powers[EXPONENTIALS];
	for (; rows-- > 0; y += count, gradient += count) {
		float sum = 0;
		for (int i = 0; i < count; i++)
			sum += gradient[i];
		for (int i = 0; i < count; i += EXPONENTIALS)
			for (int k = exponentials(kernels, powers, y + i, count - i), p = 0; p < k;
				p++)
				gradient[i + p] -= powers[p] * sum;
	}
}

void activate_rows(const struct kernels *kernels, const struct activation *activation, float *x,
	int rows, int count)
{
	switch (activation->kind) {
	case ACTIVATION_SOFTMAX:
		softmax(kernels, x, rows, count);
		break;
	case ACTIVATION_LOG_SOFTMAX:
		log_softmax(kernels, x, rows, count);
		break;
#define ROW(kind, ...) case ACTIVATION_##kind:
		ELEMENTWISE_ACTIVATIONS(ROW)
		kernels->activate(activation, x, (size_t)rows * (size_t)count);
	}
}

void activate_rows_backward(const struct kernels *kernels, const struct activation *activation,
	const float *y, float *gradient, int rows, int count)
{
	switch (activation->kind) {
	case ACTIVATION_SOFTMAX:
		softmax_backward(y, gradient, rows, count);
		break;
	case ACTIVATION_LOG_SOFTMAX:
		log_softmax_backward(kernels, y, gradient, rows, count);
		break;
		ELEMENTWISE_ACTIVATIONS(ROW)
#undef ROW
		kernels->activate_backward(activation, y, gradient, (size_t)rows * (size_t)count);
	}
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
