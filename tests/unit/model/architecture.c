/* Keras' JSON: files of Keras are parsed, written files are parsed to the same layers, unsupported
 * ones are refused with a reason. */
#include "keras_files.h"

#include <math.h>
#include <string.h>

static void real_files(void)
{
	struct architecture plain, modern;
	struct error error;
	ok(architecture_read(&plain, model_fixture("plain.json"), &error) == 0, "plain.json");
	is_integer(plain.layer_count, 12, "layers without the input");
	is_text(plain.name, "plain", "name");
	ok(plain.input.height == 22 && plain.input.width == 18 && plain.input.channels == 3,
		"input shape");
	ok(plain.layers[9].kind == LAYER_DROPOUT && plain.layers[9].rate == 0.5f, "dropout");
	architecture_free(&plain);

	ok(architecture_read(&modern, model_fixture("modern.json"), &error) == 0, "modern.json");
	const struct layer *stem = &modern.layers[0], *wide = &modern.layers[9],
			   *last = &modern.layers[11];
	ok(stem->padding == PADDING_SAME && stem->stride_width == 2 && !stem->use_bias,
		"stem: same padding, stride 2, no bias");
	ok(modern.layers[1].kind == LAYER_BATCH_NORMALIZATION && modern.layers[1].epsilon == 1e-3f,
		"normalisation");
	ok(modern.layers[2].kind == LAYER_ACTIVATION &&
			modern.layers[2].activation.kind == ACTIVATION_RELU,
		"class ReLU");
	ok(modern.layers[3].kind == LAYER_DEPTHWISE_CONVOLUTION && modern.layers[3].filters == 1,
		"depthwise");
	ok(wide->kernel_height == 5 && wide->kernel_width == 3, "kernel height before width");
	ok(last->kind == LAYER_DENSE && last->activation.kind == ACTIVATION_SOFTMAX &&
			last->filters == 3,
		"dense");
	architecture_free(&modern);
}

static bool same_layers(const struct architecture *a, const struct architecture *b)
{
	bool same = a->layer_count == b->layer_count && a->input.height == b->input.height &&
		a->input.width == b->input.width && a->input.channels == b->input.channels &&
		!strcmp(a->name, b->name);
	for (int i = 0; same && i < a->layer_count; i++)
		same = memcmp(&a->layers[i], &b->layers[i], sizeof *a->layers) == 0;
	return same;
}

static void round_trip(void)
{
	static const char *const names[] = {"plain.json", "modern.json"};
	for (int i = 0; i < 2; i++) {
		struct architecture first, second;
		struct error error;
		ok(architecture_read(&first, model_fixture(names[i]), &error) == 0, "%s", names[i]);
		ok(architecture_write(&first, scratch_path("written.json"), &error) == 0,
			"written");
		ok(architecture_read(&second, scratch_path("written.json"), &error) == 0,
			"read again");
		ok(same_layers(&first, &second), "... with the same layers");
		architecture_free(&first);
		architecture_free(&second);
	}
}

