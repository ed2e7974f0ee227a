/* What a model says and is not computed: it forbids training, or training says so. */
#include "graph_text.h"

static void has_remarks(const struct text_list *list, const char *expected, const char *what)
{
	is_integer((long long)list->count, *expected != 0, what);
	if (list->count > 0)
		is_text(list->items[0], expected, "... the first");
}

static void files(void)
{
	static const struct {
		const char *name, *refusal;
	} cases[] = {
		{"graphs/frozen.json", ""},
		{"graphs/reg.json", "layer 'c': 'kernel_constraint' is not supported"},
		{"graphs/typo.json", "layer 'c': 'fliters' is not known"},
		{"graphs/efficientnetb0.json", ""},
		{"graphs/squeeze_excite.json", ""},
		{"plain.json", ""},
		{"modern.json", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph graph;
		struct architecture_remarks remarks = {0};
		struct error error;
		ok(architecture_read(&graph, model_fixture(cases[i].name), &remarks, &error) == 0,
			"%s", cases[i].name);
		has_remarks(&remarks.refusals, cases[i].refusal, "what forbids training");
		has_remarks(&remarks.notes, "", "notes");
		graph_free(&graph);
		architecture_remarks_free(&remarks);
	}
}

static void layers(void)
{
	static const struct {
		const char *class_name, *config, *refusal, *note;
	} cases[] = {
		{"Flatten", "\"unknown\": null, \"dtype\": \"float16\", \"build_config\": {}", "",
			""},
		{"Flatten", "\"unknown\": false", "layer 'x': 'unknown' is not known", ""},
		{"Flatten", "\"\": 1", "layer 'x': '' is not known", ""},
		{"Flatten", "\"data\": 1", "layer 'x': 'data' is not known", ""},
		{"Dense", "\"units\": 1, \"kernel_regularizer\": {\"class_name\": \"Mine\"}",
			"layer 'x': kernel_regularizer 'Mine' is not supported", ""},
		{"Dense", "\"units\": 1, \"activity_regularizer\": \"l2\"",
			"layer 'x': 'activity_regularizer' is not supported", ""},
		{"Dense", "\"units\": 1, \"bias_constraint\": {\"class_name\": \"NonNeg\"}",
			"layer 'x': 'bias_constraint' is not supported", ""},
		{"Dense", "\"units\": 1, \"kernel_initializer\": \"he_normal\"", "", ""},
		{"Activation", "\"activation\": \"hard_sigmoid\"",
			"layer 'x': Keras 3 has no name for the hard_sigmoid of Keras 2", ""},
		{"RandomFlip", "\"mode\": \"horizontal\"", "",
			"layer 'x': RandomFlip has no effect"},
		{"RandomRotation", "\"factor\": 0.1", "",
			"layer 'x': RandomRotation has no effect"},
		{"ActivityRegularization", "\"l1\": 0.1", "",
			"layer 'x': ActivityRegularization has no effect"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph graph;
		struct architecture_remarks remarks = {0};
		struct error error;
		const char *text =
			format_text(", {\"class_name\": \"%s\", \"config\": {\"name\": \"x\", %s}}",
				cases[i].class_name, cases[i].config);
		ok(read_chain(&graph, text, &remarks, &error) == 0, "%s: %s", cases[i].class_name,
			cases[i].config);
		has_remarks(&remarks.refusals, cases[i].refusal, "what forbids training");
		has_remarks(&remarks.notes, cases[i].note, "notes");
		graph_free(&graph);
		architecture_remarks_free(&remarks);
		ok(read_chain(&graph, text, NULL, &error) == 0, "read without remarks");
		graph_free(&graph);
	}
}

static void frozen(void)
{
	struct graph graph;
	struct error error;
	if (architecture_read(&graph, model_fixture("graphs/frozen.json"), NULL, &error))
		return;
	int count = 0;
	for (int i = 0; i < graph.layer_count; i++)
		count += graph.layers[i].is_frozen;
	is_integer(count, 1, "trainable: false");
	ok(survives(&graph), "... is written");
	graph_free(&graph);
}

int main(void)
{
	files();
	layers();
	frozen();
	return done();
}
