/* Saliency against independent results: the weights of a linear network, central differences of the
 * logit, the completeness of integrated gradients, and class activation maps computed by hand. */
#include "explain/saliency.h"

#include "architectures/architectures.h"
#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 8, WIDTH = 10, CHANNELS = 3, VALUES = HEIGHT * WIDTH * CHANNELS, CLASSES = 3 };

static struct error error;
static float input[VALUES], black[VALUES];

static void fill(float *values, size_t count, uint64_t number, float low, float high)
{
	struct random random = random_start(5, RANDOM_TEST, number, 0);
	for (size_t i = 0; i < count; i++)
		values[i] = random_between(&random, low, high);
}

static struct layer plain(enum layer_kind kind)
{
	return layer_defaults(kind, "");
}

static struct layer activation(enum activation_kind kind)
{
	struct layer layer = plain(LAYER_ACTIVATION);
	layer.activation.kind = kind;
	return layer;
}

static struct layer dense(enum activation_kind activation)
{
	struct layer layer = plain(LAYER_DENSE);
	layer.filters = CLASSES;
	layer.activation.kind = activation;
	return layer;
}

static struct layer convolution(int filters, int window, int stride, enum padding padding,
	enum activation_kind activation)
{
	struct layer layer = plain(LAYER_CONVOLUTION);
	layer.filters = filters;
	layer.kernel_height = layer.kernel_width = window;
	layer.stride_height = layer.stride_width = stride;
	layer.padding = padding;
	layer.activation.kind = activation;
	return layer;
}

static struct layer pooling(enum layer_kind kind)
{
	struct layer layer = plain(kind);
	layer.kernel_height = layer.kernel_width = layer.stride_height = layer.stride_width = 2;
	return layer;
}