/* Reads a model of an 8x8x3 input and the given layers. */
static int read_layers(struct architecture *out, const char *layers, struct error *error)
{
	const char *path = scratch_path("model.json");
	FILE *stream = fopen(path, "w");
	fprintf(stream,
		"{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": ["
		"{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", "
		"\"batch_input_shape\": [null, 8, 8, 3]}}%s]}}",
		layers);
	fclose(stream);
	return architecture_read(out, path, error);
}

static void defaults(void)
{
	struct architecture model;
	struct error error = {0};
	int result = read_layers(&model,
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
		&error);
	if (!ok(result == 0, "a minimal config of each layer"))
		note("%s: %s", error.object, error.reason);
	is_integer(model.layer_count, 9, "a separable convolution is two layers");
	ok(model.layers[0].kernel_width == 3 && model.layers[0].stride_width == 1 &&
			model.layers[0].use_bias,
		"convolution");
	ok(model.layers[1].kind == LAYER_DEPTHWISE_CONVOLUTION && !model.layers[1].use_bias &&
			model.layers[1].activation.kind == ACTIVATION_LINEAR,
		"depthwise half");
	is_text(model.layers[2].name, "s_pointwise", "pointwise half");
	ok(model.layers[2].filters == 6 && model.layers[2].kernel_width == 1 &&
			model.layers[2].use_bias &&
			model.layers[2].activation.kind == ACTIVATION_RELU,
		"... with bias and activation");
	ok(model.layers[3].stride_width == 3, "a pool's stride is its size");
	ok(model.layers[4].activation.kind == ACTIVATION_LEAKY_RELU &&
			model.layers[4].activation.negative_slope == 0.25f,
		"leaky ReLU");
	ok(model.layers[5].activation.kind == ACTIVATION_SWISH, "silu is swish");
	ok(model.layers[7].momentum == 0.99f && model.layers[7].epsilon == 1e-3f,
		"Keras' defaults of normalisation");
	ok(model.layers[8].activation.kind == ACTIVATION_SOFTMAX,
		"an activation given as an object");
	ok(architecture_write(&model, scratch_path("again.json"), &error) == 0, "written");
	architecture_free(&model);
	ok(architecture_read(&model, scratch_path("again.json"), &error) == 0, "read again");
	ok(model.layers[4].activation.negative_slope == 0.25f, "the slope is preserved");
	architecture_free(&model);
}

static bool same_activation(const struct activation *a, const struct activation *b)
{
	return a->kind == b->kind && a->negative_slope == b->negative_slope &&
		(a->kind != ACTIVATION_CLIPPED_RELU ||
			(a->threshold == b->threshold && a->maximum == b->maximum));
}

/* Of a network of one layer with this activation. */
static int write_and_read(struct activation activation, enum layer_kind kind,
	struct activation *out, struct error *error)
{
	struct layer layer = {.kind = kind,
		.name = "x",
		.filters = 2,
		.kernel_height = 1,
		.kernel_width = 1,
		.stride_height = 1,
		.stride_width = 1,
		.activation = activation};
	const struct architecture one = {"m", {4, 4, 3}, 1, &layer};
	struct architecture again;
	if (architecture_write(&one, scratch_path("one.json"), error) ||
		architecture_read(&again, scratch_path("one.json"), error))
		return -1;
	*out = again.layers[0].activation;
	architecture_free(&again);
	return 0;
}

static void activations(void)
{
	struct activation read;
	struct error error = {0};
	for (int i = 0; i < ACTIVATION_COUNT; i++) {
		enum activation_kind kind = (enum activation_kind)i;
		const char *title = activation_title(kind) ? activation_title(kind) : "linear";
		struct activation named = activation_default(kind);
		if (!activation_name(kind))
			continue;
		ok(write_and_read(named, LAYER_ACTIVATION, &read, &error) == 0 &&
				same_activation(&read, &named),
			"%s is written and read as a layer", title);
		ok(write_and_read(named, LAYER_CONVOLUTION, &read, &error) == 0 &&
				same_activation(&read, &named),
			"... and within one");
	}
	const struct activation others[] = {{ACTIVATION_LEAKY_RELU, 0.1f, 0, INFINITY},
		{ACTIVATION_ELU, 0.7f, 0, INFINITY}, {ACTIVATION_CLIPPED_RELU, 0, 0.3f, INFINITY},
		{ACTIVATION_CLIPPED_RELU, 0.1f, 0, 2.6f}, {ACTIVATION_CLIPPED_RELU, 0, 0, 3}};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const char *title = activation_title(others[i].kind);
		ok(write_and_read(others[i], LAYER_ACTIVATION, &read, &error) == 0 &&
				same_activation(&read, &others[i]),
			"%s with parameters is written and read", title);
		ok(write_and_read(others[i], LAYER_CONVOLUTION, &read, &error) < 0,
			"... but not within a layer: %s", error.reason);
	}
	ok(write_and_read(activation_default(ACTIVATION_KERAS2_HARD_SIGMOID), LAYER_ACTIVATION,
		   &read, &error) < 0,
		"Keras 2's hard sigmoid is not written as Keras 3's: %s", error.reason);
}

