/* Training: the same bytes for any number of threads and any processor, no allocation in a step,
 * non-finite values, dropout, invalid graphs. */
#include "allocations.h"
#include "architectures/architectures.h"
#include "base/random.h"
#include "nets.h"
#include "tap.h"
#include "weights_hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 18, CLASSES = 3, STEPS = 3, HEIGHT = 19, WIDTH = 21 };

/* A network of every kind of layer. */
static struct layer layers[] = {
	CONVOLUTION(16, 3, 3, 1, 1, VALID, ACTIVATION_LINEAR),
	ACTIVATION(ACTIVATION_RELU),
	POOL(LAYER_MAX_POOLING, 2, 2, VALID),
	CONVOLUTION(32, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR),
	NORMALIZATION,
	ACTIVATION(ACTIVATION_RELU),
	CONVOLUTION(20, 3, 3, 1, 1, SAME, ACTIVATION_RELU),
	POOL(LAYER_MAX_POOLING, 2, 2, VALID),
	CONVOLUTION(24, 3, 3, 2, 2, SAME, ACTIVATION_LINEAR),
	NORMALIZATION,
	ACTIVATION(ACTIVATION_SWISH),
	CONVOLUTION(32, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR),
	NORMALIZATION,
	ACTIVATION(ACTIVATION_RELU),
	DEPTHWISE(1, 3, 1, SAME, ACTIVATION_TANH),
	POOL(LAYER_AVERAGE_POOLING, 2, 1, SAME),
	FLATTEN,
	DENSE(37, ACTIVATION_SIGMOID),
	{.kind = LAYER_DROPOUT, .rate = 0.5f},
	DENSE(CLASSES, ACTIVATION_SOFTMAX),
};
enum { LAYERS = sizeof layers / sizeof *layers, DROPOUT = 18 };
static struct graph graph; /* of the layers */
static float input[BATCH * HEIGHT * WIDTH * 3], targets[BATCH * CLASSES];

static struct network *make(enum network_mode mode, struct parallel *pool)
{
	struct network *network;
	struct error error;
	if (network_create(&network, &graph, mode, BATCH, pool, &error)) {
		ok(false, "a network: %s: %s", error.object, error.reason);
		exit(1);
	}
	network_initialize(network, 4);
	if (mode == NETWORK_TRAIN) {
		struct training_options options = training_defaults(OPTIMIZER_ADAM);
		options.seed = 9;
		network_train_start(network, &options);
	}
	return network;
}

static struct step_result step(struct network *network, int n, uint64_t number)
{
	return network_train_step(network, input, targets, n, 1e-2f, number);
}

/* Hash of the weights after steps on whole leaves of samples (leaves.h) and on others. */
static void run(const char *processor, int threads, char *hex)
{
	static const int samples[] = {BATCH, 1, 3, 4, 5, 16, BATCH - 5};
	struct parallel *pool;
	if (processor)
		setenv("MILLRACE_CPU", processor, 1);
	if (parallel_create(&pool, threads, NULL))
		exit(1);
	struct network *network = make(NETWORK_TRAIN, pool);
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		step(network, samples[i], i);
	hash(network, hex);
	network_destroy(network);
	parallel_destroy(pool);
	unsetenv("MILLRACE_CPU");
}

static void same_bytes(void)
{
	char expected[HEX_SIZE], got[HEX_SIZE];
	static const int threads[] = {1, 2, 3, 8};
	static const char *const processors[] = {"plain", "neon", "avx2", "avx512"};
	struct error error;
	run(NULL, 1, expected);
	for (int i = 0; i < 4; i++) {
		run(NULL, threads[i], got);
		ok(strcmp(got, expected) == 0, "%d threads: the same weights", threads[i]);
	}
	for (int i = 0; i < 4; i++) {
		struct network *network;
		setenv("MILLRACE_CPU", processors[i], 1);
		bool there =
			network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error) == 0;
		if (!there) {
			ok(true, "%s # SKIP %s", processors[i], error.reason);
			continue;
		}
		network_destroy(network);
		run(processors[i], 2, got);
		ok(strcmp(got, expected) == 0, "%s: the same weights", processors[i]);
	}
	unsetenv("MILLRACE_CPU");
	/* A regression value: a change of compiler or variant must not change it. */
	is_text(expected, "0cce43645abbaeb7", "the weights have the known hash");
}

/* Layers before a max-pool divide filters and rows among threads, those by Winograd's algorithm
 * filters; neither the number of threads nor the batch size changes a sum. */
