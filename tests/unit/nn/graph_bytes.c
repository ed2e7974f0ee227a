/* Graphs with several uses of a value: the same bytes for any number of threads and any processor,
 * no allocation in a step, modes that agree, gradients at any node, and fronts. */
#include "allocations.h"
#include "base/random.h"
#include "graphs.h"
#include "nn/run.h"
#include "tap.h"
#include "weights_hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 18, STEPS = 3, VALUES = BATCH * 18 * 17 * 14, CLASSES = 4 };

static float input[VALUES];

struct case_of_graph {
	const char *name;
	struct graph (*make)(void);
	const char *hash;
};

static const struct case_of_graph cases[] = {
	{"residual", residual_graph, "78a7b18e27d9756a"},
	{"frozen", frozen_graph, "6e3d570755c72bfc"},
	{"excitation", excitation_graph, "4e8da2aee2bf9829"},
	{"twins", twin_graph, "be96b859f02e311f"},
	{"blocks", blocks_graph, "9f9faea27588824a"},
};
enum { CASES = sizeof cases / sizeof *cases };

static struct network *create(const struct graph *graph, enum network_mode mode, int batch,
	struct parallel *pool)
{
	struct network *network;
	struct error error;
	if (network_create(&network, graph, mode, batch, pool, &error)) {
		ok(false, "a network: %s: %s", error.object, error.reason);
		exit(1);
	}
	network_initialize(network, 4);
	return network;
}

static struct network *make(struct graph (*make_graph)(void), enum network_mode mode, int batch,
	struct parallel *pool)
{
	struct graph graph = make_graph();
	struct network *network = create(&graph, mode, batch, pool);
	graph_free(&graph);
	return network;
}

static void start(struct network *network)
{
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	network_train_start(network, &options);
}

static struct step_result step(struct network *network, int n, uint64_t number)
{
	float targets[BATCH * CLASSES] = {0};
	int outputs = network_outputs(network);
	for (int i = 0; i < n; i++)
		targets[i * outputs + i % outputs] = 1;
	return network_train_step(network, input, targets, n, 1e-2f, number);
}

/* ---- the same bytes ---- */

/* Steps on whole leaves of samples (leaves.h) and on others. */
static void run(const struct case_of_graph *of, int threads, char *hex)
{
	static const int samples[] = {BATCH, 1, 3, 4, 5, 16, BATCH - 5};
	struct parallel *pool;
	if (parallel_create(&pool, threads, NULL))
		exit(1);
	struct network *network = make(of->make, NETWORK_TRAIN, BATCH, pool);
	start(network);
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		step(network, samples[i], i);
	hash(network, hex);
	network_destroy(network);
	parallel_destroy(pool);
}

static bool has_processor(const char *processor, struct error *error)
{
	struct graph graph = excitation_graph();
	struct network *network;
	setenv("MILLRACE_CPU", processor, 1);
	bool there = network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, error) == 0;
	network_destroy(network);
	graph_free(&graph);
	return there;
}

static void same_bytes(const struct case_of_graph *of)
{
	char expected[HEX_SIZE], got[HEX_SIZE];
	static const int threads[] = {2, 3, 8};
	static const char *const processors[] = {"plain", "neon", "avx2", "avx512"};
	struct error error;
	run(of, 1, expected);
	for (int i = 0; i < 3; i++) {
		run(of, threads[i], got);
		ok(strcmp(got, expected) == 0, "%s: %d threads: the same weights", of->name,
			threads[i]);
	}
	for (int i = 0; i < 4; i++)
		if (has_processor(processors[i], &error)) {
			run(of, 2, got);
			ok(strcmp(got, expected) == 0, "%s: %s: the same weights", of->name,
				processors[i]);
		} else {
			ok(true, "%s: %s # SKIP %s", of->name, processors[i], error.reason);
		}
	unsetenv("MILLRACE_CPU");
	/* A regression value: a change of compiler or variant must not change it. */
	is_text(expected, of->hash, of->name);
}

static void no_allocation(const struct case_of_graph *of)
{
	struct parallel *pool;
	if (parallel_create(&pool, 2, NULL))
		exit(1);
	struct network *network = make(of->make, NETWORK_TRAIN, BATCH, pool);
	start(network);
	int before = allocations;
	for (int i = 0; i < STEPS; i++)
		step(network, BATCH, (uint64_t)i);
	int after = allocations;
	ok(after == before && (before > 0 || !COUNTS_ALLOCATIONS),
		"%s: nothing is allocated in a step", of->name);
	network_destroy(network);
	parallel_destroy(pool);
}