/* A chain of these layers, which get the names "layer0", "layer1" and so on. */
static struct network *build(const struct layer *layers, int count)
{
	struct graph graph = {.name = "test", .input = {HEIGHT, WIDTH, CHANNELS, false}};
	struct network *network;
	for (int i = 0; i < count; i++) {
		struct layer layer = layers[i];
		snprintf(layer.name, sizeof layer.name, "layer%d", i);
		if (graph_append(&graph, &layer, &error) < 0)
			exit(1);
	}
	if (network_create(&network, &graph, NETWORK_EXPLAIN, 1, NULL, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	graph_free(&graph);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		fill(network_parameter_values(network, i), parameter.count, (uint64_t)i, -0.5f,
			0.5f);
	}
	return network;
}

static double logit(struct network *network, const float *values, int class)
{
	float logits[CLASSES];
	network_forward(network, values, 1, logits, NULL);
	return (double)logits[class];
}

static struct map compute(struct network *network, struct saliency_target target,
	struct saliency_options options)
{
	struct map map;
	if (saliency_compute(network, input, &target, &options, &map, &error))
		exit(1);
	return map;
}

static double worst_difference(const struct map *map, const double *expected)
{
	double worst = 0;
	for (int i = 0; i < map->height * map->width; i++)
		worst = fmax(worst, fabs((double)map->values[i] - expected[i]));
	return worst;
}

/* z = W x + b: the gradient is W everywhere. */
static void linear_network(void)
{
	struct layer layers[] = {plain(LAYER_FLATTEN), dense(ACTIVATION_SIGMOID)};
	struct network *network = build(layers, 2);
	const float *weights = network_parameter(network, 0).values;
	double largest[HEIGHT * WIDTH], products[HEIGHT * WIDTH];
	for (int i = 0; i < HEIGHT * WIDTH; i++) {
		largest[i] = products[i] = 0;
		for (int c = 0; c < CHANNELS; c++) {
			double weight = (double)weights[(i * CHANNELS + c) * CLASSES + 1];
			largest[i] = fmax(largest[i], fabs(weight));
			products[i] += weight * (double)input[i * CHANNELS + c];
		}
	}
	for (int method = SALIENCY_GRADIENT; method <= SALIENCY_INTEGRATED_GRADIENTS; method++) {
		struct map map = compute(network, (struct saliency_target){2, 1},
			(struct saliency_options){.method = (enum saliency_method)method,
				.samples = 4,
				.noise = 0.2});
		bool signed_one = method == SALIENCY_GRADIENT_TIMES_INPUT ||
			method == SALIENCY_INTEGRATED_GRADIENTS;
		is_near(worst_difference(&map, signed_one ? products : largest), 0, 1e-6,
			saliency_method_names[method]);
		map_free(&map);
	}
	network_destroy(network);
}

static struct network *smooth_network(void)
{
	struct layer layers[] = {
		convolution(5, 3, 1, PADDING_SAME, ACTIVATION_TANH),
		pooling(LAYER_AVERAGE_POOLING),
		convolution(4, 3, 1, PADDING_VALID, ACTIVATION_LINEAR),
		activation(ACTIVATION_SWISH),
		plain(LAYER_FLATTEN),
		dense(ACTIVATION_SOFTMAX),
	};
	return build(layers, 6);
}

/* Mean of a filter's map at layer 2, or the logit. */
static double scalar(struct network *network, const float *values, struct saliency_target target)
{
	double z = logit(network, values, target.node == 6 ? target.unit : 0);
	if (target.node == 6)
		return z;
	struct shape shape = network_shapes(network)[target.node];
	int positions = shape.height * shape.width;
	const float *output = network_output(network, target.node);
	z = 0;
	for (int i = 0; i < positions; i++)
		z += (double)output[i * shape.channels + target.unit] / positions;
	return z;
}

static void central_differences(struct network *network, struct saliency_target target,
	const char *name)
{
	double expected[HEIGHT * WIDTH];
	float changed[VALUES];
	const float step = 1.0f / 64;
	memcpy(changed, input, sizeof changed);
	for (int i = 0; i < HEIGHT * WIDTH; i++) {
		expected[i] = 0;
		for (int c = 0; c < CHANNELS; c++) {
			float *value = &changed[i * CHANNELS + c], before = *value;
			*value = before + step;
			double above = scalar(network, changed, target);
			*value = before - step;
			double below = scalar(network, changed, target);
			*value = before;
			expected[i] = fmax(expected[i], fabs(above - below) / (2 * (double)step));
		}
	}
	struct map map =
		compute(network, target, (struct saliency_options){.method = SALIENCY_GRADIENT});
	is_near(worst_difference(&map, expected), 0, 2e-4, name);
	double largest = 0;
	for (int i = 0; i < HEIGHT * WIDTH; i++)
		largest = fmax(largest, expected[i]);
	ok(largest > 0.01, "and they are not all zero");
	map_free(&map);
}

static void completeness(struct network *network)
{
	double sum = 0, difference = logit(network, input, 2) - logit(network, black, 2);
	struct map map = compute(network, (struct saliency_target){6, 2},
		(struct saliency_options){.method = SALIENCY_INTEGRATED_GRADIENTS, .samples = 50});
	for (int i = 0; i < HEIGHT * WIDTH; i++)
		sum += (double)map.values[i];
	ok(fabs(difference) > 0.02, "the logit differs from black's");
	is_near(sum, difference, 0.002 * fabs(difference) + 1e-5,
		"integrated gradients add up to the difference");
	map_free(&map);
}

/* Where a sigmoid is exactly 1 its gradient is 0; the logit's is not. */
static void saturation(void)
{
	struct layer layers[] = {plain(LAYER_FLATTEN), dense(ACTIVATION_LINEAR),
		activation(ACTIVATION_SIGMOID)};
	struct network *network = build(layers, 3);
	float probabilities[CLASSES];
	network_parameter_values(network, 1)[0] = 100;
	network_forward(network, input, 1, NULL, probabilities);
	struct map map = compute(network, (struct saliency_target){3, 0},
		(struct saliency_options){.method = SALIENCY_GRADIENT});
	ok(probabilities[0] == 1 && map_normalize(&map) == 0,
		"a saturated prediction still has a map");
	map_free(&map);
	network_destroy(network);
}

/* 1x1 convolution, global average, dense: dz/dA is w / positions at every position. */
static void activation_maps(void)
{
	struct layer layers[] = {convolution(4, 1, 1, PADDING_VALID, ACTIVATION_LINEAR),
		plain(LAYER_GLOBAL_AVERAGE_POOLING), dense(ACTIVATION_LINEAR)};
	struct network *network = build(layers, 3);
	const float *weights = network_parameter(network, 2).values;
	double grad_cam[HEIGHT * WIDTH], layer_cam[HEIGHT * WIDTH];
	logit(network, input, 0);
	for (int i = 0; i < HEIGHT * WIDTH; i++) {
		grad_cam[i] = layer_cam[i] = 0;
		for (int k = 0; k < 4; k++) {
			double weight = (double)weights[k * CLASSES] / (HEIGHT * WIDTH);
			double value = (double)network_output(network, 0)[i * 4 + k];
			grad_cam[i] += weight * value;
			layer_cam[i] += fmax(weight, 0) * value;
		}
		grad_cam[i] = fmax(grad_cam[i], 0);
	}
	struct map map = compute(network, (struct saliency_target){3, 0},
		(struct saliency_options){.method = SALIENCY_GRAD_CAM});
	is_near(worst_difference(&map, grad_cam), 0, 1e-7, "Grad-CAM by hand");
	map_free(&map);
	map = compute(network, (struct saliency_target){3, 0},
		(struct saliency_options){.method = SALIENCY_LAYER_CAM});
	is_near(worst_difference(&map, layer_cam), 0, 1e-7, "LayerCAM by hand");
	map_free(&map);
	network_destroy(network);
}

/* A network of the same weights that takes 0..255, with a first kernel divided by 255, has the same
 * maps by every method: they are of levels. */
static void other_values(void)
{
	struct layer layers[] = {convolution(4, 3, 1, PADDING_SAME, ACTIVATION_RELU),
		plain(LAYER_FLATTEN), dense(ACTIVATION_LINEAR)};
	struct network *network = build(layers, 3);
	struct input_values values = input_values_of_range(0, 255, INPUT_OF_LAYERS);
	struct saliency_target target = {3, 2};
	struct map expected[SALIENCY_METHOD_COUNT];
	float levels[VALUES];
	memcpy(levels, input, sizeof levels);
	for (int method = 0; method < SALIENCY_METHOD_COUNT; method++)
		expected[method] = compute(network, target,
			(struct saliency_options){.method = (enum saliency_method)method,
				.samples = 5,
				.noise = 0.2});
	float *kernel = network_parameter_values(network, 0);
	for (size_t i = 0; i < network_parameter(network, 0).count; i++)
		kernel[i] /= 255;
	for (int i = 0; i < VALUES; i++)
		input[i] *= 255;
	for (int method = 0; method < SALIENCY_METHOD_COUNT; method++) {
		struct map map = compute(network, target,
			(struct saliency_options){.method = (enum saliency_method)method,
				.samples = 5,
				.noise = 0.2,
				.input_values = &values});
		double worst = 0, largest = 0;
		for (int i = 0; i < HEIGHT * WIDTH; i++) {
			double difference = (double)(map.values[i] - expected[method].values[i]);
			worst = fmax(worst, fabs(difference));
			largest = fmax(largest, fabs((double)map.values[i]));
		}
		is_near(worst / largest, 0, 1e-4, saliency_method_names[method]);
		map_free(&map);
		map_free(&expected[method]);
	}
	memcpy(input, levels, sizeof levels);
	network_destroy(network);
}

/* Noise depends on the seed and the number of the picture. */
static void noise(struct network *network)
{
	struct saliency_options options = {.method = SALIENCY_SMOOTHGRAD,
		.samples = 3,
		.noise = 0.3,
		.seed = 1};
	struct map maps[4];
	size_t size = HEIGHT * WIDTH * sizeof(float);
	for (int i = 0; i < 4; i++) {
		options.seed = i == 2 ? 2 : 1;
		options.picture = i == 3;
		maps[i] = compute(network, (struct saliency_target){6, 0}, options);
	}
	ok(memcmp(maps[0].values, maps[1].values, size) == 0, "the same seed, the same map");
	ok(memcmp(maps[0].values, maps[2].values, size) != 0, "another seed, another map");
	ok(memcmp(maps[0].values, maps[3].values, size) != 0, "another picture, another map");
	for (int i = 0; i < 4; i++)
		map_free(&maps[i]);
}

static void chain_nodes(void)
{
	struct graph original;
	struct network *network;
	int blocks[GRAPH_NODES_MAXIMUM];
	if (architecture_build(&original, "original", (struct shape){150, 150, 3, false}, 4,
		    ACTIVATION_SIGMOID, &error) ||
		network_create(&network, &original, NETWORK_EXPLAIN, 1, NULL, &error))
		exit(1);
	is_integer(saliency_default_node(network, SALIENCY_GRAD_CAM), 7,
		"the original's last convolution, with its activation");
	is_integer(saliency_default_node(network, SALIENCY_LAYER_CAM), 8,
		"LayerCAM explains at the pooling after it");
	is_integer(saliency_blocks(network, blocks), 3, "it has three blocks");
	ok(blocks[0] == 2 && blocks[1] == 5 && blocks[2] == 8, "which end with the poolings");
	ok(saliency_has_places(network, 8) && !saliency_has_places(network, 9),
		"places end at flatten");
	network_destroy(network);
	graph_free(&original);
}

static int add(struct graph *graph, struct layer layer, const char *name, int first, int second)
{
	int inputs[] = {first, second}, count = layer_kind_row(layer.kind)->least_inputs;
	snprintf(layer.name, sizeof layer.name, "%s", name);
	int index = graph_add_layer(graph, &layer, &error);
	int node = index < 0 ? -1 : graph_add_node(graph, index, inputs, count, &error);
	if (node < 0)
		exit(1);
	return node;
}

/* Two residual blocks; the second, with squeeze-and-excite, halves the resolution, in both its
 * branches. */
static void graph_nodes(void)
{
	struct graph graph = {.name = "residual", .input = {16, 16, 3, false}};
	struct layer same = convolution(4, 3, 1, PADDING_SAME, ACTIVATION_RELU),
		     strided = convolution(4, 3, 2, PADDING_SAME, ACTIVATION_RELU);
	struct network *network;
	int blocks[GRAPH_NODES_MAXIMUM];
	int stem = add(&graph, same, "stem", GRAPH_INPUT, 0),
	    inner = add(&graph, same, "inner", stem, 0);
	int sum = add(&graph, plain(LAYER_ADD), "sum", stem, inner);
	int end = add(&graph, activation(ACTIVATION_RELU), "end", sum, 0);
	int narrow = add(&graph, strided, "narrow", end, 0);
	int squeeze = add(&graph, plain(LAYER_GLOBAL_AVERAGE_POOLING), "squeeze", narrow, 0);
	struct layer gate = dense(ACTIVATION_SIGMOID);
	gate.filters = 4;
	int excite = add(&graph, plain(LAYER_MULTIPLY), "excite", narrow,
		add(&graph, gate, "gate", squeeze, 0));
	int shortcut = add(&graph, pooling(LAYER_MAX_POOLING), "shortcut", end, 0);
	int last = add(&graph, same, "last", excite, 0);
	int second = add(&graph, plain(LAYER_ADD), "second", shortcut, last);
	int output = add(&graph, activation(ACTIVATION_RELU), "output", second, 0);
	add(&graph, dense(ACTIVATION_SOFTMAX), "classes",
		add(&graph, plain(LAYER_GLOBAL_AVERAGE_POOLING), "mean", output, 0), 0);
	if (network_create(&network, &graph, NETWORK_EXPLAIN, 1, NULL, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	is_integer(saliency_blocks(network, blocks), 2, "a residual network of two blocks");
	ok(blocks[0] == end && blocks[1] == output,
		"which end where all paths meet before and after the stride");
	is_integer(saliency_default_node(network, SALIENCY_GRAD_CAM), output,
		"Grad-CAM explains at the sum that the last convolution is part of");
	is_integer(saliency_default_node(network, SALIENCY_LAYER_CAM), output, "LayerCAM too");
	ok(saliency_has_places(network, excite) && !saliency_has_places(network, squeeze),
		"what is squeezed has no places, what it excites has");
	network_destroy(network);
	graph_free(&graph);
}

int main(void)
{
	fill(input, VALUES, 99, 0, 1);
	linear_network();
	struct network *network = smooth_network();
	central_differences(network, (struct saliency_target){6, 1},
		"central differences of a logit");
	central_differences(network, (struct saliency_target){2, 3},
		"central differences of a filter's mean");
	completeness(network);
	noise(network);
	network_destroy(network);
	saturation();
	other_values();
	activation_maps();
	chain_nodes();
	graph_nodes();
	return done();
}
