/* Logits, gradients and twenty steps of graphs against PyTorch's numbers:
 * tests/fixtures/nn/make_torch_graphs.py has the networks again. */
#include "base/bytes.h"
#include "base/file.h"
#include "graphs.h"
#include "tap.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 256, STEPS = 20, BATCH_MAXIMUM = 7, CLASSES_MAXIMUM = 4, PIXELS_MAXIMUM = 4096 };

static const enum padding SAME = PADDING_SAME, VALID = PADDING_VALID;

/* ---- the networks that are not in graphs.c ---- */

static struct graph branches_graph(void)
{
	struct graph graph = {.name = "branches", .input = {13, 12, 3, false}};
	int x = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 6, 3, 3, 1, VALID, ACTIVATION_RELU));
	int nodes[3];
	nodes[0] =
		append_to(&graph, x, make_convolution(&graph, 4, 1, 1, 1, VALID, ACTIVATION_RELU));
	nodes[1] =
		append_to(&graph, x, make_convolution(&graph, 5, 3, 3, 1, SAME, ACTIVATION_TANH));
	nodes[2] = append_to(&graph, x, make_pool(&graph, LAYER_MAX_POOLING, 3, 1, SAME));
	x = append_concatenation(&graph, nodes, 3);
	x = append_to(&graph, x, make_pool(&graph, LAYER_AVERAGE_POOLING, 2, 2, VALID));
	x = append_to(&graph, x, make_convolution(&graph, 9, 2, 3, 1, VALID, ACTIVATION_LINEAR));
	x = append_to(&graph, x, make_layer(&graph, LAYER_GLOBAL_MAX_POOLING));
	append_to(&graph, x, make_dense(&graph, 3, ACTIVATION_SIGMOID));
	return graph;
}

