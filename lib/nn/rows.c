#include "nn/rows.h"

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
	int piece = count < EXPONENTIALS ? count : EXPONENTIALS;
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
