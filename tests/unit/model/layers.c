/* Layers of Keras: each class is read, and written so that it is read again as the same. */
#include "graph_text.h"

#include <math.h>

/* Reads one layer named "x" on the input of 8x8x3. */
static bool read_one(struct layer *layer, const char *class_name, const char *config)
{
	struct graph graph;
	struct error error = {0};
	const char *text =
		format_text(", {\"class_name\": \"%s\", \"config\": {\"name\": \"x\"%s}}",
			class_name, config);
	if (!ok(read_chain(&graph, text, NULL, &error) == 0, "%s%s", class_name, config)) {
		note("%s: %s", error.object, error.reason);
		return false;
	}
	ok(survives(&graph), "written and read again it is the same");
	*layer = graph.layers[0];
	graph_free(&graph);
	return true;
}

static void classes(void)
{
	static const struct {
		const char *class_name, *config;
		enum layer_kind kind;
	} cases[] = {
		{"Conv2D",
			", \"filters\": 6, \"kernel_size\": [3, 2], \"dilation_rate\": [2, 1], "
			"\"groups\": 3",
			LAYER_CONVOLUTION},
		{"DepthwiseConv2D", ", \"kernel_size\": 3, \"depth_multiplier\": 2, \"groups\": 1",
			LAYER_DEPTHWISE_CONVOLUTION},
		{"SeparableConv2D",
			", \"filters\": 5, \"kernel_size\": 3, \"depth_multiplier\": 2, "
			"\"activation\": \"elu\"",
			LAYER_SEPARABLE_CONVOLUTION},
		{"Dense", ", \"units\": 4, \"use_bias\": false", LAYER_DENSE},
		{"BatchNormalization", ", \"axis\": [3], \"scale\": false, \"renorm\": false",
			LAYER_BATCH_NORMALIZATION},
		{"LayerNormalization", ", \"axis\": [3], \"center\": false",
			LAYER_LAYER_NORMALIZATION},
		{"GroupNormalization", ", \"groups\": 3", LAYER_GROUP_NORMALIZATION},
		{"UnitNormalization", ", \"axis\": [3]", LAYER_UNIT_NORMALIZATION},
		{"MaxPooling2D", ", \"pool_size\": 3, \"strides\": 1, \"padding\": \"same\"",
			LAYER_MAX_POOLING},
		{"AveragePooling2D", "", LAYER_AVERAGE_POOLING},
		{"GlobalAveragePooling2D", ", \"keepdims\": true", LAYER_GLOBAL_AVERAGE_POOLING},
		{"GlobalMaxPooling2D", "", LAYER_GLOBAL_MAX_POOLING},
		{"ZeroPadding2D", ", \"padding\": [[0, 1], [2, 3]]", LAYER_ZERO_PADDING},
		{"Cropping2D", ", \"cropping\": [1, 2]", LAYER_CROPPING},
		{"UpSampling2D", ", \"size\": [2, 3], \"interpolation\": \"bilinear\"",
			LAYER_UP_SAMPLING},
		{"Resizing", ", \"height\": 4, \"width\": 5, \"crop_to_aspect_ratio\": false",
			LAYER_RESIZING},
		{"CenterCrop", ", \"height\": 4, \"width\": 5", LAYER_CENTER_CROP},
		{"Flatten", "", LAYER_FLATTEN},
		{"Reshape", ", \"target_shape\": [4, -1, 3]", LAYER_RESHAPE},
		{"Reshape", ", \"target_shape\": [-1]", LAYER_RESHAPE},
		{"Concatenate", ", \"axis\": 3", LAYER_CONCATENATE},
		{"Rescaling", ", \"scale\": 0.5, \"offset\": [1, 2, 3]", LAYER_RESCALING},
		{"Normalization", ", \"axis\": -1", LAYER_NORMALIZATION},
		{"Normalization", ", \"mean\": [1, 2, 3], \"variance\": 4, \"invert\": true",
			LAYER_NORMALIZATION},
		{"Activation", ", \"activation\": \"tanh\"", LAYER_ACTIVATION},
		{"ReLU", ", \"max_value\": 4, \"negative_slope\": 0.5, \"threshold\": 0.25",
			LAYER_ACTIVATION},
		{"LeakyReLU", "", LAYER_ACTIVATION},
		{"ELU", ", \"alpha\": 0.5", LAYER_ACTIVATION},
		{"Softmax", ", \"axis\": 3", LAYER_ACTIVATION},
		{"PReLU", ", \"shared_axes\": [2]", LAYER_PRELU},
		{"Dropout", ", \"rate\": 0.25, \"noise_shape\": null, \"seed\": 3", LAYER_DROPOUT},
		{"Dropout", ", \"rate\": 0.25, \"noise_shape\": [null, 1, 1, 1]", LAYER_DROPOUT},
		{"Dropout", ", \"rate\": 0.25, \"noise_shape\": [null, 1, 1, null]",
			LAYER_SPATIAL_DROPOUT},
		{"SpatialDropout2D", ", \"rate\": 0.25", LAYER_SPATIAL_DROPOUT},
		{"GaussianNoise", ", \"stddev\": 0.25", LAYER_GAUSSIAN_NOISE},
		{"GaussianDropout", ", \"rate\": 0.25", LAYER_GAUSSIAN_DROPOUT},
		{"RandomFlip", ", \"mode\": \"horizontal\"", LAYER_IDENTITY},
		{"ActivityRegularization", ", \"l1\": 0.5", LAYER_IDENTITY},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct layer layer;
		if (read_one(&layer, cases[i].class_name, cases[i].config))
			is_integer(layer.kind, cases[i].kind, "its kind");
	}
}

