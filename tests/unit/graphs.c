#include "graphs.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- layers ---- */

struct layer make_layer(struct graph *graph, enum layer_kind kind)
{
	char name[LAYER_NAME_SIZE];
	snprintf(name, sizeof name, "layer %d", graph->layer_count);
	return layer_defaults(kind, name);
}

static void set_window(struct layer *layer, int height, int width, int stride, enum padding padding)
{
	layer->kernel_height = height;
	layer->kernel_width = width;
	layer->stride_height = layer->stride_width = stride;
	layer->padding = padding;
}

struct layer make_convolution(struct graph *graph, int filters, int height, int width, int stride,
	enum padding padding, enum activation_kind activation)
{
	struct layer layer = make_layer(graph, LAYER_CONVOLUTION);
	set_window(&layer, height, width, stride, padding);
	layer.filters = filters;
	layer.activation = activation_default(activation);
	return layer;
}

struct layer make_depthwise(struct graph *graph, int multiplier, int side, int stride,
	enum padding padding, enum activation_kind activation)
{
	struct layer layer = make_layer(graph, LAYER_DEPTHWISE_CONVOLUTION);
	set_window(&layer, side, side, stride, padding);
	layer.multiplier = multiplier;
	layer.activation = activation_default(activation);
	return layer;
}

struct layer make_separable(struct graph *graph, int filters, int multiplier, int side, int stride,
	enum padding padding, enum activation_kind activation)
{
	struct layer layer = make_depthwise(graph, multiplier, side, stride, padding, activation);
	layer.kind = LAYER_SEPARABLE_CONVOLUTION;
	layer.filters = filters;
	return layer;
}

struct layer make_dense(struct graph *graph, int units, enum activation_kind activation)
{
	struct layer layer = make_layer(graph, LAYER_DENSE);
	layer.filters = units;
	layer.activation = activation_default(activation);
	return layer;
}

struct layer make_activation(struct graph *graph, enum activation_kind activation)
{
	struct layer layer = make_layer(graph, LAYER_ACTIVATION);
	layer.activation = activation_default(activation);
	return layer;
}

struct layer make_batch_normalization(struct graph *graph)
{
	struct layer layer = make_layer(graph, LAYER_BATCH_NORMALIZATION);
	layer.momentum = 0.9f;
	return layer;
}

struct layer make_pool(struct graph *graph, enum layer_kind kind, int side, int stride,
	enum padding padding)
{
	struct layer layer = make_layer(graph, kind);
	set_window(&layer, side, side, stride, padding);
	return layer;
}

struct layer make_places(struct graph *graph, enum layer_kind kind, int top, int bottom, int left,
	int right)
{
	struct layer layer = make_layer(graph, kind);
	layer.top = top;
	layer.bottom = bottom;
	layer.left = left;
	layer.right = right;
	return layer;
}

struct layer make_up_sampling(struct graph *graph, int height, int width,
	enum interpolation interpolation)
{
	struct layer layer = make_layer(graph, LAYER_UP_SAMPLING);
	layer.target = (struct shape){height, width, 0, false};
	layer.interpolation = interpolation;
	return layer;
}

/* ---- nodes ---- */

static int append(struct graph *graph, const struct layer *layer, const int *inputs, int count)
{
	struct error error;
	int index = graph_add_layer(graph, layer, &error);
	int node = index < 0 ? -1 : graph_add_node(graph, index, inputs, count, &error);
	if (node < 0)
		abort();
	return node;
}

int append_to(struct graph *graph, int node, struct layer layer)
{
	return append(graph, &layer, &node, 1);
}

int use_again(struct graph *graph, int node, int first)
{
	struct error error;
	int result = graph_add_node(graph, graph->nodes[first].layer, &node, 1, &error);
	if (result < 0)
		abort();
	return result;
}

int append_join(struct graph *graph, enum layer_kind kind, int first, int second)
{
	struct layer layer = make_layer(graph, kind);
	return append(graph, &layer, (const int[]){first, second}, 2);
}

int append_concatenation(struct graph *graph, const int *nodes, int count)
{
	struct layer layer = make_layer(graph, LAYER_CONCATENATE);
	return append(graph, &layer, nodes, count);
}

/* ---- residual networks ---- */

