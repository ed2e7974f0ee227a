/* Graphs of Keras: files of Keras, nested and shared models, free sides, arithmetic. */
#include "graph_text.h"

/* ---- files of Keras ---- */

static void find_sides(const json_t *shape, int sides[4])
{
	for (size_t i = 0; i < 4; i++)
		sides[i] = (int)json_integer_value(json_array_get(shape, i));
}

/* Compares the inputs of the nodes with what Keras says in build_config. Returns the number of
 * layers that say it, or -1. */
static int compare_shapes(const struct graph *graph, const char *path)
{
	json_t *root = json_load_file(path, 0, NULL), *object;
	json_t *list = json_object_get(json_object_get(root, "config"), "layers");
	struct shape *shapes = calloc((size_t)graph->node_count, sizeof *shapes);
	struct error error;
	int compared = graph_shapes(graph, shapes, &error) ? -1 : 0;
	size_t index;
	json_array_foreach (list, index, object) {
		json_t *built =
			json_object_get(json_object_get(object, "build_config"), "input_shape");
		const char *name = json_string_value(
			json_object_get(json_object_get(object, "config"), "name"));
		int node = graph_find(graph, name), sides[4];
		if (json_is_array(json_array_get(built, 0)))
			built = json_array_get(built, 0);
		if (node < 0 || compared < 0 || !built)
			continue;
		find_sides(built, sides);
		struct shape shape = graph_shape(graph, shapes, graph_input(graph, node, 0));
		bool same = shape.is_vector
			? json_array_size(built) == 2 && sides[1] == shape.channels
			: json_array_size(built) == 4 && sides[1] == shape.height &&
				sides[2] == shape.width && sides[3] == shape.channels;
		compared = same ? compared + 1 : -1;
		if (!same)
			note("%s reads %dx%dx%d", name, shape.height, shape.width, shape.channels);
	}
	free(shapes);
	json_decref(root);
	return compared;
}

static void files(void)
{
	static const struct {
		const char *name;
		int layers, nodes, shapes;
	} models[] = {
		{"concatenate", 6, 6, 6},
		{"functional_add", 12, 12, 12},
		{"functional_chain", 3, 3, 3},
		{"logits", 3, 3, 3},
		{"nested_like_teachable", 13, 13, 0},
		{"one_sigmoid", 3, 3, 3},
		{"rescaling_minus1_1", 4, 4, 4},
		{"shared_twice", 7, 8, 6},
		{"squeeze_excite", 12, 12, 12},
		{"residual", 5, 5, 0},
		{"squeezenet", 61, 61, 61},
		{"mobilenet_v2", 153, 153, 153},
		{"resnet50v2", 189, 189, 189},
		{"efficientnetb0", 236, 236, 236},
		{"densenet121", 426, 426, 426},
	};
	for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
		struct graph graph;
		struct error error = {0};
		const char *path = model_fixture(format_text("graphs/%s.json", models[i].name));
		if (!ok(architecture_read(&graph, path, NULL, &error) == 0, "%s is read",
			    models[i].name)) {
			note("%s: %s", error.object, error.reason);
			continue;
		}
		is_integer(graph.layer_count, models[i].layers, "layers");
		is_integer(graph.node_count, models[i].nodes, "nodes");
		is_integer(compare_shapes(&graph, path), models[i].shapes, "shapes are Keras'");
		ok(survives(&graph), "written and read again it is the same");
		graph_free(&graph);
	}
}

static void nested_file(void)
{
	struct graph graph;
	struct error error;
	if (architecture_read(&graph, model_fixture("graphs/nested_like_teachable.json"), NULL,
		    &error))
		return;
	int add = graph_find(&graph, "sequential_2_functional_7_add_1");
	ok(add > 0, "names of nested models are joined");
	if (add > 0) {
		is_integer(graph_input(&graph, add, 0), 3, "first input of the sum");
		is_integer(graph_input(&graph, add, 1), add - 1, "second input of the sum");
		is_text(graph_layer(&graph, add - 1)->group,
			"sequential/layers/functional/layers/batch_normalization_2",
			"group of its weights");
		is_text(graph_layer(&graph, add - 1)->outermost, "sequential_2", "outermost model");
	}
	graph_free(&graph);
}

/* ---- structures ---- */

#define CALL(name) "\"inbound_nodes\": [[[\"" name "\", 0, 0, {}]]]"
#define LAYER(class, name, config, calls) \
	", {\"class_name\": \"" class "\", \"name\": \"" name "\", \"config\": {\"name\": \"" name \
				      "\"" config "}, " calls "}"
