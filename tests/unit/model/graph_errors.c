/* Models that can't be read: one line that names the layer. */
#include "graph_text.h"

#define CALLS(name) "\"inbound_nodes\": [[[\"" name "\", 0, 0, {}]]]"
#define LAYER(class, name, calls) \
	", {\"class_name\": \"" class "\", \"config\": {\"name\": \"" name "\"}, " calls "}"

static void is_refused(int result, const struct error *error, const char *object,
	const char *reason)
{
	ok(result < 0, "refused: %s", reason);
	is_text(error->object, object, "... by name");
	is_text(error->reason, reason, "... with the reason");
}

static void structures(void)
{
	static const struct {
		const char *layers, *output, *object, *reason;
	} cases[] = {
		{LAYER("Flatten", "a", CALLS("b")) LAYER("Flatten", "b", CALLS("c"))
				LAYER("Flatten", "c", CALLS("b")),
			"a", "model.json: layer 'b'", "is part of a cycle"},
		{LAYER("Flatten", "a", CALLS("a")), "a", "model.json: layer 'a'",
			"is part of a cycle"},
		{LAYER("Flatten", "a", CALLS("b")), "a", "model.json: layer 'a'",
			"its input 'b' is missing"},
		{LAYER("Flatten", "a", "\"inbound_nodes\": [[[\"in\", 0, 1]]]"), "a",
			"model.json: layer 'a'", "reads a second output of a layer"},
		{LAYER("Flatten", "a", CALLS("in"))
				LAYER("Flatten", "b", "\"inbound_nodes\": [[[\"a\", 1, 0]]]"),
			"b", "model.json: layer 'b'", "its input 'a' is missing"},
		{LAYER("Flatten", "a", "\"inbound_nodes\": []"), "a", "model.json",
			"its input 'a' is missing"},
		{LAYER("Flatten", "a", CALLS("in")), "b", "model.json", "its input 'b' is missing"},
		{LAYER("Flatten", "a", CALLS("in")), "a\", 0, 0], [\"a", "model.json",
			"has 2 outputs; only models of one output are supported"},
		{LAYER("Flatten", "a", "\"inbound_nodes\": [[]]"), "a", "model.json: layer 'a'",
			"has a call without an input"},
		{LAYER("Flatten", "a", "\"inbound_nodes\": [3]"), "a", "model.json: layer 'a'",
			"one of its inbound_nodes is neither a list nor an object"},
		{LAYER("Flatten", "a", "\"inbound_nodes\": 3"), "a", "model.json: layer 'a'",
			"its inbound_nodes are not a list"},
		{LAYER("Flatten", "a",
			 "\"inbound_nodes\": [[[\"in\", 0, 0, {\"training\": true}]]]"),
			"a", "model.json: layer 'a'",
			"its argument training=True is not supported"},
		{LAYER("InputLayer", "i", "\"inbound_nodes\": []") LAYER("Add", "a",
			 "\"inbound_nodes\": [[[\"in\", 0, 0], [\"i\", 0, 0]]]"),
			"a", "model.json: layer 'i'", "is a second input"},
		{LAYER("Flatten", "a", CALLS("in")) LAYER("Add", "b",
			 "\"inbound_nodes\": [[[\"in\", 0, 0], [\"a\", 0, 0]]]"),
			"b", "model.json: layer 'b'",
			"its inputs of 8x8x3 and 1x1x192 do not fit together"},
		{LAYER("Add", "a", CALLS("in")), "a", "model.json: layer 'a'",
			"has 1 inputs; Add takes at least 2"},
		{LAYER("Flatten", "a", CALLS("in")) LAYER("Flatten", "a", CALLS("in")), "a",
			"model.json", "two layers have the name 'a'"},
		{LAYER("LSTM", "a", CALLS("in")), "a", "model.json: layer 'a'",
			"layer class 'LSTM' is not supported"},
		{LAYER("TrueDivide", "a", CALLS("in")), "a", "model.json: layer 'a'",
			"its operation has no constant"},
		{LAYER("Flatten", "a", "\"inbound_nodes\": [[[\"in\", 0, 0, {\"axis\": 1}]]]"), "a",
			"model.json: layer 'a'", "has a constant as an input"},
		{LAYER("Add", "a",
			 "\"inbound_nodes\": [[\"in\", 0, 0, {\"y\": 1}], [\"in\", 0, 0, {\"y\": "
			 "2}]]"),
			"a", "model.json: layer 'a'", "is used more than once with constants"},
		{"", "in", "model.json", "has no layers"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph graph;
		struct error error = {0};
		int result =
			read_functional(&graph, cases[i].layers, cases[i].output, NULL, &error);
		is_refused(result, &error, cases[i].object, cases[i].reason);
		graph_free(&graph);
	}
}

static void two_inputs(void)
{
	struct graph graph;
	struct error error = {0};
	int result = read_text(&graph,
		"{\"class_name\": \"Functional\", \"config\": {\"layers\": [], \"input_layers\": "
		"[[\"a\", 0, 0], [\"b\", 0, 0]], \"output_layers\": [[\"a\", 0, 0]]}}",
		NULL, &error);
	is_refused(result, &error, "model.json",
		"has 2 inputs; only models of one input are supported");
}

/* As many layers as there may be, and one more. */
static void many_layers(void)
{
	static char text[1 << 20];
	for (int count = GRAPH_NODES_MAXIMUM - 1; count <= GRAPH_NODES_MAXIMUM; count++) {
		struct graph graph;
		struct error error = {0};
		char *at = text;
		at += sprintf(at,
			"{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": "
			"\"InputLayer\", \"config\": {\"name\": \"i\", \"batch_shape\": [null, "
			"5]}}");
		for (int i = 0; i < count; i++)
			at += sprintf(at,
				", {\"class_name\": \"Flatten\", \"config\": {\"name\": \"f%d\"}}",
				i);
		sprintf(at, "]}");
		int result = read_text(&graph, text, NULL, &error);
		if (count < GRAPH_NODES_MAXIMUM)
			ok(result == 0, "%d layers with the input", GRAPH_NODES_MAXIMUM);
		else
			is_refused(result, &error, "model.json: layer 'f4095'",
				"is one of more than 4096 layers");
		graph_free(&graph);
	}
}

/* Writes a model of Flatten and `depth` models around it, which each use the next one twice. */
static void write_models(FILE *stream, int depth)
{
	fprintf(stream,
		depth ? "{\"class_name\": \"Model\", \"config\": {\"name\": \"m\", \"layers\": "
			"[{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"i\", "
			"\"batch_shape\": [null, 4]}}, "
		      : "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"m\"");
	if (depth) {
		write_models(stream, depth - 1);
		fprintf(stream,
			"], \"input_layers\": [\"i\", 0, 0], \"output_layers\": [\"m\", 1, 0]");
	}
	fprintf(stream, "}, \"inbound_nodes\": [[[\"i\", 0, 0]], [[\"m\", 0, 0]]]}");
}

static void deep_models(void)
{
	static const char *const reasons[] = {NULL, "is one of more than 4096 layers",
		"lies in too many nested models"};
	for (int i = 0; i < 3; i++) {
		struct graph graph;
		struct error error = {0};
		const char *path = scratch_path("deep.json");
		char object[4200];
		FILE *stream = fopen(path, "w");
		write_models(stream, 3 + 10 * i);
		fclose(stream);
		int result = architecture_read(&graph, path, NULL, &error);
		snprintf(object, sizeof object, "%s: layer 'm'", path);
		if (reasons[i])
			is_refused(result, &error, object, reasons[i]);
		else
			is_integer(graph.node_count, 8,
				"models nested three deep, used twice each");
		graph_free(&graph);
	}
}

int main(void)
{
	structures();
	two_inputs();
	many_layers();
	deep_models();
	return done();
}
