#include "export/tensorflow_js_graph.h"

#include "graph/split_activations.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The graph is copied node by node. */
struct rewriting {
	const struct network *network;
	struct graph in; /* its graph, with activations split */
	const struct shape *shapes;
	struct graph *out;
	int *layers; /* of `in`: theirs in `out`, -1 while they are not there */
	int *nodes;  /* of `in`: those of `out` with their values */
	struct error *error;
};

/* ---- names ---- */

/* A tensor's name begins with a letter or digit; '-', '_', '.' and '/' may follow. */
static bool is_valid(char c, bool is_first)
{
	return isalnum((unsigned char)c) || (c && !is_first && strchr("-_./", c));
}

/* "NAME", or "NAME_SUFFIX" where another layer has that name or `suffix` is not "". */
static void name_layer(const struct rewriting *rewriting, const char *name, const char *suffix,
	char out[LAYER_NAME_SIZE])
{
	char clean[LAYER_NAME_SIZE];
	snprintf(clean, sizeof clean, "%s", name);
	for (char *c = clean; *c; c++)
		if (!is_valid(*c, c == clean))
			*c = c == clean ? 'x' : '_';
	bool is_taken = false;
	for (int i = 0; i < rewriting->out->layer_count; i++)
		is_taken |= strcmp(rewriting->out->layers[i].name, clean) == 0;
	if (is_taken || strcmp(clean, name) || *suffix)
		graph_new_name(out, clean, *suffix ? suffix : "layer", &rewriting->in,
			rewriting->out);
	else
		memcpy(out, clean, sizeof clean);
}

/* ---- layers ---- */

/* Adds a layer and a node of it. Returns the node, or -1. */
static int append(struct rewriting *rewriting, struct layer layer, const char *name,
	const char *suffix, const int *inputs, int count)
{
	name_layer(rewriting, name, suffix, layer.name);
	int index = graph_add_layer(rewriting->out, &layer, rewriting->error);
	return index < 0 ? -1
			 : graph_add_node(rewriting->out, index, inputs, count, rewriting->error);
}

static int append_rescaling(struct rewriting *rewriting, const char *name, const char *suffix,
	float multiplier, float offset, int input)
{
	struct layer layer = layer_defaults(LAYER_RESCALING, name);
	layer.constant_count = 1;
	layer.multipliers[0] = multiplier;
	layer.offsets[0] = offset;
	return append(rewriting, layer, name, suffix, &input, 1);
}

static int append_activation(struct rewriting *rewriting, const char *name, const char *suffix,
	struct activation activation, int input)
{
	struct layer layer = layer_defaults(LAYER_ACTIVATION, name);
	layer.activation = activation;
	return append(rewriting, layer, name, suffix, &input, 1);
}

/* The layer itself: once for all its nodes. */
static int copy(struct rewriting *rewriting, int node, const int *inputs)
{
	const struct node *old = &rewriting->in.nodes[node];
	struct layer layer = rewriting->in.layers[old->layer];
	int *index = &rewriting->layers[old->layer], added = -1;
	if (*index < 0) {
		added = append(rewriting, layer, layer.name, "", inputs, old->input_count);
		*index = added < 0 ? -1 : rewriting->out->nodes[added].layer;
	} else {
		added = graph_add_node(rewriting->out, *index, inputs, old->input_count,
			rewriting->error);
	}
	if (added >= 0)
		rewriting->out->nodes[added].is_inference = old->is_inference;
	return added;
}

/* ---- what is made of other layers ---- */

static int subtract(struct rewriting *rewriting, const struct layer *layer, const int *inputs)
{
	int terms[] = {inputs[0],
		append_rescaling(rewriting, layer->name, "negative", -1, 0, inputs[1])};
	return terms[1] < 0
		? -1
		: append(rewriting, layer_defaults(LAYER_ADD, ""), layer->name, "", terms, 2);
}

/* The values of a layer's parameter. */
static const float *parameter_values(const struct network *network, const char *layer,
	const char *name)
{
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (strcmp(parameter.layer, layer) == 0 && strcmp(parameter.name, name) == 0)
			return parameter.values;
	}
	return NULL;
}

/* (x - mean) / deviation, or x * deviation + mean, with constants or weights; Keras' epsilon is
 * 1e-7. */