/* One convolution three times, a normalisation and a dense layer twice. */
static struct graph shared_graph(void)
{
	struct graph graph = {.name = "shared", .input = {9, 10, 3, false}};
	int a = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 5, 3, 3, 1, VALID, ACTIVATION_LINEAR));
	int b = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 5, 3, 3, 1, VALID, ACTIVATION_TANH));
	int convolution =
		append_to(&graph, a, make_convolution(&graph, 5, 3, 3, 1, SAME, ACTIVATION_SWISH));
	b = use_again(&graph, b, convolution);
	int c = append_to(&graph, convolution, make_batch_normalization(&graph));
	int d = use_again(&graph, b, c);
	int e = use_again(&graph, append_join(&graph, LAYER_SUBTRACT, c, d), convolution);
	int f = append_join(&graph, LAYER_MAXIMUM, c, d);
	e = append_to(&graph, e, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	f = append_to(&graph, f, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	int g = append_to(&graph, e, make_dense(&graph, 6, ACTIVATION_TANH));
	int h = append_join(&graph, LAYER_SUBTRACT, g, use_again(&graph, f, g));
	append_to(&graph, append_join(&graph, LAYER_MAXIMUM, h, g),
		make_dense(&graph, 3, ACTIVATION_LINEAR));
	return graph;
}

static struct layer dilate(struct layer layer)
{
	layer.dilation_height = layer.dilation_width = 2;
	return layer;
}

static struct layer divide(struct layer layer, int groups)
{
	layer.groups = groups;
	return layer;
}

static struct layer prelu(struct graph *graph, bool shared_height, bool shared_width)
{
	struct layer layer = make_layer(graph, LAYER_PRELU);
	layer.shared_height = shared_height;
	layer.shared_width = shared_width;
	return layer;
}

static int append_rescaling(struct graph *graph)
{
	struct layer layer = make_layer(graph, LAYER_RESCALING);
	layer.constant_count = 1;
	layer.multipliers[0] = 2;
	layer.offsets[0] = -1;
	return append_to(graph, GRAPH_INPUT, layer);
}

static struct graph dilated_graph(void)
{
	struct graph graph = {.name = "dilated", .input = {12, 13, 3, false}};
	int x = append_rescaling(&graph);
	x = append_to(&graph, x, make_places(&graph, LAYER_ZERO_PADDING, 1, 2, 0, 1));
	x = append_to(&graph, x,
		dilate(make_convolution(&graph, 6, 3, 3, 1, SAME, ACTIVATION_LINEAR)));
	x = append_to(&graph, x, prelu(&graph, true, true));
	x = append_to(&graph, x,
		dilate(make_convolution(&graph, 8, 3, 2, 1, VALID, ACTIVATION_RELU)));
	x = append_to(&graph, x,
		divide(make_convolution(&graph, 12, 3, 3, 1, SAME, ACTIVATION_SWISH), 2));
	x = append_to(&graph, x,
		divide(make_convolution(&graph, 24, 3, 3, 2, SAME, ACTIVATION_TANH), 12));
	x = append_to(&graph, x,
		dilate(divide(make_convolution(&graph, 12, 2, 2, 1, SAME, ACTIVATION_LINEAR), 4)));
	x = append_to(&graph, x, make_separable(&graph, 7, 2, 3, 1, SAME, ACTIVATION_GELU));
	x = append_to(&graph, x, dilate(make_depthwise(&graph, 2, 3, 1, SAME, ACTIVATION_LINEAR)));
	x = append_to(&graph, x, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	append_to(&graph, x, make_dense(&graph, 3, ACTIVATION_SIGMOID));
	return graph;
}

static struct layer group_normalization(struct graph *graph, int groups)
{
	struct layer layer = make_layer(graph, LAYER_GROUP_NORMALIZATION);
	layer.groups = groups;
	return layer;
}

static struct graph places_graph(void)
{
	struct graph graph = {.name = "places", .input = {11, 12, 3, false}};
	int x = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 6, 3, 3, 1, VALID, ACTIVATION_LINEAR));
	x = append_to(&graph, x, make_places(&graph, LAYER_CROPPING, 1, 2, 2, 0));
	x = append_to(&graph, x, make_layer(&graph, LAYER_LAYER_NORMALIZATION));
	x = append_to(&graph, x, make_up_sampling(&graph, 2, 3, INTERPOLATION_NEAREST));
	x = append_to(&graph, x, make_convolution(&graph, 6, 3, 3, 2, VALID, ACTIVATION_LINEAR));
	x = append_to(&graph, x, prelu(&graph, false, true));
	x = append_to(&graph, x, group_normalization(&graph, 3));
	x = append_to(&graph, x, make_up_sampling(&graph, 3, 2, INTERPOLATION_BILINEAR));
	x = append_to(&graph, x, make_separable(&graph, 4, 1, 2, 2, SAME, ACTIVATION_TANH));
	x = append_to(&graph, x, make_layer(&graph, LAYER_FLATTEN));
	x = append_to(&graph, x, make_dense(&graph, 10, ACTIVATION_LINEAR));
	x = append_to(&graph, x, make_layer(&graph, LAYER_LAYER_NORMALIZATION));
	append_to(&graph, x, make_dense(&graph, 3, ACTIVATION_SOFTMAX));
	return graph;
}

static int append_reshape(struct graph *graph, int node, int height, int width, int channels)
{
	struct layer layer = make_layer(graph, LAYER_RESHAPE);
	layer.target = (struct shape){height, width, channels, false};
	return append_to(graph, node, layer);
}

static int append_unbiased(struct graph *graph, int node, int filters, enum padding padding,
	bool is_frozen)
{
	struct layer layer = make_convolution(graph, filters, 3, 3, 1, padding, ACTIVATION_LINEAR);
	layer.use_bias = false;
	layer.is_frozen = is_frozen;
	return append_to(graph, node, layer);
}

