/* Twenty steps of every optimizer, with decay, clipping, penalties and class weights, against
 * PyTorch's numbers: tests/fixtures/nn/make_torch_updates.py has the network and the runs again. */
#include "base/bytes.h"
#include "base/file.h"
#include "nets.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 20, N = 9, INPUTS = 7, UNITS = 6, CLASSES = 3, PARAMETERS = 4 };

struct run {
	const char *name;
	enum optimizer optimizer;
	float rate_factor, momentum, decay, clip_norm, smoothing;
	bool nesterov, penalized, weighted, soft, binary;
};

static const struct run runs[] = {
	{"SGD", OPTIMIZER_SGD, .rate_factor = 1},
	{"momentum", OPTIMIZER_SGD, .rate_factor = 1, .momentum = 0.875f},
	{"Nesterov", OPTIMIZER_SGD, .rate_factor = 1, .momentum = 0.875f, .nesterov = true},
	{"momentum, decay", OPTIMIZER_SGD, .rate_factor = 1, .momentum = 0.5f, .decay = 0.25f},
	{"SGD, clipped", OPTIMIZER_SGD, .rate_factor = 1, .clip_norm = 0.75f},
	{"Nesterov, decay, penalties, clipped", OPTIMIZER_SGD, .rate_factor = 1, .momentum = 0.5f,
		.nesterov = true, .decay = 0.0625f, .clip_norm = 0.5f, .penalized = true},
	{"RMSprop", OPTIMIZER_RMSPROP, .rate_factor = 0.125f},
	{"RMSprop, decay, clipped", OPTIMIZER_RMSPROP, .rate_factor = 0.125f, .decay = 0.25f,
		.clip_norm = 0.25f},
	{"Adam", OPTIMIZER_ADAM, .rate_factor = 0.125f},
	{"Adam, decay, clipped", OPTIMIZER_ADAM, .rate_factor = 0.125f, .decay = 0.25f,
		.clip_norm = 0.5f},
	{"AdamW", OPTIMIZER_ADAMW, .rate_factor = 0.125f, .decay = 0.25f},
	{"AdamW, clipped, binary", OPTIMIZER_ADAMW, .rate_factor = 0.125f, .decay = 0.25f,
		.clip_norm = 0.25f, .binary = true},
	{"class weights", OPTIMIZER_SGD, .rate_factor = 1, .weighted = true},
	{"class weights, mixed targets", OPTIMIZER_SGD, .rate_factor = 1, .weighted = true,
		.soft = true},
	{"class weights, mixed targets, smoothed", OPTIMIZER_SGD, .rate_factor = 1,
		.weighted = true, .soft = true, .smoothing = 0.125f},
	{"class weights, mixed targets, smoothed, binary", OPTIMIZER_SGD, .rate_factor = 1,
		.weighted = true, .soft = true, .smoothing = 0.125f, .binary = true},
};
enum { RUNS = sizeof runs / sizeof *runs };

static const float class_weights[CLASSES] = {0.5f, 2, 1.25f};

/* The fixture, in its order. */
static struct {
	float images[N * INPUTS], hard[N * CLASSES], soft[N * CLASSES], rates[STEPS],
		before[INPUTS * UNITS + UNITS + UNITS * CLASSES + CLASSES];
	struct {
		float losses[STEPS], after[INPUTS * UNITS + UNITS + UNITS * CLASSES + CLASSES];
	} runs[RUNS];
} expected;

static bool read_fixture(void)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	if (file_read(fixture("nn/updates.bin"), 1 << 20, &bytes, &size, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return false;
	}
	float *values = (float *)(void *)&expected;
	bool good = ok(size == sizeof expected, "the fixture has this list of runs");
	for (size_t i = 0; i < sizeof expected / sizeof *values && good; i++)
		values[i] = load_f32(bytes + 4 * i);
	free(bytes);
	return good;
}

static struct network *make(const struct run *run)
{
	struct layer layers[] = {DENSE(UNITS, ACTIVATION_TANH), DENSE(CLASSES, ACTIVATION_LINEAR)};
	if (run->penalized)
		layers[0].penalties[0] = (struct penalty){.l1 = 0.01f, .l2 = 0.02f};
	struct graph graph = chain((struct shape){1, 1, INPUTS, true}, layers, 2);
	struct network *network;
	struct error error;
	if (network_create(&network, &graph, NETWORK_TRAIN, N, NULL, &error) ||
		network_reserve_accumulation(network, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		exit(1);
	}
	graph_free(&graph);
	const float *values = expected.before;
	for (int i = 0; i < PARAMETERS; values += network_parameter(network, i).count, i++)
		if (!network_set_parameter(network, i, values))
			exit(1);
	return network;
}

static void start(struct network *network, const struct run *run)
{
	struct training_options options = training_defaults(run->optimizer);
	options.loss = run->binary ? BINARY : CATEGORICAL;
	options.label_smoothing = run->smoothing;
	options.momentum = run->momentum;
	options.nesterov = run->nesterov;
	options.weight_decay = run->decay;
	options.clip_norm = run->clip_norm;
	options.epsilon = 1e-20f;
	options.class_weights = run->weighted ? class_weights : NULL;
	network_train_start(network, &options);
}

/* One step on batches of these samples; returns the mean loss. */
static double step(struct network *network, const struct run *run, const int *batches, float rate)
{
	const float *targets = run->soft ? expected.soft : expected.hard;
	double loss = 0;
	for (int first = 0; first < N; first += *batches++)
		loss += *batches *
			network_add_gradients(network, expected.images + first * INPUTS,
				targets + first * CLASSES, *batches, 0)
				.loss;
	network_update(network, rate);
	return loss / N;
}

static double difference_of_weights(const struct network *network, const float *wanted)
{
	double largest = 0;
	for (int i = 0; i < PARAMETERS; i++) {
		struct parameter parameter = network_parameter(network, i);
		for (size_t k = 0; k < parameter.count; k++) {
			double difference = fabs((double)parameter.values[k] - (double)*wanted++);
			largest = difference > largest || isnan(difference) ? difference : largest;
		}
	}
	return largest;
}

static void check(int index, const int *batches, const char *how)
{
	const struct run *run = &runs[index];
	struct network *network = make(run);
	double of_loss = 0;
	start(network, run);
	for (int i = 0; i < STEPS; i++) {
		double loss = step(network, run, batches, expected.rates[i] * run->rate_factor);
		of_loss = fmax(of_loss, fabs(loss - (double)expected.runs[index].losses[i]));
	}
	double of_weights = difference_of_weights(network, expected.runs[index].after);
	ok(of_loss < 1e-5, "%s, %s: losses (%.0e)", run->name, how, of_loss);
	ok(of_weights < 1e-5, "%s, %s: weights (%.0e)", run->name, how, of_weights);
	network_destroy(network);
}

int main(void)
{
	static const int whole[] = {N}, parts[] = {2, 1, 5, 1};
	bool there = read_fixture();
	for (int i = 0; there && i < RUNS; i++) {
		check(i, whole, "one batch");
		check(i, parts, "accumulated");
	}
	return done();
}