/* Replaces one value of each trained parameter by NaN. */
static void bad_layers(const struct case_of_graph *of)
{
	char before[HEX_SIZE], after[HEX_SIZE];
	struct network *network = make(of->make, NETWORK_TRAIN, BATCH, NULL);
	int wrong = 0;
	start(network);
	step(network, BATCH, 0);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		float *changed = network_parameter_values(network, i) + 3 % parameter.count,
		      saved = *changed;
		if (!parameter.trainable)
			continue;
		*changed = NAN;
		hash(network, before);
		int bad = step(network, BATCH, 1).bad_layer;
		hash(network, after);
		if (bad != parameter.layer_index || strcmp(before, after) != 0) {
			note("NaN in %s of layer %d: layer %d", parameter.name,
				parameter.layer_index, bad);
			wrong++;
		}
		network_parameter_values(network, i)[3 % parameter.count] = saved;
	}
	is_integer(step(network, BATCH, 1).bad_layer, -1, "no bad layer when all are finite");
	ok(wrong == 0, "%s: NaN in a parameter: its layer is bad, and the weights stay", of->name);
	network_destroy(network);
}

/* ---- modes ---- */

/* Copies the parameters of layers of the same names. */
static void copy_weights(struct network *to, const struct network *from)
{
	for (int i = 0; i < network_parameter_count(to); i++)
		for (int k = 0; k < network_parameter_count(from); k++) {
			struct parameter a = network_parameter(to, i),
					 b = network_parameter(from, k);
			if (strcmp(a.layer, b.layer) == 0 && strcmp(a.name, b.name) == 0)
				memcpy(network_parameter_values(to, i), b.values,
					b.count * sizeof(float));
		}
}

/* A trained network, so that moving statistics are no constants. */
static struct network *make_trained(struct graph (*make_graph)(void))
{
	struct network *network = make(make_graph, NETWORK_TRAIN, BATCH, NULL);
	start(network);
	for (int i = 0; i < STEPS; i++)
		step(network, BATCH, (uint64_t)i);
	return network;
}

static float largest_difference(const float *a, const float *b, size_t count)
{
	float largest = 0;
	for (size_t i = 0; i < count; i++) {
		float difference = fabsf(a[i] - b[i]);
		largest = difference > largest || isnan(difference) ? difference : largest;
	}
	return largest;
}

static void modes_agree(const struct case_of_graph *of)
{
	float logits[3][BATCH * CLASSES] = {{0}};
	struct network *train = make_trained(of->make),
		       *predict = make(of->make, NETWORK_PREDICT, BATCH, NULL),
		       *explain = make(of->make, NETWORK_EXPLAIN, BATCH, NULL);
	copy_weights(predict, train);
	copy_weights(explain, train);
	network_forward(train, input, BATCH, logits[0], NULL);
	network_forward(predict, input, BATCH, logits[1], NULL);
	network_forward(explain, input, BATCH, logits[2], NULL);
	ok(memcmp(logits[0], logits[2], sizeof logits[0]) == 0,
		"%s: training and explaining predict the same", of->name);
	float difference = largest_difference(logits[0], logits[1], BATCH * CLASSES);
	ok(difference < 1e-5f, "%s: prediction with folded normalisation is near (%g)", of->name,
		(double)difference);
	network_destroy(train);
	network_destroy(predict);
	network_destroy(explain);
}

