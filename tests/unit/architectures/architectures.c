/* Built-in networks: those that Keras has, layer by layer; the numbers of their parameters; heads;
 * a step of training; what is refused. */
#include "architectures/architectures.h"

#include "../model/graph_text.h"
#include "model/input_values.h"

#include <math.h>

enum { BATCH = 2, CLASSES = 3 };

static struct error error;

/* ---- as Keras has them ---- */

/* Takes away the layer of this name, whose reader then reads what it read. */
static void remove_layer(struct graph *graph, const char *name)
{
	int node = graph_find(graph, name), input = graph_input(graph, node, 0);
	for (int i = 0; i < graph->edge_count; i++)
		if (graph->edges[i] == node)
			graph->edges[i] = input;
	if (graph_keep(graph, graph->node_count - 1, &error))
		exit(1);
}

/* `but`: a layer that the file lacks, or NULL. */
static void equals_keras(const char *name, const char *file, const char *but)
{
	struct graph front, keras;
	if (architecture_read(&keras, model_fixture(file), NULL, &error) ||
		architecture_front(&front, name, keras.input, &error)) {
		ok(false, "%s: %s: %s", name, error.object, error.reason);
		return;
	}
	/* Keras 3 writes training=False for a dropout that was called without the argument. */
	for (int i = 0; i < keras.node_count; i++)
		keras.nodes[i].is_inference = false;
	if (but)
		remove_layer(&front, but);
	ok(same_graph(&front, &keras), "%s is %s, layer by layer", name, file);
	graph_free(&front);
	graph_free(&keras);
}

/* What ImageNet's weights need beyond: 1 / sqrt(deviation) of each channel. */
static void divides_by_roots(void)
{
	static const double deviations[] = {0.229, 0.224, 0.225};
	struct graph graph;
	if (architecture_front(&graph, "efficientnet_b0", (struct shape){32, 32, 3, false}, &error))
		exit(1);
	const struct layer *layer = graph_layer(&graph, 2);
	is_text(layer->name, "rescaling_1", "efficientnet_b0 has ImageNet's rescaling");
	for (int c = 0; c < 3; c++)
		is_near((double)layer->multipliers[c], 1 / sqrt(deviations[c]), 1e-7,
			"... by a channel's constant");
	graph_free(&graph);
}

/* ---- how many parameters they have ---- */

static long count_parameters(const struct graph *graph, bool with_statistics)
{
	struct shape shapes[GRAPH_NODES_MAXIMUM];
	long total = 0;
	if (graph_shapes(graph, shapes, &error))
		return -1;
	for (int i = 0; i < graph->node_count; i++) {
		struct parameter_shape parameters[PARAMETERS_MAXIMUM];
		int count = layer_parameters(graph_layer(graph, i),
			graph_shape(graph, shapes, graph_input(graph, i, 0)), parameters);
		for (int k = 0; k < count; k++) {
			long values = with_statistics || !parameters[k].is_statistic;
			for (int side = 0; side < parameters[k].rank; side++)
				values *= parameters[k].sides[side];
			total += values;
		}
	}
	return total;
}

static const struct {
	const char *name;
	int side, channels; /* of the input */
	long all, trained;  /* parameters of the front, with and without statistics */
	int out, features;  /* of its output */
} FRONTS[] = {
	/* 3*3*3*32+32 + 3*3*32*32+32 + 3*3*32*64+64 */
	{"original", 150, 3, 28640, 28640, 17, 64},
	/* 9*(3*32+32*48+48*64+64*96+96*128), and 4 or 2 for each filter */
	{"compact", 128, 3, 209696, 208960, 4, 128},
	{"compact", 28, 1, 209120, 208384, 1, 128},
	/* Keras' summaries with include_top=False */
	{"mobilenet_v2:0.35", 224, 3, 410208, 396128, 7, 1280},
	{"mobilenet_v2:0.5", 96, 3, 706224, 687680, 3, 1280},
	{"mobilenet_v2:1.0", 224, 3, 2257984, 2223872, 7, 1280},
	{"mobilenet_v2:1.4", 224, 3, 4363712, 4315776, 7, 1792},
	{"efficientnet_b0", 224, 3, 4049571, 4007548, 7, 1280},
	/* torchvision's 11,689,512 without its head of 512*1000+1000 */
	{"resnet18", 224, 3, 11186112, 11176512, 7, 512},
};

