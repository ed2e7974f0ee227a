#include "networks.h"

#include "workload.h"

#include <stdio.h>
#include <string.h>

/* ---- layers: each function adds some after node `from`, and returns the last one's node ---- */

static int add_join(struct graph *graph, struct layer layer, const int *inputs, int count)
{
	struct error error;
	snprintf(layer.name, sizeof layer.name, "layer%d", graph->layer_count);
	int index = graph_add_layer(graph, &layer, &error);
	int node = index < 0 ? -1 : graph_add_node(graph, index, inputs, count, &error);
	require(node < 0, &error);
	return node;
}

static int join(struct graph *graph, enum layer_kind kind, int first, int second)
{
	return add_join(graph, layer_defaults(kind, ""), (int[]){first, second}, 2);
}

static int add(struct graph *graph, struct layer layer, int from)
{
	return add_join(graph, layer, &from, 1);
}

static int activate(struct graph *graph, int from, enum activation_kind kind)
{
	struct layer layer = layer_defaults(LAYER_ACTIVATION, "");
	layer.activation = activation_default(kind);
	return kind == ACTIVATION_LINEAR ? from : add(graph, layer, from);
}

static struct layer window(enum layer_kind kind, int kernel, int stride)
{
	struct layer layer = layer_defaults(kind, "");
	layer.kernel_height = layer.kernel_width = kernel;
	layer.stride_height = layer.stride_width = stride;
	layer.padding = PADDING_SAME;
	return layer;
}

/* With a bias. */
static struct layer convolution(int kernel, int stride, int filters)
{
	struct layer layer = window(LAYER_CONVOLUTION, kernel, stride);
	layer.filters = filters;
	return layer;
}

/* A convolution without bias, batch normalisation, activation. */
static int normalized(struct graph *graph, int from, struct layer layer,
	enum activation_kind activation)
{
	layer.use_bias = false;
	from = add(graph, layer, from);
	from = add(graph, layer_defaults(LAYER_BATCH_NORMALIZATION, ""), from);
	return activate(graph, from, activation);
}

static int drop(struct graph *graph, int from, float rate, bool drops_samples)
{
	struct layer layer = layer_defaults(LAYER_DROPOUT, "");
	layer.rate = rate;
	layer.drops_samples = drops_samples;
	return rate > 0 ? add(graph, layer, from) : from;
}

static int pool_places(struct graph *graph, int from, bool keeps_dimensions)
{
	struct layer layer = layer_defaults(LAYER_GLOBAL_AVERAGE_POOLING, "");
	layer.keeps_dimensions = keeps_dimensions;
	return add(graph, layer, from);
}

static void classify(struct graph *graph, int from, float dropout)
{
	struct layer layer = layer_defaults(LAYER_DENSE, "");
	layer.filters = BENCH_CLASSES;
	from = drop(graph, pool_places(graph, from, false), dropout, false);
	activate(graph, add(graph, layer, from), ACTIVATION_SOFTMAX);
}

/* ---- inverted residual blocks: MobileNetV2, EfficientNet ---- */

struct inverted_stage {
	int kernel, expansion, filters, blocks, stride;
};

static const struct inverted_stage mobilenet_stages[] = {
	{3, 1, 16, 1, 1},
	{3, 6, 24, 2, 2},
	{3, 6, 32, 3, 2},
	{3, 6, 64, 4, 2},
	{3, 6, 96, 3, 1},
	{3, 6, 160, 3, 2},
	{3, 6, 320, 1, 1},
	{0},
};

static const struct inverted_stage efficientnet_stages[] = {
	{3, 1, 16, 1, 1},
	{3, 6, 24, 2, 2},
	{5, 6, 40, 2, 2},
	{3, 6, 80, 3, 2},
	{5, 6, 112, 3, 1},
	{5, 6, 192, 4, 2},
	{3, 6, 320, 1, 1},
	{0},
};

struct inverted_network {
	float width; /* of all layers but the last convolution */
	const struct inverted_stage *stages;
	enum activation_kind activation;
	bool has_squeeze;    /* squeeze-and-excite */
	float block_dropout; /* of the last block; those before it have their share of it */
	float dropout;
};

