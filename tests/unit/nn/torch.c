/* Logits, gradients and twenty steps against PyTorch's numbers: tests/fixtures/nn/make_torch.py has
 * the networks again. */
#include "base/bytes.h"
#include "base/file.h"
#include "nets.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 256, STEPS = 20 };

/* As `numbers` in make_torch.py. */
static float number(uint32_t index, uint32_t stream)
{
	uint32_t h = index * 2654435761u + stream * 40503u + 12345u;
	h = (h ^ h >> 15) * 2246822519u;
	h ^= h >> 13;
	return (float)(h >> 8) * 0x1p-23f - 1;
}

struct expectation {
	const unsigned char *next, *end;
};

static float next(struct expectation *expected)
{
	float value = expected->next < expected->end ? load_f32(expected->next) : NAN;
	expected->next += 4;
	return value;
}

/* Compares `count` values, sampled, relative to the largest of them. */
static void compare(struct expectation *expected, const float *values, size_t count,
	double tolerance, const char *name, const char *what, const char *layer)
{
	size_t step = count / SAMPLES > 1 ? count / SAMPLES : 1;
	double largest = 0, difference = 0;
	for (size_t i = 0; i < count; i += step) {
		double wanted = (double)next(expected), error = fabs((double)values[i] - wanted);
		largest = fmax(largest, fabs(wanted));
		difference = error > difference || isnan(error) ? error : difference;
	}
	if (!ok(difference <= tolerance * largest, "%s: %s %s", name, layer, what))
		note("largest difference %g, largest value %g", difference, largest);
}

struct setup {
	const char *name;
	struct shape input;
	int classes, n, steps;
	struct training_options options;
	float learning_rate;
	int layer_count;
	struct layer layers[12];
};

static void set_weights(struct network *network)
{
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		double fan = 1;
		int fans = strcmp(parameter.name, "depthwise_kernel") == 0 ? 2 : parameter.rank - 1;
		for (int k = 0; k < fans; k++)
			fan *= parameter.shape[k];
		float scale = parameter.rank > 1 ? (float)(1.5 / sqrt(fan)) : 0.125f;
		bool ones = strcmp(parameter.name, "gamma") == 0 ||
			strcmp(parameter.name, "moving_variance") == 0;
		for (size_t k = 0; k < parameter.count; k++)
			network_parameter_values(network, i)[k] =
				number((uint32_t)k, (uint32_t)i + 1) * scale + (ones ? 1 : 0);
	}
}

static void run_steps(const struct setup *setup, struct network *network,
	struct expectation *expected)
{
	size_t pixels = (size_t)setup->n *
		(size_t)(setup->input.height * setup->input.width * setup->input.channels);
	float *input = malloc(pixels * sizeof *input),
	      *targets = calloc((size_t)(setup->n * setup->classes), sizeof *targets);
	for (size_t i = 0; i < pixels; i++)
		input[i] = (number((uint32_t)i, 1000) + 1) / 2;
	for (int i = 0; i < setup->n; i++)
		targets[i * setup->classes + i * 7 % setup->classes] = 1;
	double losses[STEPS], largest_difference = 0;
	network_train_start(network, &setup->options);
	losses[0] = network_train_step(network, input, targets, setup->n, 0, 0).loss;
	struct expectation steps = *expected;
	expected->next += 4 * setup->steps;
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (parameter.trainable)
			compare(expected, network_gradient(network, i), parameter.count, 1e-4,
				setup->name, parameter.name, parameter.layer);
	}
	set_weights(network);
	network_train_start(network, &setup->options);
	for (int i = 0; i < setup->steps; i++) {
		losses[i] = network_train_step(network, input, targets, setup->n,
			setup->learning_rate, (uint64_t)i)
				    .loss;
		double wanted = (double)next(&steps);
		largest_difference = fmax(largest_difference, fabs(losses[i] - wanted) / wanted);
	}
	ok(largest_difference < 1e-4, "%s: losses of %d steps (%.1e)", setup->name, setup->steps,
		largest_difference);
	free(input);
	free(targets);
}

/* Compares the logits of a forward pass, which without normalisation equal those of a training
 * step. */
static void check_logits(const struct setup *setup, struct network *network,
	struct expectation *expected)
{
	size_t pixels = (size_t)setup->n *
		(size_t)(setup->input.height * setup->input.width * setup->input.channels);
	float *input = malloc(pixels * sizeof *input), logits[64];
	for (size_t i = 0; i < pixels; i++)
		input[i] = (number((uint32_t)i, 1000) + 1) / 2;
	network_forward(network, input, setup->n, logits, NULL);
	bool normalized = false;
	for (int i = 0; i < setup->layer_count; i++)
		normalized |= setup->layers[i].kind == LAYER_BATCH_NORMALIZATION;
	if (normalized)
		expected->next += 4 * setup->n * setup->classes;
	else
		compare(expected, logits, (size_t)(setup->n * setup->classes), 1e-5, setup->name,
			"logits", "last");
	free(input);
}