#define CONVOLUTION(name, calls) \
	LAYER("Conv2D", name, ", \"filters\": 3, \"kernel_size\": 1", calls)

/* Reads a functional model; notes the error. */
static bool reads(struct graph *graph, const char *layers, const char *output)
{
	struct error error = {0};
	bool good = ok(read_functional(graph, layers, output, NULL, &error) == 0, "read");
	if (!good)
		note("%s: %s", error.object, error.reason);
	return good;
}

static const char nested[] =
	", {\"class_name\": \"Model\", \"name\": \"m/n\", \"config\": {\"name\": \"m/n\", "
	"\"trainable\": false, \"layers\": [{\"class_name\": \"InputLayer\", \"config\": "
	"{\"name\": "
	"\"i\"}, \"inbound_nodes\": []}, {\"class_name\": \"BatchNormalization\", \"config\": "
	"{\"name\": \"b\"}, \"inbound_nodes\": [[[\"i\", 0, 0]]]}], \"input_layers\": [\"i\", 0, "
	"0], "
	"\"output_layers\": [\"b\", 0, 0]}, \"inbound_nodes\": %s}";

static void shared_models(void)
{
	struct graph graph;
	char layers[2048];
	/* TensorFlow counts the calls of a nested model from 1. */
	snprintf(layers, sizeof layers, nested,
		"[[[\"in\", 0, 0, {\"training\": false}]], [[\"m/n\", 1, 0, {}]]]");
	strcat(layers,
		", {\"class_name\": \"Add\", \"config\": {\"name\": \"a\"}, "
		"\"inbound_nodes\": [[[\"m/n\", 1, 0, {}], [\"m/n\", 2, 0, {}]]]}");
	if (!reads(&graph, layers, "a"))
		return;
	is_integer(graph.layer_count, 2, "a shared model's layers are there once");
	is_integer(graph.node_count, 3, "... and its nodes for each use");
	is_text(graph.layers[0].name, "m_n_b", "no '/' in names");
	is_text(graph.nodes[1].name, "m_n_b_use_2", "name of the second use");
	ok(graph.layers[0].is_frozen && !graph.layers[1].is_frozen, "frozen by the model");
	ok(graph.nodes[0].is_inference && !graph.nodes[1].is_inference, "training=False");
	ok(graph_input(&graph, 1, 0) == 0 && graph_input(&graph, 2, 1) == 1, "inputs");
	ok(survives(&graph), "written and read again it is the same");
	graph_free(&graph);
}

/* A name of 63 bytes, whose last 62 are characters of two bytes. */
static void long_names(void)
{
	char name[64] = "x";
	struct graph graph;
	for (int i = 1; i < 63; i += 2)
		memcpy(name + i, "\303\251", 3);
	const char *layers = format_text(
		", {\"class_name\": \"Model\", \"config\": {\"name\": \"n\", \"layers\": "
		"[{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"i\"}}, "
		"{\"class_name\": "
		"\"Flatten\", \"config\": {\"name\": \"%s\"}, \"inbound_nodes\": [[[\"i\", 0, "
		"0]]]}], "
		"\"input_layers\": [\"i\", 0, 0], \"output_layers\": [\"%s\", 0, 0]}, "
		"\"inbound_nodes\": [[[\"in\", 0, 0]]]}, {\"class_name\": \"Flatten\", \"config\": "
		"{\"name\": \"%s\"}, \"inbound_nodes\": [[[\"n\", 0, 0]], [[\"%s\", 0, 0]]]}",
		name, name, name, name);
	struct error error = {0};
	if (!ok(read_functional(&graph, layers, name, NULL, &error) == 0, "long names"))
		return;
	is_text(graph.layers[0].name, name, "what is too long loses its beginning");
	ok(text_is_utf8(graph.layers[1].name) && strcmp(graph.layers[1].name, name) != 0 &&
			strstr(graph.layers[1].name, "_2"),
		"... and gets a number where that is taken");
	ok(survives(&graph), "written and read again it is the same");
	graph_free(&graph);
}

