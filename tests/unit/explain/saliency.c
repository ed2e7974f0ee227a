/* Saliency against independent results: the weights of a linear network, central differences of the
 * logit, the completeness of integrated gradients, and class activation maps computed by hand. */
#include "explain/saliency.h"

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

static struct network *build(struct layer *layers, int count)
{
	struct architecture architecture = {"test", {HEIGHT, WIDTH, CHANNELS}, count, layers};
	struct network *network;
	for (int i = 0; i < count; i++)
		snprintf(layers[i].name, sizeof layers[i].name, "layer%d", i);
	if (network_create(&network, &architecture, NETWORK_EXPLAIN, 1, NULL, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
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
	struct layer layers[] = {{.kind = LAYER_FLATTEN},
		{.kind = LAYER_DENSE,
			.filters = CLASSES,
			.use_bias = true,
			.activation = {.kind = ACTIVATION_SIGMOID}}};
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
	static struct layer layers[] = {
		{.kind = LAYER_CONVOLUTION,
			.filters = 5,
			.kernel_height = 3,
			.kernel_width = 3,
			.stride_height = 1,
			.stride_width = 1,
			.padding = PADDING_SAME,
			.use_bias = true,
			.activation = {.kind = ACTIVATION_TANH}},
		{.kind = LAYER_AVERAGE_POOLING,
			.kernel_height = 2,
			.kernel_width = 2,
			.stride_height = 2,
			.stride_width = 2},
		{.kind = LAYER_CONVOLUTION,
			.filters = 4,
			.kernel_height = 3,
			.kernel_width = 3,
			.stride_height = 1,
			.stride_width = 1,
			.use_bias = true},
		{.kind = LAYER_ACTIVATION, .activation = {.kind = ACTIVATION_SWISH}},
		{.kind = LAYER_FLATTEN},
		{.kind = LAYER_DENSE,
			.filters = CLASSES,
			.use_bias = true,
			.activation = {.kind = ACTIVATION_SOFTMAX}},
	};
	return build(layers, 6);
}

/* Mean of a filter's map at layer 2, or the logit. */
static double scalar(struct network *network, const float *values, struct saliency_target target)
{
	double z = logit(network, values, target.layer == 6 ? target.unit : 0);
	if (target.layer == 6)
		return z;
	struct shape shape = network_shapes(network)[target.layer];
	int positions = shape.height * shape.width;
	const float *output = network_output(network, target.layer);
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
	struct layer layers[] = {{.kind = LAYER_FLATTEN},
		{.kind = LAYER_DENSE, .filters = CLASSES, .use_bias = true},
		{.kind = LAYER_ACTIVATION, .activation = {.kind = ACTIVATION_SIGMOID}}};
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
	struct layer layers[] = {{.kind = LAYER_CONVOLUTION,
					 .filters = 4,
					 .kernel_height = 1,
					 .kernel_width = 1,
					 .stride_height = 1,
					 .stride_width = 1,
					 .use_bias = true},
		{.kind = LAYER_GLOBAL_AVERAGE_POOLING},
		{.kind = LAYER_DENSE, .filters = CLASSES, .use_bias = true}};
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

static void layers_to_explain(void)
{
	struct architecture original;
	struct network *network;
	int blocks[LAYERS_MAXIMUM];
	if (architecture_original(&original, (struct shape){150, 150, 3}, 4, ACTIVATION_SIGMOID,
		    &error) ||
		network_create(&network, &original, NETWORK_EXPLAIN, 1, NULL, &error))
		exit(1);
	is_integer(saliency_default_layer(network, SALIENCY_GRAD_CAM), 7,
		"the original's last convolution, with its activation");
	is_integer(saliency_default_layer(network, SALIENCY_LAYER_CAM), 8,
		"LayerCAM explains at the pooling after it");
	is_integer(saliency_blocks(network, blocks), 3, "it has three blocks");
	ok(blocks[0] == 2 && blocks[1] == 5 && blocks[2] == 8, "which end with the poolings");
	ok(saliency_is_spatial(&original, 8) && !saliency_is_spatial(&original, 9),
		"spatial dimensions end at flatten");
	network_destroy(network);
	architecture_free(&original);
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
	activation_maps();
	layers_to_explain();
	return done();
}