static void divided_work(void)
{
	enum { SIDE = 41, MANY = 5 };
	struct layer stack[] = {
		CONVOLUTION(16, 3, 3, 1, 1, SAME, ACTIVATION_RELU),
		POOL(LAYER_MAX_POOLING, 2, 2, VALID),
		CONVOLUTION(80, 3, 3, 1, 1, SAME, ACTIVATION_TANH),
		CONVOLUTION(20, 3, 3, 1, 1, SAME, ACTIVATION_TANH),
		POOL(LAYER_MAX_POOLING, 2, 2, VALID),
		FLATTEN,
		DENSE(CLASSES, ACTIVATION_SOFTMAX),
	};
	enum { COUNT = sizeof stack / sizeof *stack };
	struct shape side = {SIDE, SIDE, 1, false};
	struct graph pooled = chain(side, stack, COUNT);
	static const int threads[] = {1, 2, 3, 4, 5, 6, 7, 8, 64};
	char expected[HEX_SIZE], got[HEX_SIZE];
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	for (int i = 0; i < COUNT; i++)
		snprintf(stack[i].name, sizeof stack[i].name, "layer %d", i);
	for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
		struct parallel *pool;
		struct network *network;
		if (parallel_create(&pool, threads[i], NULL) ||
			network_create(&network, &pooled, NETWORK_TRAIN, MANY, pool, NULL))
			exit(1);
		network_initialize(network, 5);
		network_train_start(network, &options);
		for (int n = MANY; n > 0; n -= 2)
			network_train_step(network, input, targets, n, 1e-2f, 0);
		hash(network, i ? got : expected);
		ok(i == 0 || strcmp(got, expected) == 0,
			"%d threads divide filters and rows: the same weights", threads[i]);
		network_destroy(network);
		parallel_destroy(pool);
	}
	graph_free(&pooled);
}

static void no_allocation(void)
{
	struct parallel *pool;
	if (parallel_create(&pool, 2, NULL))
		exit(1);
	struct network *network = make(NETWORK_TRAIN, pool);
	int before = allocations;
	for (int i = 0; i < STEPS; i++)
		step(network, BATCH, (uint64_t)i);
	int after = allocations;
	ok(after == before && (before > 0 || !COUNTS_ALLOCATIONS),
		"nothing is allocated in a step (%d before)", before);
	network_destroy(network);
	parallel_destroy(pool);
}

static void check_bad(struct network *network, float value, int expected, const char *name)
{
	char before[HEX_SIZE], after[HEX_SIZE];
	float saved = input[700];
	hash(network, before);
	input[700] = value;
	struct step_result result = step(network, BATCH, 1);
	input[700] = saved;
	hash(network, after);
	is_integer(result.bad_layer, expected, name);
	ok(strcmp(before, after) == 0, "%s: the weights are unchanged", name);
}

/* Replaces one value of each parameter, or of each gamma, by an invalid one. */
static void check_bad_parameters(struct network *network, float value, const char *only,
	const char *name)
{
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (!parameter.trainable || (only && strcmp(parameter.name, only) != 0))
			continue;
		float *changed = network_parameter_values(network, i) + 3 % parameter.count,
		      saved = *changed;
		*changed = value;
		struct step_result result = step(network, BATCH, 1);
		ok(result.bad_layer == parameter.layer_index, "%s in the %s of layer %d: layer %d",
			name, parameter.name, parameter.layer_index, result.bad_layer);
		network_parameter_values(network, i)[3 % parameter.count] = saved;
	}
}

static void not_finite(void)
{
	struct network *network = make(NETWORK_TRAIN, NULL);
	is_integer(step(network, BATCH, 0).bad_layer, -1, "a good step has no bad layer");
	check_bad(network, NAN, 0, "NaN in the input");
	check_bad(network, INFINITY, 0, "infinity in the input");
	check_bad_parameters(network, NAN, NULL, "NaN");
	check_bad_parameters(network, 3e38f, "gamma", "overflow");
	is_integer(step(network, BATCH, 1).bad_layer, -1,
		"no bad layer after the value is restored");
	network_destroy(network);
}

/* Three dense layers whose outputs are finite and whose gradient is not: 1e-30 * 1e25 * 1e25, and
 * 1e25 * 1e25 back. */
static void gradient_not_finite(void)
{
	struct layer dense[] = {DENSE(4, ACTIVATION_LINEAR), DENSE(4, ACTIVATION_LINEAR),
		DENSE(CLASSES, ACTIVATION_SOFTMAX)};
	struct graph deep = chain((struct shape){1, 1, 4, true}, dense, 3);
	const float small[4] = {1e-30f, 1e-30f, 1e-30f, 1e-30f}, target[CLASSES] = {1};
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	char before[HEX_SIZE], after[HEX_SIZE];
	struct network *network;
	struct error error;
	if (network_create(&network, &deep, NETWORK_TRAIN, 1, NULL, &error))
		exit(1);
	network_train_start(network, &options);
	for (int i = 0; i < 6; i += 2)
		for (size_t k = 0; k < network_parameter(network, i).count; k++)
			network_parameter_values(network, i)[k] = i == 0 ? 1
				: i == 2                                 ? 1e25f
					 : 1e25f * (float)(k % CLASSES + 1);
	hash(network, before);
	struct step_result result = network_train_step(network, small, target, 1, 1e-3f, 0);
	hash(network, after);
	ok(isfinite(result.loss), "outputs are finite (loss %g)", result.loss);
	is_integer(result.bad_layer, 0, "the first layer whose gradient is not");
	ok(strcmp(before, after) == 0, "the weights are unchanged");
	is_integer(network_bad_layer(network), -1, "all weights are finite");
	network_parameter_values(network, 3)[1] = -INFINITY;
	is_integer(network_bad_layer(network), 1, "a bias that is not");
	network_destroy(network);
	graph_free(&deep);
}

