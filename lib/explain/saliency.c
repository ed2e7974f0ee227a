#include "explain/saliency.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>

static struct shape shape_of(const struct network *network, int node)
{
	const struct graph *graph = network_graph(network);
	return node == graph->node_count ? (struct shape){1, 1, network_outputs(network), true}
					 : graph_shape(graph, network_shapes(network), node);
}

/* Gradients of the target for one picture; the arrays hold one sample each. */
struct saliency_state {
	struct network *network;
	const struct saliency_target *target;
	int node;             /* GRAPH_INPUT: the input */
	struct shape shape;   /* of its output */
	size_t count, inputs; /* values of its output, and of an input */
	struct input_values values;
	int channels; /* of an input */
	float *input, *seed, *gradient;
	double *mean; /* of the gradients over the samples */
};

static void state_free(struct saliency_state *state)
{
	free(state->input);
	free(state->seed);
	free(state->gradient);
	free(state->mean);
}

static int state_create(struct saliency_state *state, struct error *error)
{
	struct shape from = shape_of(state->network, state->target->node);
	state->shape = shape_of(state->network, state->node);
	state->count = shape_count(state->shape);
	state->inputs = shape_count(network_graph(state->network)->input);
	state->channels = network_graph(state->network)->input.channels;
	state->input = malloc(state->inputs * sizeof(float));
	state->seed = calloc(shape_count(from), sizeof(float));
	state->gradient = malloc(state->count * sizeof(float));
	state->mean = calloc(state->count, sizeof(double));
	if (!state->input || !state->seed || !state->gradient || !state->mean) {
		state_free(state);
		return error_memory(error, "saliency");
	}
	float scale = 1 / (float)(from.height * from.width);
	for (size_t i = (size_t)state->target->unit; i < shape_count(from);
		i += (size_t)from.channels)
		state->seed[i] = scale;
	return 0;
}

/* Adds dz/d(node) at state->input to the mean. */
static void add_gradient(struct saliency_state *state, int samples)
{
	network_forward(state->network, state->input, 1, NULL, NULL);
	network_backward(state->network, state->target->node, state->seed, state->node,
		state->gradient);
	for (size_t i = 0; i < state->count; i++)
		state->mean[i] += (double)state->gradient[i] / samples;
}

/* What black is in value `i` of the input, and its distance from white. */
static float black_at(const struct saliency_state *state, size_t i)
{
	return (float)state->values.offset[input_channel(i, state->channels)];
}

static double range_at(const struct saliency_state *state, size_t i)
{
	return state->values.scale[input_channel(i, state->channels)];
}

/* The mean gradient over the samples of the method. */
static void average_gradients(struct saliency_state *state, const float *input,
	const struct saliency_options *options)
{
	enum saliency_average average = saliency_average(options->method);
	bool adds_noise = average == AVERAGE_NOISE;
	int samples = average == AVERAGE_NOTHING ? 1 : options->samples;
	for (int sample = 0; sample < samples; sample++) {
		struct random random = random_start(options->seed, RANDOM_EXPLAIN, options->picture,
			(uint64_t)sample);
		float scale =
			average == AVERAGE_BRIGHTNESS ? ((float)sample + 0.5f) / (float)samples : 1;
		for (size_t i = 0; i < state->inputs; i++) {
			float black = black_at(state, i);
			state->input[i] = black + scale * (input[i] - black) +
				(adds_noise ? (float)(options->noise * range_at(state, i)) *
							random_normal(&random)
					    : 0);
		}
		add_gradient(state, samples);
	}
}

/* state->input becomes the picture's levels, and the mean gradient that with respect to them. */
static void change_to_levels(struct saliency_state *state, const float *input)
{
	for (size_t i = 0; i < state->inputs; i++) {
		state->input[i] = (input[i] - black_at(state, i)) / (float)range_at(state, i);
		state->mean[i] *= range_at(state, i);
	}
}

/* ---- from channels to a value per position ---- */

/* Reduces the gradients and values of `positions` positions with `channels` channels each. */
typedef void reduction(double *gradient, const float *values, size_t positions, size_t channels,
	float *map);

