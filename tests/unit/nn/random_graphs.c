/* Random graphs against themselves without fusion: a Rescaling by 1 after each node separates what
 * the planner would compute together, and gives every value another place in memory. */
#include "base/random.h"
#include "graphs.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 300, BATCH = 5, SIDE = 8, NODES = 14, CLASSES = 3, STEPS = 3 };

static float input[BATCH * SIDE * SIDE * 4], targets[BATCH * CLASSES];

/* ---- random graphs: all nodes are (8, 8, channels) ---- */

struct maker {
	struct graph graph;
	struct random random;
	int nodes[4 * NODES], channels[4 * NODES], count; /* that others may read */
};

static int below(struct maker *maker, int n)
{
	return (int)random_below(&maker->random, (uint32_t)n);
}

static void keep_node(struct maker *maker, int node, int channels)
{
	maker->nodes[maker->count] = node;
	maker->channels[maker->count++] = channels;
}

static enum activation_kind pick_activation(struct maker *maker)
{
	static const enum activation_kind kinds[] = {ACTIVATION_LINEAR, ACTIVATION_RELU,
		ACTIVATION_TANH, ACTIVATION_SWISH, ACTIVATION_SIGMOID, ACTIVATION_SOFTMAX,
		ACTIVATION_HARD_SWISH, ACTIVATION_LEAKY_RELU};
	return kinds[below(maker, (int)(sizeof kinds / sizeof *kinds))];
}

static struct layer pick_convolution(struct maker *maker, int channels, int *filters)
{
	static const int some[] = {4, 8, 12, 16, 32};
	struct graph *graph = &maker->graph;
	enum activation_kind activation = pick_activation(maker);
	int side = 1 + below(maker, 3), kind = below(maker, 6);
	*filters = some[below(maker, 5)];
	struct layer layer =
		make_convolution(graph, *filters, side, side, 1, PADDING_SAME, activation);
	if (kind == 0) {
		layer = make_separable(graph, *filters, 2, side, 1, PADDING_SAME, activation);
	} else if (kind == 1) {
		layer = make_depthwise(graph, 1, side, 1, PADDING_SAME, activation);
		*filters = channels;
	} else if (kind == 2) {
		layer.groups = 4;
	} else if (kind == 3) {
		layer = make_dense(graph, *filters, activation);
	}
	if (below(maker, 4) == 0 && kind != 3)
		layer.dilation_height = layer.dilation_width = 2;
	layer.use_bias = below(maker, 2);
	return layer;
}

static struct layer pick_same(struct maker *maker)
{
	static const enum layer_kind kinds[] = {LAYER_LAYER_NORMALIZATION, LAYER_PRELU,
		LAYER_IDENTITY, LAYER_GROUP_NORMALIZATION};
	struct layer layer = make_layer(&maker->graph, kinds[below(maker, 4)]);
	layer.groups = layer.kind == LAYER_GROUP_NORMALIZATION ? 2 : 1;
	layer.shared_height = layer.shared_width = below(maker, 2);
	return layer;
}

/* A max-pool and what makes its output as large as before. */
static int append_pool(struct graph *graph, int node)
{
	node = append_to(graph, node, make_pool(graph, LAYER_MAX_POOLING, 2, 2, PADDING_VALID));
	return append_to(graph, node, make_up_sampling(graph, 2, 2, INTERPOLATION_NEAREST));
}

static int append_excitation(struct graph *graph, int node, int by)
{
	struct layer pool = make_layer(graph, LAYER_GLOBAL_AVERAGE_POOLING);
	pool.keeps_dimensions = true;
	by = append_to(graph, by, pool);
	by = append_to(graph, by, make_activation(graph, ACTIVATION_SIGMOID));
	return append_join(graph, LAYER_MULTIPLY, node, by);
}

/* Normalisation in another shape. */
static int append_reshaped(struct graph *graph, int node, int channels)
{
	struct layer wide = make_layer(graph, LAYER_RESHAPE);
	wide.target = (struct shape){SIDE, 2 * SIDE, channels / 2, false};
	node = append_to(graph, node, wide);
	node = append_to(graph, node, make_batch_normalization(graph));
	struct layer back = make_layer(graph, LAYER_RESHAPE);
	back.target = (struct shape){SIDE, SIDE, channels, false};
	return append_to(graph, node, back);
}