static void check(struct setup *setup)
{
	struct graph graph = chain(setup->input, setup->layers, setup->layer_count);
	char name[100];
	snprintf(name, sizeof name, "nn/%s.bin", setup->name);
	unsigned char *bytes;
	size_t size;
	struct error error;
	struct network *network;
	if (!ok(file_read(fixture(name), 1 << 20, &bytes, &size, &error) == 0 &&
			    network_create(&network, &graph, NETWORK_TRAIN, setup->n, NULL,
				    &error) == 0,
		    "%s: made", setup->name)) {
		note("%s: %s", error.object, error.reason);
		graph_free(&graph);
		return;
	}
	struct expectation expected = {bytes, bytes + size};
	set_weights(network);
	check_logits(setup, network, &expected);
	run_steps(setup, network, &expected);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		compare(&expected, parameter.values, parameter.count, 1e-4, setup->name,
			parameter.name, parameter.layer);
	}
	ok(expected.next == expected.end, "%s: all of the fixture is used", setup->name);
	network_destroy(network);
	free(bytes);
	graph_free(&graph);
}

static struct training_options options_of(enum optimizer optimizer, enum loss loss, float smoothing)
{
	struct training_options options = training_defaults(optimizer);
	options.loss = loss;
	options.label_smoothing = smoothing;
	options.momentum = 0.9f;
	return options;
}

#define ORIGINAL \
	{ \
		CONVOLUTION(32, 3, 3, 1, 1, VALID, ACTIVATION_LINEAR), \
			ACTIVATION(ACTIVATION_RELU), POOL(LAYER_MAX_POOLING, 2, 2, VALID), \
			CONVOLUTION(32, 3, 3, 1, 1, VALID, ACTIVATION_RELU), \
			POOL(LAYER_MAX_POOLING, 2, 2, VALID), \
			CONVOLUTION(64, 3, 3, 1, 1, VALID, ACTIVATION_RELU), \
			POOL(LAYER_MAX_POOLING, 2, 2, VALID), FLATTEN, DENSE(64, ACTIVATION_RELU), \
			DENSE(4, ACTIVATION_SIGMOID) \
	}

int main(void)
{
	struct setup setups[] = {
		{"original-small", {30, 34, 3, false}, 4, 5, STEPS,
			options_of(OPTIMIZER_ADAM, BINARY, 0), 1e-3f, 10, ORIGINAL},
		{"original-full", {150, 150, 3, false}, 4, 2, 1,
			options_of(OPTIMIZER_ADAM, CATEGORICAL, 0), 1e-3f, 10, ORIGINAL},
		{"normalized", {17, 20, 3, false}, 5, 4, STEPS,
			options_of(OPTIMIZER_SGD, CATEGORICAL, 0.1f), 5e-2f, 11,
			{UNBIASED(20, 3, 1), NORMALIZATION, ACTIVATION(ACTIVATION_RELU),
				POOL(LAYER_MAX_POOLING, 2, 2, VALID), UNBIASED(24, 3, 2),
				NORMALIZATION, ACTIVATION(ACTIVATION_SWISH),
				DEPTHWISE(1, 3, 1, SAME, ACTIVATION_RELU6),
				CONVOLUTION(33, 1, 1, 1, 1, VALID, ACTIVATION_LEAKY_RELU),
				GLOBAL_AVERAGE, DENSE(5, ACTIVATION_SOFTMAX)}},
		{"borders", {15, 13, 2, false}, 3, 6, STEPS,
			options_of(OPTIMIZER_ADAMW, CATEGORICAL, 0), 2e-3f, 7,
			{CONVOLUTION(7, 5, 4, 2, 2, SAME, ACTIVATION_TANH),
				POOL(LAYER_MAX_POOLING, 3, 2, SAME),
				DEPTHWISE(2, 2, 1, SAME, ACTIVATION_SIGMOID),
				POOL(LAYER_AVERAGE_POOLING, 3, 2, SAME), FLATTEN,
				DENSE(9, ACTIVATION_TANH), DENSE(3, ACTIVATION_SOFTMAX)}},
		{"rectangles", {12, 21, 4, false}, 3, 3, STEPS,
			options_of(OPTIMIZER_RMSPROP, BINARY, 0.2f), 1e-3f, 5,
			{CONVOLUTION(16, 2, 5, 1, 1, SAME, ACTIVATION_LEAKY_RELU),
				POOL(LAYER_MAX_POOLING, 2, 2, SAME),
				CONVOLUTION(18, 3, 2, 3, 3, VALID, ACTIVATION_SWISH), FLATTEN,
				DENSE(3, ACTIVATION_LINEAR)}},
	};
	for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
		check(&setups[i]);
	return done();
}
