/* Gradients of every kind of layer against central differences of the loss, for parameters and for
 * the input. */
#include "base/random.h"
#include "nets.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 3, LAYERS = 11 };

struct setup {
	const char *name;
	struct shape input;
	enum loss loss;
	int layer_count;
	struct layer layers[LAYERS];
};

static struct setup setups[] = {
	{"dense, tanh", {1, 1, 37, false}, BINARY, 3,
		{DENSE(21, ACTIVATION_TANH), DENSE(5, ACTIVATION_LINEAR),
			ACTIVATION(ACTIVATION_SIGMOID)}},
	{"dense on pixels, swish", {3, 2, 5, false}, CATEGORICAL, 3,
		{DENSE(7, ACTIVATION_SWISH), FLATTEN, DENSE(4, ACTIVATION_SOFTMAX)}},
	{"convolution, valid, 3 channels", {9, 8, 3, false}, BINARY, 3,
		{CONVOLUTION(18, 3, 3, 1, 1, VALID, ACTIVATION_TANH), FLATTEN,
			DENSE(3, ACTIVATION_LINEAR)}},
	{"convolution, 16 channels and filters", {7, 9, 3, false}, BINARY, 4,
		{CONVOLUTION(16, 2, 3, 1, 1, VALID, ACTIVATION_TANH),
			CONVOLUTION(32, 3, 2, 1, 1, SAME, ACTIVATION_SIGMOID), FLATTEN,
			DENSE(3, ACTIVATION_LINEAR)}},
	{"convolution, same, stride 2", {8, 7, 2, false}, CATEGORICAL, 4,
		{CONVOLUTION(5, 3, 3, 1, 1, SAME, ACTIVATION_SWISH),
			CONVOLUTION(6, 3, 3, 2, 2, SAME, ACTIVATION_TANH), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"convolution, stride above kernel", {11, 10, 4, false}, CATEGORICAL, 4,
		{CONVOLUTION(16, 1, 1, 1, 1, SAME, ACTIVATION_TANH),
			CONVOLUTION(4, 2, 1, 3, 2, VALID, ACTIVATION_TANH), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"convolution, 5x5 same, stride 3x1", {9, 9, 3, false}, CATEGORICAL, 4,
		{CONVOLUTION(3, 3, 3, 1, 1, VALID, ACTIVATION_TANH),
			CONVOLUTION(4, 5, 5, 3, 1, SAME, ACTIVATION_TANH), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"convolution, ReLU, max-pool, twice", {14, 15, 3, false}, BINARY, 8,
		{CONVOLUTION(16, 3, 3, 1, 1, VALID, ACTIVATION_LINEAR), ACTIVATION(ACTIVATION_RELU),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID),
			CONVOLUTION(9, 3, 3, 1, 1, VALID, ACTIVATION_RELU),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID), FLATTEN, DENSE(4, ACTIVATION_LINEAR),
			ACTIVATION(ACTIVATION_SIGMOID)}},
	{"same convolution, leaky ReLU, max-pool", {8, 8, 3, false}, CATEGORICAL, 6,
		{CONVOLUTION(6, 3, 3, 1, 1, SAME, ACTIVATION_LEAKY_RELU),
			POOL(LAYER_MAX_POOLING, 2, 2, SAME),
			CONVOLUTION(17, 3, 3, 1, 1, SAME, ACTIVATION_RELU6),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"two sparse convolutions, the second same", {10, 9, 3, false}, CATEGORICAL, 6,
		{CONVOLUTION(48, 3, 3, 1, 1, VALID, ACTIVATION_LEAKY_RELU),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID),
			CONVOLUTION(17, 3, 3, 1, 1, SAME, ACTIVATION_TANH),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"max-pool 3x3 same, stride 2", {7, 6, 3, false}, CATEGORICAL, 4,
		{CONVOLUTION(5, 1, 1, 1, 1, SAME, ACTIVATION_TANH),
			POOL(LAYER_MAX_POOLING, 3, 2, SAME), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"average pool 3x3 same, stride 2", {7, 6, 3, false}, CATEGORICAL, 4,
		{CONVOLUTION(5, 1, 1, 1, 1, SAME, ACTIVATION_TANH),
			POOL(LAYER_AVERAGE_POOLING, 3, 2, SAME), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"global average pool", {5, 6, 3, false}, CATEGORICAL, 3,
		{CONVOLUTION(7, 3, 3, 1, 1, SAME, ACTIVATION_TANH), GLOBAL_AVERAGE,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"depthwise", {7, 8, 5, false}, CATEGORICAL, 5,
		{CONVOLUTION(6, 1, 1, 1, 1, SAME, ACTIVATION_TANH),
			DEPTHWISE(1, 3, 2, SAME, ACTIVATION_TANH),
			DEPTHWISE(3, 2, 1, VALID, ACTIVATION_SIGMOID), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"batch normalisation", {6, 5, 3, false}, CATEGORICAL, 6,
		{CONVOLUTION(5, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(ACTIVATION_SWISH), NORMALIZATION, FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"normalisations between strided and 1x1 convolutions", {9, 10, 3, false}, CATEGORICAL, 10,
		{CONVOLUTION(16, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(ACTIVATION_TANH),
			CONVOLUTION(20, 3, 3, 2, 2, SAME, ACTIVATION_TANH), NORMALIZATION,
			ACTIVATION(ACTIVATION_SIGMOID),
			CONVOLUTION(6, 1, 1, 1, 1, VALID, ACTIVATION_LINEAR), NORMALIZATION,
			FLATTEN, DENSE(3, ACTIVATION_SOFTMAX)}},
	{"normalisations between depthwise convolutions", {11, 9, 3, false}, CATEGORICAL, 11,
		{NORMALIZATION, DEPTHWISE(6, 3, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(ACTIVATION_SIGMOID), DEPTHWISE(1, 3, 2, SAME, ACTIVATION_TANH),
			NORMALIZATION, NORMALIZATION, DEPTHWISE(2, 2, 1, VALID, ACTIVATION_LINEAR),
			NORMALIZATION, GLOBAL_AVERAGE, DENSE(3, ACTIVATION_SOFTMAX)}},
	{"normalisations beside Winograd's convolution", {8, 9, 3, false}, CATEGORICAL, 9,
		{CONVOLUTION(16, 1, 1, 1, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(ACTIVATION_TANH),
			CONVOLUTION(16, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(ACTIVATION_SIGMOID),
			CONVOLUTION(20, 3, 3, 1, 1, SAME, ACTIVATION_TANH), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"normalisations beside a sparse convolution", {8, 9, 3, false}, CATEGORICAL, 9,
		{CONVOLUTION(16, 1, 1, 1, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(ACTIVATION_TANH),
			CONVOLUTION(17, 3, 3, 1, 1, SAME, ACTIVATION_TANH),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID), NORMALIZATION,
			CONVOLUTION(5, 2, 2, 1, 1, VALID, ACTIVATION_TANH), FLATTEN,
			DENSE(3, ACTIVATION_SOFTMAX)}},
	{"softmax in the middle", {1, 1, 6, false}, BINARY, 3,
		{DENSE(7, ACTIVATION_SOFTMAX), DENSE(5, ACTIVATION_LINEAR),
			ACTIVATION(ACTIVATION_LEAKY_RELU)}},
};

static void fill(float *x, size_t count, int stream)
{
	struct random random = random_start(5, RANDOM_TEST, (uint64_t)stream, 0);
	for (size_t i = 0; i < count; i++)
		x[i] = random_between(&random, -1, 1);
}

/* A sparse direction: a step in it crosses few kinks. */
static void choose_direction(float *direction, size_t count, int stream)
{
	enum { ENTRIES = 3 };
	float values[ENTRIES];
	struct random random = random_start(6, RANDOM_TEST, (uint64_t)stream, 0);
	fill(values, ENTRIES, stream);
	memset(direction, 0, count * sizeof *direction);
	for (int i = 0; i < ENTRIES; i++)
		direction[random_below(&random, (uint32_t)count)] = values[i];
}

/* Relative tolerance: kinks within a step are no error of the gradient (torch.c is exact there). */
static double tolerance_of(const struct setup *setup)
{
	for (int i = 0; i < setup->layer_count; i++)
		if (setup->layers[i].kind == LAYER_MAX_POOLING)
			return 1e-2;
	return 2e-3;
}

struct data {
	float *input, *targets, *direction;
};

static double loss_now(struct network *network, const struct data *data)
{
	return network_train_step(network, data->input, data->targets, SAMPLES, 0, 0).loss;
}

/* The derivative in a random direction, by gradient and by difference; the step halves until both
 * agree, since a kink (ReLU, a change of the argmax) within the step is no error of the
 * gradient. */
static void compare(struct network *network, struct data *data, int index,
	const struct setup *setup)
{
	struct parameter parameter = network_parameter(network, index);
	double by_gradient = 0, by_difference = 0, size = 0;
	choose_direction(data->direction, parameter.count, 100 + index);
	loss_now(network, data);
	const float *gradient = network_gradient(network, index);
	for (size_t i = 0; i < parameter.count; i++) {
		by_gradient += (double)gradient[i] * (double)data->direction[i];
		size += data->direction[i] != 0 ? (double)gradient[i] * (double)gradient[i] : 0;
	}
	double tolerance = tolerance_of(setup) * sqrt(size) + 5e-5;
	float step = 0.01f;
	for (int attempt = 0; attempt < 5; attempt++, step /= 2) {
		double losses[2];
		float *saved = malloc(parameter.count * sizeof *saved);
		memcpy(saved, parameter.values, parameter.count * sizeof *saved);
		for (int side = 0; side < 2; side++) {
			for (size_t i = 0; i < parameter.count; i++)
				network_parameter_values(network, index)[i] =
					saved[i] + (side ? -step : step) * data->direction[i];
			losses[side] = loss_now(network, data);
		}
		memcpy(network_parameter_values(network, index), saved,
			parameter.count * sizeof *saved);
		free(saved);
		by_difference = (losses[0] - losses[1]) / (2 * (double)step);
		if (fabs(by_difference - by_gradient) <= tolerance)
			break;
	}
	char text[200];
	snprintf(text, sizeof text, "%s: layer %d %s", setup->name, parameter.layer_index,
		parameter.name);
	is_near(by_gradient, by_difference, tolerance, text);
}

static void randomize(struct network *network)
{
	network_initialize(network, 3);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (parameter.rank == 1)
			for (size_t k = 0; k < parameter.count; k++)
				network_parameter_values(network, i)[k] +=
					0.1f * (float)((int)(k * 7 % 11) - 5) / 5;
	}
}

static void check_parameters(const struct setup *setup, const struct graph *graph,
	struct data *data)
{
	struct network *network;
	struct error error;
	if (!ok(network_create(&network, graph, NETWORK_TRAIN, SAMPLES, NULL, &error) == 0,
		    "%s: made", setup->name)) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	randomize(network);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	options.loss = setup->loss;
	options.label_smoothing = 0.1f;
	network_train_start(network, &options);
	for (int i = 0; i < network_parameter_count(network); i++)
		if (network_parameter(network, i).trainable)
			compare(network, data, i, setup);
	network_destroy(network);
}

/* The gradient of a weighted sum of the logits with respect to the input. */
static void check_input(const struct setup *setup, const struct graph *graph, struct data *data)
{
	struct network *network;
	struct error error;
	if (!ok(network_create(&network, graph, NETWORK_EXPLAIN, SAMPLES, NULL, &error) == 0,
		    "%s: made", setup->name))
		return;
	randomize(network);
	int outputs = network_outputs(network), nodes = graph->node_count;
	size_t count = SAMPLES * shape_count(setup->input);
	float logits[2][64], seed[64], *gradient = malloc(count * sizeof *gradient),
				       *moved = malloc(count * sizeof *moved);
	fill(seed, (size_t)(SAMPLES * outputs), 7);
	choose_direction(data->direction, count, 9);
	network_forward(network, data->input, SAMPLES, logits[0], NULL);
	network_backward(network, nodes, seed, -1, gradient);
	double by_gradient = 0, by_difference = 0, size = 0;
	for (size_t i = 0; i < count; i++) {
		by_gradient += (double)gradient[i] * (double)data->direction[i];
		size += data->direction[i] != 0 ? (double)gradient[i] * (double)gradient[i] : 0;
	}
	double tolerance = tolerance_of(setup) * sqrt(size) + 2e-4;
	float step = 0.01f;
	for (int attempt = 0; attempt < 5; attempt++, step /= 2) {
		for (int side = 0; side < 2; side++) {
			for (size_t i = 0; i < count; i++)
				moved[i] =
					data->input[i] + (side ? -step : step) * data->direction[i];
			network_forward(network, moved, SAMPLES, logits[side], NULL);
		}
		by_difference = 0;
		for (int i = 0; i < SAMPLES * outputs; i++)
			by_difference += (double)seed[i] *
				((double)logits[0][i] - (double)logits[1][i]) / (2 * (double)step);
		if (fabs(by_gradient - by_difference) <= tolerance)
			break;
	}
	char text[200];
	snprintf(text, sizeof text, "%s: input", setup->name);
	is_near(by_gradient, by_difference, tolerance, text);
	free(gradient);
	free(moved);
	network_destroy(network);
}

static void check_setup(struct setup *setup)
{
	struct graph graph = chain(setup->input, setup->layers, setup->layer_count);
	struct data data = {.input = malloc(SAMPLES * shape_count(setup->input) * sizeof(float)),
		.targets = calloc(SAMPLES * 64, sizeof(float)),
		.direction = malloc((1 << 16) * sizeof(float))};
	fill(data.input, SAMPLES * shape_count(setup->input), 1);
	for (int k = 0; k < SAMPLES; k++)
		data.targets[k * setup->layers[setup->layer_count - 1].filters + k] = 1;
	check_parameters(setup, &graph, &data);
	check_input(setup, &graph, &data);
	free(data.input);
	free(data.targets);
	free(data.direction);
	graph_free(&graph);
}

/* In a convolution, after a normalisation and at the end, where each is computed elsewhere. With
 * Keras' default slopes: ELU's is smooth. */
static void check_activation(enum activation_kind kind)
{
	struct setup setup = {.name = activation_title(kind),
		.input = {3, 3, 4},
		.loss = BINARY,
		.layer_count = 6,
		.layers = {CONVOLUTION(7, 1, 1, 1, 1, SAME, kind),
			CONVOLUTION(6, 2, 2, 1, 1, SAME, ACTIVATION_LINEAR), NORMALIZATION,
			ACTIVATION(kind), FLATTEN, DENSE(3, kind)}};
	for (int i = 0; i < setup.layer_count; i++)
		setup.layers[i].activation.negative_slope = activation_default(kind).negative_slope;
	check_setup(&setup);
}

int main(void)
{
	for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
		check_setup(&setups[i]);
	for (int kind = ACTIVATION_LINEAR + 1; kind < ACTIVATION_COUNT; kind++)
		check_activation((enum activation_kind)kind);
	return done();
}