static const struct inverted_network mobilenet_v2_1 = {
	.width = 1,
	.stages = mobilenet_stages,
	.activation = ACTIVATION_RELU6,
};

static const struct inverted_network mobilenet_v2_035 = {
	.width = 0.35f,
	.stages = mobilenet_stages,
	.activation = ACTIVATION_RELU6,
};

static const struct inverted_network efficientnet_b0 = {
	.width = 1,
	.stages = efficientnet_stages,
	.activation = ACTIVATION_SWISH,
	.has_squeeze = true,
	.block_dropout = 0.2f,
	.dropout = 0.2f,
};

/* The nearest multiple of eight that is no less than 0.9 times as many. */
static int scaled(int filters, float width)
{
	float wanted = (float)filters * width;
	int rounded = (int)(wanted + 4) / 8 * 8;
	rounded = rounded < 8 ? 8 : rounded;
	return (float)rounded < 0.9f * wanted ? rounded + 8 : rounded;
}

static int squeeze(struct graph *graph, int from, int channels, int squeezed,
	enum activation_kind activation)
{
	struct layer reduce = convolution(1, 1, squeezed), expand = convolution(1, 1, channels);
	reduce.activation = activation_default(activation);
	expand.activation = activation_default(ACTIVATION_SIGMOID);
	int share = add(graph, reduce, pool_places(graph, from, true));
	return join(graph, LAYER_MULTIPLY, from, add(graph, expand, share));
}

static int inverted_block(struct graph *graph, int from, const struct inverted_network *network,
	const struct inverted_stage *stage, int channels, int filters, int stride, float dropout)
{
	int expanded = channels * stage->expansion, node = from;
	if (stage->expansion > 1)
		node = normalized(graph, node, convolution(1, 1, expanded), network->activation);
	node = normalized(graph, node, window(LAYER_DEPTHWISE_CONVOLUTION, stage->kernel, stride),
		network->activation);
	if (network->has_squeeze)
		node = squeeze(graph, node, expanded, channels / 4, network->activation);
	node = normalized(graph, node, convolution(1, 1, filters), ACTIVATION_LINEAR);
	if (stride > 1 || channels != filters)
		return node;
	return join(graph, LAYER_ADD, drop(graph, node, dropout, true), from);
}

static void build_inverted(struct graph *graph, const void *table)
{
	const struct inverted_network *network = table;
	int channels = scaled(32, network->width), block = 0, blocks = 0;
	for (const struct inverted_stage *stage = network->stages; stage->kernel; stage++)
		blocks += stage->blocks;
	int node = normalized(graph, GRAPH_INPUT, convolution(3, 2, channels), network->activation);
	for (const struct inverted_stage *stage = network->stages; stage->kernel; stage++)
		for (int i = 0; i < stage->blocks; i++, block++) {
			int filters = scaled(stage->filters, network->width);
			node = inverted_block(graph, node, network, stage, channels, filters,
				i ? 1 : stage->stride,
				network->block_dropout * (float)block / (float)blocks);
			channels = filters;
		}
	node = normalized(graph, node, convolution(1, 1, 1280), network->activation);
	classify(graph, node, network->dropout);
}

/* ---- residual networks ---- */

struct residual_network {
	bool has_bottleneck; /* 1x1, 3x3, 1x1 with four times the filters; else 3x3, 3x3 */
	int blocks[4];       /* of the stages with 64, 128, 256, 512 filters */
};

static const struct residual_network resnet18 = {false, {2, 2, 2, 2}},
				     resnet50 = {true, {3, 4, 6, 3}};

static int residual_block(struct graph *graph, int from, bool has_bottleneck, int filters,
	int stride, bool is_first)
{
	int out = has_bottleneck ? 4 * filters : filters, node = from;
	if (has_bottleneck) {
		node = normalized(graph, node, convolution(1, 1, filters), ACTIVATION_RELU);
		node = normalized(graph, node, convolution(3, stride, filters), ACTIVATION_RELU);
		node = normalized(graph, node, convolution(1, 1, out), ACTIVATION_LINEAR);
	} else {
		node = normalized(graph, node, convolution(3, stride, filters), ACTIVATION_RELU);
		node = normalized(graph, node, convolution(3, 1, out), ACTIVATION_LINEAR);
	}
	bool is_projected = stride > 1 || (is_first && has_bottleneck);
	if (is_projected)
		from = normalized(graph, from, convolution(1, stride, out), ACTIVATION_LINEAR);
	return activate(graph, join(graph, LAYER_ADD, node, from), ACTIVATION_RELU);
}