/* A convolution and its normalisation; with `freezes` both stay as they are. */
static int append_normalized(struct graph *graph, int node, struct layer convolution, bool freezes)
{
	convolution.is_frozen = freezes;
	node = append_to(graph, node, convolution);
	struct layer normalization = make_batch_normalization(graph);
	normalization.is_frozen = freezes;
	return append_to(graph, node, normalization);
}

static struct layer unbiased(struct graph *graph, int filters, int side, int stride)
{
	struct layer layer = make_convolution(graph, filters, side, side, stride, PADDING_SAME,
		ACTIVATION_LINEAR);
	layer.use_bias = false;
	return layer;
}

static int append_relu(struct graph *graph, int node)
{
	return append_to(graph, node, make_activation(graph, ACTIVATION_RELU));
}

/* A block with the identity as shortcut. */
static int append_first_block(struct graph *graph, int stem, bool is_frozen)
{
	int branch = append_normalized(graph, stem, unbiased(graph, 8, 3, 1), is_frozen);
	branch = append_relu(graph, branch);
	struct layer last = make_convolution(graph, 8, 3, 3, 1, PADDING_SAME, ACTIVATION_LINEAR);
	last.use_bias = is_frozen;
	if (is_frozen) {
		last.penalties[0] = (struct penalty){0.01f, 0.02f};
		last.penalties[1] = (struct penalty){0, 0.05f};
	}
	branch = append_normalized(graph, branch, last, is_frozen);
	return append_relu(graph, append_join(graph, LAYER_ADD, branch, stem));
}

/* A block with a projection as shortcut. */
static int append_second_block(struct graph *graph, int node, bool is_frozen)
{
	int branch = append_normalized(graph, node, unbiased(graph, 12, 3, 2), false);
	graph->nodes[branch].is_inference = is_frozen;
	branch = append_relu(graph, branch);
	struct layer last = unbiased(graph, 12, 3, 1);
	last.penalties[0].l2 = is_frozen ? 0.03f : 0;
	branch = append_normalized(graph, branch, last, false);
	int shortcut = append_normalized(graph, node, unbiased(graph, 12, 1, 2), false);
	return append_relu(graph, append_join(graph, LAYER_ADD, branch, shortcut));
}

static struct graph residual(bool is_frozen)
{
	struct graph graph = {.name = "residual", .input = {12, 10, 3, false}};
	int stem = append_relu(&graph,
		append_normalized(&graph, GRAPH_INPUT, unbiased(&graph, 8, 3, 1), is_frozen));
	int first = append_first_block(&graph, stem, is_frozen);
	int second = append_second_block(&graph, first, is_frozen);
	int nodes[2];
	nodes[0] = append_to(&graph, second, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	nodes[1] = append_to(&graph, first, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	int features = append_concatenation(&graph, nodes, 2);
	struct layer dense = make_dense(&graph, 4, ACTIVATION_SOFTMAX);
	dense.penalties[0].l1 = is_frozen ? 0.001f : 0;
	dense.penalties[1].l1 = is_frozen ? 0.002f : 0;
	append_to(&graph, features, dense);
	return graph;
}

struct graph residual_graph(void)
{
	return residual(false);
}

struct graph frozen_graph(void)
{
	return residual(true);
}

/* ---- squeeze-and-excite ---- */

/* The factor of each channel, (1, 1, channels). */
static int append_excitation(struct graph *graph, int node, int channels, bool keeps_dimensions)
{
	struct layer pool = make_layer(graph, LAYER_GLOBAL_AVERAGE_POOLING);
	pool.keeps_dimensions = keeps_dimensions;
	node = append_to(graph, node, pool);
	struct layer reshape = make_layer(graph, LAYER_RESHAPE);
	reshape.target = (struct shape){1, 1, channels, false};
	if (!keeps_dimensions)
		node = append_to(graph, node, reshape);
	node = append_to(graph, node,
		make_convolution(graph, 3, 1, 1, 1, PADDING_VALID, ACTIVATION_SWISH));
	return append_to(graph, node,
		make_convolution(graph, channels, 1, 1, 1, PADDING_VALID,
			keeps_dimensions ? ACTIVATION_HARD_SIGMOID : ACTIVATION_SIGMOID));
}

struct graph excitation_graph(void)
{
	struct graph graph = {.name = "excitation", .input = {14, 11, 3, false}};
	int x = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 8, 3, 3, 1, PADDING_SAME, ACTIVATION_SWISH));
	struct layer depthwise = make_depthwise(&graph, 1, 3, 2, PADDING_SAME, ACTIVATION_LINEAR);
	depthwise.use_bias = false;
	x = append_normalized(&graph, x, depthwise, false);
	x = append_to(&graph, x, make_activation(&graph, ACTIVATION_RELU6));
	int y = append_excitation(&graph, x, 8, false);
	y = append_join(&graph, LAYER_MULTIPLY, x, y);
	y = append_to(&graph, y,
		make_convolution(&graph, 8, 1, 1, 1, PADDING_VALID, ACTIVATION_LINEAR));
	x = append_join(&graph, LAYER_ADD, y, x);
	x = append_to(&graph, x, make_activation(&graph, ACTIVATION_HARD_SWISH));
	y = append_join(&graph, LAYER_MULTIPLY, append_excitation(&graph, x, 8, true), x);
	y = append_to(&graph, y, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	append_to(&graph, y, make_dense(&graph, 3, ACTIVATION_SOFTMAX));
	return graph;
}

/* ---- shared layers, and convolutions of every way ---- */

/* One convolution on two values, each with a normalisation of its own; in prediction both are
 * folded into copies of its weights. */
struct graph twin_graph(void)
{
	struct graph graph = {.name = "twins", .input = {9, 10, 3, false}};
	int a = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 16, 3, 3, 1, PADDING_SAME, ACTIVATION_TANH));
	int b = append_to(&graph, a,
		make_convolution(&graph, 16, 3, 3, 1, PADDING_SAME, ACTIVATION_LINEAR));
	int c = use_again(&graph, a, b), d = use_again(&graph, b, b);
	b = append_to(&graph, b, make_batch_normalization(&graph));
	c = append_to(&graph, c, make_batch_normalization(&graph));
	d = append_to(&graph, d, make_activation(&graph, ACTIVATION_SIGMOID));
	c = append_join(&graph, LAYER_MULTIPLY, append_join(&graph, LAYER_ADD, b, c), d);
	c = append_to(&graph, c, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	append_to(&graph, c, make_dense(&graph, 3, ACTIVATION_SOFTMAX));
	return graph;
}