static void orders(void)
{
	struct graph graph;
	if (!reads(&graph,
		    CONVOLUTION("late", CALL("early")) CONVOLUTION("unused", CALL("in"))
			    CONVOLUTION("early", CALL("in")),
		    "late"))
		return;
	is_integer(graph.node_count, 2, "what does not lead to the output is left out");
	is_text(graph.nodes[0].name, "early", "nodes are in topological order");
	is_text(graph.layers[0].name, "late", "layers are in Keras' order");
	ok(survives(&graph), "written and read again it is the same");
	graph_free(&graph);
}

/* The layers of files that Keras wrote are in the order that keras_graph() gives. */
static void order_of_keras(void)
{
	static const char *const names[] = {"graphs/densenet121.json", "graphs/efficientnetb0.json",
		"graphs/resnet50v2.json", "graphs/squeeze_excite.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct graph graph, keras;
		struct error error = {0};
		if (!ok(architecture_read(&graph, model_fixture(names[i]), NULL, &error) == 0 &&
				    keras_graph(&keras, &graph, &error) == 0,
			    "%s", names[i]))
			continue;
		ok(graph.layer_count > 10 && same_graph(&graph, &keras), "... in Keras' order");
		graph_free(&graph);
		graph_free(&keras);
	}
}

/* Sorted by the distance from the output, then as a search from there meets them: the ReLU6 makes
 * the branch of "b" longer than that of "a". */
static void order_of_others(void)
{
	static const char *const expected[] = {"b", "a", "b_relu6", "sum"};
	struct graph graph, keras;
	struct error error = {0};
	if (!reads(&graph,
		    CONVOLUTION("a",
			    CALL("in")) ", {\"class_name\": \"Conv2D\", \"name\": \"b\", "
					"\"config\": {\"name\": \"b\", "
					"\"filters\": 3, \"kernel_size\": 1, \"activation\": "
					"\"relu6\"}, "
					"\"inbound_nodes\": [[[\"in\", 0, 0]]]}"
					", {\"class_name\": \"Add\", \"name\": \"sum\", "
					"\"config\": {\"name\": \"sum\"}, "
					"\"inbound_nodes\": [[[\"a\", 0, 0], [\"b\", 0, 0]]]}",
		    "sum"))
		return;
	if (!ok(keras_graph(&keras, &graph, &error) == 0, "as Keras has it"))
		return;
	is_integer(keras.layer_count, 4, "an activation has become a layer");
	for (int i = 0; i < keras.layer_count; i++)
		is_text(keras.layers[i].name, expected[i], "layers in order");
	ok(keras.layers[0].activation.kind == ACTIVATION_LINEAR &&
			keras.layers[2].activation.kind == ACTIVATION_RELU6,
		"... out of another");
	graph_free(&graph);
	graph_free(&keras);
}

#define TENSOR(name) \
	"{\"class_name\": \"__keras_tensor__\", \"config\": {\"keras_history\": [\"" name \
	"\", 0, 0]}}"
#define CALL3(args, kwargs) "\"inbound_nodes\": [{\"args\": [" args "], \"kwargs\": {" kwargs "}}]"

static void keras3_calls(void)
{
	struct graph graph;
	if (!reads(&graph,
		    CONVOLUTION("c", CALL3(TENSOR("in"), "")) LAYER("BatchNormalization", "b", "",
			    CALL3(TENSOR("c"), "\"training\": false, \"mask\": null")) LAYER("Add",
			    "a", "", CALL3("[" TENSOR("c") ", " TENSOR("b") "]", ""))
			    LAYER("Subtract", "s", "",
				    CALL3("", "\"x1\": " TENSOR("a") ", \"x2\": " TENSOR("in"))),
		    "s"))
		return;
	ok(graph.nodes[1].is_inference && !graph.nodes[0].is_inference, "training=False");
	is_integer(graph.nodes[2].input_count, 2, "a list of tensors");
	ok(graph_input(&graph, 3, 0) == 2 && graph_input(&graph, 3, 1) == GRAPH_INPUT,
		"named tensors");
	graph_free(&graph);
}

/* ---- arithmetic with constants ---- */