/* Values of a file, which may lie at any address there, copied in pieces by two threads. */
static void set_parameter(void)
{
	enum { INPUTS = 300, UNITS = 200, COUNT = INPUTS * UNITS };
	static unsigned char file[COUNT * sizeof(float) + 1];
	static float values[COUNT];
	struct layer dense[] = {DENSE(UNITS, ACTIVATION_LINEAR)};
	struct graph wide = chain((struct shape){1, 1, INPUTS, true}, dense, 1);
	struct parallel *pool;
	struct network *network;
	struct error error;
	if (parallel_create(&pool, 2, &error) ||
		network_create(&network, &wide, NETWORK_PREDICT, 1, pool, &error))
		exit(1);
	for (int i = 0; i < COUNT; i++)
		values[i] = (float)i;
	memcpy(file + 1, values, sizeof values);
	ok(network_set_parameter(network, 0, file + 1), "finite values");
	ok(memcmp(network_parameter(network, 0).values, values, sizeof values) == 0,
		"and all are copied");
	values[COUNT - 1] = NAN;
	ok(!network_set_parameter(network, 0, values), "one that is not finite, the last");
	network_destroy(network);
	parallel_destroy(pool);
	graph_free(&wide);
}

/* Training on an input written to network_input, and on a copied one: the same. */
static void input_in_place(void)
{
	char expected[HEX_SIZE], got[HEX_SIZE];
	struct network *copying = make(NETWORK_TRAIN, NULL), *network = make(NETWORK_TRAIN, NULL);
	struct network *predicting = make(NETWORK_PREDICT, NULL);
	step(copying, BATCH, 0);
	hash(copying, expected);
	memcpy(network_input(network), input, sizeof input);
	network_train_step(network, network_input(network), targets, BATCH, 1e-2f, 0);
	hash(network, got);
	is_text(got, expected, "a batch written to network_input");
	ok(!network_input(predicting), "NULL in prediction");
	network_destroy(copying);
	network_destroy(network);
	network_destroy(predicting);
}

/* Losses of the same weights and images differ only by the dropped values. */
static void dropout(void)
{
	struct network *network = make(NETWORK_TRAIN, NULL);
	double first = network_train_step(network, input, targets, BATCH, 0, 0).loss;
	double again = network_train_step(network, input, targets, BATCH, 0, 0).loss;
	double other = network_train_step(network, input, targets, BATCH, 0, 1).loss;
	ok(first == again, "dropout: the same step drops the same");
	ok(first != other, "dropout: another step drops others");
	graph.layers[DROPOUT].rate = 0;
	struct network *without = make(NETWORK_TRAIN, NULL);
	ok(network_train_step(without, input, targets, BATCH, 0, 0).loss != first,
		"dropout: without it the loss differs");
	graph.layers[DROPOUT].rate = 0.5f;
	network_destroy(without);
	network_destroy(network);
}

/* All modes compute the same forward pass; a folded normalisation is rounded differently. */
static void modes(void)
{
	float probabilities[3][BATCH * CLASSES], sum = 0;
	struct network *train = make(NETWORK_TRAIN, NULL), *predict = make(NETWORK_PREDICT, NULL);
	struct network *explain = make(NETWORK_EXPLAIN, NULL);
	step(train, BATCH, 0);
	for (int i = 0; i < network_parameter_count(train); i++) {
		struct parameter from = network_parameter(train, i);
		memcpy(network_parameter_values(predict, i), from.values,
			from.count * sizeof(float));
		memcpy(network_parameter_values(explain, i), from.values,
			from.count * sizeof(float));
	}
	network_forward(train, input, BATCH, NULL, probabilities[0]);
	network_forward(predict, input, BATCH, NULL, probabilities[1]);
	network_forward(explain, input, BATCH, NULL, probabilities[2]);
	float difference = 0;
	for (int i = 0; i < BATCH * CLASSES; i++)
		difference = fmaxf(difference, fabsf(probabilities[0][i] - probabilities[1][i]));
	ok(memcmp(probabilities[0], probabilities[2], sizeof probabilities[0]) == 0,
		"training and explaining predict the same");
	ok(difference < 1e-5f, "prediction with folded normalisation is near (%g)",
		(double)difference);
	ok(memcmp(network_output(explain, LAYERS - 1), probabilities[2], sizeof probabilities[2]) ==
			0,
		"the last layer's output is the probabilities");
	for (int i = 0; i < CLASSES; i++)
		sum += probabilities[1][i];
	is_near((double)sum, 1, 1e-6, "softmax sums to one");
	ok(memcmp(network_output(explain, -1), input, sizeof input) == 0, "output -1 is the input");
	network_destroy(train);
	network_destroy(predict);
	network_destroy(explain);
}