static void unsupported_models(void)
{
	static const struct {
		const char *layers, *object, *reason;
	} cases[] = {
		{"", "", "has no layers"},
		{", 3", "", "layer 2 has no class_name or no config"},
		{", {\"class_name\": \"Conv2D\", \"config\": {}}", "",
			"a layer of class Conv2D has no name of 1 to 63 bytes without '/'"},
		{", {\"class_name\": \"LSTM\", \"config\": {\"name\": \"x\"}}", ": layer 'x'",
			"layer class 'LSTM' is not supported"},
		{", {\"class_name\": \"Activation\", \"config\": {\"name\": \"x\", \"activation\": "
		 "\"glu\"}}",
			": layer 'x'", "activation 'glu' is not supported"},
		{", {\"class_name\": \"ReLU\", \"config\": {\"name\": \"x\", \"threshold\": -1}}",
			": layer 'x'", "threshold is out of range"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 0, "
		 "\"kernel_size\": 3}}",
			": layer 'x'", "filters is not a whole number from 1 to 16777216"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 1, "
		 "\"kernel_size\": [3]}}",
			": layer 'x'", "kernel_size is not a pair of numbers"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 1, "
		 "\"kernel_size\": 3,"
		 " \"dilation_rate\": 2}}",
			": layer 'x'", "dilation_rate other than 1 is not supported"},
		{", {\"class_name\": \"Conv2D\", \"config\": {\"name\": \"x\", \"filters\": 1, "
		 "\"kernel_size\": 3,"
		 " \"data_format\": \"channels_first\"}}",
			": layer 'x'", "data_format is not supported"},
		{", {\"class_name\": \"Dense\", \"config\": {\"name\": \"x\", \"units\": 2}}",
			": layer 'x'", "input is not a vector; put a Flatten layer before it"},
		{", {\"class_name\": \"Dropout\", \"config\": {\"name\": \"x\", \"rate\": 1}}",
			": layer 'x'", "rate is out of range"},
		{", {\"class_name\": \"Flatten\", \"config\": {\"name\": \"x\"}},"
		 "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"x\"}}",
			"", "two layers have the name 'x'"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct architecture model;
		struct error error = {0};
		char object[4200];
		ok(read_layers(&model, cases[i].layers, &error) < 0, "refused: %s",
			cases[i].reason);
		snprintf(object, sizeof object, "%s%s", scratch_path("model.json"),
			cases[i].object);
		is_text(error.object, object, "... with the layer");
		is_text(error.reason, cases[i].reason, "... and the reason");
	}
}

static void refuses_text(const char *text, const char *reason)
{
	struct architecture model;
	struct error error = {0};
	const char *path = scratch_path("text.json");
	FILE *stream = fopen(path, "w");
	fputs(text, stream);
	fclose(stream);
	ok(architecture_read(&model, path, &error) < 0 && !model.layers, "refused: %.60s", text);
	ok(strstr(error.reason, reason), "... %s", reason);
	if (!strstr(error.reason, reason))
		note("got %s", error.reason);
}

static void invalid_texts(void)
{
	refuses_text("", "line 1:");
	refuses_text("[1, 2", "line 1:");
	refuses_text("{}", "is not a Keras model: it has no class_name");
	refuses_text("{\"class_name\": \"Functional\", \"config\": {}}",
		"is a Functional model; only Sequential models are supported");
	refuses_text("{\"class_name\": \"Sequential\", \"config\": {}}", "has no list of layers");
	refuses_text("{\"class_name\": \"Sequential\", \"class_name\": \"Sequential\"}",
		"duplicate");
	refuses_text("{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Flatten\", "
		     "\"config\": {\"name\": \"f\"}}]}",
		"its first layer has no batch_input_shape");
	refuses_text("{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": "
		     "\"InputLayer\", \"config\":"
		     " {\"name\": \"f\", \"batch_shape\": [null, null, 3, 3]}}]}",
		"its input shape is not");
}

int main(void)
{
	real_files();
	round_trip();
	defaults();
	activations();
	unsupported_models();
	invalid_texts();
	return done();
}
