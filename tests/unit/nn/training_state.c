/* Gradients of several batches, and what training changes: restored, averaged, exchanged; the same
 * bytes for any number of threads and any processor, and no allocation. */
#include "allocations.h"
#include "base/random.h"
#include "kernels/kernels.h"
#include "nets.h"
#include "tap.h"
#include "weights_hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 6, CLASSES = 3, SIDE = 11, PIXELS = SIDE * SIDE * 3, STEPS = 3 };

/* The first dense layer has more weights than one task works on (SPAN). */
static struct layer layers[] = {
	CONVOLUTION(16, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR),
	NORMALIZATION,
	ACTIVATION(ACTIVATION_RELU),
	POOL(LAYER_MAX_POOLING, 2, 2, VALID),
	FLATTEN,
	DENSE(61, ACTIVATION_TANH),
	{.kind = LAYER_DROPOUT, .rate = 0.5f},
	DENSE(CLASSES, ACTIVATION_SOFTMAX),
};
static struct graph graph; /* of the layers */
static float images[BATCH * PIXELS], targets[BATCH * CLASSES];

static struct network *make(struct parallel *pool, enum optimizer optimizer, float clip_norm)
{
	struct network *network;
	struct error error;
	if (network_create(&network, &graph, NETWORK_TRAIN, BATCH, pool, &error)) {
		ok(false, "a network: %s: %s", error.object, error.reason);
		exit(1);
	}
	network_initialize(network, 4);
	struct training_options options = training_defaults(optimizer);
	options.seed = 9;
	options.momentum = 0.9f;
	options.nesterov = true;
	options.weight_decay = 0.01f;
	options.clip_norm = clip_norm;
	network_train_start(network, &options);
	return network;
}

static void reserve(struct network *network)
{
	if (network_reserve_accumulation(network, NULL) ||
		network_reserve_accumulation(network, NULL))
		exit(1);
}

static void train(struct network *network, int first_step, int steps)
{
	for (int i = first_step; i < first_step + steps; i++)
		if (network_train_step(network, images, targets, BATCH, 0.01f / (float)(i + 1),
			    (uint64_t)i)
				.bad_layer >= 0)
			exit(1);
}

static float *copy_of(const float *values, size_t count)
{
	float *copy = malloc(count * sizeof *copy);
	if (!copy)
		exit(1);
	memcpy(copy, values, count * sizeof *copy);
	return copy;
}

static bool same(const float *a, const float *b, size_t count)
{
	return memcmp(a, b, count * sizeof *a) == 0;
}

/* ---- restored ---- */

/* Copies of all arrays, to be freed. */
static struct training_state state_of(struct network *network)
{
	struct training_state state = network_training_state(network);
	state.weights = copy_of(state.weights, state.weight_count);
	state.first_moments = copy_of(state.first_moments, state.moment_count);
	state.second_moments = copy_of(state.second_moments, state.moment_count);
	return state;
}

static void free_state(struct training_state state)
{
	free(state.weights);
	free(state.first_moments);
	free(state.second_moments);
}

static void restore(struct network *network, struct training_state from)
{
	struct training_state to = network_training_state(network);
	memcpy(to.weights, from.weights, from.weight_count * sizeof(float));
	memcpy(to.first_moments, from.first_moments, from.moment_count * sizeof(float));
	memcpy(to.second_moments, from.second_moments, from.moment_count * sizeof(float));
	*to.beta1_power = *from.beta1_power;
	*to.beta2_power = *from.beta2_power;
}

static bool same_state(struct network *a, struct network *b)
{
	struct training_state x = network_training_state(a), y = network_training_state(b);
	return x.weight_count == y.weight_count && x.moment_count == y.moment_count &&
		same(x.weights, y.weights, x.weight_count) &&
		same(x.first_moments, y.first_moments, x.moment_count) &&
		same(x.second_moments, y.second_moments, x.moment_count) &&
		*x.beta1_power == *y.beta1_power && *x.beta2_power == *y.beta2_power;
}

static void restored(enum optimizer optimizer)
{
	struct network *undisturbed = make(NULL, optimizer, 1), *stopped = make(NULL, optimizer, 1),
		       *resumed = make(NULL, optimizer, 1);
	train(undisturbed, 0, 2 * STEPS);
	train(stopped, 0, STEPS);
	train(resumed, STEPS, 1); /* whatever it did before */
	struct training_state state = state_of(stopped);
	restore(resumed, state);
	ok(same_state(stopped, resumed), "%s: the state is all there",
		optimizer_row(optimizer)->name);
	train(resumed, STEPS, STEPS);
	ok(same_state(undisturbed, resumed) && !same_state(undisturbed, stopped),
		"%s: restored, goes on to the same bytes", optimizer_row(optimizer)->name);
	free_state(state);
	network_destroy(undisturbed);
	network_destroy(stopped);
	network_destroy(resumed);
}