static void counts(void)
{
	for (size_t i = 0; i < sizeof FRONTS / sizeof *FRONTS; i++) {
		struct shape input = {FRONTS[i].side, FRONTS[i].side, FRONTS[i].channels, false},
			     shape = {0};
		struct graph graph;
		if (architecture_front(&graph, FRONTS[i].name, input, &error) ||
			graph_output_shape(&graph, &shape, &error)) {
			ok(false, "%s: %s: %s", FRONTS[i].name, error.object, error.reason);
			continue;
		}
		is_integer(count_parameters(&graph, true), FRONTS[i].all, FRONTS[i].name);
		is_integer(count_parameters(&graph, false), FRONTS[i].trained, "... are trained");
		is_integer(shape.height, FRONTS[i].out, "... side of its features");
		is_integer(shape.channels, FRONTS[i].features, "... number of its features");
		graph_free(&graph);
	}
}

/* ---- trained, written and read ---- */

static float *pictures(struct shape shape, double white)
{
	size_t count = BATCH * shape_count(shape);
	float *x = malloc(count * sizeof *x);
	for (size_t i = 0; i < count; i++)
		x[i] = (float)(white * (double)(i * 7919 % 1000) / 1000);
	return x;
}

static bool trains(struct network *network, const float *x)
{
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	float targets[BATCH * CLASSES] = {[0] = 1, [BATCH * CLASSES - 1] = 1};
	network_initialize(network, 3);
	network_train_start(network, &options);
	struct step_result result = network_train_step(network, x, targets, BATCH, 1e-3f, 0);
	return isfinite(result.loss) && result.loss > 0 && result.bad_layer < 0;
}

/* Whether two networks predict the same, but for rounding, and probabilities that add up to 1. */
static bool agree(struct network *a, struct network *b, const float *x)
{
	float y[BATCH * CLASSES], z[BATCH * CLASSES], worst = 0, sum = 0;
	network_forward(a, x, BATCH, NULL, y);
	network_forward(b, x, BATCH, NULL, z);
	for (int i = 0; i < BATCH * CLASSES; i++) {
		worst = fmaxf(worst, fabsf(y[i] - z[i]));
		sum += y[i];
	}
	return worst < 1e-5f && fabsf(sum - BATCH) < 1e-5f;
}

static bool written_and_read(struct network **reader, struct graph *again, struct network *network)
{
	return architecture_write(network_graph(network), scratch_path("model.json"), &error) ==
		0 &&
		weights_write(network, scratch_path("model.h5"), &error) == 0 &&
		architecture_read(again, scratch_path("model.json"), NULL, &error) == 0 &&
		network_create(reader, again, NETWORK_PREDICT, BATCH, NULL, &error) == 0 &&
		weights_read(*reader, scratch_path("model.h5"), &error) == 0;
}

static void lives(const char *name, struct shape input, double white)
{
	struct graph graph, again = {0};
	struct network *network = NULL, *reader = NULL;
	struct input_values values = input_values_of_range(0, 1, INPUT_ASSUMED);
	float *x = pictures(input, white);
	bool made =
		architecture_build(&graph, name, input, CLASSES, ACTIVATION_SOFTMAX, &error) == 0 &&
		network_create(&network, &graph, NETWORK_TRAIN, BATCH, NULL, &error) == 0;
	if (!ok(made && trains(network, x), "%s, %dx%dx%d: a step of training", name, input.width,
		    input.height, input.channels))
		note("%s: %s", error.object, error.reason);
	input_values_of_layers(&values, &graph, network);
	is_integer((int)values.scale[0], (int)white, "... the range of its input");
	if (!ok(made && written_and_read(&reader, &again, network) && agree(network, reader, x),
		    "... predicts the same when written and read"))
		note("%s: %s", error.object, error.reason);
	network_destroy(network);
	network_destroy(reader);
	graph_free(&graph);
	graph_free(&again);
	free(x);
}

/* ---- heads ---- */

