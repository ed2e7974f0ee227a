/* Sums over samples are trees of leaves of four (leaves.h): the gradient and the loss of a batch
 * are, to the bit, the tree of those of its leaves, each computed alone, so that machines can share
 * a batch. */
#include "nets.h"
#include "nn/run.h"

#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 140, LAYERS = 10, OUTPUTS = 3, SIDE = 13, CHANNELS = 3 };

static float input[BATCH * SIDE * SIDE * CHANNELS], gradient[BATCH * OUTPUTS];

struct setup {
	const char *name;
	int layer_count;
	struct layer layers[LAYERS];
};

static struct setup setups[] = {
	{"direct convolutions", 5,
		{CONVOLUTION(16, 3, 3, 2, 2, SAME, ACTIVATION_TANH),
			CONVOLUTION(9, 2, 3, 1, 1, VALID, ACTIVATION_LINEAR),
			CONVOLUTION(32, 1, 1, 1, 1, VALID, ACTIVATION_SIGMOID), FLATTEN,
			DENSE(OUTPUTS, ACTIVATION_LINEAR)}},
	{"pooled convolutions", 7,
		{CONVOLUTION(16, 3, 3, 1, 1, SAME, ACTIVATION_RELU),
			POOL(LAYER_MAX_POOLING, 2, 2, VALID),
			CONVOLUTION(24, 3, 3, 1, 1, SAME, ACTIVATION_RELU),
			POOL(LAYER_MAX_POOLING, 2, 2, SAME), UNBIASED(16, 1, 1), FLATTEN,
			DENSE(OUTPUTS, ACTIVATION_LINEAR)}},
	{"Winograd's algorithm", 5,
		{CONVOLUTION(32, 3, 3, 1, 1, SAME, ACTIVATION_TANH),
			CONVOLUTION(48, 3, 3, 1, 1, SAME, ACTIVATION_RELU),
			CONVOLUTION(80, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR), GLOBAL_AVERAGE,
			DENSE(OUTPUTS, ACTIVATION_LINEAR)}},
	{"Winograd's algorithm on small pictures", 6,
		{CONVOLUTION(16, 3, 3, 4, 4, SAME, ACTIVATION_TANH),
			CONVOLUTION(96, 3, 3, 1, 1, SAME, ACTIVATION_TANH),
			CONVOLUTION(128, 3, 3, 1, 1, SAME, ACTIVATION_RELU),
			CONVOLUTION(112, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR), GLOBAL_AVERAGE,
			DENSE(OUTPUTS, ACTIVATION_LINEAR)}},
	{"depthwise convolutions", 5,
		{DEPTHWISE(2, 3, 1, SAME, ACTIVATION_TANH),
			DEPTHWISE(4, 3, 2, VALID, ACTIVATION_TANH),
			DEPTHWISE(1, 2, 1, SAME, ACTIVATION_LINEAR), FLATTEN,
			DENSE(OUTPUTS, ACTIVATION_LINEAR)}},
	{"dense layers, on pixels and on vectors", 5,
		{DENSE(17, ACTIVATION_TANH), DENSE(4, ACTIVATION_LINEAR), FLATTEN,
			DENSE(70, ACTIVATION_RELU), DENSE(OUTPUTS, ACTIVATION_LINEAR)}},
};

static struct network *make(struct setup *setup, int batch, struct parallel *pool)
{
	const struct shape input_shape = {.height = SIDE, .width = SIDE, .channels = CHANNELS};
	struct graph graph = chain(input_shape, setup->layers, setup->layer_count);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	struct network *network;
	struct error error;
	if (network_create(&network, &graph, NETWORK_TRAIN, batch, pool, &error)) {
		ok(false, "%s: %s: %s", setup->name, error.object, error.reason);
		exit(1);
	}
	graph_free(&graph);
	network_initialize(network, 6);
	network_train_start(network, &options);
	return network;
}

/* Gradients of all parameters for samples [first, first + n), from that of the logits. */
static void differentiate(struct network *network, int first, int n, float *gradients)
{
	size_t outputs = (size_t)n * OUTPUTS;
	network->training = network->computes_parameter_gradients = true;
	run_forward(network,
		copy_input(network, input + (ptrdiff_t)first * SIDE * SIDE * CHANNELS, n), n);
	memcpy(begin_gradient(network, node_value(network, network->graph.node_count)),
		gradient + (ptrdiff_t)first * OUTPUTS, outputs * sizeof *gradient);
	run_backward(network, n, 0, network->operation_count);
	memcpy(gradients, network->gradients, network->trainable_count * sizeof *gradients);
}

