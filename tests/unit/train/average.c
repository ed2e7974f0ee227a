/* The average of the weights, beside a plain computation in double. */
#include "train/average.h"

#include "base/random.h"
#include "nn/nets.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 6, CLASSES = 3, SIDE = 5, PIXELS = SIDE * SIDE * 3, UPDATES = 100, EVERY = 8 };

static struct layer layers[] = {
	CONVOLUTION(4, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR),
	NORMALIZATION,
	ACTIVATION(ACTIVATION_RELU),
	FLATTEN,
	DENSE(CLASSES, ACTIVATION_SOFTMAX),
};
static struct graph graph; /* of the layers */
static struct parallel *pool;
static struct error error;

static struct network *make(void)
{
	struct network *network;
	if (network_create(&network, &graph, NETWORK_TRAIN, BATCH, pool, &error)) {
		ok(false, "a network: %s: %s", error.object, error.reason);
		exit(1);
	}
	network_initialize(network, 4);
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	options.seed = 9;
	network_train_start(network, &options);
	return network;
}

/* Update `t`, from 1, of random images. */
static void train(struct network *network, int t)
{
	float images[BATCH * PIXELS], targets[BATCH * CLASSES] = {0};
	struct random random = random_start(3, RANDOM_TEST, (uint64_t)t, 0);
	for (int i = 0; i < BATCH * PIXELS; i++)
		images[i] = random_uniform(&random) + (float)t / UPDATES;
	for (int i = 0; i < BATCH; i++)
		targets[i * CLASSES + (i + t) % CLASSES] = 1;
	if (network_train_step(network, images, targets, BATCH, 0.01f, (uint64_t)t).bad_layer >= 0)
		exit(1);
}

/* What average.h says, in double: weights after every eighth update, each with its own decay. */
static void add_plain(double *plain, const float *weights, size_t count, double decay, int t,
	int updates)
{
	double d = fmin(decay, (1.0 + t) / (10.0 + t)), kept = pow(d, updates);
	for (size_t i = 0; i < count; i++)
		plain[i] = kept * plain[i] + (1 - kept) * (double)weights[i];
}

static double distance(const double *plain, const float *average, size_t count)
{
	double largest = 0;
	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, fabs(plain[i] - (double)average[i]));
	return largest;
}

static void over_updates(double decay)
{
	struct network *network = make();
	struct training_state state = network_training_state(network);
	size_t count = state.weight_count;
	double *plain = malloc(count * sizeof *plain), worst = 0;
	struct average average;
	if (!plain || average_create(&average, network, decay, &error))
		exit(1);
	for (size_t i = 0; i < count; i++)
		plain[i] = (double)state.weights[i];
	for (int t = 1; t <= UPDATES; t++) {
		train(network, t);
		state = network_training_state(network);
		average_note(&average, network, (uint64_t)t);
		if (t % EVERY == 0)
			add_plain(plain, state.weights, count, decay, t, EVERY);
		worst = fmax(worst, distance(plain, average.weights, count));
	}
	ok(worst < 1e-6, "decay %g: %d updates (%.2g)", decay, UPDATES, worst);
	is_integer(average.pending, UPDATES % EVERY, "... some are pending");
	average_complete(&average, network, UPDATES);
	add_plain(plain, state.weights, count, decay, UPDATES, UPDATES % EVERY);
	worst = distance(plain, average.weights, count);
	ok(worst < 1e-6 && average.pending == 0, "... and included (%.2g)", worst);
	double wandered = 0;
	for (size_t i = 0; i < count; i++)
		wandered = fmax(wandered, fabs((double)state.weights[i] - plain[i]));
	ok(wandered > 1e-3, "... far from the weights of the last update (%.2g)", wandered);
	average_free(&average);
	network_destroy(network);
	free(plain);
}

/* A pass with the average normalises with its own statistics. */
static void statistics(void)
{
	struct network *network = make();
	struct average average;
	float images[BATCH * PIXELS], before[BATCH * CLASSES], with[BATCH * CLASSES],
		after[BATCH * CLASSES];
	if (average_create(&average, network, 0.999, &error))
		exit(1);
	for (int t = 1; t <= UPDATES; t++) {
		train(network, t);
		average_note(&average, network, (uint64_t)t);
	}
	for (int i = 0; i < BATCH * PIXELS; i++)
		images[i] = (float)(i % 7) / 7;
	network_forward(network, images, BATCH, before, NULL);
	struct parameter mean = {0};
	for (int i = 0; i < network_parameter_count(network); i++)
		if (strcmp(network_parameter(network, i).name, "moving_mean") == 0)
			mean = network_parameter(network, i);
	float own = mean.values ? mean.values[0] : 0;
	average_exchange(&average, network);
	network_forward(network, images, BATCH, with, NULL);
	ok(mean.values && mean.values[0] != own, "running means are averaged too");
	ok(memcmp(before, with, sizeof before) != 0, "the average answers otherwise");
	average_exchange(&average, network);
	network_forward(network, images, BATCH, after, NULL);
	ok(mean.values && mean.values[0] == own && memcmp(before, after, sizeof before) == 0,
		"exchanged again, all is as before");
	average_free(&average);
	network_destroy(network);
}

static void none(void)
{
	struct network *network = make();
	struct average average = {0};
	for (int t = 1; t <= 2 * EVERY; t++)
		average_note(&average, network, (uint64_t)t);
	average_complete(&average, network, 2 * EVERY);
	average_exchange(&average, network);
	average_free(&average);
	ok(!average.weights, "without an average nothing happens");
	network_destroy(network);
}

int main(void)
{
	if (parallel_create(&pool, 1, &error))
		exit(1);
	graph = chain((struct shape){SIDE, SIDE, 3, false}, layers, sizeof layers / sizeof *layers);
	over_updates(0.999);
	over_updates(0.5);
	statistics();
	none();
	graph_free(&graph);
	parallel_destroy(pool);
	return done();
}
