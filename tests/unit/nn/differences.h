/* Gradients of small graphs against central differences. */
#ifndef TESTS_UNIT_NN_DIFFERENCES_H
#define TESTS_UNIT_NN_DIFFERENCES_H

#include "base/random.h"
#include "nn/engine.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 9, VALUES = 4096 }; /* three leaves */

static struct error error;

/* Keras' defaults, and a name of its own. */
static struct layer make(enum layer_kind kind)
{
	static int made;
	char name[LAYER_NAME_SIZE];
	snprintf(name, sizeof name, "layer%d", made++);
	return layer_defaults(kind, name);
}

static struct network *build(const struct graph *graph, enum network_mode mode, int batch,
	struct parallel *pool)
{
	struct network *network = NULL;
	if (network_create(&network, graph, mode, batch, pool, &error))
		ok(false, "%s: %s", error.object, error.reason);
	return network;
}

/* All different by 0.04 at least, and from 0 by 0.012: steps of differences cross no kink. */
static void fill(float *x, int count, int stream)
{
	uint32_t order[VALUES];
	struct random random = random_start(3, RANDOM_TEST, (uint64_t)stream, 0);
	for (int i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	random_shuffle(&random, order, (uint32_t)count);
	for (int i = 0; i < count; i++)
		x[i] = ((float)order[i] - (float)count / 2 + 0.3f) * 0.04f;
}

static void fill_parameters(struct network *network)
{
	for (int i = 0; i < network_parameter_count(network); i++)
		fill(network_parameter_values(network, i), (int)network_parameter(network, i).count,
			50 + i);
}

static bool close_to(double got, double expected, double tolerance, const char *name, int index)
{
	if (fabs(got - expected) <= tolerance)
		return true;
	note("%s: value %d: got %g, expected %g", name, index, got, expected);
	return false;
}

/* ---- gradients ---- */

static double weighted_output(struct network *network, const float *input, const float *seed, int n)
{
	double sum = 0;
	network_forward(network, input, n, NULL, NULL);
	const float *y = network_output(network, network_graph(network)->node_count - 1);
	for (int i = 0; i < n * network_outputs(network); i++)
		sum += (double)seed[i] * (double)y[i];
	return sum;
}

/* The gradient of a weighted sum of the outputs by each value of the input. */
static void check_input_gradient(const struct graph *graph, const char *name)
{
	enum { N = 2 };
	static float input[VALUES], seed[VALUES], gradient[VALUES];
	const float step = 0.004f;
	struct network *network = build(graph, NETWORK_EXPLAIN, N, NULL);
	int count = N * (int)shape_count(graph->input);
	bool good = network;
	fill(input, count, 1);
	for (int i = 0; good && i < N * network_outputs(network); i++)
		seed[i] = sinf((float)i + 1);
	if (good) {
		fill_parameters(network);
		weighted_output(network, input, seed, N);
		network_backward(network, graph->node_count - 1, seed, GRAPH_INPUT, gradient);
	}
	for (int i = 0; good && i < count; i++) {
		float saved = input[i], high = saved + step, low = saved - step;
		input[i] = high;
		double by_difference = weighted_output(network, input, seed, N);
		input[i] = low;
		by_difference -= weighted_output(network, input, seed, N);
		input[i] = saved;
		by_difference /= (double)(high - low);
		good = close_to((double)gradient[i], by_difference,
			1e-3 * (1 + fabs(by_difference)), name, i);
	}
	ok(good, "%s: gradient of the input", name);
	network_destroy(network);
}

static double loss_of(struct network *network, const float *input, const float *targets)
{
	return network_train_step(network, input, targets, SAMPLES, 0, 0).loss;
}

/* The loss with another value in a parameter. */
static double loss_with(struct network *network, int parameter, size_t index, float value,
	const float *input, const float *targets)
{
	network_parameter_values(network, parameter)[index] = value;
	return loss_of(network, input, targets);
}

/* By one value of a parameter. */
static double difference_of(struct network *network, int parameter, size_t index, float step,
	const float *input, const float *targets)
{
	float saved = network_parameter_values(network, parameter)[index];
	float high = saved + step, low = saved - step;
	double difference = loss_with(network, parameter, index, high, input, targets) -
		loss_with(network, parameter, index, low, input, targets);
	network_parameter_values(network, parameter)[index] = saved;
	return difference / (double)(high - low);
}

/* The step halves until both agree: a kink within it is no error of the gradient. */
static bool agrees(struct network *network, int parameter, size_t index, double gradient,
	const float *input, const float *targets)
{
	double difference = 0;
	for (float step = 0.02f; step > 0.002f; step /= 2) {
		difference = difference_of(network, parameter, index, step, input, targets);
		if (fabs(difference - gradient) <= 2e-4)
			return true;
	}
	return close_to(gradient, difference, 2e-4, network_parameter(network, parameter).name,
		(int)index);
}

static void check_parameter_gradients(const struct graph *graph, const char *name)
{
	static float input[VALUES], targets[VALUES], saved[VALUES];
	struct network *network = build(graph, NETWORK_TRAIN, SAMPLES, NULL);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	bool good = network;
	options.loss = LOSS_BINARY_CROSSENTROPY;
	fill(input, SAMPLES * (int)shape_count(graph->input), 2);
	for (int i = 0; i < VALUES; i++)
		targets[i] = (float)(i % 3 == 0);
	if (good) {
		network_train_start(network, &options);
		fill_parameters(network);
	}
	for (int p = 0; good && p < network_parameter_count(network); p++) {
		size_t count = network_parameter(network, p).count;
		loss_of(network, input, targets);
		memcpy(saved, network_gradient(network, p), count * sizeof *saved);
		for (size_t i = 0; good && i < count; i++)
			good = agrees(network, p, i, (double)saved[i], input, targets);
	}
	ok(good, "%s: gradients of the parameters", name);
	network_destroy(network);
}

/* One training step with each number of threads. */
static void check_threads(const struct graph *graph, const char *name)
{
	static float input[VALUES], targets[VALUES], gradients[2][VALUES];
	double losses[2] = {0, 0};
	memset(gradients, 0, sizeof gradients);
	fill(input, SAMPLES * (int)shape_count(graph->input), 2);
	for (int k = 0; k < 2; k++) {
		struct parallel *pool;
		if (parallel_create(&pool, k ? 3 : 1, &error))
			continue;
		struct network *network = build(graph, NETWORK_TRAIN, SAMPLES, pool);
		struct training_options options = training_defaults(OPTIMIZER_SGD);
		options.loss = LOSS_BINARY_CROSSENTROPY;
		if (network) {
			network_train_start(network, &options);
			fill_parameters(network);
			losses[k] = loss_of(network, input, targets);
			memcpy(gradients[k], network->gradients,
				network->trainable_count * sizeof **gradients);
		}
		network_destroy(network);
		parallel_destroy(pool);
	}
	ok(memcmp(&losses[0], &losses[1], sizeof *losses) == 0 &&
			memcmp(gradients[0], gradients[1], sizeof *gradients) == 0,
		"%s: the same bytes with three threads", name);
}

#define FLOATS(...) \
	(const float[]) \
	{ \
		__VA_ARGS__ \
	}

#endif