/* Normalisations whose neighbours have other shapes, and trained layers after frozen ones. */
static struct graph reshaped_graph(void)
{
	struct graph graph = {.name = "reshaped", .input = {8, 8, 3, false}};
	int x = append_unbiased(&graph, GRAPH_INPUT, 6, VALID, true);
	x = append_to(&graph, x, make_batch_normalization(&graph));
	x = append_to(&graph, x, make_activation(&graph, ACTIVATION_RELU));
	struct layer frozen = make_convolution(&graph, 6, 3, 3, 1, SAME, ACTIVATION_LINEAR);
	frozen.is_frozen = true;
	x = append_to(&graph, x, frozen);
	frozen = make_batch_normalization(&graph);
	frozen.is_frozen = true;
	x = append_to(&graph, x, frozen);
	x = append_to(&graph, x, make_activation(&graph, ACTIVATION_RELU));
	x = append_unbiased(&graph, x, 8, SAME, false);
	x = append_reshape(&graph, x, 12, 6, 4);
	x = append_to(&graph, x, make_batch_normalization(&graph));
	x = append_reshape(&graph, x, 6, 4, -1);
	x = append_unbiased(&graph, x, 16, SAME, false);
	x = append_to(&graph, x, make_batch_normalization(&graph));
	x = append_reshape(&graph, x, 8, 6, -1);
	x = append_to(&graph, x, make_convolution(&graph, 4, 3, 3, 1, VALID, ACTIVATION_LINEAR));
	x = append_to(&graph, x, make_layer(&graph, LAYER_FLATTEN));
	x = append_to(&graph, x, make_dense(&graph, 6, ACTIVATION_TANH));
	x = append_to(&graph, x, make_batch_normalization(&graph));
	append_to(&graph, x, make_dense(&graph, 3, ACTIVATION_SOFTMAX));
	return graph;
}

/* ---- numbers ---- */

/* As `numbers` in make_torch_graphs.py. */
static float number(uint32_t index, uint32_t stream)
{
	uint32_t h = index * 2654435761u + stream * 40503u + 12345u;
	h = (h ^ h >> 15) * 2246822519u;
	h ^= h >> 13;
	return (float)(h >> 8) * 0x1p-23f - 1;
}

struct expectation {
	const char *name;
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
	double tolerance, const char *what, const char *of)
{
	size_t step = count / SAMPLES > 1 ? count / SAMPLES : 1;
	double largest = 0, difference = 0;
	for (size_t i = 0; i < count; i += step) {
		double wanted = (double)next(expected), error = fabs((double)values[i] - wanted);
		largest = fmax(largest, fabs(wanted));
		difference = error > difference || isnan(error) ? error : difference;
	}
	if (!ok(difference <= tolerance * largest, "%s: %s: %s", expected->name, of, what))
		note("largest difference %g, largest value %g", difference, largest);
}

static double fan_of(const struct parameter *parameter)
{
	double fan = 1;
	int fans = strcmp(parameter->name, "depthwise_kernel") == 0 ? 2 : parameter->rank - 1;
	for (int i = 0; i < fans; i++)
		fan *= parameter->shape[i];
	return fan;
}

static void set_weights(struct network *network)
{
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		bool is_kernel = strstr(parameter.name, "kernel"),
		     ones = strcmp(parameter.name, "gamma") == 0 ||
			strcmp(parameter.name, "moving_variance") == 0;
		float scale = is_kernel ? (float)(1.5 / sqrt(fan_of(&parameter))) : 0.125f;
		for (size_t k = 0; k < parameter.count; k++)
			network_parameter_values(network, i)[k] =
				number((uint32_t)k, (uint32_t)i + 1) * scale + (ones ? 1 : 0);
	}
}

/* ---- checks ---- */

struct setup {
	struct graph (*graph)(void);
	const char *name;
	int n, classes;
	enum loss loss;
	enum optimizer optimizer;
	float learning_rate;
	float *input, *targets;
};

static struct network *make_network(const struct setup *setup, enum network_mode mode)
{
	struct graph graph = setup->graph();
	struct network *network;
	struct error error;
	if (network_create(&network, &graph, mode, setup->n, NULL, &error)) {
		ok(false, "%s: %s: %s", setup->name, error.object, error.reason);
		exit(1);
	}
	graph_free(&graph);
	set_weights(network);
	return network;
}

static void check_logits(const struct setup *setup, struct expectation *expected)
{
	static const char *const modes[] = {"in prediction", "in training mode", "explaining"};
	struct expectation start = *expected;
	for (int mode = NETWORK_PREDICT; mode <= NETWORK_EXPLAIN; mode++) {
		float logits[BATCH_MAXIMUM * CLASSES_MAXIMUM];
		struct network *network = make_network(setup, (enum network_mode)mode);
		network_forward(network, setup->input, setup->n, logits, NULL);
		*expected = start;
		compare(expected, logits, (size_t)(setup->n * setup->classes), 1e-5, "logits",
			modes[mode]);
		network_destroy(network);
	}
}

