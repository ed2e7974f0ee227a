/* Operations that move, rescale and normalise values: forward against borders computed by hand and
 * naive loops in double, gradients against central differences. */
#include "differences.h"

/* ---- one layer, by hand ---- */

static void check_values(const char *name, struct layer layer, struct shape in, const float *input,
	int count, const float *expected)
{
	struct graph graph = {.input = in};
	float out[64];
	bool good = graph_append(&graph, &layer, &error) >= 0;
	struct network *network = good ? build(&graph, NETWORK_PREDICT, 1, NULL) : NULL;
	good = network && network_outputs(network) == count;
	if (good)
		network_forward(network, input, 1, out, NULL);
	for (int i = 0; i < count && good; i++)
		good = isnan(expected[i])
			? isnan(out[i])
			: close_to((double)out[i], (double)expected[i], 1e-5, name, i);
	ok(good, "%s", name);
	network_destroy(network);
	graph_free(&graph);
}

static void check_gradients(const char *name, struct layer layer, struct shape in)
{
	struct graph graph = {.input = in};
	if (graph_append(&graph, &layer, &error) >= 0)
		check_input_gradient(&graph, name);
	else
		ok(false, "%s: %s", name, error.reason);
	graph_free(&graph);
}

static const float counting[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* ---- places ---- */

static struct layer sided(enum layer_kind kind, int top, int bottom, int left, int right)
{
	struct layer layer = make(kind);
	layer.top = top;
	layer.bottom = bottom;
	layer.left = left;
	layer.right = right;
	return layer;
}

static struct layer sized(enum layer_kind kind, int height, int width, enum interpolation how)
{
	struct layer layer = make(kind);
	layer.target = (struct shape){height, width, 0, false};
	layer.interpolation = how;
	return layer;
}

static void places(void)
{
	const struct shape square = {3, 3, 1, false}, row4 = {1, 4, 1, false},
			   row2 = {1, 2, 1, false};
	const enum interpolation nearest = INTERPOLATION_NEAREST, linear = INTERPOLATION_BILINEAR;
	check_values("zero padding", sided(LAYER_ZERO_PADDING, 1, 0, 0, 2),
		(struct shape){2, 2, 1, false}, counting, 12,
		FLOATS(0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0));
	check_values("cropping", sided(LAYER_CROPPING, 1, 0, 0, 2), square, counting, 2,
		FLOATS(4, 7));
	check_values("centre crop: the odd row above stays out",
		sized(LAYER_CENTER_CROP, 2, 1, nearest), (struct shape){5, 3, 1, false}, counting,
		2, FLOATS(5, 8));
	check_values("up-sampling, nearest", sized(LAYER_UP_SAMPLING, 2, 3, nearest), row2,
		counting, 12, FLOATS(1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2));
	check_values("up-sampling, bilinear", sized(LAYER_UP_SAMPLING, 1, 2, linear), row2,
		counting, 4, FLOATS(1, 1.25f, 1.75f, 2));
	check_values("resizing, nearest, 4 to 3", sized(LAYER_RESIZING, 1, 3, nearest), row4,
		counting, 3, FLOATS(1, 3, 4));
	check_values("resizing, bilinear, 4 to 3", sized(LAYER_RESIZING, 1, 3, linear), row4,
		counting, 3, FLOATS(1 + 1 / 6.0f, 2.5f, 4 - 1 / 6.0f));
	check_values("resizing, bilinear, 3x3 to 2x2", sized(LAYER_RESIZING, 2, 2, linear), square,
		counting, 4, FLOATS(2, 3.5f, 6.5f, 8));
	check_values("resizing to the same size: a NaN stays alone",
		sized(LAYER_RESIZING, 1, 4, linear), row4, FLOATS(1, NAN, 3, 4), 4,
		FLOATS(1, NAN, 3, 4));
	const struct shape in = {5, 4, 3, false};
	check_gradients("zero padding", sided(LAYER_ZERO_PADDING, 1, 0, 0, 2), in);
	check_gradients("cropping", sided(LAYER_CROPPING, 1, 2, 0, 1), in);
	check_gradients("centre crop", sized(LAYER_CENTER_CROP, 2, 3, nearest), in);
	check_gradients("up-sampling, nearest", sized(LAYER_UP_SAMPLING, 2, 3, nearest), in);
	check_gradients("up-sampling, bilinear", sized(LAYER_UP_SAMPLING, 3, 2, linear), in);
	check_gradients("resizing, nearest", sized(LAYER_RESIZING, 3, 7, nearest), in);
	check_gradients("resizing, bilinear, down", sized(LAYER_RESIZING, 2, 3, linear), in);
	check_gradients("resizing, bilinear, up", sized(LAYER_RESIZING, 9, 5, linear), in);
}

/* ---- rescaling ---- */

static void rescaling(void)
{
	const struct shape one = {1, 2, 1, false}, three = {1, 1, 3, false};
	struct layer simple = make(LAYER_RESCALING), channels = make(LAYER_RESCALING);
	simple.constant_count = 1;
	simple.multipliers[0] = 1 / 127.5f;
	simple.offsets[0] = -1;
	check_values("rescaling to -1..1", simple, one, FLOATS(0, 255), 2, FLOATS(-1, 1));
	channels.constant_count = 3;
	memcpy(channels.multipliers, FLOATS(1, 2, 3), 3 * sizeof(float));
	memcpy(channels.offsets, FLOATS(10, 20, 30), 3 * sizeof(float));
	check_values("rescaling by channel", channels, three, FLOATS(1, 1, NAN), 3,
		FLOATS(11, 22, NAN));
	check_gradients("rescaling by channel", channels, (struct shape){3, 2, 3, false});
	struct layer normalization = make(LAYER_NORMALIZATION);
	normalization.constant_count = 3;
	memcpy(normalization.offsets, FLOATS(1, 2, 3), 3 * sizeof(float));
	memcpy(normalization.multipliers, FLOATS(4, 9, 0), 3 * sizeof(float));
	check_values("normalisation by constants", normalization, three, FLOATS(5, 5, 3), 3,
		FLOATS(2, 1, 0));
	check_gradients("normalisation by constants", normalization,
		(struct shape){3, 2, 3, false});
	normalization.invert = true;
	check_values("normalisation, inverted", normalization, three, FLOATS(2, 1, 5), 3,
		FLOATS(5, 5, 3));
}

static void measured_normalization(void)
{
	struct graph graph = {.input = {1, 1, 2, false}};
	struct layer layer = make(LAYER_NORMALIZATION);
	float out[2] = {0, 0};
	bool good = graph_append(&graph, &layer, &error) >= 0;
	struct network *network = good ? build(&graph, NETWORK_PREDICT, 1, NULL) : NULL;
	if (network) {
		memcpy(network_parameter_values(network, 0), FLOATS(1, 2), sizeof out);
		memcpy(network_parameter_values(network, 1), FLOATS(4, 16), sizeof out);
		network_forward(network, FLOATS(3, 0), 1, out, NULL);
	}
	ok(out[0] == 1 && out[1] == -0.5f, "normalisation by the mean and variance of its weights");
	network_destroy(network);
	graph_free(&graph);
}

/* ---- layers with parameters ---- */

static void check_trained(const char *name, struct layer layer, struct shape in)
{
	struct graph graph = {.input = in};
	check_gradients(name, layer, in);
	if (graph_append(&graph, &layer, &error) >= 0) {
		check_parameter_gradients(&graph, name);
		check_threads(&graph, name);
	}
	graph_free(&graph);
}

static void prelu(void)
{
	struct graph graph = {.input = {1, 2, 2, false}};
	struct layer layer = make(LAYER_PRELU);
	float out[4] = {0, 0, 0, 0};
	layer.shared_width = true;
	bool good = graph_append(&graph, &layer, &error) >= 0;
	struct network *network = good ? build(&graph, NETWORK_PREDICT, 1, NULL) : NULL;
	if (network) {
		memcpy(network_parameter_values(network, 0), FLOATS(0.5f, 2), 2 * sizeof *out);
		network_forward(network, FLOATS(-1, -1, 3, NAN), 1, out, NULL);
	}
	ok(out[0] == -0.5f && out[1] == -2 && out[2] == 3 && isnan(out[3]), "PReLU by hand");
	network_destroy(network);
	graph_free(&graph);
	for (int sides = 0; sides < 4; sides++) {
		static const char *const names[] = {"PReLU", "PReLU, shared rows",
			"PReLU, shared columns", "PReLU, by channel"};
		layer.shared_height = sides & 1;
		layer.shared_width = sides & 2;
		check_trained(names[sides], layer, (struct shape){3, 2, 3, false});
	}
	check_trained("PReLU on a vector", layer, (struct shape){1, 1, 5, true});
}

/* The number of the set that value `i` of a sample is normalised with. */
static int set_of(const struct layer *layer, struct shape in, int i)
{
	return layer->kind == LAYER_LAYER_NORMALIZATION
		? i / in.channels
		: i % in.channels / (in.channels / layer->groups);
}

static double naive_normalized(const struct layer *layer, struct shape in, const float *input,
	int index)
{
	double sum = 0, squares = 0, members = 0;
	int count = (int)shape_count(in), set = set_of(layer, in, index);
	for (int i = 0; i < count; i++)
		if (set_of(layer, in, i) == set) {
			sum += (double)input[i];
			squares += (double)input[i] * (double)input[i];
			members++;
		}
	double mean = sum / members, variance = squares / members - mean * mean;
	return ((double)input[index] - mean) / sqrt(variance + (double)layer->epsilon);
}

static void check_statistics(const char *name, struct layer layer, struct shape in)
{
	struct graph graph = {.input = in};
	static float input[VALUES], out[VALUES];
	int count = (int)shape_count(in);
	layer.scale = layer.center = false;
	bool good = graph_append(&graph, &layer, &error) >= 0;
	struct network *network = good ? build(&graph, NETWORK_PREDICT, 1, NULL) : NULL;
	good = network;
	fill(input, count, 8);
	if (good)
		network_forward(network, input, 1, out, NULL);
	for (int i = 0; good && i < count; i++)
		good = close_to((double)out[i], naive_normalized(&layer, in, input, i), 1e-5, name,
			i);
	ok(good, "%s: against naive loops", name);
	network_destroy(network);
	graph_free(&graph);
}

static void normalizations(void)
{
	const struct shape in = {3, 2, 6, false};
	struct layer layer = make(LAYER_LAYER_NORMALIZATION),
		     group = make(LAYER_GROUP_NORMALIZATION);
	group.groups = 3;
	check_statistics("layer normalisation", layer, in);
	check_statistics("group normalisation", group, in);
	check_trained("layer normalisation", layer, in);
	check_trained("group normalisation", group, in);
	layer.scale = false;
	group.center = false;
	check_trained("layer normalisation without gamma", layer, in);
	check_trained("group normalisation without beta", group, in);
	group.groups = 1;
	check_trained("group normalisation, one group", group, (struct shape){1, 1, 6, true});
}

/* Each pixel's channels; zeros stay zeros, and lengths below the least are divided by that. */
static void unit_normalization(void)
{
	struct layer layer = make(LAYER_UNIT_NORMALIZATION);
	const struct shape picture = {2, 2, 2, false};
	check_values("unit normalisation", layer, picture,
		FLOATS(3, 4, 0, 0, -2, 0, 4e-13f, -3e-13f), 8,
		FLOATS(0.6f, 0.8f, 0, 0, -1, 0, 0.4f, -0.3f));
	check_values("unit normalisation: NaN stays in its pixel", layer, picture,
		FLOATS(3, 4, NAN, 1, 5, 12, 1e30f, 0), 8,
		FLOATS(0.6f, 0.8f, NAN, NAN, 5 / 13.0f, 12 / 13.0f, 1, 0));
	check_gradients("unit normalisation", layer, (struct shape){9, 2, 3, false});
	check_gradients("unit normalisation of a vector", layer, (struct shape){1, 1, 7, true});
}

/* Below the least length the layer is a division by it. */
static void short_gradients(void)
{
	struct graph graph = {.input = {1, 2, 2, false}};
	struct layer layer = make(LAYER_UNIT_NORMALIZATION);
	float gradient[4] = {0};
	bool good = graph_append(&graph, &layer, &error) >= 0;
	struct network *network = good ? build(&graph, NETWORK_EXPLAIN, 1, NULL) : NULL;
	if (network) {
		network_forward(network, FLOATS(0, 0, 3e-13f, 4e-13f), 1, NULL, NULL);
		network_backward(network, 0, FLOATS(1, -2, 3, 4), GRAPH_INPUT, gradient);
	}
	for (int i = 0; i < 4; i++)
		gradient[i] *= 1e-12f;
	ok(close_to((double)gradient[0], 1, 1e-5, "gradient", 0) &&
			close_to((double)gradient[1], -2, 1e-5, "gradient", 1) &&
			close_to((double)gradient[2], 3, 1e-5, "gradient", 2) &&
			close_to((double)gradient[3], 4, 1e-5, "gradient", 3),
		"unit normalisation: gradients below the least length");
	network_destroy(network);
	graph_free(&graph);
}

/* Behind weights, so that its gradient reaches parameters. */
static void trained_unit_normalization(void)
{
	struct graph graph = {.input = {9, 2, 3, false}};
	struct layer slopes = make(LAYER_PRELU), layer = make(LAYER_UNIT_NORMALIZATION);
	if (graph_append(&graph, &slopes, &error) >= 0 &&
		graph_append(&graph, &layer, &error) >= 0) {
		check_parameter_gradients(&graph, "unit normalisation after PReLU");
		check_threads(&graph, "unit normalisation after PReLU");
	} else {
		ok(false, "unit normalisation after PReLU: %s", error.reason);
	}
	graph_free(&graph);
}

/* ---- max-pools after activations ---- */

/* What a convolution of one pixel, an activation and, if wanted, a max-pool predict. */
static void predict_pooled(enum activation_kind kind, bool pools, const float *input, float *out)
{
	struct graph graph = {.input = {4, 4, 1, false}};
	struct layer convolution = make(LAYER_CONVOLUTION), pool = make(LAYER_MAX_POOLING);
	convolution.filters = convolution.kernel_height = convolution.kernel_width = 1;
	convolution.activation = activation_default(kind);
	pool.kernel_height = pool.kernel_width = pool.stride_height = pool.stride_width = 2;
	bool good = graph_append(&graph, &convolution, &error) >= 0 &&
		(!pools || graph_append(&graph, &pool, &error) >= 0);
	struct network *network = good ? build(&graph, NETWORK_PREDICT, 1, NULL) : NULL;
	if (network) {
		network_parameter_values(network, 0)[0] = 1;
		network_forward(network, input, 1, NULL, out);
	}
	network_destroy(network);
	graph_free(&graph);
}

/* One that decreases somewhere must come before the maximum. */
static void pooled_activations(void)
{
	const float input[16] = {-1, -4, 0.5f, -1, -5, -6, -7, -0.5f, -2, -1.1f, 3, 2, -0.2f, -0.7f,
		1, -9};
	for (enum activation_kind kind = ACTIVATION_LINEAR; kind <= ACTIVATION_EXPONENTIAL;
		kind++) {
		float values[16], pooled[4] = {0};
		bool good = true;
		predict_pooled(kind, false, input, values);
		predict_pooled(kind, true, input, pooled);
		for (int i = 0; i < 4; i++) {
			const float *x = values + i / 2 * 8 + i % 2 * 2;
			good &= pooled[i] == fmaxf(fmaxf(x[0], x[1]), fmaxf(x[4], x[5]));
		}
		ok(good, "max-pool after activation %d", kind);
	}
}

int main(void)
{
	places();
	rescaling();
	measured_normalization();
	prelu();
	normalizations();
	unit_normalization();
	short_gradients();
	trained_unit_normalization();
	pooled_activations();
	return done();
}