static void zeros_between(void)
{
	struct network *network = make(NULL, OPTIMIZER_ADAM, 1);
	train(network, 0, STEPS);
	struct training_state state = state_of(network);
	const float *first = network_training_state(network).weights;
	size_t nonzero = 0;
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		memset(state.weights + (parameter.values - first), 0,
			parameter.count * sizeof(float));
	}
	for (size_t i = 0; i < state.weight_count; i++)
		nonzero += state.weights[i] != 0;
	is_integer((long long)nonzero, 0, "floats between parameters that are not zero");
	free_state(state);
	network_destroy(network);
}

/* ---- averaged and exchanged ---- */

static void averaged(void)
{
	struct network *network = make(NULL, OPTIMIZER_ADAM, 0);
	struct training_state state = network_training_state(network);
	size_t count = state.weight_count;
	float *average = copy_of(state.weights, count), *before = copy_of(state.weights, count);
	double *wanted = malloc(count * sizeof *wanted), largest = 0;
	if (!wanted)
		exit(1);
	network_average_weights(network, average, 0.3f);
	ok(same(average, before, count), "the average of equal weights is exactly these");
	for (size_t k = 0; k < count; k++)
		wanted[k] = (double)average[k];
	for (int i = 0; i < STEPS; i++) {
		train(network, i, 1);
		network_average_weights(network, average, 0.3f);
		for (size_t k = 0; k < count; k++)
			wanted[k] += (double)0.3f * ((double)state.weights[k] - wanted[k]);
	}
	for (size_t k = 0; k < count; k++)
		largest = fmax(largest,
			fabs((double)average[k] - wanted[k]) / (fabs(wanted[k]) + 0.1));
	ok(largest < 1e-6 && !same(average, before, count), "averages of %d steps are near (%.0e)",
		STEPS, largest);
	memcpy(before, average, count * sizeof *before);
	network_average_weights(network, average, 0);
	ok(same(average, before, count), "an amount of 0 changes nothing");
	free(average);
	free(before);
	free(wanted);
	network_destroy(network);
}

static void exchanged(void)
{
	float logits[3][BATCH * CLASSES];
	struct network *network = make(NULL, OPTIMIZER_ADAM, 0);
	struct training_state state = network_training_state(network);
	float *old = copy_of(state.weights, state.weight_count),
	      *other = copy_of(old, state.weight_count);
	network_forward(network, images, BATCH, logits[0], NULL);
	train(network, 0, 1);
	network_forward(network, images, BATCH, logits[1], NULL);
	network_exchange_weights(network, other);
	network_forward(network, images, BATCH, logits[2], NULL);
	ok(same(state.weights, old, state.weight_count), "exchanged: the network has the others");
	ok(same(logits[0], logits[2], BATCH * CLASSES) &&
			!same(logits[0], logits[1], BATCH * CLASSES),
		"exchanged: and predicts with them");
	network_exchange_weights(network, other);
	network_forward(network, images, BATCH, logits[2], NULL);
	ok(same(other, old, state.weight_count) && same(logits[1], logits[2], BATCH * CLASSES),
		"exchanged again: all is as before");
	free(old);
	free(other);
	network_destroy(network);
}

/* ---- several batches ---- */

/* Two batches, an update; clipping, the average. */
static void accumulate(struct network *network, float *average, uint64_t number)
{
	network_add_gradients(network, images, targets, 4, number);
	network_add_gradients(network, images + 4 * PIXELS, targets + 4 * CLASSES, 2, number);
	network_update(network, 0.01f);
	network_average_weights(network, average, 0.25f);
	network_exchange_weights(network, average);
}

static void run(const char *processor, int threads, char *hex)
{
	struct parallel *pool;
	if (processor)
		setenv("MILLRACE_CPU", processor, 1);
	if (parallel_create(&pool, threads, NULL))
		exit(1);
	struct network *network = make(pool, OPTIMIZER_SGD, 0.5f);
	struct training_state state = network_training_state(network);
	float *average = copy_of(state.weights, state.weight_count);
	reserve(network);
	int before = allocations;
	for (int i = 0; i < STEPS; i++)
		accumulate(network, average, (uint64_t)i);
	if (allocations != before)
		ok(false, "%d allocations in steps", allocations - before);
	hash(network, hex);
	free(average);
	network_destroy(network);
	parallel_destroy(pool);
	unsetenv("MILLRACE_CPU");
}

static void same_bytes(void)
{
	static const char *const processors[] = {NULL, "plain", "neon", "avx2", "avx512"};
	char expected[HEX_SIZE], got[HEX_SIZE];
	run(NULL, 1, expected);
	for (int i = 0; i < 5; i++) {
		const char *name = processors[i] ? processors[i] : "the best processor";
		const struct kernels *kernels;
		if (processors[i])
			setenv("MILLRACE_CPU", processors[i], 1);
		if (kernels_select(&kernels, NULL)) {
			ok(true, "%s # SKIP not on this processor", name);
			continue;
		}
		run(processors[i], 3, got);
		ok(strcmp(got, expected) == 0, "%s, three threads: the same weights", name);
	}
	unsetenv("MILLRACE_CPU");
}

