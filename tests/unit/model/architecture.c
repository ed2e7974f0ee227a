/* Keras' JSON: files of Keras are parsed, written files are parsed to the same layers, unsupported
 * ones are refused with a reason. */
#include "graph_text.h"

static void real_files(void)
{
	struct graph plain, modern;
	struct error error;
	ok(architecture_read(&plain, model_fixture("plain.json"), NULL, &error) == 0, "plain.json");
	is_integer(plain.layer_count, 12, "layers without the input");
	is_text(plain.name, "plain", "name");
	ok(plain.input.height == 22 && plain.input.width == 18 && plain.input.channels == 3,
		"input shape");
	ok(plain.layers[9].kind == LAYER_DROPOUT && plain.layers[9].rate == 0.5f, "dropout");
	graph_free(&plain);

	ok(architecture_read(&modern, model_fixture("modern.json"), NULL, &error) == 0,
		"modern.json");
	const struct layer *stem = &modern.layers[0], *wide = &modern.layers[9],
			   *last = &modern.layers[11];
	ok(stem->padding == PADDING_SAME && stem->stride_width == 2 && !stem->use_bias,
		"stem: same padding, stride 2, no bias");
	ok(modern.layers[1].kind == LAYER_BATCH_NORMALIZATION && modern.layers[1].epsilon == 1e-3f,
		"normalisation");
	ok(modern.layers[2].kind == LAYER_ACTIVATION &&
			modern.layers[2].activation.kind == ACTIVATION_RELU,
		"class ReLU");
	ok(modern.layers[3].kind == LAYER_DEPTHWISE_CONVOLUTION && modern.layers[3].multiplier == 1,
		"depthwise");
	ok(wide->kernel_height == 5 && wide->kernel_width == 3, "kernel height before width");
	ok(last->kind == LAYER_DENSE && last->activation.kind == ACTIVATION_SOFTMAX &&
			last->filters == 3,
		"dense");
	graph_free(&modern);
}

static void round_trip(void)
{
	static const char *const names[] = {"plain.json", "modern.json"};
	for (int i = 0; i < 2; i++) {
		struct graph first, second;
		struct error error;
		ok(architecture_read(&first, model_fixture(names[i]), NULL, &error) == 0, "%s",
			names[i]);
		ok(architecture_write(&first, scratch_path("written.json"), &error) == 0,
			"written");
		ok(architecture_read(&second, scratch_path("written.json"), NULL, &error) == 0,
			"read again");
		ok(same_graph(&first, &second), "... with the same layers");
		graph_free(&first);
		graph_free(&second);
	}
}

static void defaults(void)
{
	struct graph model;
	struct error error = {0};
	int result = read_chain(&model,
		", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"c\", \"filters\": 4, "
		"\"kernel_size\": 3}}"
		", {\"class_name\": \"SeparableConv2D\", \"config\": {\"name\": \"s\", "
		"\"filters\": 6, \"kernel_size\": [3, 3],"
		" \"padding\": \"same\", \"activation\": \"relu\"}}"
		", {\"class_name\": \"MaxPooling2D\", \"config\": {\"name\": \"p\", \"pool_size\": "
		"[3, 3]}}"
		", {\"class_name\": \"LeakyReLU\", \"config\": {\"name\": \"l\", \"alpha\": 0.25}}"
		", {\"class_name\": \"Activation\", \"config\": {\"name\": \"a\", \"activation\": "
		"\"silu\"}}"
		", {\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}}"
		", {\"class_name\": \"BatchNormalization\", \"config\": {\"name\": \"b\", "
		"\"axis\": [1]}}"
		", {\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 2,"
		" \"activation\": {\"class_name\": \"function\", \"config\": \"softmax\"}}}",
		NULL, &error);
	if (!ok(result == 0, "a minimal config of each layer"))
		note("%s: %s", error.object, error.reason);
	is_integer(model.layer_count, 8, "layers");
	ok(model.layers[0].kernel_width == 3 && model.layers[0].stride_width == 1 &&
			model.layers[0].use_bias,
		"convolution");
	const struct layer *separable = &model.layers[1];
	ok(separable->kind == LAYER_SEPARABLE_CONVOLUTION && separable->filters == 6 &&
			separable->multiplier == 1 && separable->kernel_width == 3 &&
			separable->use_bias && separable->activation.kind == ACTIVATION_RELU,
		"a separable convolution is one layer");
	ok(model.layers[2].stride_width == 3, "a pool's stride is its size");
	ok(model.layers[3].activation.kind == ACTIVATION_LEAKY_RELU &&
			model.layers[3].activation.negative_slope == 0.25f,
		"leaky ReLU");
	ok(model.layers[4].activation.kind == ACTIVATION_SWISH, "silu is swish");
	ok(model.layers[6].momentum == 0.99f && model.layers[6].epsilon == 1e-3f,
		"Keras' defaults of normalisation");
	ok(model.layers[7].activation.kind == ACTIVATION_SOFTMAX,
		"an activation given as an object");
	ok(architecture_write(&model, scratch_path("again.json"), &error) == 0, "written");
	graph_free(&model);
	ok(architecture_read(&model, scratch_path("again.json"), NULL, &error) == 0, "read again");
	ok(model.layers[3].activation.negative_slope == 0.25f, "the slope is preserved");
	graph_free(&model);
}