/* The tree of leaves computed one by one, as the comment in leaves.h says. */
static void expect_tree(struct network *network, int n, float *leaves, size_t size)
{
	int count = leaf_count(n);
	for (int i = 0; i < count; i++)
		differentiate(network, 4 * i, smaller(4, n - 4 * i), leaves + (size_t)i * size);
	for (int width = 1; width < count; width *= 2)
		for (int i = 0; i + width < count; i += 2 * width)
			for (size_t k = 0; k < size; k++)
				leaves[(size_t)i * size + k] +=
					leaves[(size_t)(i + width) * size + k];
}

static const int counts[] = {1, 3, 4, 5, 8, 16, 23, 64, BATCH};
enum { COUNTS = sizeof counts / sizeof *counts };

/* The number of threads and the largest batch, which decides on groups, change nothing. */
static void check_threads(struct setup *setup, int threads, int batch, float *const trees[COUNTS])
{
	struct parallel *pool;
	if (parallel_create(&pool, threads, NULL))
		exit(1);
	struct network *network = make(setup, batch, pool);
	size_t size = network->trainable_count;
	float *got = malloc(size * sizeof *got);
	for (int i = 0; i < COUNTS && counts[i] <= batch; i++) {
		differentiate(network, 0, counts[i], got);
		ok(memcmp(got, trees[i], size * sizeof *got) == 0 && got[0] != 0,
			"%s: the gradient of %d samples is the tree of their leaves' (%d threads, "
			"batches of %d)",
			setup->name, counts[i], threads, batch);
	}
	free(got);
	network_destroy(network);
	parallel_destroy(pool);
}

static void check_trees(struct setup *setup)
{
	struct network *network = make(setup, LEAF_SAMPLES, NULL);
	size_t size = network->trainable_count;
	float *trees[COUNTS];
	for (int i = 0; i < COUNTS; i++) {
		trees[i] = malloc((size_t)leaf_count(counts[i]) * size * sizeof *trees[i]);
		expect_tree(network, counts[i], trees[i], size);
	}
	check_threads(setup, 1, BATCH, trees);
	check_threads(setup, 2, 23, trees);
	check_threads(setup, 3, 64, trees);
	check_threads(setup, 8, BATCH, trees);
	for (int i = 0; i < COUNTS; i++)
		free(trees[i]);
	network_destroy(network);
}

/* A mean of 2^k leaves is exact, so that their sums can be had from it. */
static void check_loss(enum loss loss)
{
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	options.loss = loss;
	double leaves[8];
	for (int i = 0; i < 8; i++)
		leaves[i] = 4 *
			network_loss(&options, gradient + 4 * i * OUTPUTS, input + 4 * i * OUTPUTS,
				4, OUTPUTS);
	double left = (leaves[0] + leaves[1]) + (leaves[2] + leaves[3]),
	       right = (leaves[4] + leaves[5]) + (leaves[6] + leaves[7]);
	ok(network_loss(&options, gradient, input, 8, OUTPUTS) == (leaves[0] + leaves[1]) / 8,
		"loss %d: the mean of 8 samples", (int)loss);
	ok(network_loss(&options, gradient, input, 32, OUTPUTS) == (left + right) / 32,
		"loss %d: the mean of 32 samples", (int)loss);
	ok(network_loss(&options, gradient, input, 24, OUTPUTS) ==
			(left + (leaves[4] + leaves[5])) / 24,
		"loss %d: the mean of 24 samples", (int)loss);
}

/* The stack's tree and the definition's, of values whose sum depends on the order. */
static void check_values(void)
{
	enum { LEAVES = 70 };
	for (int count = 0; count <= LEAVES; count++) {
		struct leaf_tree tree = {0};
		double leaves[LEAVES + 1] = {0};
		for (int i = 0; i < count; i++)
			leaf_tree_add(&tree, leaves[i] = ldexp(1 + i / 3.0, i % 7 * 9));
		for (int width = 1; width < count; width *= 2)
			for (int i = 0; i + width < count; i += 2 * width)
				leaves[i] += leaves[i + width];
		if (leaf_tree_sum(&tree) != leaves[0])
			ok(false, "the tree of %d values", count);
	}
	ok(true, "trees of values");
}

int main(void)
{
	struct random random = random_start(12, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof input / sizeof *input; i++)
		input[i] = random_uniform(&random);
	for (size_t i = 0; i < sizeof gradient / sizeof *gradient; i++)
		gradient[i] = random_between(&random, -1, 1);
	for (size_t s = 0; s < sizeof setups / sizeof *setups; s++) {
		for (int i = 0; i < setups[s].layer_count; i++)
			snprintf(setups[s].layers[i].name, sizeof setups[s].layers[i].name,
				"layer %d", i);
		check_trees(&setups[s]);
	}
	check_loss(LOSS_BINARY_CROSSENTROPY);
	check_loss(LOSS_CATEGORICAL_CROSSENTROPY);
	check_values();
	return done();
}
