/* Noise in training: its mean and deviation, its gradient, and that its numbers depend on the step
 * and the place alone. */
#include "nn/run.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHANNELS = 100,
	VALUES = 300 * CHANNELS, /* of a sample: more than one piece */
	SAMPLES = 2,
	COUNT = SAMPLES * VALUES,
};

/* The output and the gradient of the input of a noise layer after a PReLU that is the identity. */
struct noise_result {
	float *input, *output, *gradient;
};

static void run_noise(struct network *network, const struct noise_result *result, uint64_t step)
{
	size_t size = COUNT * sizeof(float);
	struct value *before = node_value(network, 0), *after = node_value(network, 1);
	network->training = network->computes_parameter_gradients = true;
	network->step = step;
	network->options.seed = 11;
	float *alpha = network_parameter_values(network, 0);
	for (int c = 0; c < CHANNELS; c++)
		alpha[c] = 1;
	run_forward(network, copy_input(network, result->input, SAMPLES), SAMPLES);
	memcpy(result->output, after->data, size);
	float *gradient = begin_gradient(network, after);
	for (size_t i = 0; i < COUNT; i++)
		gradient[i] = 1;
	run_backward(network, SAMPLES, 1, 2);
	memcpy(result->gradient, before->gradient, size);
}

struct moments {
	double mean, deviation;
};

static struct moments moments_of(const float *x, size_t count)
{
	double sum = 0, squares = 0;
	for (size_t i = 0; i < count; i++)
		sum += (double)x[i];
	for (size_t i = 0; i < count; i++)
		squares +=
			((double)x[i] - sum / (double)count) * ((double)x[i] - sum / (double)count);
	return (struct moments){sum / (double)count, sqrt(squares / (double)count)};
}

/* Inputs are 1: outputs are the noise. */
static void check_numbers(const char *name, enum layer_kind kind, double deviation,
	const struct noise_result *result)
{
	bool follows = true, whole = true;
	struct moments all = moments_of(result->output, COUNT);
	is_near(all.mean, 1, 0.1, name);
	is_near(all.deviation, deviation, 0.1 * deviation, name);
	for (size_t i = 0; i < COUNT; i++)
		follows &= result->gradient[i] ==
			(kind == LAYER_GAUSSIAN_NOISE ? 1 : result->output[i]);
	ok(follows, "%s: the gradient by what the value was multiplied by", name);
	for (size_t i = CHANNELS; i < COUNT; i++)
		whole &= i / VALUES != (i - CHANNELS) / VALUES ||
			result->output[i] == result->output[i - CHANNELS];
	ok(whole == (kind == LAYER_SPATIAL_DROPOUT), "%s: whole channels, or values", name);
	ok(memcmp(result->output, result->output + VALUES, VALUES * sizeof(float)) != 0,
		"%s: other numbers in another sample", name);
}

static void check_noise_runs(const char *name, struct network *one, struct network *three,
	enum layer_kind kind, double deviation, const struct noise_result result[2])
{
	const size_t size = COUNT * sizeof(float);
	run_noise(one, &result[0], 4);
	run_noise(three, &result[1], 4);
	ok(memcmp(result[0].output, result[1].output, size) == 0 &&
			memcmp(result[0].gradient, result[1].gradient, size) == 0,
		"%s: the same bytes with three threads", name);
	check_numbers(name, kind, deviation, &result[0]);
	run_noise(one, &result[1], 5);
	ok(memcmp(result[0].output, result[1].output, size) != 0,
		"%s: other numbers in another step", name);
	result->input[7] = NAN;
	run_noise(one, &result[1], 4);
	ok(isnan(result[1].output[7]), "%s: NaN stays", name);
	result->input[7] = 1;
	network_forward(one, result->input, SAMPLES, result[1].output, NULL);
	ok(memcmp(result[1].output, result->input, size) == 0, "%s: nothing in prediction", name);
}

static void check_noise(const char *name, struct layer layer, double deviation)
{
	struct graph graph = {.input = {30, 10, CHANNELS, false}};
	struct layer prelu = layer_defaults(LAYER_PRELU, "identity");
	float *room = calloc(5 * COUNT, sizeof *room);
	const struct noise_result result[2] = {{room, room + COUNT, room + 2 * COUNT},
		{room, room + 3 * COUNT, room + 4 * COUNT}};
	struct parallel *pool = NULL;
	struct error error;
	prelu.shared_height = prelu.shared_width = true;
	for (size_t i = 0; i < COUNT; i++)
		room[i] = 1;
	bool good = graph_append(&graph, &prelu, &error) >= 0 &&
		graph_append(&graph, &layer, &error) >= 0 && parallel_create(&pool, 3, &error) == 0;
	struct network *one = NULL, *three = NULL;
	good = good && network_create(&one, &graph, NETWORK_TRAIN, SAMPLES, NULL, &error) == 0 &&
		network_create(&three, &graph, NETWORK_TRAIN, SAMPLES, pool, &error) == 0;
	if (ok(good, "%s: made", name))
		check_noise_runs(name, one, three, layer.kind, deviation, result);
	network_destroy(one);
	network_destroy(three);
	parallel_destroy(pool);
	graph_free(&graph);
	free(room);
}

int main(void)
{
	static const struct {
		const char *name;
		enum layer_kind kind;
		double deviation;
	} rows[] = {
		{"dropout", LAYER_DROPOUT, 0.6546537}, /* of 0 or 1 / 0.7: sqrt(0.3 / 0.7) */
		{"spatial dropout", LAYER_SPATIAL_DROPOUT, 0.6546537},
		{"Gaussian noise", LAYER_GAUSSIAN_NOISE, 0.3},
		{"Gaussian dropout", LAYER_GAUSSIAN_DROPOUT, 0.6546537},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct layer layer = layer_defaults(rows[i].kind, "noise");
		layer.rate = 0.3f;
		check_noise(rows[i].name, layer, rows[i].deviation);
	}
	return done();
}