static int normalize(struct rewriting *rewriting, const struct layer *layer, int input,
	int channels)
{
	const float *means = layer->offsets, *variances = layer->multipliers;
	struct layer rescaling = layer_defaults(LAYER_RESCALING, "");
	rescaling.constant_count = layer->constant_count ? layer->constant_count : channels;
	if (!layer->constant_count) {
		means = parameter_values(rewriting->network, layer->name, "mean");
		variances = parameter_values(rewriting->network, layer->name, "variance");
	}
	if (rescaling.constant_count > LAYER_CONSTANTS || !means || !variances)
		return layer_refuse(layer, rewriting->error,
			"TensorFlow.js has no Normalization; one of more than %d channels "
			"cannot be made of its other layers",
			LAYER_CONSTANTS);
	for (int i = 0; i < rescaling.constant_count; i++) {
		float deviation = fmaxf(sqrtf(variances[i]), 1e-7f);
		rescaling.multipliers[i] = layer->invert ? deviation : 1 / deviation;
		rescaling.offsets[i] = layer->invert ? means[i] : -means[i] / deviation;
	}
	return append(rewriting, rescaling, layer->name, "", &input, 1);
}

/* TensorFlow.js has no "keepdims". */
static int pool(struct rewriting *rewriting, const struct layer *layer, int input, int channels)
{
	struct layer pooling = *layer, reshape = layer_defaults(LAYER_RESHAPE, "");
	pooling.keeps_dimensions = false;
	reshape.target = (struct shape){1, 1, channels, false};
	int vector = append(rewriting, pooling, layer->name, "vector", &input, 1);
	return vector < 0 ? -1 : append(rewriting, reshape, layer->name, "", &vector, 1);
}

/* The CenterCrop of TensorFlow.js interpolates. */
static int crop(struct rewriting *rewriting, const struct layer *layer, int input, struct shape in)
{
	struct layer cropping = layer_defaults(LAYER_CROPPING, "");
	cropping.top = (in.height - layer->target.height) / 2;
	cropping.left = (in.width - layer->target.width) / 2;
	cropping.bottom = in.height - layer->target.height - cropping.top;
	cropping.right = in.width - layer->target.width - cropping.left;
	return append(rewriting, cropping, layer->name, "", &input, 1);
}

/* min(max(scale * x + offset, 0), maximum) * factor. */
static int hard_sigmoid(struct rewriting *rewriting, const char *name, float scale, float offset,
	float maximum, float factor, int input)
{
	struct activation clip = activation_default(ACTIVATION_CLIPPED_RELU);
	clip.maximum = maximum;
	int node = append_rescaling(rewriting, name, "shifted", scale, offset, input);
	if (node >= 0)
		node = append_activation(rewriting, name, "clipped", clip, node);
	return node < 0 ? -1 : append_rescaling(rewriting, name, "gate", factor, 0, node);
}

static int hard_swish(struct rewriting *rewriting, const char *name, int input)
{
	int factors[] = {input, hard_sigmoid(rewriting, name, 1, 3, 6, 1.f / 6, input)};
	return factors[1] < 0
		? -1
		: append(rewriting, layer_defaults(LAYER_MULTIPLY, ""), name, "", factors, 2);
}

/* ---- activations ---- */

/* Those that a layer of TensorFlow.js applies itself; its hard_sigmoid is that of Keras 2. */
static bool is_separate(const struct activation *activation)
{
	switch (activation->kind) {
	case ACTIVATION_RELU6:
	case ACTIVATION_LEAKY_RELU:
	case ACTIVATION_CLIPPED_RELU:
	case ACTIVATION_GELU_TANH:
	case ACTIVATION_HARD_SWISH:
	case ACTIVATION_HARD_SIGMOID:
	case ACTIVATION_KERAS2_HARD_SIGMOID:
	case ACTIVATION_EXPONENTIAL:
		return true;
	case ACTIVATION_LINEAR:
	case ACTIVATION_RELU:
	case ACTIVATION_ELU:
	case ACTIVATION_SELU:
	case ACTIVATION_GELU:
	case ACTIVATION_SWISH:
	case ACTIVATION_SIGMOID:
	case ACTIVATION_TANH:
	case ACTIVATION_SOFTPLUS:
	case ACTIVATION_SOFTSIGN:
	case ACTIVATION_MISH:
	case ACTIVATION_SOFTMAX:
	case ACTIVATION_LOG_SOFTMAX:
		return !activation_has_name(activation);
	}
	return false;
}