/* The layer of another node on a node of as many channels, if there is one. */
static bool reuse(struct maker *maker, int node, int channels)
{
	struct graph *graph = &maker->graph;
	struct shape shapes[8 * NODES];
	struct error error;
	int first = below(maker, graph->node_count);
	const struct layer *layer = graph_layer(graph, first);
	int from = graph_input(graph, first, 0);
	if (graph_shapes(graph, shapes, &error) || graph->nodes[first].input_count > 1 ||
		graph_shape(graph, shapes, from).channels != channels ||
		graph_shape(graph, shapes, from).width != SIDE || shapes[first].height != SIDE ||
		shapes[first].width != SIDE || layer->kind == LAYER_RESHAPE)
		return false;
	keep_node(maker, use_again(graph, node, first), shapes[first].channels);
	return true;
}

static void append_some(struct maker *maker)
{
	static const enum layer_kind joins[] = {LAYER_ADD, LAYER_SUBTRACT, LAYER_MULTIPLY,
		LAYER_AVERAGE, LAYER_MAXIMUM, LAYER_MINIMUM};
	struct graph *graph = &maker->graph;
	/* Often one of the last: chains are what is fused. */
	int recent = maker->count - 1 - below(maker, maker->count < 2 ? 1 : 2);
	int which = below(maker, 3) ? recent : below(maker, maker->count),
	    other = below(maker, maker->count);
	int node = maker->nodes[which], channels = maker->channels[which], filters;
	int nodes[] = {node, maker->nodes[other], node};
	bool fits = channels == maker->channels[other];
	struct layer layer;
	switch (below(maker, 12)) {
	case 0:
	case 1:
	case 2:
		layer = pick_convolution(maker, channels, &filters);
		layer.is_frozen = below(maker, 4) == 0;
		keep_node(maker, append_to(graph, node, layer), filters);
		return;
	case 3:
	case 4:
		layer = make_batch_normalization(graph);
		layer.is_frozen = below(maker, 4) == 0;
		node = append_to(graph, node, layer);
		graph->nodes[node].is_inference = below(maker, 4) == 0;
		break;
	case 5:
		node = append_to(graph, node, make_activation(graph, pick_activation(maker)));
		break;
	case 6:
		node = append_to(graph, node, pick_same(maker));
		break;
	case 7:
		node = append_pool(graph, node);
		break;
	case 8:
		node = fits ? append_excitation(graph, node, maker->nodes[other])
			    : append_reshaped(graph, node, channels);
		break;
	case 9:
		if (channels + maker->channels[other] > 40)
			return;
		channels += maker->channels[other];
		node = append_concatenation(graph, nodes, 2);
		break;
	case 10:
		if (!fits)
			return;
		node = append_join(graph, joins[below(maker, 6)], node, maker->nodes[other]);
		break;
	default:
		if (graph->node_count)
			reuse(maker, node, channels);
		return;
	}
	keep_node(maker, node, channels);
}

static struct graph random_graph(uint64_t trial)
{
	struct maker maker = {.graph = {.name = "random", .input = {SIDE, SIDE, 4, false}},
		.random = random_start(7, RANDOM_TEST, 2, trial)};
	struct graph *graph = &maker.graph;
	struct error error;
	keep_node(&maker, GRAPH_INPUT, 4);
	for (int i = 0; i < NODES || maker.count < 4; i++)
		append_some(&maker);
	int sum = maker.nodes[maker.count - 1];
	sum = append_to(graph, sum, make_layer(graph, LAYER_GLOBAL_AVERAGE_POOLING));
	int last = append_to(graph, sum, make_dense(graph, CLASSES, ACTIVATION_SOFTMAX));
	if (graph_keep(graph, last, &error))
		exit(1);
	/* Sometimes a front is frozen. */
	int frozen = trial % 3 == 0 ? below(&maker, graph->layer_count) : 0;
	for (int i = 0; i < frozen; i++)
		graph->layers[i].is_frozen = true;
	return *graph;
}

/* The same with a Rescaling by 1 after each node but the last. */
static struct graph separate(const struct graph *graph)
{
	struct graph out = {.name = "separate", .input = graph->input};
	struct layer one = layer_defaults(LAYER_RESCALING, "one");
	struct error error;
	one.constant_count = 1;
	one.multipliers[0] = 1;
	for (int i = 0; i < graph->layer_count; i++)
		if (graph_add_layer(&out, &graph->layers[i], &error) < 0)
			exit(1);
	int index = graph_add_layer(&out, &one, &error);
	for (int i = 0; index >= 0 && i < graph->node_count; i++) {
		int inputs[2], count = graph->nodes[i].input_count;
		for (int k = 0; k < count; k++) {
			int from = graph_input(graph, i, k);
			inputs[k] = from == GRAPH_INPUT ? from : 2 * from + 1;
		}
		int node = graph_add_node(&out, graph->nodes[i].layer, inputs, count, &error);
		if (node < 0)
			exit(1);
		out.nodes[node].is_inference = graph->nodes[i].is_inference;
		if (i < graph->node_count - 1 && graph_add_node(&out, index, &node, 1, &error) < 0)
			exit(1);
	}
	return out;
}

