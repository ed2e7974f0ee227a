/* Convolutions and pools of random odd shapes against the reference: outputs and gradients. */
#include "kernels/kernels.h"
#include "reference_layers.h"

#include "base/random.h"
#include "nets.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 160, VALUES = 1 << 16, SAMPLES_MAXIMUM = 3 };

/* Relative to the largest compared value: the error of sums of products, in any order and by
 * Winograd's algorithm, is smaller. */
static const double tolerance = 8e-6;

static float x[VALUES], gradient_of_input[VALUES], logits[VALUES], targets[VALUES];
static double y[VALUES], pooled[VALUES], dpooled[VALUES], dy[VALUES], dx[VALUES], dkernel[VALUES],
	dbias[VALUES];

static int pick(struct random *random, int low, int high)
{
	return low + (int)random_below(random, (uint32_t)(high - low + 1));
}

static int pick_channels(struct random *random)
{
	static const int choices[] = {1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 48};
	return choices[random_below(random, sizeof choices / sizeof *choices)];
}

/* A convolution of any kind, and a pool that may fuse. */
static struct graph choose(struct random *random, int number)
{
	struct layer layers[2];
	bool winograd = number % 10 == 1; /* large enough, and whole vectors of channels */
	bool usual =
		number % 3 == 0 || winograd; /* 3x3, stride 1, as the sparse backward requires */
	int least = winograd ? 6 : 1;
	int height = pick(random, least, 13), width = pick(random, least, 13);
	struct shape input = {.height = height,
		.width = width,
		.channels = winograd ? CHANNEL_BLOCK * pick(random, 1, 4) : pick_channels(random)};
	layers[0] = (struct layer){.kind = number % 5 == 4 ? LAYER_DEPTHWISE_CONVOLUTION
							   : LAYER_CONVOLUTION,
		.name = "convolution",
		.kernel_height = usual ? 3 : pick(random, 1, 5),
		.kernel_width = usual ? 3 : pick(random, 1, 5),
		.stride_height = usual ? 1 : pick(random, 1, 4),
		.stride_width = usual ? 1 : pick(random, 1, 4),
		.padding = pick(random, 0, 1) ? PADDING_SAME : PADDING_VALID,
		.use_bias = true};
	bool depthwise = layers[0].kind == LAYER_DEPTHWISE_CONVOLUTION;
	layers[0].filters = depthwise ? 0 : pick_channels(random);
	layers[0].multiplier = depthwise ? pick(random, 1, 3) : 1;
	layers[1] =
		(struct layer){.kind = number % 4 == 3 ? LAYER_AVERAGE_POOLING : LAYER_MAX_POOLING,
			.name = "pool",
			.kernel_height = usual ? 2 : pick(random, 1, 3),
			.kernel_width = usual ? 2 : pick(random, 1, 3),
			.stride_height = usual ? 2 : pick(random, 1, 3),
			.stride_width = usual ? 2 : pick(random, 1, 3),
			.padding = pick(random, 0, 1) ? PADDING_SAME : PADDING_VALID};
	return chain(input, layers, 2);
}

static bool near(const float *got, const double *expected, size_t count, const char *what)
{
	double largest = 1e-3, difference = 0;
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fabs(expected[i]));
		double error = fabs((double)got[i] - expected[i]);
		difference = error > difference || isnan(error) ? error : difference;
	}
	if (!(difference <= tolerance * largest))
		note("%s: largest difference %g, largest value %g", what, difference, largest);
	return difference <= tolerance * largest;
}

/* Fills the reference's outputs and, from the seed dpooled, its gradients, of one sample. */
static void run_reference(const struct graph *graph, const struct shape *shapes,
	struct network *network, const float *sample)
{
	const struct layer *layers = graph->layers;
	const float *kernel = network_parameter(network, 0).values,
		    *bias = network_parameter(network, 1).values;
	reference_convolution(&layers[0], graph->input, shapes[0], sample, kernel, bias, y);
	reference_pooling(&layers[1], shapes[0], shapes[1], y, pooled);
	memset(dy, 0, shape_count(shapes[0]) * sizeof *dy);
	reference_pooling_backward(&layers[1], shapes[0], shapes[1], y, dpooled, dy);
	memset(dx, 0, shape_count(graph->input) * sizeof *dx);
	reference_convolution_backward(&layers[0], graph->input, shapes[0], sample, kernel, dy, dx,
		dkernel, dbias);
}