static int refuse_activation(struct rewriting *rewriting, const struct layer *layer)
{
	const char *name = activation_name(layer->activation.kind);
	return layer_refuse(layer, rewriting->error, "TensorFlow.js has no %s%s",
		layer->activation.kind == ACTIVATION_CLIPPED_RELU ? "ReLU" : name,
		activation_has_name(&layer->activation) ? "" : " with these numbers");
}

static int activate(struct rewriting *rewriting, int node, const struct layer *layer,
	const int *inputs)
{
	const struct activation *activation = &layer->activation;
	bool is_plain = activation->negative_slope == 0 && activation->threshold == 0;
	switch (activation->kind) {
	case ACTIVATION_HARD_SIGMOID:
		return hard_sigmoid(rewriting, layer->name, 1, 3, 6, 1.f / 6, inputs[0]);
	case ACTIVATION_KERAS2_HARD_SIGMOID:
		return hard_sigmoid(rewriting, layer->name, .2f, .5f, 1, 1, inputs[0]);
	case ACTIVATION_HARD_SWISH:
		return hard_swish(rewriting, layer->name, inputs[0]);
	case ACTIVATION_RELU6:
	case ACTIVATION_LEAKY_RELU:
		return copy(rewriting, node, inputs);
	case ACTIVATION_CLIPPED_RELU:
		return is_plain ? copy(rewriting, node, inputs)
				: refuse_activation(rewriting, layer);
	default:
		return is_separate(activation) ? refuse_activation(rewriting, layer)
					       : copy(rewriting, node, inputs);
	}
}

/* ---- nodes ---- */

/* What TensorFlow.js lacks and cannot be made of others; NULL: nothing. */
static const char *missing_of(const struct layer *layer)
{
	bool is_dilated = layer->dilation_height > 1 || layer->dilation_width > 1;
	bool is_linear = layer->interpolation == INTERPOLATION_BILINEAR;
	switch (layer->kind) {
	case LAYER_CONVOLUTION:
		return layer->groups > 1 ? "groups of a Conv2D" : NULL;
	case LAYER_DEPTHWISE_CONVOLUTION:
		return is_dilated ? "dilation_rate of a DepthwiseConv2D" : NULL;
	case LAYER_GROUP_NORMALIZATION:
		return "GroupNormalization";
	case LAYER_UNIT_NORMALIZATION:
		return "UnitNormalization";
	case LAYER_UP_SAMPLING: /* its corners are elsewhere than those of Keras */
		return is_linear ? "bilinear UpSampling2D as Keras has it" : NULL;
	case LAYER_RESIZING:
		return "Resizing as Keras has it";
	case LAYER_SEPARABLE_CONVOLUTION:
	case LAYER_DENSE:
	case LAYER_BATCH_NORMALIZATION:
	case LAYER_LAYER_NORMALIZATION:
	case LAYER_MAX_POOLING:
	case LAYER_AVERAGE_POOLING:
	case LAYER_GLOBAL_AVERAGE_POOLING:
	case LAYER_GLOBAL_MAX_POOLING:
	case LAYER_ZERO_PADDING:
	case LAYER_CROPPING:
	case LAYER_CENTER_CROP:
	case LAYER_FLATTEN:
	case LAYER_RESHAPE:
	case LAYER_ADD:
	case LAYER_SUBTRACT:
	case LAYER_MULTIPLY:
	case LAYER_AVERAGE:
	case LAYER_MAXIMUM:
	case LAYER_MINIMUM:
	case LAYER_CONCATENATE:
	case LAYER_RESCALING:
	case LAYER_NORMALIZATION:
	case LAYER_ACTIVATION:
	case LAYER_PRELU:
	case LAYER_DROPOUT:
	case LAYER_SPATIAL_DROPOUT:
	case LAYER_GAUSSIAN_NOISE:
	case LAYER_GAUSSIAN_DROPOUT:
	case LAYER_IDENTITY:
		return NULL;
	}
	return NULL;
}

/* Its value is that of the input in prediction, and TensorFlow.js has no such layer. */
static int pass_on(struct rewriting *rewriting, const struct layer *layer, int input)
{
	return append_activation(rewriting, layer->name, "", activation_default(ACTIVATION_LINEAR),
		input);
}