/* A layer, its normalisation, ReLU and perhaps a max-pool: what is fused where it can be. */
static int append_block(struct graph *graph, int node, struct layer layer, bool pools)
{
	node = append_to(graph, node, layer);
	node = append_to(graph, node, make_batch_normalization(graph));
	node = append_to(graph, node, make_activation(graph, ACTIVATION_RELU));
	struct layer pool = make_pool(graph, LAYER_MAX_POOLING, 2, 2, PADDING_VALID);
	return pools ? append_to(graph, node, pool) : node;
}

/* Every kind of layer with weights. */
struct graph blocks_graph(void)
{
	struct graph graph = {.name = "blocks", .input = {18, 17, 3, false}};
	struct layer layer = make_separable(&graph, 7, 2, 3, 1, PADDING_SAME, ACTIVATION_LINEAR);
	int node = append_block(&graph, GRAPH_INPUT, layer, false);
	layer = make_convolution(&graph, 8, 3, 3, 1, PADDING_SAME, ACTIVATION_LINEAR);
	layer.dilation_height = layer.dilation_width = 2;
	node = append_block(&graph, node, layer, true);
	layer = make_convolution(&graph, 12, 3, 3, 1, PADDING_SAME, ACTIVATION_LINEAR);
	layer.groups = 4;
	node = append_block(&graph, node, layer, true);
	layer = make_convolution(&graph, 24, 3, 3, 1, PADDING_SAME, ACTIVATION_LINEAR);
	layer.groups = 12;
	node = append_block(&graph, node, layer, false);
	layer = make_depthwise(&graph, 1, 2, 1, PADDING_SAME, ACTIVATION_LINEAR);
	layer.dilation_height = layer.dilation_width = 2;
	node = append_block(&graph, node, layer, true);
	node = append_to(&graph, node, make_layer(&graph, LAYER_FLATTEN));
	node = append_to(&graph, node, make_dense(&graph, 10, ACTIVATION_LINEAR));
	node = append_to(&graph, node, make_batch_normalization(&graph));
	node = append_to(&graph, node, make_activation(&graph, ACTIVATION_TANH));
	append_to(&graph, node, make_dense(&graph, 3, ACTIVATION_SOFTMAX));
	return graph;
}
