/* Padding and strides against values computed by hand: an independent check of "same" padding. */
#include "nets.h"
#include "tap.h"

#include <math.h>
#include <string.h>

/* Runs one layer on input with channels 1; kernel NULL: no kernel. */
static void check(const char *name, struct layer layer, int height, int width, const float *input,
	const float *kernel, int count, const float *expected)
{
	strcpy(layer.name, "layer");
	struct graph graph =
		chain((struct shape){.height = height, .width = width, .channels = 1}, &layer, 1);
	struct network *network;
	struct error error;
	float out[32];
	if (network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error)) {
		ok(false, "%s: %s: %s", name, error.object, error.reason);
		return;
	}
	if (kernel)
		memcpy(network_parameter_values(network, 0), kernel,
			network_parameter(network, 0).count * sizeof *kernel);
	network_forward(network, input, 1, out, NULL);
	bool good = network_outputs(network) == count;
	for (int i = 0; i < count && good; i++) {
		good = fabsf(out[i] - expected[i]) < 1e-5f;
		if (!good)
			note("value %d: got %g, expected %g", i, (double)out[i],
				(double)expected[i]);
	}
	ok(good, "%s", name);
	network_destroy(network);
	graph_free(&graph);
}

static const float counting[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const float negative[16] = {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15,
	-16};
static const float ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
static const float digits[9] = {1, 10, 100, 1000};

#define FLOATS(...) \
	(const float[]) \
	{ \
		__VA_ARGS__ \
	}

static void convolutions(void)
{
	struct layer same = CONVOLUTION(1, 3, 3, 1, 1, SAME, ACTIVATION_LINEAR);
	check("3x3 same on 3x3", same, 3, 3, counting, ones, 9,
		FLOATS(12, 21, 16, 27, 45, 33, 24, 39, 28));
	check("3x3 same on one pixel", same, 1, 1, counting, ones, 1, FLOATS(1));
	struct layer even = CONVOLUTION(1, 2, 2, 1, 1, SAME, ACTIVATION_LINEAR);
	check("2x2 same: the odd pixel lies at the bottom and right", even, 2, 2, counting, digits,
		4, FLOATS(4321, 402, 43, 4));
	struct layer strided = CONVOLUTION(1, 3, 3, 2, 2, SAME, ACTIVATION_LINEAR);
	check("3x3 same, stride 2 on 4x4: nothing above and left", strided, 4, 4, counting, ones, 4,
		FLOATS(54, 45, 72, 54));
	check("3x3 same, stride 2 on 3x3: one pixel all around", strided, 3, 3, counting, ones, 4,
		FLOATS(12, 16, 24, 28));
	struct layer valid = CONVOLUTION(1, 2, 2, 2, 2, VALID, ACTIVATION_LINEAR);
	check("2x2 valid, stride 2 on 3x3: the last row and column are left out", valid, 3, 3,
		counting, ones, 1, FLOATS(12));
	struct layer wide = CONVOLUTION(1, 1, 3, 2, 3, SAME, ACTIVATION_LINEAR);
	check("1x3 same, stride 2x3 on 4x4", wide, 4, 4, counting, ones, 4, FLOATS(3, 7, 19, 23));
	struct layer far = CONVOLUTION(1, 1, 1, 3, 3, SAME, ACTIVATION_LINEAR);
	check("1x1, stride 3 on 4x4", far, 4, 4, counting, ones, 4, FLOATS(1, 4, 13, 16));
	struct layer depthwise = DEPTHWISE(2, 2, 1, SAME, ACTIVATION_LINEAR);
	check("depthwise 2x2 same, multiplier 2", depthwise, 2, 2, counting,
		FLOATS(1, 2, 10, 20, 100, 200, 1000, 2000), 8,
		FLOATS(4321, 8642, 402, 804, 43, 86, 4, 8));
}

static void pools(void)
{
	struct layer average3 = POOL(LAYER_AVERAGE_POOLING, 3, 2, SAME),
		     average2 = POOL(LAYER_AVERAGE_POOLING, 2, 2, SAME);
	struct layer average1 = POOL(LAYER_AVERAGE_POOLING, 3, 1, SAME),
		     maximum = POOL(LAYER_MAX_POOLING, 3, 2, SAME);
	struct layer maximum2 = POOL(LAYER_MAX_POOLING, 2, 2, VALID);
	check("average 3x3 same, stride 2 on 4x4", average3, 4, 4, counting, NULL, 4,
		FLOATS(6, 7.5f, 12, 13.5f));
	check("average 2x2 same, stride 2 on 3x3", average2, 3, 3, counting, NULL, 4,
		FLOATS(3, 4.5f, 7.5f, 9));
	check("average 3x3 same, stride 1 on 3x3", average1, 3, 3, counting, NULL, 9,
		FLOATS(3, 3.5f, 4, 4.5f, 5, 5.5f, 6, 6.5f, 7));
	check("max 3x3 same: padding is no maximum", maximum, 4, 4, negative, NULL, 4,
		FLOATS(-1, -3, -9, -11));
	check("max 2x2 valid on 3x3", maximum2, 3, 3, negative, NULL, 1, FLOATS(-1));
}

static void activations(void)
{
	const float x[8] = {-8, -1, -0.5f, 0, 0.5f, 1, 6, 8};
	struct {
		enum activation_kind activation;
		const char *name;
		float expected[8];
	} rows[] = {
		{ACTIVATION_LINEAR, "linear", {-8, -1, -0.5f, 0, 0.5f, 1, 6, 8}},
		{ACTIVATION_RELU, "ReLU", {0, 0, 0, 0, 0.5f, 1, 6, 8}},
		{ACTIVATION_RELU6, "ReLU6", {0, 0, 0, 0, 0.5f, 1, 6, 6}},
		{ACTIVATION_LEAKY_RELU, "leaky ReLU, 0.2", {-1.6f, -0.2f, -0.1f, 0, 0.5f, 1, 6, 8}},
		{ACTIVATION_TANH, "tanh",
			{-0.9999998f, -0.7615942f, -0.4621172f, 0, 0.4621172f, 0.7615942f,
				0.9999877f, 0.9999998f}},
		{ACTIVATION_SWISH, "swish",
			{-0.0026828f, -0.2689414f, -0.1887703f, 0, 0.3112297f, 0.7310586f,
				5.9851641f, 7.9973171f}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct layer layer = ACTIVATION(rows[i].activation);
		check(rows[i].name, layer, 1, 8, x, NULL, 8, rows[i].expected);
	}
}

int main(void)
{
	convolutions();
	pools();
	activations();
	return done();
}
