/* Outputs that become probabilities: which activation follows which network, one output for two
 * labels, and its training, which is PyTorch's. */
#include "graphs.h"
#include "model/output_head.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 4, SAMPLES = 2, INPUT = GRAPH_INPUT };

static const float inputs[SAMPLES * INPUTS] = {0.5f, -1.25f, 2, 0.75f, 1, 0.25f, -0.5f, -2},
				    weights[INPUTS] = {0.3f, 0.8f, -0.6f, 1.1f};
static struct error error;

static struct graph start(void)
{
	return (struct graph){.name = "m", .input = {1, 1, INPUTS, true}};
}

static struct output_head complete(struct graph *graph, size_t labels,
	enum output_activation wished, enum output_activation trained)
{
	struct output_request request = {"m", labels, wished, trained};
	struct output_head head;
	if (output_complete(graph, &request, &head, &error))
		ok(false, "completed: %s: %s", error.object, error.reason);
	return head;
}

static void losses(void)
{
	static const struct {
		const char *loss;
		enum output_activation activation;
	} rows[] = {
		{"categorical", OUTPUT_SOFTMAX},
		{"binary", OUTPUT_SIGMOID},
		{"categorical_crossentropy", OUTPUT_SOFTMAX},
		{"sparse_categorical_crossentropy", OUTPUT_SOFTMAX},
		{"SparseCategoricalCrossentropy", OUTPUT_SOFTMAX},
		{"CategoricalFocalCrossentropy", OUTPUT_SOFTMAX},
		{"binary_crossentropy", OUTPUT_SIGMOID},
		{"BinaryFocalCrossentropy", OUTPUT_SIGMOID},
		{"mse", OUTPUT_LINEAR},
		{"MeanSquaredError", OUTPUT_LINEAR},
		{"hinge", OUTPUT_AUTO},
		{"", OUTPUT_AUTO},
		{NULL, OUTPUT_AUTO},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_integer(output_activation_of_loss(rows[i].loss), rows[i].activation,
			rows[i].loss ? rows[i].loss : "no loss");
}

/* A dense layer of `units`, completed: what is appended, and whether that is assumed. */
static void appended(int units, enum activation_kind last, enum output_activation wished,
	enum output_activation trained, enum output_activation expected, bool is_assumed)
{
	struct graph graph = start();
	append_to(&graph, INPUT, make_dense(&graph, units, last));
	struct output_head head = complete(&graph, (size_t)units, wished, trained);
	ok(head.appended == expected && head.is_assumed == is_assumed && head.outputs == units,
		"%d outputs of %s: %s, %s: %s", units, activation_name(last),
		output_activation_names[wished], output_activation_names[trained],
		output_activation_names[expected]);
	bool adds = expected == OUTPUT_SOFTMAX || expected == OUTPUT_SIGMOID;
	is_integer(graph.node_count, 1 + adds, "nodes");
	is_text(adds ? graph.nodes[1].name : "", adds ? output_activation_names[expected] : "",
		"its name");
	graph_free(&graph);
}

static void choices(void)
{
	enum activation_kind linear = ACTIVATION_LINEAR;
	appended(3, linear, OUTPUT_AUTO, OUTPUT_AUTO, OUTPUT_SOFTMAX, true);
	appended(1, linear, OUTPUT_AUTO, OUTPUT_AUTO, OUTPUT_SIGMOID, true);
	appended(3, ACTIVATION_RELU, OUTPUT_AUTO, OUTPUT_AUTO, OUTPUT_SOFTMAX, true);
	appended(3, linear, OUTPUT_AUTO, OUTPUT_SIGMOID, OUTPUT_SIGMOID, false);
	appended(3, linear, OUTPUT_AUTO, OUTPUT_LINEAR, OUTPUT_LINEAR, false);
	appended(1, linear, OUTPUT_AUTO, OUTPUT_SOFTMAX, OUTPUT_SIGMOID, false);
	appended(3, linear, OUTPUT_SOFTMAX, OUTPUT_SIGMOID, OUTPUT_SOFTMAX, false);
	appended(3, linear, OUTPUT_LINEAR, OUTPUT_SIGMOID, OUTPUT_LINEAR, false);
	appended(3, ACTIVATION_LOG_SOFTMAX, OUTPUT_AUTO, OUTPUT_SIGMOID, OUTPUT_SOFTMAX, false);
	appended(3, ACTIVATION_SOFTMAX, OUTPUT_AUTO, OUTPUT_SIGMOID, OUTPUT_AUTO, false);
	appended(3, ACTIVATION_SIGMOID, OUTPUT_SIGMOID, OUTPUT_AUTO, OUTPUT_AUTO, false);
	appended(3, ACTIVATION_SIGMOID, OUTPUT_LINEAR, OUTPUT_AUTO, OUTPUT_AUTO, false);
	appended(1, ACTIVATION_HARD_SIGMOID, OUTPUT_AUTO, OUTPUT_AUTO, OUTPUT_AUTO, false);
}

static void refused(int units, enum activation_kind last, enum output_activation wished,
	const char *reason)
{
	struct graph graph = start();
	struct output_request request = {"m", (size_t)units, wished, OUTPUT_AUTO};
	struct output_head head;
	append_to(&graph, INPUT, make_dense(&graph, units, last));
	is_integer(output_complete(&graph, &request, &head, &error), -1, "is refused");
	is_text(error.object, "m", "the model");
	is_text(error.reason, reason, "the reason");
	graph_free(&graph);
}

/* The mean of two networks that end with `activation` is a probability if those are. */
static void ensemble(enum activation_kind activation, enum output_activation expected)
{
	struct graph graph = start();
	int first = append_to(&graph, INPUT, make_dense(&graph, 3, activation)),
	    second = append_to(&graph, INPUT, make_dense(&graph, 3, activation));
	append_join(&graph, LAYER_AVERAGE, first, second);
	is_integer(complete(&graph, 3, OUTPUT_AUTO, OUTPUT_AUTO).appended, expected,
		activation_name(activation));
	graph_free(&graph);
}

/* A picture of classes has no labels to answer with; and a name may be taken. */
static void others(void)
{
	struct graph graph = {.name = "m", .input = {4, 4, 3, false}};
	append_to(&graph, INPUT,
		make_convolution(&graph, 2, 3, 3, 1, PADDING_SAME, ACTIVATION_LINEAR));
	struct output_head head = complete(&graph, 32, OUTPUT_AUTO, OUTPUT_AUTO);
	ok(head.outputs == 32 && head.appended == OUTPUT_AUTO && graph.node_count == 1,
		"outputs of several pixels stay");
	graph_free(&graph);
	graph = start();
	struct layer dense = make_dense(&graph, 3, ACTIVATION_LINEAR);
	snprintf(dense.name, sizeof dense.name, "softmax");
	append_to(&graph, INPUT, dense);
	complete(&graph, 3, OUTPUT_AUTO, OUTPUT_AUTO);
	is_text(graph.nodes[1].name, "softmax_1", "a name that no layer has");
	graph_free(&graph);
}

/* ---- one output, two labels ---- */

/* Sets the weights of the first layer: a kernel of 4, and a bias of 0.2. */
static struct network *make(const struct graph *graph, enum network_mode mode)
{
	struct network *network;
	if (network_create(&network, graph, mode, SAMPLES, NULL, &error)) {
		ok(false, "a network: %s: %s", error.object, error.reason);
		exit(1);
	}
	memcpy(network_parameter_values(network, 0), weights, sizeof weights);
	*network_parameter_values(network, 1) = 0.2f;
	return network;
}

/* Frees the graph after predicting: (1 - p, p) of both samples, p being given. */
static void answers(struct graph *graph, double p, double q, const char *name)
{
	float probabilities[2 * SAMPLES] = {0};
	struct network *network = make(graph, NETWORK_PREDICT);
	is_integer(network_outputs(network), 2, name);
	network_forward(network, inputs, SAMPLES, NULL, probabilities);
	double expected[] = {1 - p, p, 1 - q, q};
	for (int i = 0; i < 2 * SAMPLES; i++)
		is_near((double)probabilities[i], expected[i], 1e-6, "a probability");
	network_destroy(network);
	graph_free(graph);
}

/* PyTorch's sigmoid of the logits -1.025 and -1.2. */
enum { FUSED, APART, LOGIT, SHAPED, WAYS };
static const double P = 0.2640546060728516, Q = 0.23147521650098232;

static struct graph one_output(int way)
{
	struct graph graph = start();
	append_to(&graph, INPUT,
		make_dense(&graph, 1, way == FUSED ? ACTIVATION_SIGMOID : ACTIVATION_LINEAR));
	if (way == APART || way == SHAPED)
		append_to(&graph, 0, make_activation(&graph, ACTIVATION_SIGMOID));
	if (way == SHAPED)
		append_to(&graph, 1, make_layer(&graph, LAYER_FLATTEN));
	return graph;
}

static void pairs(void)
{
	static const char *const names[] = {"a sigmoid in the layer", "a layer of its own",
		"a logit", "before a layer that keeps values"};
	for (int way = 0; way < WAYS; way++) {
		struct graph graph = one_output(way);
		struct output_head head = complete(&graph, 2, OUTPUT_AUTO, OUTPUT_SIGMOID);
		ok(head.has_paired_logits && head.outputs == 2 &&
				graph_final_activation(&graph) == ACTIVATION_SOFTMAX,
			"%s becomes a softmax of two", names[way]);
		is_integer(graph.node_count, 5 + (way == SHAPED), "no sigmoid is left");
		answers(&graph, P, Q, names[way]);
	}
	struct graph graph = one_output(FUSED);
	is_integer(complete(&graph, 1, OUTPUT_AUTO, OUTPUT_AUTO).outputs, 1, "one label: stays");
	is_integer(complete(&graph, 0, OUTPUT_AUTO, OUTPUT_AUTO).outputs, 1, "nobody knows: stays");
	graph_free(&graph);
}

/* hard_sigmoid is x / 6 + 1/2; a layer that gates too keeps its sigmoid: 4 times the same gate, and
 * then 1 - p and p of that. */
static void other_pairs(void)
{
	struct graph graph = start();
	append_to(&graph, INPUT, make_dense(&graph, 1, ACTIVATION_HARD_SIGMOID));
	ok(!complete(&graph, 2, OUTPUT_AUTO, OUTPUT_AUTO).has_paired_logits, "hard_sigmoid");
	answers(&graph, -1.025 / 6 + 0.5, -1.2 / 6 + 0.5, "has no logit");

	graph = start();
	int gate = append_to(&graph, INPUT, make_dense(&graph, 1, ACTIVATION_SIGMOID)),
	    zeros = append_join(&graph, LAYER_SUBTRACT, INPUT, INPUT),
	    gates = append_join(&graph, LAYER_ADD, zeros, gate);
	use_again(&graph, gates, gate);
	ok(!complete(&graph, 2, OUTPUT_AUTO, OUTPUT_AUTO).has_paired_logits, "a layer used twice");
	/* sigmoid(1.6 p + 0.2) */
	answers(&graph, 0.6507840503914172, 0.6388463190421089, "keeps its sigmoid");

	graph = start();
	gate = append_to(&graph, INPUT, make_activation(&graph, ACTIVATION_SIGMOID));
	int logit = append_to(&graph, gate, make_dense(&graph, 1, ACTIVATION_LINEAR));
	use_again(&graph, logit, gate);
	ok(complete(&graph, 2, OUTPUT_AUTO, OUTPUT_AUTO).has_paired_logits,
		"but an activation layer is left out once");
	is_text(graph.nodes[0].name, "layer 0", "and stays where it gates");
	graph_free(&graph);
}

/* The same loss and gradients as PyTorch's binary_cross_entropy_with_logits for targets 1 and 0. */
static void training(float smoothing, double loss, const double *kernel, double bias)
{
	struct graph graph = one_output(LOGIT);
	complete(&graph, 2, OUTPUT_AUTO, OUTPUT_SOFTMAX);
	struct network *network = make(&graph, NETWORK_TRAIN);
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	const float targets[] = {0, 1, 1, 0};
	options.label_smoothing = smoothing;
	network_train_start(network, &options);
	struct step_result step = network_train_step(network, inputs, targets, SAMPLES, 0.1f, 0);
	is_near(step.loss, loss, 1e-6, "PyTorch's loss");
	is_integer(step.correct, 1, "one of two is right");
	for (int i = 0; i < INPUTS; i++)
		is_near((double)network_gradient(network, 0)[i], kernel[i], 1e-6, "a gradient");
	is_near((double)*network_gradient(network, 1), bias, 1e-6, "that of the bias");
	network_destroy(network);
	graph_free(&graph);
}

int main(void)
{
	losses();
	choices();
	refused(3, ACTIVATION_SIGMOID, OUTPUT_SOFTMAX,
		"its outputs are probabilities already: no softmax can follow");
	refused(1, ACTIVATION_LINEAR, OUTPUT_SOFTMAX, "the softmax of its one output is always 1");
	ensemble(ACTIVATION_SOFTMAX, OUTPUT_AUTO);
	ensemble(ACTIVATION_LINEAR, OUTPUT_SOFTMAX);
	others();
	pairs();
	other_pairs();
	training(0, 0.7974409116887482,
		(const double[]){-0.06824874023129594, 0.4889002732670905, -0.793814198052394,
			-0.507454739223663},
		-0.25223508871308303);
	training(0.1f, 0.8018159116887484,
		(const double[]){-0.08074874023129597, 0.4514002732670906, -0.7313141980523941,
			-0.438704739223663},
		-0.2522350887130831);
	return done();
}
