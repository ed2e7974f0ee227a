/* A model of TensorFlow.js: model.json, a NUL, weights.bin. Its layers are read, and its weights
 * into a network of other layers (else its own sizes would decide on memory). A JSON without
 * weights is metadata of Teachable Machine. */
#include "common/fuzz.h"

#include "base/json.h"
#include "format/tensorflow_js.h"
#include "tap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct network *network;
static size_t value_count;

static void make_network(void)
{
	struct graph graph;
	json_t *root = json_load_file(fixture("model/tensorflow_js/cnn/model.json"), 0, NULL);
	if (!root || tensorflow_js_architecture(&graph, root, "model.json", NULL, NULL) ||
		network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, NULL))
		abort();
	graph_free(&graph);
	json_decref(root);
	for (int i = 0; i < network_parameter_count(network); i++)
		value_count += network_parameter(network, i).count;
}

static int read_metadata(const unsigned char *text, size_t size, struct error *error)
{
	struct teachable_machine machine;
	int result = teachable_machine_read(&machine, text, size, "metadata.json", error);
	if (result)
		assert(machine.labels.count == 0 && !machine.is_image_model);
	for (size_t i = 0; i < machine.labels.count; i++)
		assert(text_is_class_name(machine.labels.items[i]));
	text_list_free(&machine.labels);
	return result;
}

static int read_architecture(const json_t *root, struct error *error)
{
	struct graph graph;
	struct architecture_remarks remarks = {0};
	int result = tensorflow_js_architecture(&graph, root, "model.json", &remarks, error);
	assert(result || (graph.node_count >= 1 && graph.node_count <= GRAPH_NODES_MAXIMUM));
	architecture_remarks_free(&remarks);
	graph_free(&graph);
	return result;
}

/* The values in memory of exactly their size. */
static int read_weights(const json_t *root, const unsigned char *bytes, size_t size,
	struct error *error)
{
	struct model_file items[] = {{"weights.bin", bytes, size}, {"empty.bin", NULL, 0}};
	struct model_files files = {.path = "MODEL", .is_folder = true, .items = items, .count = 2};
	float *values = malloc(value_count * sizeof *values);
	if (!values)
		abort();
	int result = tensorflow_js_weights(root, &files, network, values, error);
	free(values);
	return result;
}

static int read_model(const unsigned char *text, size_t size, const unsigned char *weights,
	size_t weights_size, struct error *error)
{
	struct model_hints hints = {0};
	json_t *root = json_parse(text, size, JSON_REJECT_DUPLICATES, "model.json", error);
	int result = !root ? -1
		: tensorflow_js_is_model(root)
		? 0
		: error_set(error, "model.json", "has no modelTopology");
	if (result == 0)
		result = read_architecture(root, error);
	if (result == 0) {
		tensorflow_js_hints(root, &hints);
		assert(strlen(hints.loss) < sizeof hints.loss);
		result = read_weights(root, weights, weights_size, error);
	}
	json_decref(root);
	return result;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	if (!network)
		make_network();
	const unsigned char *end = size ? memchr(bytes, 0, size) : NULL;
	size_t length = end ? (size_t)(end - bytes) : size;
	int result = end ? read_model(bytes, length, end + 1, size - length - 1, &error)
			 : read_metadata(bytes, size, &error);
	return result == 0 || fuzz_refused(&error);
}
