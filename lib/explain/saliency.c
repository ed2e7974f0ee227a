#include "explain/saliency.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>

const char *const saliency_method_names[] = {"gradient", "gradient-x-input", "smoothgrad",
	"integrated-gradients", "grad-cam", "layer-cam", NULL};

bool saliency_needs_layer(enum saliency_method method)
{
	return method == SALIENCY_GRAD_CAM || method == SALIENCY_LAYER_CAM;
}

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

/* The mean gradient over the samples of the method. */
static void average_gradients(struct saliency_state *state, const float *input,
	const struct saliency_options *options)
{
	bool adds_noise = options->method == SALIENCY_SMOOTHGRAD,
	     integrates = options->method == SALIENCY_INTEGRATED_GRADIENTS;
	int samples = adds_noise || integrates ? options->samples : 1;
	for (int sample = 0; sample < samples; sample++) {
		struct random random = random_start(options->seed, RANDOM_EXPLAIN, options->picture,
			(uint64_t)sample);
		float scale = integrates ? ((float)sample + 0.5f) / (float)samples : 1;
		for (size_t i = 0; i < state->inputs; i++)
			state->input[i] = scale * input[i] +
				(adds_noise ? (float)options->noise * random_normal(&random) : 0);
		add_gradient(state, samples);
	}
}

static float largest_magnitude(const double *gradient, int channels)
{
	double largest = 0;
	for (int c = 0; c < channels; c++)
		largest = fmax(largest, fabs(gradient[c]));
	return (float)largest;
}

static float product(const double *gradient, const float *values, int channels)
{
	double sum = 0;
	for (int c = 0; c < channels; c++)
		sum += gradient[c] * (double)values[c];
	return (float)sum;
}

static float positive_product(const double *gradient, const float *values, int channels)
{
	double sum = 0;
	for (int c = 0; c < channels; c++)
		sum += fmax(gradient[c], 0) * (double)values[c];
	return (float)sum;
}

/* Replaces each gradient by the mean of its channel over all positions: Grad-CAM's weights. */
static void average_positions(struct saliency_state *state)
{
	size_t channels = (size_t)state->shape.channels;
	for (size_t c = 0; c < channels; c++) {
		double sum = 0;
		for (size_t i = c; i < state->count; i += channels)
			sum += state->mean[i];
		for (size_t i = c; i < state->count; i += channels)
			state->mean[i] = sum / (double)(state->count / channels);
	}
}

/* Reduces the channels to one value per position. */
static void reduce_channels(struct saliency_state *state, const float *input,
	enum saliency_method method, struct map *map)
{
	int channels = state->shape.channels;
	const float *values =
		state->node == GRAPH_INPUT ? input : network_output(state->network, state->node);
	if (method == SALIENCY_GRAD_CAM)
		average_positions(state);
	for (size_t i = 0, offset = 0; offset < state->count; i++, offset += (size_t)channels)
		switch (method) {
		case SALIENCY_GRADIENT:
		case SALIENCY_SMOOTHGRAD:
			map->values[i] = largest_magnitude(state->mean + offset, channels);
			break;
		case SALIENCY_GRADIENT_TIMES_INPUT:
		case SALIENCY_INTEGRATED_GRADIENTS:
			map->values[i] = product(state->mean + offset, values + offset, channels);
			break;
		case SALIENCY_GRAD_CAM:
			map->values[i] =
				fmaxf(product(state->mean + offset, values + offset, channels), 0);
			break;
		case SALIENCY_LAYER_CAM:
			map->values[i] =
				positive_product(state->mean + offset, values + offset, channels);
			break;
		}
}

int saliency_compute(struct network *network, const float *input,
	const struct saliency_target *target, const struct saliency_options *options,
	struct map *map, struct error *error)
{
	struct saliency_state state = {.network = network, .target = target, .node = GRAPH_INPUT};
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
		reduce_channels(&state, input, options->method, map);
	}
	state_free(&state);
	return result;
}
