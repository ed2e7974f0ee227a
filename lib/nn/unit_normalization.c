/* Unit normalisation: the channels of each pixel are scaled to length 1, as Keras'
 * UnitNormalization of the last axis.
 *
 *     y = x / length, length = max(sqrt(sum of x^2), 1e-12)
 *
 * Backward: dx = (dy - y * sum of (dy * y)) / length, or dy / length where the length is the
 * constant.
 *
 * Sums are of doubles. */
#include "nn/plan.h"

#include <math.h>

static const double LEAST_LENGTH = 1e-12;

struct unit_task {
	const struct operation *operation;
	float *gradient;
};

/* NaN where a value is. */
static double length_of(const float *x, int channels)
{
	double sum = 0;
	for (int c = 0; c < channels; c++)
		sum += (double)x[c] * (double)x[c];
	return sqrt(sum);
}

static void forward_pixel(float *out, const float *x, int channels)
{
	double length = length_of(x, channels);
	if (length < LEAST_LENGTH)
		length = LEAST_LENGTH;
	for (int c = 0; c < channels; c++)
		out[c] = (float)((double)x[c] / length);
}

static void forward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct operation *operation = ((const struct unit_task *)context)->operation;
	const struct row_band band = row_band_of(operation->in, index);
	const float *x = operation->input + band.first;
	float *out = operation->output + band.first;
	int channels = operation->in.channels;
	for (int p = 0; p < band.rows * operation->in.width; p++, x += channels, out += channels)
		forward_pixel(out, x, channels);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct unit_task task = {.operation = operation};
	parallel_for(network->pool, n * bands_of(operation->in), forward_band, &task);
}

static void backward_pixel(float *gradient, const float *x, int channels)
{
	double length = length_of(x, channels), product = 0;
	for (int c = 0; c < channels && !(length < LEAST_LENGTH); c++)
		product += (double)gradient[c] * ((double)x[c] / length);
	if (length < LEAST_LENGTH)
		length = LEAST_LENGTH;
	for (int c = 0; c < channels; c++)
		gradient[c] =
			(float)(((double)gradient[c] - (double)x[c] / length * product) / length);
}

static void backward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct unit_task *task = context;
	const struct operation *operation = task->operation;
	const struct row_band band = row_band_of(operation->in, index);
	const float *x = operation->input + band.first;
	float *gradient = task->gradient + band.first;
	int channels = operation->in.channels;
	for (int p = 0; p < band.rows * operation->in.width;
		p++, x += channels, gradient += channels)
		backward_pixel(gradient, x, channels);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct unit_task task = {operation, gradient};
	if (operation->input_gradients[0])
		parallel_for(network->pool, n * bands_of(operation->in), backward_band, &task);
}

static const struct operation_kind unit_normalization_kind = {
	.forward = forward,
	.backward = backward,
	.in_place = true,
};

const struct layer_operation operation_of_UNIT_NORMALIZATION = {&unit_normalization_kind, NULL};