/* ---- checks ---- */

static struct network *make(const struct graph *graph, enum network_mode mode,
	const struct network *weights)
{
	struct network *network;
	struct error error;
	if (network_create(&network, graph, mode, BATCH, NULL, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	network_initialize(network, 4);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		float *values = network_parameter_values(network, i);
		/* None is zero, or a convolution's bias would not count. */
		for (size_t k = 0; k < parameter.count; k++)
			if (weights)
				values[k] = network_parameter(weights, i).values[k];
			else if (parameter.rank != 4)
				values[k] += 0.1f * sinf((float)(k + (size_t)i));
	}
	return network;
}

static bool is_close(const float *a, const float *b, size_t count, float tolerance)
{
	float largest = 1e-3f, difference = 0;
	for (size_t i = 0; i < count; i++) {
		largest = fmaxf(largest, fmaxf(fabsf(a[i]), fabsf(b[i])));
		difference = fmaxf(difference, fabsf(a[i] - b[i]));
	}
	if (difference > tolerance * largest)
		note("largest difference %g, largest value %g", (double)difference,
			(double)largest);
	return difference <= tolerance * largest;
}

static bool same_logits(struct network *expected, struct network *network)
{
	float a[BATCH * CLASSES], b[BATCH * CLASSES];
	network_forward(expected, input, BATCH, a, NULL);
	network_forward(network, input, BATCH, b, NULL);
	return is_close(a, b, BATCH * CLASSES, 1e-4f);
}

static bool same_gradients(struct network *expected, struct network *network)
{
	bool good = true;
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (!parameter.trainable)
			continue;
		bool same = is_close(network_gradient(expected, i), network_gradient(network, i),
			parameter.count, 1e-3f);
		if (!same)
			note("%s of %s", parameter.name, parameter.layer);
		good &= same;
	}
	return good;
}

static bool same_statistics(struct network *expected, struct network *network)
{
	bool good = true;
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		good &= is_close(network_parameter(expected, i).values, parameter.values,
			parameter.count, 1e-3f);
	}
	return good;
}

static void describe(const struct graph *graph)
{
	for (int i = 0; i < graph->node_count; i++) {
		char inputs[64] = "";
		for (int k = 0; k < graph->nodes[i].input_count; k++)
			snprintf(inputs + strlen(inputs), sizeof inputs - strlen(inputs), " %d",
				graph_input(graph, i, k));
		const struct layer *layer = graph_layer(graph, i);
		note("%d: %s %s (%s%s%s%s), %s", i, graph->nodes[i].name,
			layer_kind_row(layer->kind)->title, inputs,
			layer->is_frozen ? ", frozen" : "",
			graph->nodes[i].is_inference ? ", inference" : "",
			layer->groups > 1 ? ", groups" : "",
			activation_title(layer->activation.kind)
				? activation_title(layer->activation.kind)
				: "-");
	}
}

static bool check_graph(uint64_t trial)
{
	struct graph graph = random_graph(trial), separated = separate(&graph);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	struct network *network = make(&graph, NETWORK_TRAIN, NULL),
		       *expected = make(&separated, NETWORK_TRAIN, network);
	network_train_start(network, &options);
	network_train_start(expected, &options);
	struct step_result a = network_train_step(network, input, targets, BATCH, 0, 0),
			   b = network_train_step(expected, input, targets, BATCH, 0, 0);
	bool good =
		fabs(a.loss - b.loss) < 1e-4 * fabs(b.loss) && a.bad_layer < 0 && b.bad_layer < 0;
	good = same_gradients(expected, network) && good;
	good = same_statistics(expected, network) && good;
	for (int mode = NETWORK_PREDICT; mode <= NETWORK_EXPLAIN; mode++) {
		struct network *other = make(&graph, (enum network_mode)mode, network);
		if (!same_logits(expected, other)) {
			note("mode %d", mode);
			good = false;
		}
		network_destroy(other);
	}
	if (!good)
		describe(&graph);
	network_destroy(network);
	network_destroy(expected);
	graph_free(&graph);
	graph_free(&separated);
	return good;
}

int main(void)
{
	struct random random = random_start(3, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof input / sizeof *input; i++)
		input[i] = random_uniform(&random) - 0.5f;
	for (int i = 0; i < BATCH; i++)
		targets[i * CLASSES + i % CLASSES] = 1;
	for (int trial = 0; trial < TRIALS; trial++)
		ok(check_graph((uint64_t)trial), "random graph %d", trial);
	return done();
}