static void activations(void)
{
	struct layer layer;
	if (read_one(&layer, "ReLU", ", \"max_value\": 6.0"))
		is_integer(layer.activation.kind, ACTIVATION_RELU6, "ReLU of 6 is relu6");
	if (read_one(&layer, "ReLU", ", \"negative_slope\": 0.5"))
		is_integer(layer.activation.kind, ACTIVATION_LEAKY_RELU,
			"ReLU with a slope is leaky_relu");
	if (read_one(&layer, "ReLU", ", \"threshold\": 1.0"))
		ok(layer.activation.kind == ACTIVATION_CLIPPED_RELU &&
				isinf(layer.activation.maximum),
			"ReLU with a threshold, without a maximum");
	if (read_one(&layer, "LeakyReLU", ""))
		ok(layer.activation.negative_slope == 0.3f, "slope of class LeakyReLU");
	if (read_one(&layer, "Activation", ", \"activation\": \"leaky_relu\""))
		ok(layer.activation.negative_slope == 0.2f, "slope of the name leaky_relu");
	if (read_one(&layer, "Dense",
		    ", \"units\": 2, \"activation\": {\"class_name\": \"LeakyReLU\", \"config\": "
		    "{\"name\": \"l\", \"negative_slope\": 0.5}}"))
		ok(layer.activation.negative_slope == 0.5f, "a layer as an activation");
	if (read_one(&layer, "Dense",
		    ", \"units\": 2, \"activation\": {\"class_name\": \"function\", \"config\": "
		    "\"gelu\", \"module\": \"builtins\"}"))
		is_integer(layer.activation.kind, ACTIVATION_GELU, "a function as an activation");
}