/* The features that a front predicts, and what the whole network's node has. */
static void front_agrees(struct network *train, const struct graph *graph, struct network *explain,
	int node)
{
	static float features[VALUES];
	struct graph front;
	struct error error;
	if (graph_front(&front, graph, node, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return;
	}
	struct network *network = create(&front, NETWORK_PREDICT, BATCH, NULL);
	size_t count = BATCH * (size_t)network_outputs(network);
	copy_weights(network, train);
	network_forward(network, input, BATCH, NULL, features);
	float difference = largest_difference(features, network_output(explain, node), count);
	ok(difference < 2e-5f, "%s: front up to %s: the node's values (%g)", graph->name,
		graph->nodes[node].name, (double)difference);
	network_destroy(network);
	graph_free(&front);
}

static void fronts_agree(const struct case_of_graph *of)
{
	struct network *train = make_trained(of->make),
		       *explain = make(of->make, NETWORK_EXPLAIN, BATCH, NULL);
	const struct graph *graph = network_graph(explain);
	copy_weights(explain, train);
	network_forward(explain, input, BATCH, NULL, NULL);
	for (int node = 0; node < graph->node_count; node++)
		front_agrees(train, graph, explain, node);
	network_destroy(train);
	network_destroy(explain);
}

/* ---- gradients at any node ---- */

/* A logit of sample `sample` after the operations that follow a value ran again. */
static double logit_after(struct network *network, const struct value *value, int sample)
{
	int first = value->producer ? (int)(value->producer - network->operations) + 1 : 0;
	for (int i = first; i < network->operation_count; i++)
		network->operations[i].kind->forward(network, &network->operations[i],
			network->samples);
	const struct value *output = node_value(network, network->graph.node_count);
	return (double)output->data[sample * network_outputs(network) + 1];
}

/* By one value of a node's output. */
static double difference_of(struct network *network, const struct value *value, float *changed,
	int sample, float step)
{
	float saved = *changed, high = saved + step, low = saved - step;
	*changed = high;
	double difference = logit_after(network, value, sample);
	*changed = low;
	difference -= logit_after(network, value, sample);
	*changed = saved;
	return difference / (double)(high - low);
}

/* Smaller steps have smaller errors of curvature, and larger ones of rounding. */
static bool agrees(struct network *network, const struct value *value, float *changed, int sample,
	double gradient, double tolerance)
{
	for (float step = 0.04f; step > 0.004f; step /= 2)
		if (fabs(difference_of(network, value, changed, sample, step) - gradient) <=
			tolerance)
			return true;
	return false;
}

static void check_node(struct network *network, int node, const char *name)
{
	enum { SAMPLES = 2, STRIDE = 11 };
	static float gradient[VALUES];
	float seed[SAMPLES * CLASSES] = {0};
	int outputs = network_outputs(network), bad = 0;
	struct value *value = node_value(network, node);
	size_t count = shape_count(value->shape);
	float *values = value->producer ? value->memory : network->input, largest = 0;
	network_forward(network, input, SAMPLES, NULL, NULL);
	for (int i = 0; i < SAMPLES; i++)
		seed[i * outputs + 1] = 1;
	network_backward(network, network->graph.node_count, seed, node, gradient);
	for (size_t i = 0; i < SAMPLES * count; i++)
		largest = fmaxf(largest, fabsf(gradient[i]));
	for (size_t i = 0; i<SAMPLES * count; i += count> 64 ? STRIDE : 1)
		bad += !agrees(network, value, values + i, (int)(i / count), (double)gradient[i],
			4e-3 * (double)largest);
	ok(largest > 0 && bad == 0, "%s: gradient at %s (%d values differ)", name,
		node == GRAPH_INPUT ? "the input" : network->graph.nodes[node].name, bad);
}

/* Steps of differences would cross the kinks of ReLU. */
static struct network *make_smooth(struct graph (*make_graph)(void))
{
	struct graph graph = make_graph();
	for (int i = 0; i < graph.layer_count; i++) {
		enum activation_kind *kind = &graph.layers[i].activation.kind;
		if (*kind == ACTIVATION_RELU || *kind == ACTIVATION_RELU6)
			*kind = ACTIVATION_TANH;
		if (*kind == ACTIVATION_HARD_SWISH)
			*kind = ACTIVATION_SWISH;
	}
	struct network *network = create(&graph, NETWORK_EXPLAIN, 2, NULL);
	graph_free(&graph);
	return network;
}

static void gradients(const struct case_of_graph *of)
{
	struct network *train = make_trained(of->make), *network = make_smooth(of->make);
	copy_weights(network, train);
	for (int node = GRAPH_INPUT; node < network->graph.node_count - 1; node++)
		check_node(network, node, of->name);
	network_destroy(train);
	network_destroy(network);
}

/* What goes through one node has the same gradient in two steps. */
static void gradient_of_node(void)
{
	static float at_node[VALUES], at_input[VALUES], in_steps[VALUES];
	struct network *network = make(residual_graph, NETWORK_EXPLAIN, 2, NULL);
	const int last = network->graph.node_count, node = RESIDUAL_SEVERAL;
	const float seed[2 * CLASSES] = {1, 2, 0, -1, 0, 0, 3, 0};
	network_forward(network, input, 2, NULL, NULL);
	network_backward(network, last, seed, node, at_node);
	network_backward(network, last, seed, GRAPH_INPUT, at_input);
	network_backward(network, node, at_node, GRAPH_INPUT, in_steps);
	ok(at_input[0] != 0 && memcmp(at_input, in_steps, sizeof at_input) == 0,
		"gradient of a node's output from the node on: the same bytes");
	network_destroy(network);
}

/* The scalar may belong to any node too: its gradient at an earlier one is that of the chain. */
static void final_activation(void)
{
	struct graph graph = {.name = "flattened", .input = {2, 2, 1, false}};
	int node = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 1, 1, 1, 1, PADDING_VALID, ACTIVATION_LINEAR));
	node = append_to(&graph, node, make_layer(&graph, LAYER_FLATTEN));
	append_to(&graph, node, make_activation(&graph, ACTIVATION_SOFTMAX));
	struct network *network = create(&graph, NETWORK_EXPLAIN, 1, NULL);
	network_parameter_values(network, 0)[0] = 1;
	const float x[4] = {0, 0, 0, 0}, seed[4] = {1, 0, 0, 0};
	float gradient[4], probabilities[4];
	network_forward(network, x, 1, NULL, probabilities);
	network_backward(network, 2, seed, GRAPH_INPUT, gradient);
	ok(probabilities[0] == 0.25f, "softmax of four flattened values");
	is_near((double)gradient[0], 0.1875, 1e-6, "gradient of a probability by its logit");
	is_near((double)gradient[3], -0.0625, 1e-6, "gradient of a probability by another");
	network_destroy(network);
	graph_free(&graph);
}

int main(void)
{
	struct random random = random_start(3, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < VALUES; i++)
		input[i] = random_uniform(&random);
	for (int i = 0; i < CASES; i++) {
		same_bytes(&cases[i]);
		no_allocation(&cases[i]);
		bad_layers(&cases[i]);
		modes_agree(&cases[i]);
		fronts_agree(&cases[i]);
		if (cases[i].make != blocks_graph) /* max-pools have kinks */
			gradients(&cases[i]);
	}
	gradient_of_node();
	final_activation();
	return done();
}