static void unsupported_models(void)
{
	static const struct {
		const char *layers, *object, *reason;
	} cases[] = {
		{"", "", "has no layers"},
		{", 3", "", "layer 2 has no class_name or no config"},
		{", {\"class_name\": \"Conv2D\", \"config\": {}}", "",
			"a layer of class Conv2D has no name of 1 to 63 bytes"},
		{", {\"class_name\": \"LSTM\", \"config\": {\"name\": \"x\"}}", ": layer 'x'",
			"layer class 'LSTM' is not supported"},
		{", {\"class_name\": \"Activation\", \"config\": {\"name\": \"x\", \"activation\": "
		 "\"mine\"}}",
			": layer 'x'", "activation 'mine' is not supported"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 0, "
		 "\"kernel_size\": 3}}",
			": layer 'x'", "filters is not a whole number from 1 to 16777216"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 1, "
		 "\"kernel_size\": [3]}}",
			": layer 'x'", "kernel_size is not a pair of numbers"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 1, "
		 "\"kernel_size\": 3,"
		 " \"data_format\": \"channels_first\"}}",
			": layer 'x'", "data_format is not supported"},
		{", {\"class_name\": \"Dropout\", \"config\": {\"name\": \"x\", \"rate\": 1}}",
			": layer 'x'", "rate is out of range"},
		{", {\"class_name\": \"Flatten\", \"config\": {\"name\": \"x\"}},"
		 "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"x\"}}",
			"", "two layers have the name 'x'"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph model;
		struct error error = {0};
		char object[64];
		ok(read_chain(&model, cases[i].layers, NULL, &error) < 0, "refused: %s",
			cases[i].reason);
		snprintf(object, sizeof object, "model.json%s", cases[i].object);
		is_text(error.object, object, "... with the layer");
		is_text(error.reason, cases[i].reason, "... and the reason");
	}
}

static void refuses_text(const char *text, const char *reason)
{
	struct graph model;
	struct error error = {0};
	const char *path = scratch_path("text.json");
	FILE *stream = fopen(path, "w");
	fputs(text, stream);
	fclose(stream);
	ok(architecture_read(&model, path, NULL, &error) < 0 && !model.layers, "refused: %.60s",
		text);
	ok(strstr(error.reason, reason), "... %s", reason);
	if (!strstr(error.reason, reason))
		note("got %s", error.reason);
}

static void invalid_texts(void)
{
	refuses_text("", "line 1:");
	refuses_text("[1, 2", "line 1:");
	refuses_text("{}", "is not a Keras model: it has no class_name");
	refuses_text("{\"class_name\": \"Encoder\", \"config\": {}}",
		"is of class Encoder; Sequential and Functional models are supported");
	refuses_text("{\"class_name\": \"Sequential\", \"config\": {}}", "has no list of layers");
	refuses_text("{\"class_name\": \"Sequential\", \"class_name\": \"Sequential\"}",
		"duplicate");
	refuses_text("{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Flatten\", "
		     "\"config\": {\"name\": \"f\"}}]}",
		"its first layer has no batch_input_shape");
	refuses_text("{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": "
		     "\"InputLayer\", \"config\":"
		     " {\"name\": \"f\", \"batch_shape\": [null, null, 3, null]}}]}",
		"its input shape is not");
}

int main(void)
{
	real_files();
	round_trip();
	defaults();
	unsupported_models();
	invalid_texts();
	return done();
}