/* The seed is the gradient of the binary loss, as in a training step. */
static bool agrees(const struct graph *graph, const struct shape *shapes, struct network *train,
	struct network *explain, int samples)
{
	size_t in = shape_count(graph->input), out = shape_count(shapes[1]);
	bool good = true;
	float seed[4096];
	memset(dkernel, 0, sizeof dkernel);
	memset(dbias, 0, sizeof dbias);
	network_forward(train, x, samples, logits, NULL);
	network_train_step(train, x, targets, samples, 0, 0);
	network_forward(explain, x, samples, NULL, NULL);
	for (size_t i = 0; i < (size_t)samples * out; i++)
		seed[i] =
			(1 / (1 + expf(-logits[i])) - targets[i]) / (float)((size_t)samples * out);
	network_backward(explain, 2, seed, -1, gradient_of_input);
	for (int s = 0; s < samples; s++) {
		for (size_t i = 0; i < out; i++)
			dpooled[i] = (double)seed[(size_t)s * out + i];
		run_reference(graph, shapes, train, x + (size_t)s * in);
		good &= near(logits + (size_t)s * out, pooled, out, "output");
		good &= near(network_output(explain, 0) + (size_t)s * shape_count(shapes[0]), y,
			shape_count(shapes[0]), "convolution");
		for (size_t i = 0; i < in; i++) { /* small: compare relative to the values */
			dx[i] *= (double)((size_t)samples * out);
			gradient_of_input[(size_t)s * in + i] *= (float)((size_t)samples * out);
		}
		good &= near(gradient_of_input + (size_t)s * in, dx, in, "gradient of the input");
	}
	good &= near(network_gradient(train, 0), dkernel, network_parameter(train, 0).count,
		"gradient of the kernel");
	return good &
		near(network_gradient(train, 1), dbias, network_parameter(train, 1).count,
			"gradient of the bias");
}

static void check(struct random *random, int number)
{
	int samples = 1 + number % SAMPLES_MAXIMUM;
	struct graph graph = choose(random, number);
	struct shape shapes[2];
	struct network *train, *explain;
	while (graph_shapes(&graph, shapes, NULL) ||
		(size_t)samples * shape_count(shapes[1]) > 4096) {
		graph_free(&graph);
		graph = choose(random, number);
	}
	if (network_create(&train, &graph, NETWORK_TRAIN, samples, NULL, NULL) ||
		network_create(&explain, &graph, NETWORK_EXPLAIN, samples, NULL, NULL)) {
		ok(false, "networks are made");
		return;
	}
	network_initialize(train, (uint64_t)number);
	network_initialize(explain, (uint64_t)number);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	options.loss = LOSS_BINARY_CROSSENTROPY;
	network_train_start(train, &options);
	for (size_t i = 0; i < (size_t)samples * shape_count(graph.input); i++)
		x[i] = random_between(random, -1, 1);
	for (size_t i = 0; i < (size_t)samples * shape_count(shapes[1]); i++)
		targets[i] = (float)(i % 2);
	const struct layer *c = &graph.layers[0], *p = &graph.layers[1];
	ok(agrees(&graph, shapes, train, explain, samples),
		"%d of %dx%dx%d, %s %dx%d stride %dx%d %s %d filters, %s %dx%d stride %dx%d %s",
		samples, graph.input.height, graph.input.width, graph.input.channels,
		c->kind == LAYER_CONVOLUTION ? "convolution" : "depthwise", c->kernel_height,
		c->kernel_width, c->stride_height, c->stride_width,
		c->padding == PADDING_SAME ? "same" : "valid", c->filters,
		p->kind == LAYER_MAX_POOLING ? "max" : "average", p->kernel_height, p->kernel_width,
		p->stride_height, p->stride_width, p->padding == PADDING_SAME ? "same" : "valid");
	network_destroy(train);
	network_destroy(explain);
	graph_free(&graph);
}

int main(void)
{
	struct random random = random_start(11, RANDOM_TEST, 0, 0);
	for (int i = 0; i < CASES; i++)
		check(&random, i);
	return done();
}