static void regularizers(void)
{
	struct layer layer;
	if (read_one(&layer, "Conv2D",
		    ", \"filters\": 2, \"kernel_size\": 1, \"kernel_regularizer\": "
		    "{\"class_name\": "
		    "\"L2\", \"config\": {\"l2\": 0.5}}, \"bias_regularizer\": \"l1\""))
		ok(layer.penalties[0].l2 == 0.5f && layer.penalties[0].l1 == 0 &&
				layer.penalties[1].l1 == 0.01f,
			"of kernel and bias");
	if (read_one(&layer, "SeparableConv2D",
		    ", \"filters\": 2, \"kernel_size\": 1, \"pointwise_regularizer\": "
		    "{\"class_name\": "
		    "\"L1L2\", \"config\": {\"l1\": 0.25, \"l2\": 0.5}}, \"bias_regularizer\": "
		    "\"l1_l2\""))
		ok(layer.penalties[1].l1 == 0.25f && layer.penalties[1].l2 == 0.5f &&
				layer.penalties[2].l2 == 0.01f,
			"of the second kernel and the bias");
	if (read_one(&layer, "BatchNormalization",
		    ", \"scale\": false, \"beta_regularizer\": {\"class_name\": \"L1\", "
		    "\"config\": "
		    "{}}"))
		ok(layer.penalties[0].l1 == 0.01f, "of beta, without gamma the first");
}

static void values(void)
{
	static const struct {
		const char *class_name, *config, *reason;
	} cases[] = {
		{"Conv2D", ", \"filters\": 4, \"kernel_size\": 3, \"groups\": 2",
			"channels and filters are no multiples of groups"},
		{"Conv2D", ", \"filters\": 4", "kernel_size is missing"},
		{"DepthwiseConv2D", ", \"kernel_size\": 3, \"groups\": 3",
			"groups other than 1 is not supported"},
		{"BatchNormalization", ", \"axis\": 1", "axis is not the last one"},
		{"LayerNormalization", ", \"axis\": [1, 2, 3]", "axis is not the last one"},
		{"UnitNormalization", ", \"axis\": [1, 2]", "axis is not the last one"},
		{"BatchNormalization", ", \"renorm\": true", "renorm is not supported"},
		{"GroupNormalization", "", "its 3 channels are no multiple of its 32 groups"},
		{"ZeroPadding2D", ", \"padding\": -1",
			"padding is not a whole number from 0 to 1048576"},
		{"Cropping2D", ", \"cropping\": 4", "the size of its output is out of range"},
		{"UpSampling2D", ", \"interpolation\": \"lanczos3\"",
			"interpolation 'lanczos3' is not supported"},
		{"Resizing", ", \"height\": 4, \"width\": 4, \"pad_to_aspect_ratio\": true",
			"pad_to_aspect_ratio is not supported"},
		{"Reshape", ", \"target_shape\": [-1, -1, 3]", "target_shape has -1 twice"},
		{"Reshape", ", \"target_shape\": [4, 4]",
			"target_shape is not a list of 1 or 3 numbers"},
		{"Reshape", ", \"target_shape\": [4, 4, 3]",
			"its 192 values do not fit the target shape"},
		{"Rescaling", ", \"scale\": [1, 2]", "has 2 constants for 3 channels"},
		{"Rescaling", ", \"scale\": [1, 2, 3, 4, 5]",
			"scale is not a list of 1 to 4 numbers"},
		{"Rescaling", ", \"scale\": \"a\"",
			"scale is neither a number nor a list of numbers"},
		{"Normalization", ", \"mean\": 1", "mean and variance must be given together"},
		{"PReLU", ", \"shared_axes\": [3]",
			"shared_axes other than 1 and 2 are not supported"},
		{"Softmax", ", \"axis\": 1", "axis is not the last one"},
		{"ELU", ", \"alpha\": -1", "alpha is out of range"},
		{"ReLU", ", \"max_value\": [6]", "max_value is out of range"},
		{"Dropout", ", \"noise_shape\": [1, 2]", "noise_shape is not supported"},
		{"GaussianNoise", ", \"stddev\": \"x\"", "stddev is out of range"},
		{"Flatten", ", \"data_format\": \"channels_first\"",
			"data_format is not supported"},
		{"TFOpLambda", ", \"function\": \"math.erf\"", "its function is not supported"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		layer_is_refused(cases[i].class_name, cases[i].config, cases[i].reason);
}

int main(void)
{
	classes();
	activations();
	regularizers();
	values();
	return done();
}