static void largest_magnitude(double *gradient, const float *values, size_t positions,
	size_t channels, float *map)
{
	(void)values;
	for (size_t i = 0; i < positions; i++) {
		double largest = 0;
		for (size_t c = 0; c < channels; c++)
			largest = fmax(largest, fabs(gradient[i * channels + c]));
		map[i] = (float)largest;
	}
}

static void product(double *gradient, const float *values, size_t positions, size_t channels,
	float *map)
{
	for (size_t i = 0; i < positions; i++) {
		double sum = 0;
		for (size_t k = i * channels; k < (i + 1) * channels; k++)
			sum += gradient[k] * (double)values[k];
		map[i] = (float)sum;
	}
}

static void positive_product(double *gradient, const float *values, size_t positions,
	size_t channels, float *map)
{
	for (size_t i = 0; i < positions; i++) {
		double sum = 0;
		for (size_t k = i * channels; k < (i + 1) * channels; k++)
			sum += fmax(gradient[k], 0) * (double)values[k];
		map[i] = (float)sum;
	}
}

/* Replaces each gradient by the mean of its channel over all positions: Grad-CAM's weights. */
static void average_positions(double *gradient, size_t positions, size_t channels)
{
	for (size_t c = 0; c < channels; c++) {
		double sum = 0;
		for (size_t i = 0; i < positions; i++)
			sum += gradient[i * channels + c];
		for (size_t i = 0; i < positions; i++)
			gradient[i * channels + c] = sum / (double)positions;
	}
}

static void positive_mean_product(double *gradient, const float *values, size_t positions,
	size_t channels, float *map)
{
	average_positions(gradient, positions, channels);
	product(gradient, values, positions, channels, map);
	for (size_t i = 0; i < positions; i++)
		map[i] = fmaxf(map[i], 0);
}

/* ---- methods ---- */

static const struct {
	enum saliency_average average;
	enum saliency_place place;
	reduction *reduce;
} ROWS[] = {
#define METHOD(kind, name, average, place, reduce) \
	[SALIENCY_##kind] = {AVERAGE_##average, PLACE_##place, reduce},
	SALIENCY_METHODS(METHOD)
#undef METHOD
};
_Static_assert(sizeof ROWS / sizeof *ROWS == SALIENCY_METHOD_COUNT, "a row for each method");

const char *const saliency_method_names[] = {
#define METHOD(kind, name, ...) [SALIENCY_##kind] = name,
	SALIENCY_METHODS(METHOD)
#undef METHOD
		[SALIENCY_METHOD_COUNT] = NULL,
};

enum saliency_average saliency_average(enum saliency_method method)
{
	return ROWS[method].average;
}

enum saliency_place saliency_place(enum saliency_method method)
{
	return ROWS[method].place;
}

bool saliency_needs_layer(enum saliency_method method)
{
	return ROWS[method].place != PLACE_INPUT;
}

int saliency_compute(struct network *network, const float *input,
	const struct saliency_target *target, const struct saliency_options *options,
	struct map *map, struct error *error)
{
	struct saliency_state state = {.network = network,
		.target = target,
		.node = GRAPH_INPUT,
		.values = options->input_values ? *options->input_values
						: input_values_of_range(0, 1, INPUT_ASSUMED)};
	*map = (struct map){0};
	if (saliency_needs_layer(options->method))
		state.node = options->node;
	if (state_create(&state, error))
		return -1;
	struct grid grid =
		grid_of_node(network_graph(network), network_shapes(network), state.node);
	int result = map_create(map, state.shape.height, state.shape.width, grid, error);
	if (result == 0) {
		average_gradients(&state, input, options);
		if (state.node == GRAPH_INPUT)
			change_to_levels(&state, input);
		const float *values = state.node == GRAPH_INPUT
			? state.input
			: network_output(network, state.node);
		size_t channels = (size_t)state.shape.channels;
		ROWS[options->method].reduce(state.mean, values, state.count / channels, channels,
			map->values);
	}
	state_free(&state);
	return result;
}