static void arithmetic(void)
{
	static const struct {
		const char *class_name, *config, *calls;
		double multiplier, offset;
	} cases[] = {
		{"TFOpLambda", ", \"function\": \"math.truediv\"",
			"[\"in\", 0, 0, {\"y\": 4, \"name\": null}]", 0.25, 0},
		{"TFOpLambda", ", \"function\": \"math.subtract\"",
			"[\"in\", 0, 0, {\"y\": 1.5, \"name\": null}]", 1, -1.5},
		{"TFOpLambda", ", \"function\": \"__operators__.add\"",
			"[\"in\", 0, 0, {\"y\": [1.0, 2.0, 3.0]}]", 1, 1},
		{"TFOpLambda", ", \"function\": \"math.multiply\"",
			"[\"_CONSTANT_VALUE\", -1, 2.0, {\"y\": [\"in\", 0, 0]}]", 2, 0},
		{"TrueDivide", "", "{\"args\": [" TENSOR("in") ", 8.0], \"kwargs\": {}}", 0.125, 0},
		{"Subtract", "", "{\"args\": [" TENSOR("in") ", 1.0], \"kwargs\": {}}", 1, -1},
		{"Subtract", "", "{\"args\": [1.0, " TENSOR("in") "], \"kwargs\": {}}", -1, 1},
		{"Multiply", "", "{\"args\": [" TENSOR("in") "], \"kwargs\": {\"x2\": 3}}", 3, 0},
		{"Add", "",
			"{\"args\": [" TENSOR("in") ", {\"class_name\": \"__numpy__\", \"config\": "
						    "{\"value\": [[4.0, "
						    "5, 6]]}}], \"kwargs\": {}}",
			1, 4},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph graph;
		const char *layers =
			format_text(", {\"class_name\": \"%s\", \"config\": {\"name\": \"x\"%s}, "
				    "\"inbound_nodes\": [%s]}",
				cases[i].class_name, cases[i].config, cases[i].calls);
		if (!reads(&graph, layers, "x"))
			continue;
		const struct layer *layer = &graph.layers[0];
		ok(layer->kind == LAYER_RESCALING &&
				(double)layer->multipliers[0] == cases[i].multiplier &&
				(double)layer->offsets[0] == cases[i].offset,
			"%s%s: x * %g + %g", cases[i].class_name, cases[i].config,
			cases[i].multiplier, cases[i].offset);
		ok(survives(&graph), "written and read again it is the same");
		graph_free(&graph);
	}
}

static void casts(void)
{
	struct graph graph;
	if (!reads(&graph,
		    LAYER("TFOpLambda", "x", ", \"function\": \"cast\"",
			    "\"inbound_nodes\": [[\"in\", 0, 0, {\"dtype\": \"float32\"}]]"),
		    "x"))
		return;
	is_integer(graph.layers[0].kind, LAYER_IDENTITY, "a cast changes nothing");
	graph_free(&graph);
}

/* ---- inputs ---- */

static int read_input(struct graph *graph, const char *shape, const char *layers,
	struct error *error)
{
	return read_text(graph,
		format_text("{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": "
			    "\"InputLayer\", \"config\": {\"name\": \"i\", \"batch_shape\": "
			    "%s}}%s]}",
			shape, layers),
		NULL, error);
}

static void inputs(void)
{
	struct graph graph;
	struct error error = {0};
	ok(read_input(&graph, "[null, null, null, 3]", CONVOLUTION("c", CALL("i")), &error) == 0,
		"free sides");
	ok(graph_is_free(&graph) && survives(&graph), "... are 0, and written");
	graph_set_input(&graph, 5, 7);
	ok(graph.input.height == 5 && graph.input.width == 7 && !graph_is_free(&graph), "... set");
	graph_free(&graph);
	ok(read_input(&graph, "[null, 5]", LAYER("Dense", "d", ", \"units\": 2", CALL("i")),
		   &error) == 0,
		"a vector");
	ok(graph.input.is_vector && graph.input.channels == 5 && survives(&graph), "... of 5");
	graph_free(&graph);
	ok(read_input(&graph, "[null, 5, 6]",
		   LAYER("Reshape", "r", ", \"target_shape\": [5, 6, -1]", CALL("i"))
			   CONVOLUTION("c", CALL("r")),
		   &error) == 0,
		"height and width");
	ok(graph.input.width == 6 && graph.input.channels == 1 && survives(&graph),
		"... are one channel");
	graph_free(&graph);
	ok(read_input(&graph, "[null, 5, 6]", CONVOLUTION("c", CALL("i")), &error) < 0,
		"a convolution needs channels");
	is_text(error.reason,
		"its input has no channels; a Reshape to [height, width, 1] adds them", "... says");
}

int main(void)
{
	files();
	nested_file();
	shared_models();
	long_names();
	orders();
	order_of_keras();
	order_of_others();
	keras3_calls();
	arithmetic();
	casts();
	inputs();
	return done();
}
