/* Models from JSON in a test, and their comparison. */
#ifndef TESTS_UNIT_MODEL_GRAPH_TEXT_H
#define TESTS_UNIT_MODEL_GRAPH_TEXT_H

#include "format/keras.h"
#include "keras_files.h"

#include <stdarg.h>
#include <string.h>

/* The same but for where the weights are, which a flattened model has elsewhere. */
static inline bool same_layer(struct layer a, struct layer b)
{
	memset(a.group, 0, sizeof a.group);
	memset(b.group, 0, sizeof b.group);
	memset(a.outermost, 0, sizeof a.outermost);
	memset(b.outermost, 0, sizeof b.outermost);
	bool same = memcmp(&a, &b, sizeof a) == 0;
	if (!same)
		note("layer '%s' differs", a.name);
	return same;
}

static inline bool same_graph(const struct graph *a, const struct graph *b)
{
	bool same = a->layer_count == b->layer_count && a->node_count == b->node_count &&
		a->edge_count == b->edge_count && strcmp(a->name, b->name) == 0 &&
		memcmp(&a->input, &b->input, sizeof a->input) == 0;
	for (int i = 0; same && i < a->edge_count; i++)
		same = a->edges[i] == b->edges[i];
	for (int i = 0; same && i < a->node_count; i++)
		same = strcmp(a->nodes[i].name, b->nodes[i].name) == 0 &&
			a->nodes[i].layer == b->nodes[i].layer &&
			a->nodes[i].is_inference == b->nodes[i].is_inference &&
			a->nodes[i].input_count == b->nodes[i].input_count;
	for (int i = 0; same && i < a->layer_count; i++)
		same = same_layer(a->layers[i], b->layers[i]);
	return same;
}

/* Writes the graph, and reads it again: is it the same, as Keras has it? */
static inline bool survives(const struct graph *graph)
{
	struct graph again = {0}, keras = {0};
	struct error error = {0};
	if (architecture_write(graph, scratch_path("again.json"), &error) ||
		architecture_read(&again, scratch_path("again.json"), NULL, &error) ||
		keras_graph(&keras, graph, &error)) {
		note("%s: %s", error.object, error.reason);
		return false;
	}
	bool same = same_graph(&keras, &again);
	graph_free(&again);
	graph_free(&keras);
	return same;
}

/* Reads a model from text, "model.json" in messages. */
static inline int read_text(struct graph *out, const char *text,
	struct architecture_remarks *remarks, struct error *error)
{
	return architecture_parse(out, text, strlen(text), "model.json", remarks, error);
}

/* A text that is valid until the fourth call from here. */
static inline const char *format_text(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
static inline const char *format_text(const char *format, ...)
{
	static char texts[4][1 << 16];
	static int next;
	char *text = texts[next = (next + 1) % 4];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof texts[0], format, arguments);
	va_end(arguments);
	return text;
}

/* A Sequential of an 8x8x3 input and `layers`, with a comma before each. */
static inline int read_chain(struct graph *out, const char *layers,
	struct architecture_remarks *remarks, struct error *error)
{
	return read_text(out,
		format_text("{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", "
			    "\"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"name\": "
			    "\"in\", \"batch_input_shape\": [null, 8, 8, 3]}}%s]}}",
			layers),
		remarks, error);
}

/* Whether a layer 'x' of this class and config (", \"units\": 2") is refused, for this reason. */
static inline void layer_is_refused(const char *class_name, const char *config, const char *reason)
{
	struct graph graph;
	struct error error = {0};
	const char *text =
		format_text(", {\"class_name\": \"%s\", \"config\": {\"name\": \"x\"%s}}",
			class_name, config);
	ok(read_chain(&graph, text, NULL, &error) < 0, "%s%s is refused", class_name, config);
	is_text(error.object, "model.json: layer 'x'", "... with the layer");
	is_text(error.reason, reason, "... and the reason");
}

/* A functional model of input "in" (8x8x3), `layers` and output layer `output`. */
static inline int read_functional(struct graph *out, const char *layers, const char *output,
	struct architecture_remarks *remarks, struct error *error)
{
	return read_text(out,
		format_text("{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", "
			    "\"layers\": [{\"class_name\": \"InputLayer\", \"name\": \"in\", "
			    "\"config\": {\"name\": \"in\", \"batch_input_shape\": [null, 8, 8, "
			    "3]}, "
			    "\"inbound_nodes\": []}%s], \"input_layers\": [[\"in\", 0, 0]], "
			    "\"output_layers\": [[\"%s\", 0, 0]]}}",
			layers, output),
		remarks, error);
}

#endif