static void start(const struct setup *setup, struct network *network)
{
	struct training_options options = training_defaults(setup->optimizer);
	options.loss = setup->loss;
	options.momentum = 0.9f;
	network_train_start(network, &options);
}

static double step(const struct setup *setup, struct network *network, float rate, int number)
{
	return network_train_step(network, setup->input, setup->targets, setup->n, rate,
		(uint64_t)number)
		.loss;
}

static void check_gradients(const struct setup *setup, struct expectation *expected)
{
	struct network *network = make_network(setup, NETWORK_TRAIN);
	start(setup, network);
	step(setup, network, 0, 0);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		char what[64];
		snprintf(what, sizeof what, "gradient of %s", parameter.name);
		if (parameter.trainable)
			compare(expected, network_gradient(network, i), parameter.count, 1e-4, what,
				parameter.layer);
	}
	network_destroy(network);
}

static void check_steps(const struct setup *setup, struct expectation losses,
	struct expectation *expected)
{
	struct network *network = make_network(setup, NETWORK_TRAIN);
	double largest = 0;
	start(setup, network);
	for (int i = 0; i < STEPS; i++) {
		double loss = step(setup, network, setup->learning_rate, i),
		       wanted = (double)next(&losses), difference = fabs(loss - wanted) / wanted;
		largest = difference > largest || isnan(difference) ? difference : largest;
	}
	ok(largest < 1e-4, "%s: losses of %d steps (%.1e)", setup->name, STEPS, largest);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		compare(expected, parameter.values, parameter.count, 1e-4, parameter.name,
			parameter.layer);
	}
	network_destroy(network);
}

static void check(struct setup *setup)
{
	static float input[PIXELS_MAXIMUM], targets[BATCH_MAXIMUM * CLASSES_MAXIMUM];
	char name[100];
	unsigned char *bytes;
	size_t size;
	struct error error;
	for (uint32_t i = 0; i < PIXELS_MAXIMUM; i++)
		input[i] = (number(i, 1000) + 1) / 2;
	memset(targets, 0, sizeof targets);
	for (int i = 0; i < setup->n; i++)
		targets[i * setup->classes + i * 7 % setup->classes] = 1;
	setup->input = input;
	setup->targets = targets;
	snprintf(name, sizeof name, "nn/graph-%s.bin", setup->name);
	if (file_read(fixture(name), 1 << 20, &bytes, &size, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return;
	}
	struct expectation expected = {setup->name, bytes, bytes + size};
	check_logits(setup, &expected);
	struct expectation losses = expected;
	expected.next += 4 * STEPS;
	check_gradients(setup, &expected);
	check_steps(setup, losses, &expected);
	ok(expected.next == expected.end, "%s: all of the fixture is used", setup->name);
	free(bytes);
}

int main(void)
{
	const enum loss binary = LOSS_BINARY_CROSSENTROPY,
			categorical = LOSS_CATEGORICAL_CROSSENTROPY;
	struct setup setups[] = {
		{residual_graph, "residual", 5, 4, categorical, OPTIMIZER_SGD, 2e-2f, NULL, NULL},
		{frozen_graph, "frozen", 5, 4, categorical, OPTIMIZER_ADAM, 1e-3f, NULL, NULL},
		{excitation_graph, "excitation", 6, 3, categorical, OPTIMIZER_ADAM, 1e-3f, NULL,
			NULL},
		{branches_graph, "branches", 6, 3, binary, OPTIMIZER_SGD, 1e-2f, NULL, NULL},
		{shared_graph, "shared", 7, 3, categorical, OPTIMIZER_ADAMW, 1e-3f, NULL, NULL},
		{dilated_graph, "dilated", 5, 3, binary, OPTIMIZER_RMSPROP, 1e-3f, NULL, NULL},
		{places_graph, "places", 6, 3, categorical, OPTIMIZER_SGD, 2e-2f, NULL, NULL},
		{reshaped_graph, "reshaped", 6, 3, categorical, OPTIMIZER_ADAM, 1e-3f, NULL, NULL},
	};
	for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
		check(&setups[i]);
	return done();
}
