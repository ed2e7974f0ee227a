/* Layers that map each channel by constants: y[c] = x[c] * scale[c] + shift[c].
 *
 * Rescaling has scale and shift. Normalization has a mean and a variance, measured before training
 * (Keras' Normalization, whose epsilon is 1e-7):
 *
 *     y = (x - mean) / deviation, deviation = max(sqrt(variance), 1e-7)
 *     y = x * deviation + mean, inverted
 *
 * Backward: dx = dy * scale. */
#include "nn/plan.h"

#include <math.h>

struct rescale_state {
	float *scale, *shift; /* by channel */
};

struct rescale_task {
	const struct operation *operation;
	float *gradient;
};

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct rescale_state *state = operation->state;
	state->scale = arena_floats(&network->arena, (size_t)operation->in.channels);
	state->shift = arena_floats(&network->arena, (size_t)operation->in.channels);
}

/* ---- scale and shift ---- */

static void prepare_rescaling(struct network *network, struct operation *operation)
{
	(void)network;
	const struct layer *layer = operation->layer;
	struct rescale_state *state = operation->state;
	for (int c = 0; c < operation->in.channels; c++) {
		int constant = layer->constant_count > 1 ? c : 0;
		state->scale[c] = layer->multipliers[constant];
		state->shift[c] = layer->offsets[constant];
	}
}

static void set_normalization(struct rescale_state *state, int c, float mean, float variance,
	bool inverts)
{
	double deviation = fmax(sqrt((double)variance), 1e-7);
	if (isnan(variance))
		deviation = NAN;
	state->scale[c] = (float)(inverts ? deviation : 1 / deviation);
	state->shift[c] = (float)(inverts ? (double)mean : -(double)mean / deviation);
}

static void prepare_normalization(struct network *network, struct operation *operation)
{
	const struct layer *layer = operation->layer;
	const struct parameter *parameters =
		layer->constant_count ? NULL : network->parameters + operation->first_parameter;
	for (int c = 0; c < operation->in.channels; c++) {
		int constant = layer->constant_count > 1 ? c : 0;
		set_normalization(operation->state, c,
			parameters ? parameters[0].values[c] : layer->offsets[constant],
			parameters ? parameters[1].values[c] : layer->multipliers[constant],
			layer->invert);
	}
}

/* ---- forward and backward ---- */

static void forward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct operation *operation = ((const struct rescale_task *)context)->operation;
	const struct rescale_state *state = operation->state;
	const struct row_band band = row_band_of(operation->in, index);
	const float *x = operation->input + band.first;
	float *out = operation->output + band.first;
	int channels = operation->in.channels;
	for (int p = 0; p < band.rows * operation->in.width; p++, x += channels, out += channels)
		for (int c = 0; c < channels; c++)
			out[c] = x[c] * state->scale[c] + state->shift[c];
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct rescale_task task = {.operation = operation};
	parallel_for(network->pool, n * bands_of(operation->in), forward_band, &task);
}

static void backward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct rescale_task *task = context;
	const struct operation *operation = task->operation;
	const struct rescale_state *state = operation->state;
	const struct row_band band = row_band_of(operation->in, index);
	float *gradient = task->gradient + band.first;
	int channels = operation->in.channels;
	for (int p = 0; p < band.rows * operation->in.width; p++, gradient += channels)
		for (int c = 0; c < channels; c++)
			gradient[c] *= state->scale[c];
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	struct rescale_task task = {operation, gradient};
	if (operation->input_gradients[0])
		parallel_for(network->pool, n * bands_of(operation->in), backward_band, &task);
}

static const struct operation_kind rescaling_kind = {
	.state_size = sizeof(struct rescale_state),
	.allocate_buffers = allocate_buffers,
	.prepare = prepare_rescaling,
	.forward = forward,
	.backward = backward,
	.in_place = true,
};

static const struct operation_kind measured_kind = {
	.state_size = sizeof(struct rescale_state),
	.allocate_buffers = allocate_buffers,
	.prepare = prepare_normalization,
	.forward = forward,
	.backward = backward,
	.in_place = true,
};

const struct layer_operation operation_of_RESCALING = {&rescaling_kind, NULL};
const struct layer_operation operation_of_NORMALIZATION = {&measured_kind, NULL};