static void build_residual(struct graph *graph, const void *table)
{
	const struct residual_network *network = table;
	int node = normalized(graph, GRAPH_INPUT, convolution(7, 2, 64), ACTIVATION_RELU);
	node = add(graph, window(LAYER_MAX_POOLING, 3, 2), node);
	for (int stage = 0; stage < 4; stage++)
		for (int i = 0; i < network->blocks[stage]; i++)
			node = residual_block(graph, node, network->has_bottleneck, 64 << stage,
				stage && !i ? 2 : 1, !stage && !i);
	classify(graph, node, 0);
}

/* ---- SqueezeNet ---- */

/* Fire modules: filters of the 1x1 convolution that squeezes, then of each that expands; with a
 * max-pooling before them. */
struct fire {
	int squeezed, expanded;
	bool has_pooling;
};

static const struct fire squeezenet_1_1[] = {
	{16, 64, true},
	{16, 64, false},
	{32, 128, true},
	{32, 128, false},
	{48, 192, true},
	{48, 192, false},
	{64, 256, false},
	{64, 256, false},
	{0},
};

static struct layer rectified(struct layer layer)
{
	layer.activation = activation_default(ACTIVATION_RELU);
	return layer;
}

static struct layer unpadded(struct layer layer)
{
	layer.padding = PADDING_VALID;
	return layer;
}

static void build_fires(struct graph *graph, const void *table)
{
	int node = add(graph, rectified(unpadded(convolution(3, 2, 64))), GRAPH_INPUT);
	for (const struct fire *fire = table; fire->squeezed; fire++) {
		if (fire->has_pooling)
			node = add(graph, unpadded(window(LAYER_MAX_POOLING, 3, 2)), node);
		node = add(graph, rectified(convolution(1, 1, fire->squeezed)), node);
		int small = add(graph, rectified(convolution(1, 1, fire->expanded)), node);
		int large = add(graph, rectified(convolution(3, 1, fire->expanded)), node);
		node = join(graph, LAYER_CONCATENATE, small, large);
	}
	node = drop(graph, node, 0.5f, false);
	node = add(graph, rectified(convolution(1, 1, BENCH_CLASSES)), node);
	activate(graph, pool_places(graph, node, false), ACTIVATION_SOFTMAX);
}

/* ---- a chain of blocks ---- */

static const int chain_filters[] = {32, 48, 64, 96, 128, 0};

static void build_chain(struct graph *graph, const void *table)
{
	int node = GRAPH_INPUT;
	for (const int *filters = table; *filters; filters++) {
		node = normalized(graph, node, convolution(3, 1, *filters), ACTIVATION_RELU);
		node = add(graph, window(LAYER_MAX_POOLING, 2, 2), node);
	}
	classify(graph, node, 0);
}

/* ---- names ---- */

static const struct {
	const char *name;
	void (*build)(struct graph *graph, const void *table);
	const void *table;
} networks[] = {
	{"mobilenet_v2-1.0", build_inverted, &mobilenet_v2_1},
	{"mobilenet_v2-0.35", build_inverted, &mobilenet_v2_035},
	{"efficientnet_b0", build_inverted, &efficientnet_b0},
	{"squeezenet_1.1", build_fires, squeezenet_1_1},
	{"resnet18", build_residual, &resnet18},
	{"resnet50", build_residual, &resnet50},
	{"blocks", build_chain, chain_filters},
};

bool network_by_name(struct graph *out, const char *name, int side)
{
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		if (strcmp(name, networks[i].name) == 0) {
			*out = (struct graph){
				.name = "network",
				.input = {.height = side, .width = side, .channels = 3},
			};
			networks[i].build(out, networks[i].table);
			return true;
		}
	return false;
}