/* With a rate of 1 a step of SGD is the clipped gradient. */
static void clipped(void)
{
	struct network *network = make(NULL, OPTIMIZER_SGD, 0.125f);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	options.clip_norm = 0.125f;
	network_train_start(network, &options);
	struct training_state state = network_training_state(network);
	float *before = copy_of(state.weights, state.moment_count);
	double sum = 0;
	network_train_step(network, images, targets, BATCH, 1, 0);
	for (size_t i = 0; i < state.moment_count; i++) {
		double change = (double)state.weights[i] - (double)before[i];
		sum += change * change;
	}
	is_near(sqrt(sum), 0.125, 1e-6, "the norm of a clipped step over several spans");
	free(before);
	network_destroy(network);
}

/* Gradients change moving statistics alone; an update without gradients nothing. */
static void in_two_parts(void)
{
	struct network *network = make(NULL, OPTIMIZER_ADAM, 0);
	struct training_state state = network_training_state(network);
	float *before = copy_of(state.weights, state.weight_count);
	network_add_gradients(network, images, targets, BATCH, 0);
	ok(same(before, state.weights, state.moment_count), "gradients leave the weights");
	ok(!same(before + state.moment_count, state.weights + state.moment_count,
		   state.weight_count - state.moment_count),
		"and update the moving statistics");
	network_update(network, 0.01f);
	ok(!same(before, state.weights, state.moment_count), "the update changes the weights");
	struct network *whole = make(NULL, OPTIMIZER_ADAM, 0);
	train(whole, 0, 1);
	ok(same_state(network, whole), "both together are a step");
	network_update(network, 0.01f);
	ok(same_state(network, whole), "an update without gradients changes nothing");
	free(before);
	network_destroy(network);
	network_destroy(whole);
}

/* What is not finite leaves nothing behind, nor do the batches before it. */
static void not_finite(void)
{
	struct network *network = make(NULL, OPTIMIZER_ADAM, 0),
		       *other = make(NULL, OPTIMIZER_ADAM, 0);
	float saved = images[5];
	reserve(network);
	network_add_gradients(network, images, targets, BATCH, 7);
	network_add_gradients(other, images, targets, BATCH, 7);
	images[5] = NAN;
	is_integer(network_add_gradients(network, images, targets, BATCH, 0).bad_layer, 0,
		"NaN in the second batch");
	images[5] = saved;
	ok(same_state(network, other), "changes nothing");
	network_update(network, 0.01f);
	ok(same_state(network, other), "and leaves no gradients");
	train(network, 0, 1);
	network_add_gradients(other, images, targets, BATCH, 0); /* replaces the first */
	network_update(other, 0.01f);
	ok(same_state(network, other), "the next step has none of before");
	network_destroy(network);
	network_destroy(other);
}

/* Validation does not read class weights, training does. */
static void class_weights(void)
{
	const float logits[6] = {1, 2, 3, 0, 0, 0}, both[6] = {0, 0, 1, 1, 0, 0};
	const float weights[CLASSES] = {3, 3, 3};
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	double loss = network_loss(&options, logits, both, 2, CLASSES);
	options.class_weights = weights;
	ok(network_loss(&options, logits, both, 2, CLASSES) == loss,
		"the loss of validation is not weighted");
	struct network *network = make(NULL, OPTIMIZER_SGD, 0);
	double plain = network_add_gradients(network, images, targets, BATCH, 0).loss;
	options.seed = 9; /* as make has it */
	network_train_start(network, &options);
	is_near(network_add_gradients(network, images, targets, BATCH, 0).loss, 3 * plain, 1e-6,
		"that of training is");
	static const float none[BATCH * CLASSES];
	options.class_weights = NULL;
	network_train_start(network, &options);
	plain = network_add_gradients(network, images, none, BATCH, 0).loss;
	options.class_weights = weights;
	network_train_start(network, &options);
	ok(network_add_gradients(network, images, none, BATCH, 0).loss == plain,
		"samples without a target have the weight 1");
	network_destroy(network);
}

int main(void)
{
	struct random random = random_start(3, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof images / sizeof *images; i++)
		images[i] = random_uniform(&random);
	for (int i = 0; i < BATCH; i++)
		targets[i * CLASSES + i % CLASSES] = 1;
	graph = chain((struct shape){SIDE, SIDE, 3, false}, layers, sizeof layers / sizeof *layers);
	restored(OPTIMIZER_ADAM);
	restored(OPTIMIZER_SGD);
	zeros_between();
	averaged();
	exchanged();
	same_bytes();
	clipped();
	in_two_parts();
	not_finite();
	class_weights();
	graph_free(&graph);
	return done();
}
