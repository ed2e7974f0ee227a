/* Layers as Keras 1 and older versions of TensorFlow wrote them are those of Keras 2; dtype
 * policies. */
#include "graph_text.h"

static struct graph read_one(const char *class_name, const char *config, struct error *error)
{
	struct graph graph;
	struct architecture_remarks remarks = {0};
	const char *text =
		format_text(", {\"class_name\": \"%s\", \"config\": {\"name\": \"x\"%s}}",
			class_name, config);
	if (read_chain(&graph, text, &remarks, error))
		graph = (struct graph){0};
	for (size_t i = 0; i < remarks.refusals.count; i++)
		note("%s", remarks.refusals.items[i]);
	if (!ok(remarks.refusals.count == 0, "%s%s: every key is known", class_name, config))
		graph_free(&graph);
	architecture_remarks_free(&remarks);
	return graph;
}

static void keys(void)
{
	static const struct {
		const char *old_class, *old, *new_class, *new;
	} cases[] = {
		{"Convolution2D",
			", \"nb_filter\": 4, \"nb_row\": 3, \"nb_col\": 2, \"init\": \"normal\", "
			"\"border_mode\": \"same\", \"subsample\": [2, 1], \"dim_ordering\": "
			"\"tf\", "
			"\"activation\": \"relu\", \"bias\": false, \"W_constraint\": null, "
			"\"input_dtype\": \"float32\", \"W_regularizer\": {\"name\": "
			"\"WeightRegularizer\", \"l1\": 0.0, \"l2\": 0.25}",
			"Conv2D",
			", \"filters\": 4, \"kernel_size\": [3, 2], \"padding\": \"same\", "
			"\"strides\": [2, 1], \"activation\": \"relu\", \"use_bias\": false, "
			"\"kernel_regularizer\": {\"class_name\": \"L2\", \"config\": {\"l2\": "
			"0.25}}"},
		{"AtrousConvolution2D",
			", \"nb_filter\": 4, \"nb_row\": 3, \"nb_col\": 3, \"atrous_rate\": [2, 2]",
			"Conv2D", ", \"filters\": 4, \"kernel_size\": 3, \"dilation_rate\": 2"},
		{"SeparableConvolution2D",
			", \"nb_filter\": 4, \"nb_row\": 3, \"nb_col\": 3, \"depth_multiplier\": "
			"2, "
			"\"depthwise_init\": \"normal\", \"b_regularizer\": {\"name\": "
			"\"L1L2Regularizer\", \"l1\": 0.5, \"l2\": 0.0}",
			"SeparableConv2D",
			", \"filters\": 4, \"kernel_size\": 3, \"depth_multiplier\": 2, "
			"\"bias_regularizer\": {\"class_name\": \"L1\", \"config\": {\"l1\": "
			"0.5}}"},
		{"Dense", ", \"output_dim\": 4, \"input_dim\": 3, \"bias\": true", "Dense",
			", \"units\": 4"},
		{"MaxPooling2D",
			", \"pool_size\": [3, 3], \"strides\": [2, 2], \"border_mode\": \"same\", "
			"\"dim_ordering\": \"default\"",
			"MaxPooling2D",
			", \"pool_size\": 3, \"strides\": 2, \"padding\": \"same\""},
		{"Dropout", ", \"p\": 0.25", "Dropout", ", \"rate\": 0.25"},
		{"SpatialDropout2D", ", \"p\": 0.25, \"dim_ordering\": \"tf\"", "SpatialDropout2D",
			", \"rate\": 0.25"},
		{"GaussianDropout", ", \"p\": 0.25", "GaussianDropout", ", \"rate\": 0.25"},
		{"GaussianNoise", ", \"sigma\": 0.25", "GaussianNoise", ", \"stddev\": 0.25"},
		{"BatchNormalization",
			", \"mode\": 0, \"axis\": -1, \"beta_init\": \"zero\", \"epsilon\": 0.5",
			"BatchNormalization", ", \"epsilon\": 0.5"},
		{"ZeroPadding2D", ", \"padding\": [1, 2], \"dim_ordering\": \"tf\"",
			"ZeroPadding2D", ", \"padding\": [[1, 1], [2, 2]]"},
		{"ZeroPadding2D", ", \"padding\": [1, 2, 3, 4]", "ZeroPadding2D",
			", \"padding\": [[1, 2], [3, 4]]"},
		{"ZeroPadding2D", ", \"padding\": {\"top_pad\": 1, \"right_pad\": 2}",
			"ZeroPadding2D", ", \"padding\": [[1, 0], [0, 2]]"},
		{"PReLU", ", \"init\": \"zero\", \"shared_axes\": [1, 2]", "PReLU",
			", \"shared_axes\": [1, 2]"},
		{"BatchNormalizationV1", ", \"axis\": [3], \"fused\": true", "BatchNormalization",
			""},
		{"BatchNormalizationV2", ", \"axis\": [3]", "BatchNormalization", ""},
		{"SyncBatchNormalization", "", "BatchNormalization", ""},
		{"MaxPool2D", "", "MaxPooling2D", ""},
		{"AvgPool2D", "", "AveragePooling2D", ""},
		{"GlobalMaxPool2D", "", "GlobalMaxPooling2D", ""},
		{"GlobalAvgPool2D", "", "GlobalAveragePooling2D", ""},
		{"Flatten", ", \"dtype\": \"bfloat16\"", "Flatten", ""},
		{"Flatten",
			", \"dtype\": {\"class_name\": \"DTypePolicy\", \"config\": {\"name\": "
			"\"mixed_float16\"}, \"module\": \"keras\", \"registered_name\": null}",
			"Flatten", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = {0};
		struct graph old = read_one(cases[i].old_class, cases[i].old, &error),
			     new = read_one(cases[i].new_class, cases[i].new, &error);
		bool same = old.layer_count == 1 && new.layer_count == 1 &&
			same_layer(old.layers[0], new.layers[0]);
		if (!ok(same, "... and it is %s%s", cases[i].new_class, cases[i].new))
			note("%s: %s", error.object, error.reason);
		graph_free(&old);
		graph_free(&new);
	}
}

static void refusals(void)
{
	static const struct {
		const char *class_name, *config, *reason;
	} cases[] = {
		{"MaxPooling2D", ", \"dim_ordering\": \"th\"",
			"dim_ordering other than 'tf' is not supported"},
		{"Convolution2D",
			", \"nb_filter\": 4, \"nb_row\": 3, \"nb_col\": 2, \"dim_ordering\": "
			"\"th\"",
			"dim_ordering other than 'tf' is not supported"},
		{"Convolution2D", ", \"nb_filter\": 4, \"nb_row\": 3", "kernel_size is missing"},
		{"BatchNormalization", ", \"mode\": 2", "mode other than 0 is not supported"},
		{"ZeroPadding2D", ", \"padding\": [1, 2, 3, -4]",
			"padding is not a whole number from 0 to 1048576"},
		{"Merge", ", \"mode\": \"sum\"", "layer class 'Merge' is not supported"},
		{"Dense", ", \"units\": 2, \"dtype\": \"int8_from_float32\"",
			"dtype is quantized, which is not supported"},
		{"Dense",
			", \"units\": 2, \"dtype\": {\"class_name\": \"QuantizedDTypePolicy\", "
			"\"config\": {\"mode\": \"int8\", \"source_name\": \"float32\"}}",
			"dtype is quantized, which is not supported"},
		{"Dense",
			", \"units\": 2, \"quantization_config\": {\"class_name\": "
			"\"Int4QuantizationConfig\", \"config\": {}}",
			"dtype is quantized, which is not supported"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		layer_is_refused(cases[i].class_name, cases[i].config, cases[i].reason);
}

/* Keras 1 writes a Sequential in a Sequential without a name. */
static void nameless(void)
{
	static const char text[] =
		"{\"class_name\": \"Sequential\", \"keras_version\": \"1.2.2\", \"config\": "
		"[{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Flatten\", "
		"\"config\": {\"name\": \"f\", \"batch_input_shape\": [null, 2, 2, 3]}}]}, "
		"{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"output_dim\": 2}}]}";
	struct graph graph;
	struct error error = {0};
	if (!ok(read_text(&graph, text, NULL, &error) == 0, "a nested model without a name")) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	is_text(graph.layers[0].name, "sequential_1_f", "has one");
	is_text(graph.layers[0].outermost, "sequential_1", "... also as the outermost model");
	graph_free(&graph);
}

/* Keras 3 has the shape in the build_config of the first layer of a model without input layer. */
static void built_shape(void)
{
	static const char text[] =
		"{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": "
		"[{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}, \"build_config\": "
		"{\"input_shape\": [null, 4, 5, 3]}}]}}";
	struct graph graph;
	struct error error = {0};
	if (ok(read_text(&graph, text, NULL, &error) == 0, "a shape in build_config"))
		ok(graph.input.height == 4 && graph.input.width == 5 && graph.input.channels == 3,
			"... is the input's");
	graph_free(&graph);
}

/* TensorFlow 2.0 to 2.3, whose layers have another name in their config. */
static void tensorflow_operations(void)
{
	static const struct {
		const char *operation, *constants;
		double multiplier, offset;
		const char *reason; /* NULL: it is read */
	} cases[] = {
		{"RealDiv", "{\"1\": 4}", 0.25, 0, NULL},
		{"Sub", "{\"1\": 1.5}", 1, -1.5, NULL},
		{"Sub", "{\"0\": 1.5}", -1, 1.5, NULL},
		{"AddV2", "{\"1\": [1, 2, 3]}", 1, 1, NULL},
		{"BiasAdd", "{\"1\": [3, 2, 1]}", 1, 3, NULL},
		{"Mul", "{\"0\": 2}", 2, 0, NULL},
		{"RealDiv", "{}", 0, 0, "its operation has no constant"},
		{"Mul", "{\"0\": 2, \"1\": 3}", 0, 0, "constants are more than one"},
		{"StridedSlice", "{}", 0, 0, "its operation 'StridedSlice' is not supported"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph graph;
		struct error error = {0};
		const char *text = format_text(
			", {\"class_name\": \"TensorFlowOpLayer\", \"name\": \"tf_op_layer_x\", "
			"\"config\": {\"name\": \"x\", \"node_def\": {\"name\": \"x\", \"op\": "
			"\"%s\", \"input\": [\"in\", \"y\"]}, \"constants\": %s}, "
			"\"inbound_nodes\": [[[\"in\", 0, 0, {}]]]}",
			cases[i].operation, cases[i].constants);
		int result = read_functional(&graph, text, "tf_op_layer_x", NULL, &error);
		if (cases[i].reason) {
			is_text(error.reason, cases[i].reason, "an operation is refused");
			continue;
		}
		ok(result == 0 && graph.layers[0].kind == LAYER_RESCALING &&
				(double)graph.layers[0].multipliers[0] == cases[i].multiplier &&
				(double)graph.layers[0].offsets[0] == cases[i].offset,
			"%s %s: x * %g + %g", cases[i].operation, cases[i].constants,
			cases[i].multiplier, cases[i].offset);
		graph_free(&graph);
	}
}

int main(void)
{
	tensorflow_operations();
	keys();
	refusals();
	nameless();
	built_shape();
	return done();
}