static void heads(void)
{
	struct graph graph = {.input = {8, 8, 3, false}};
	struct layer taken = layer_defaults(LAYER_ACTIVATION, "predictions");
	struct shape shape = {0};
	if (graph_append(&graph, &taken, &error) < 0)
		exit(1);
	ok(architecture_append_head(&graph, 5, 0, ACTIVATION_SIGMOID, &error) == 0 &&
			graph.node_count == 4 && graph_output_shape(&graph, &shape, &error) == 0 &&
			shape.is_vector && shape.channels == 5,
		"a head of places: pooling, dense, activation");
	is_text(graph.layers[2].name, "predictions_1", "a name that is taken gets a number");
	ok(graph_final_activation(&graph) == ACTIVATION_SIGMOID,
		"the activation is the one wished");
	ok(architecture_append_head(&graph, 2, 0.5f, ACTIVATION_SOFTMAX, &error) == 0 &&
			graph.node_count == 7 && graph.layers[4].kind == LAYER_DROPOUT &&
			(double)graph.layers[4].rate == 0.5,
		"a head of a vector: dropout, no pooling");
	ok(architecture_append_head(&graph, 0, 0, ACTIVATION_SOFTMAX, &error) == 0 &&
			graph_output_shape(&graph, &shape, &error) < 0,
		"of no classes it does not fit");
	graph_free(&graph);
}

/* ---- what is refused ---- */

static void refused(const char *name, int side, const char *reason)
{
	struct graph graph;
	struct shape input = {side, side + 1, 3, false};
	ok(architecture_build(&graph, name, input, CLASSES, ACTIVATION_SOFTMAX, &error) < 0 &&
			!graph.layers,
		"%s of %d pixels is refused", name, side);
	is_text(error.object, name, "... by its name");
	is_text(error.reason, reason, "... with the reason");
}

static void smallest(const char *name, int side)
{
	struct graph graph;
	struct shape input = {side, side, 3, false}, shape = {0};
	ok(architecture_build(&graph, name, input, CLASSES, ACTIVATION_SOFTMAX, &error) == 0 &&
			graph_output_shape(&graph, &shape, &error) == 0 &&
			shape.channels == CLASSES,
		"%s takes %d pixels", name, side);
	graph_free(&graph);
}

static void refusals(void)
{
	static const char *const unknown =
		"is none of original, compact, mobilenet_v2:ALPHA, efficientnet_b0, resnet18, "
		"and no file";
	refused("resnet50", 64, unknown);
	refused("compac", 64, unknown);
	refused("", 64, unknown);
	refused("mobilenet_v2", 64, "needs a width multiplier, as mobilenet_v2:1.0");
	refused("mobilenet_v2:", 64, "its width multiplier is not a number from 0.1 to 4");
	refused("mobilenet_v2:0.05", 64, "its width multiplier is not a number from 0.1 to 4");
	refused("mobilenet_v2:nan", 64, "its width multiplier is not a number from 0.1 to 4");
	refused("compact:2", 64, "has no width multiplier: compact");
	refused("original", 21, "takes images of at least 22x22; these have 22x21");
	refused("compact", 15, "takes images of at least 16x16; these have 16x15");
	refused("resnet18", 31, "takes images of at least 32x32; these have 32x31");
	smallest("original", 22);
	smallest("compact", 16);
	smallest("mobilenet_v2:0.1", 32);
	smallest("efficientnet_b0", 33);
	smallest("resnet18", 32);
	ok(architecture_is_builtin("compact") && architecture_is_builtin("mobilenet_v2:x") &&
			!architecture_is_builtin("compact.json") && !architecture_is_builtin(""),
		"which names are built in");
	ok(architecture_default_output("original") == ACTIVATION_SIGMOID &&
			architecture_default_output("compact") == ACTIVATION_SOFTMAX,
		"their output activations");
}

int main(void)
{
	equals_keras("mobilenet_v2:0.35", "graphs/mobilenet_v2.json", NULL);
	equals_keras("efficientnet_b0", "graphs/efficientnetb0.json", "rescaling_1");
	divides_by_roots();
	counts();
	lives("original", (struct shape){24, 26, 3, false}, 1);
	lives("compact", (struct shape){28, 28, 1, false}, 1);
	lives("mobilenet_v2:0.35", (struct shape){32, 35, 3, false}, 255);
	lives("efficientnet_b0", (struct shape){32, 32, 3, false}, 255);
	lives("efficientnet_b0", (struct shape){33, 32, 1, false}, 255);
	lives("resnet18", (struct shape){32, 32, 3, false}, 1);
	heads();
	refusals();
	return done();
}
