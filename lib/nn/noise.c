/* Noise in training steps: dropout, and normal noise. Outside of them the output is the input.
 *
 *     dropout            y = x / (1 - rate), or 0 with probability `rate`, for each value
 *     spatial dropout    the same for whole channels of a sample
 *     stochastic depth   the same for whole samples (a dropout layer that says so)
 *     Gaussian noise     y = x + normal numbers of standard deviation `rate`
 *     Gaussian dropout   y = x times normal numbers of mean 1, deviation sqrt(rate / (1 - rate))
 *
 * (Srivastava et al. 2014; Tompson et al. 2015; Keras.) Backward multiplies the gradient by what x
 * was multiplied by. All numbers depend on the seed, the step, the node and the place of the value
 * alone: the values of a sample are drawn in pieces, each from a sequence of its own. */
#include "nn/plan.h"

#include "base/random.h"

#include <math.h>

/* Values that are drawn from one sequence: of 2^18 numbers, 12 of which make a normal one. */
enum { UNIFORM_PIECE = 1 << 16, NORMAL_PIECE = 1 << 14 };

struct noise_task {
	struct network *network;
	const struct operation *operation;
	float *gradient;
};

static int pieces_of(const struct operation *operation, size_t length)
{
	return (int)((shape_count(operation->out) + length - 1) / length);
}

/* Values of one sample, by their index into the batch. */
struct piece {
	size_t first, end;
};

/* `index` counts through the pieces of all samples. */
static struct piece piece_of(const struct operation *operation, size_t length, int index)
{
	size_t count = shape_count(operation->out), pieces = (size_t)pieces_of(operation, length);
	size_t begin = (size_t)index / pieces * count, first = (size_t)index % pieces * length,
	       end = first + length;
	return (struct piece){begin + first, begin + (end < count ? end : count)};
}

static struct random sequence_of(const struct noise_task *task, enum random_purpose purpose,
	int index)
{
	return random_start(task->network->options.seed, purpose, task->network->step,
		(uint64_t)task->operation->node << 32 | (uint64_t)index);
}

/* Calls `work` for every piece of n samples. */
static void for_pieces(struct network *network, struct operation *operation, int n, float *gradient,
	parallel_task *work, size_t length)
{
	struct noise_task task = {network, operation, gradient};
	parallel_for(network->pool, n * pieces_of(operation, length), work, &task);
}

/* ---- dropout of values ---- */

struct dropout_state {
	uint8_t *kept; /* of each value; spatial: of each channel of a sample */
};

static void allocate_values(struct network *network, struct operation *operation)
{
	struct dropout_state *state = operation->state;
	state->kept =
		arena_bytes(&network->arena, (size_t)network->batch * shape_count(operation->out));
}

static float kept_scale(const struct operation *operation)
{
	return 1 / (1 - operation->layer->rate);
}

/* NaN stays NaN. */
static float dropped(float x, bool is_kept, float scale)
{
	return is_kept ? x * scale : 0 * x;
}

static void drop_piece(void *context, int index, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	const struct operation *operation = task->operation;
	const struct dropout_state *state = operation->state;
	struct piece piece = piece_of(operation, UNIFORM_PIECE, index);
	struct random random = sequence_of(task, RANDOM_DROPOUT, index);
	float scale = kept_scale(operation);
	for (size_t i = piece.first; i < piece.end; i++) {
		state->kept[i] = random_uniform(&random) >= operation->layer->rate;
		operation->output[i] = dropped(operation->input[i], state->kept[i], scale);
	}
}

static void drop_forward(struct network *network, struct operation *operation, int n)
{
	for_pieces(network, operation, n, NULL, drop_piece, UNIFORM_PIECE);
}

static void drop_piece_backward(void *context, int index, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	const struct dropout_state *state = task->operation->state;
	struct piece piece = piece_of(task->operation, UNIFORM_PIECE, index);
	float scale = kept_scale(task->operation);
	for (size_t i = piece.first; i < piece.end; i++)
		task->gradient[i] = state->kept[i] ? task->gradient[i] * scale : 0;
}

static void drop_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	if (operation->input_gradients[0])
		for_pieces(network, operation, n, gradient, drop_piece_backward, UNIFORM_PIECE);
}

static const struct operation_kind dropout_kind = {
	.state_size = sizeof(struct dropout_state),
	.allocate_buffers = allocate_values,
	.forward = drop_forward,
	.backward = drop_backward,
	.in_place = true,
	.is_noise = true,
};

/* ---- dropout of channels, or of whole samples ---- */

static void allocate_channels(struct network *network, struct operation *operation)
{
	struct dropout_state *state = operation->state;
	state->kept = arena_bytes(&network->arena,
		(size_t)network->batch * (size_t)operation->out.channels);
}