static void overfits(void)
{
	struct network *network = make(NETWORK_TRAIN, NULL);
	double first = step(network, BATCH, 0).loss, last = first;
	int correct = 0;
	for (int i = 1; i < 60; i++) {
		struct step_result result = step(network, BATCH, (uint64_t)i);
		last = result.loss;
		correct = result.correct;
	}
	ok(last < first / 4 && correct > BATCH * 3 / 4,
		"60 steps overfit 18 images (loss %.2f to %.2f)", first, last);
	float logits[BATCH * CLASSES];
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	const float known[6] = {1, 2, 3, 0, 0, 0}, expected[6] = {0, 0, 1, 1, 0, 0};
	network_forward(network, input, BATCH, logits, NULL);
	is_near(network_loss(&options, known, expected, 2, 3), (0.40760596 + 1.09861229) / 2, 1e-6,
		"categorical loss by hand");
	options.loss = LOSS_BINARY_CROSSENTROPY;
	is_near(network_loss(&options, known, expected, 1, 3),
		(1.31326169 + 2.12692801 + 0.04858735) / 3, 1e-6, "binary loss by hand");
	network_destroy(network);
}

static void refused(struct shape size, struct layer layer, const char *reason)
{
	struct graph bad = chain(size, &layer, 1);
	struct network *network = (struct network *)(void *)&bad;
	struct error error;
	bool failed = network_create(&network, &bad, NETWORK_TRAIN, 2, NULL, &error) == -1;
	ok(failed && !network, "refused: %s", reason);
	if (failed) {
		is_text(error.object, "layer 'c'", "its object");
		is_text(error.reason, reason, "its reason");
	}
	graph_free(&bad);
}

static void invalid_graphs(void)
{
	struct layer one = CONVOLUTION(4, 5, 5, 1, 1, VALID, ACTIVATION_LINEAR);
	struct shape size = {4, 9, 3, false};
	strcpy(one.name, "c");
	refused(size, one, "its window is larger than its input");
	one.kernel_height = 0;
	refused(size, one, "window size out of range");
	one.kernel_height = 3;
	one.filters = 0;
	refused(size, one, "number of filters or units out of range");
	one.filters = 1 << 20;
	size.channels = 1 << 15;
	refused(size, one, "more than 2^31 weights");
	struct graph none = {.input = size};
	struct network *network;
	struct error error;
	ok(network_create(&network, &none, NETWORK_TRAIN, 2, NULL, &error) == -1 &&
			strcmp(error.reason, "has no layers") == 0,
		"refused: no layers");
	one.filters = 4;
	struct graph huge = chain((struct shape){9000, 9000, 20, false}, &one, 1);
	if (COUNTS_ALLOCATIONS) /* the sanitizer stops the program instead */
		ok(network_create(&network, &huge, NETWORK_TRAIN, 1 << 20, NULL, &error) == -1 &&
				!network && strcmp(error.reason, "out of memory") == 0,
			"refused: out of memory");
	graph_free(&huge);
}

static void original_network(void)
{
	struct graph original;
	struct shape shapes[15], size = {150, 150, 3, false};
	struct error error;
	ok(architecture_build(&original, "original", size, 4, ACTIVATION_SIGMOID, &error) == 0 &&
			original.node_count == 15 && graph_shapes(&original, shapes, &error) == 0,
		"the original network");
	is_integer(shapes[9].channels, 18496, "has 18496 values before its first dense layer");
	graph_free(&original);
	is_integer(original.layer_count, 0, "and is empty once freed");
}

int main(void)
{
	struct random random = random_start(3, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof input / sizeof *input; i++)
		input[i] = random_uniform(&random);
	for (int i = 0; i < BATCH; i++)
		targets[i * CLASSES + i % CLASSES] = 1;
	graph = chain((struct shape){HEIGHT, WIDTH, 3, false}, layers, LAYERS);
	same_bytes();
	divided_work();
	no_allocation();
	not_finite();
	gradient_not_finite();
	set_parameter();
	input_in_place();
	dropout();
	modes();
	overfits();
	invalid_graphs();
	original_network();
	graph_free(&graph);
	return done();
}