/* Adds the nodes of a node; returns the last one, or -1. */
static int rewrite(struct rewriting *rewriting, int node, const int *inputs)
{
	const struct graph *graph = &rewriting->in;
	const struct layer *layer = graph_layer(graph, node);
	struct shape in = graph_shape(graph, rewriting->shapes, graph_input(graph, node, 0));
	const char *missing = missing_of(layer);
	if (missing)
		return layer_refuse(layer, rewriting->error, "TensorFlow.js has no %s", missing);
	switch (layer->kind) {
	case LAYER_SUBTRACT:
		return subtract(rewriting, layer, inputs);
	case LAYER_NORMALIZATION:
		return normalize(rewriting, layer, inputs[0], in.channels);
	case LAYER_CENTER_CROP:
		return crop(rewriting, layer, inputs[0], in);
	case LAYER_ACTIVATION:
		return activate(rewriting, node, layer, inputs);
	case LAYER_IDENTITY:
	case LAYER_SPATIAL_DROPOUT:
		return pass_on(rewriting, layer, inputs[0]);
	case LAYER_GLOBAL_AVERAGE_POOLING:
	case LAYER_GLOBAL_MAX_POOLING:
		return layer->keeps_dimensions ? pool(rewriting, layer, inputs[0], in.channels)
					       : copy(rewriting, node, inputs);
	case LAYER_FLATTEN: /* TensorFlow.js refuses a vector */
		return in.is_vector ? pass_on(rewriting, layer, inputs[0])
				    : copy(rewriting, node, inputs);
	case LAYER_CONCATENATE: /* or one tensor */
		return graph->nodes[node].input_count == 1 ? pass_on(rewriting, layer, inputs[0])
							   : copy(rewriting, node, inputs);
	default:
		return copy(rewriting, node, inputs);
	}
}

static int rewrite_all(struct rewriting *rewriting)
{
	const struct graph *graph = &rewriting->in;
	for (int i = 0; i < graph->layer_count; i++)
		rewriting->layers[i] = -1;
	for (int i = 0; i < graph->node_count; i++) {
		int inputs[GRAPH_INPUTS_MAXIMUM];
		for (int k = 0; k < graph->nodes[i].input_count; k++) {
			int input = graph_input(graph, i, k);
			inputs[k] = input == GRAPH_INPUT ? GRAPH_INPUT : rewriting->nodes[input];
		}
		rewriting->nodes[i] = rewrite(rewriting, i, inputs);
		if (rewriting->nodes[i] < 0)
			return -1;
	}
	return 0;
}

/* Writes where the layers of the graph are: in `in` they have the same names and order, between
 * those of activations. */
static void find_layers(const struct rewriting *rewriting, const struct graph *graph, int *layers)
{
	for (int i = 0, at = 0; i < graph->layer_count; i++, at++) {
		while (strcmp(rewriting->in.layers[at].name, graph->layers[i].name))
			at++;
		layers[i] = rewriting->layers[at];
	}
}

static int rewrite_graph(struct rewriting *rewriting, const struct graph *graph, int *layers)
{
	size_t count = (size_t)rewriting->in.layer_count, nodes = (size_t)rewriting->in.node_count;
	int *numbers = calloc(count + nodes, sizeof *numbers);
	struct shape *shapes = calloc(nodes, sizeof *shapes);
	int result = numbers && shapes ? 0 : error_memory(rewriting->error, "graph");
	if (result == 0)
		result = graph_shapes(&rewriting->in, shapes, rewriting->error);
	if (result == 0) {
		rewriting->shapes = shapes;
		rewriting->layers = numbers;
		rewriting->nodes = numbers + count;
		result = rewrite_all(rewriting);
	}
	if (result == 0)
		find_layers(rewriting, graph, layers);
	free(numbers);
	free(shapes);
	return result;
}

int tensorflow_js_graph(struct graph *out, int *layers, const struct network *network,
	struct error *error)
{
	const struct graph *graph = network_graph(network);
	struct rewriting rewriting = {.network = network, .out = out, .error = error};
	*out = (struct graph){.input = graph->input};
	memcpy(out->name, graph->name, sizeof out->name);
	if (graph_split_activations(&rewriting.in, graph, is_separate, error))
		return -1;
	int result = rewrite_graph(&rewriting, graph, layers);
	graph_free(&rewriting.in);
	if (result)
		graph_free(out);
	return result;
}