static void drop_channels(void *context, int sample, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	const struct operation *operation = task->operation;
	const struct dropout_state *state = operation->state;
	size_t channels = (size_t)operation->out.channels, count = shape_count(operation->out),
	       first = (size_t)sample * count;
	uint8_t *kept = state->kept + (size_t)sample * channels;
	struct random random = sequence_of(task, RANDOM_DROPOUT, sample);
	for (size_t c = 0; c < channels; c++)
		kept[c] = c > 0 && operation->layer->drops_samples
			? kept[0]
			: random_uniform(&random) >= operation->layer->rate;
	float scale = kept_scale(operation);
	for (size_t i = 0; i < count; i++)
		operation->output[first + i] =
			dropped(operation->input[first + i], kept[i % channels], scale);
}

static void drop_channels_forward(struct network *network, struct operation *operation, int n)
{
	struct noise_task task = {.network = network, .operation = operation};
	parallel_for(network->pool, n, drop_channels, &task);
}

static void drop_channels_of_gradient(void *context, int sample, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	const struct operation *operation = task->operation;
	const struct dropout_state *state = operation->state;
	size_t channels = (size_t)operation->out.channels, count = shape_count(operation->out);
	float *gradient = task->gradient + (size_t)sample * count, scale = kept_scale(operation);
	for (size_t i = 0; i < count; i++)
		gradient[i] = state->kept[(size_t)sample * channels + i % channels]
			? gradient[i] * scale
			: 0;
}

static void drop_channels_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	struct noise_task task = {network, operation, gradient};
	if (operation->input_gradients[0])
		parallel_for(network->pool, n, drop_channels_of_gradient, &task);
}

static const struct operation_kind spatial_dropout_kind = {
	.state_size = sizeof(struct dropout_state),
	.allocate_buffers = allocate_channels,
	.forward = drop_channels_forward,
	.backward = drop_channels_backward,
	.in_place = true,
	.is_noise = true,
};

static void plan_dropout(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	plan_append(planner, node, layer->drops_samples ? &spatial_dropout_kind : &dropout_kind,
		layer);
}

const struct layer_operation operation_of_DROPOUT = {&dropout_kind, plan_dropout};
const struct layer_operation operation_of_SPATIAL_DROPOUT = {&spatial_dropout_kind, NULL};

/* ---- normal noise that is added ---- */

static void add_noise(void *context, int index, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	const struct operation *operation = task->operation;
	struct piece piece = piece_of(operation, NORMAL_PIECE, index);
	struct random random = sequence_of(task, RANDOM_NOISE, index);
	for (size_t i = piece.first; i < piece.end; i++)
		operation->output[i] =
			operation->input[i] + operation->layer->rate * random_normal(&random);
}

static void add_noise_forward(struct network *network, struct operation *operation, int n)
{
	for_pieces(network, operation, n, NULL, add_noise, NORMAL_PIECE);
}

/* The gradient is the same. */
static void add_noise_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	(void)network, (void)operation, (void)n, (void)gradient;
}

static const struct operation_kind gaussian_noise_kind = {
	.forward = add_noise_forward,
	.backward = add_noise_backward,
	.in_place = true,
	.is_noise = true,
};

const struct layer_operation operation_of_GAUSSIAN_NOISE = {&gaussian_noise_kind, NULL};

/* ---- normal noise that multiplies: backward draws the same numbers again ---- */

static void multiply_piece(const struct noise_task *task, int index, float *out, const float *x)
{
	const struct operation *operation = task->operation;
	float rate = operation->layer->rate, deviation = sqrtf(rate / (1 - rate));
	struct piece piece = piece_of(operation, NORMAL_PIECE, index);
	struct random random = sequence_of(task, RANDOM_NOISE, index);
	for (size_t i = piece.first; i < piece.end; i++)
		out[i] = x[i] * (1 + deviation * random_normal(&random));
}

static void multiply_values(void *context, int index, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	multiply_piece(task, index, task->operation->output, task->operation->input);
}

static void multiply_forward(struct network *network, struct operation *operation, int n)
{
	for_pieces(network, operation, n, NULL, multiply_values, NORMAL_PIECE);
}

static void multiply_gradient(void *context, int index, int worker)
{
	(void)worker;
	const struct noise_task *task = context;
	multiply_piece(task, index, task->gradient, task->gradient);
}

static void multiply_backward(struct network *network, struct operation *operation, int n,
	float *gradient)
{
	if (operation->input_gradients[0])
		for_pieces(network, operation, n, gradient, multiply_gradient, NORMAL_PIECE);
}

static const struct operation_kind gaussian_dropout_kind = {
	.forward = multiply_forward,
	.backward = multiply_backward,
	.in_place = true,
	.is_noise = true,
};

const struct layer_operation operation_of_GAUSSIAN_DROPOUT = {&gaussian_dropout_kind, NULL};
