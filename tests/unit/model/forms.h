/* Architectures of Keras 1, 2 and 3 that have every kind of layer with weights, and where each
 * version of Keras writes these. */
#ifndef TESTS_UNIT_MODEL_FORMS_H
#define TESTS_UNIT_MODEL_FORMS_H

enum { ARRAYS_MAXIMUM = 16 };

/* An array of weights. */
struct form_array {
	const char *layer;   /* of the legacy layout: the outermost layer */
	const char *name;    /* of the legacy layout: in its weight_names */
	const char *group;   /* of Keras 3: "sequential/conv2d_1" */
	const char *doubled; /* the same in Keras 2.12 to 2.14 */
	int rank, sides[4];
};

struct form {
	const char *title;
	const char *model;  /* JSON, with ' for " */
	const char *others; /* names of layers without weights */
	int is_keras1;      /* there are no newer layouts of it */
	unsigned later;     /* bits of the arrays that a nested model lists after the others */
	struct form_array arrays[ARRAYS_MAXIMUM]; /* in the network's order; the end has no layer */
};

#define INPUT(shape) "{'class_name': 'InputLayer', 'config': {'name': 'in', " shape "}}"
#define PICTURE "'batch_input_shape': [null, 8, 8, 3]"
#define LAYER(class, name, config) \
	", {'class_name': '" class "', 'config': {'name': '" name "'" config "}}"
#define SEQUENTIAL(layers) \
	"{'class_name': 'Sequential', 'config': {'name': 'm', 'layers': [" INPUT(PICTURE) layers \
		"]}}"
#define NESTED(name, layers) \
	", {'class_name': 'Sequential', 'config': {'name': '" name "', 'layers': [" INPUT(PICTURE) \
		layers "]}}"
#define NODE(class, name, config, inbound) \
	", {'class_name': '" class "', 'name': '" name "', 'config': {'name': '" name "'" config \
				   "}, 'inbound_nodes': [" inbound "]}"
#define FUNCTIONAL(class, name, more, layers, output) \
	"{'class_name': '" class "', " more "'config': {'name': '" name \
				 "', 'layers': [{'class_name': 'InputLayer', 'name': 'in', " \
				 "'config': {'name': 'in', " PICTURE \
				 "}, 'inbound_nodes': []}" layers \
				 "], 'input_layers': [['in', 0, 0]], 'output_layers': [['" output \
				 "', 0, 0]]}"

static const struct form FORMS[] = {
	{.title = "convolutions and dense layers",
		.model = SEQUENTIAL(LAYER("Conv2D", "a", ", 'filters': 2, 'kernel_size': [3, 2]")
				LAYER("MaxPooling2D", "p", "") LAYER("Conv2D", "b",
					", 'filters': 3, 'kernel_size': 1, 'use_bias': false")
					LAYER("Flatten", "f", "")
						LAYER("Dense", "c", ", 'units': 2") LAYER("Dropout",
							"d", ", 'rate': 0.5")
							LAYER("Dense", "e", ", 'units': 1")),
		.others = "in p f d",
		.arrays = {{"a", "a/kernel:0", "conv2d", "conv2d", 4, {3, 2, 3, 2}},
			{"a", "a/bias:0", "conv2d", "conv2d", 1, {2}},
			{"b", "b/kernel:0", "conv2d_1", "conv2d_2", 4, {1, 1, 2, 3}},
			{"c", "c/kernel:0", "dense", "dense", 2, {27, 2}},
			{"c", "c/bias:0", "dense", "dense", 1, {2}},
			{"e", "e/kernel:0", "dense_1", "dense_2", 2, {2, 1}},
			{"e", "e/bias:0", "dense_1", "dense_2", 1, {1}}}},
	{.title = "second names of classes",
		.model = SEQUENTIAL(LAYER("Convolution2D", "a",
			", 'filters': 2, 'kernel_size': 1") LAYER("MaxPool2D", "p",
			"") LAYER("AvgPool2D", "q", "") LAYER("SeparableConvolution2D", "b",
			", 'filters': 3, 'kernel_size': 1") LAYER("GlobalAvgPool2D", "g", "")),
		.others = "in p q g",
		.arrays = {{"a", "a/kernel:0", "conv2d", "conv2d", 4, {1, 1, 3, 2}},
			{"a", "a/bias:0", "conv2d", "conv2d", 1, {2}},
			{"b", "b/depthwise_kernel:0", "separable_conv2d", "separable_conv2d", 4,
				{1, 1, 2, 1}},
			{"b", "b/pointwise_kernel:0", "separable_conv2d", "separable_conv2d", 4,
				{1, 1, 2, 3}},
			{"b", "b/bias:0", "separable_conv2d", "separable_conv2d", 1, {3}}}},
	{.title = "depthwise convolution and policies",
		.model = SEQUENTIAL(LAYER("DepthwiseConv2D", "a",
			", 'kernel_size': 3, 'depth_multiplier': 2, 'dtype': 'mixed_float16'")
				LAYER("Activation", "r",
					", 'activation': 'relu6', 'dtype': {'class_name': "
					"'DTypePolicy', 'module': 'keras', 'config': {'name': "
					"'mixed_bfloat16'}, 'registered_name': null}")
					LAYER("Dense", "b",
						", 'units': 2, 'dtype': {'class_name': 'Policy', "
						"'config': {'name': 'float16'}}")),
		.others = "in r",
		.arrays = {{"a", "a/depthwise_kernel", "depthwise_conv2d", "depthwise_conv2d", 4,
				   {3, 3, 3, 2}},
			{"a", "a/bias", "depthwise_conv2d", "depthwise_conv2d", 1, {6}},
			{"b", "b/kernel", "dense", "dense", 2, {6, 2}},
			{"b", "b/bias", "dense", "dense", 1, {2}}}},
	{.title = "batch normalisation, of one processor and of several",
		.model = SEQUENTIAL(LAYER("BatchNormalization", "a", ", 'axis': [3]")
				LAYER("BatchNormalization", "b", ", 'scale': false")
					LAYER("SyncBatchNormalization", "c", ", 'axis': 3")),
		.others = "in",
		.arrays = {{"a", "a/gamma:0", "batch_normalization", "batch_normalization", 1, {3}},
			{"a", "a/beta:0", "batch_normalization", "batch_normalization", 1, {3}},
			{"a", "a/moving_mean:0", "batch_normalization", "batch_normalization", 1,
				{3}},
			{"a", "a/moving_variance:0", "batch_normalization", "batch_normalization",
				1, {3}},
			{"b", "b/beta:0", "batch_normalization_1", "batch_normalization_2", 1, {3}},
			{"b", "b/moving_mean:0", "batch_normalization_1", "batch_normalization_2",
				1, {3}},
			{"b", "b/moving_variance:0", "batch_normalization_1",
				"batch_normalization_2", 1, {3}},
			{"c", "c/gamma:0", "sync_batch_normalization", "sync_batch_normalization",
				1, {3}},
			{"c", "c/beta:0", "sync_batch_normalization", "sync_batch_normalization", 1,
				{3}},
			{"c", "c/moving_mean:0", "sync_batch_normalization",
				"sync_batch_normalization", 1, {3}},
			{"c", "c/moving_variance:0", "sync_batch_normalization",
				"sync_batch_normalization", 1, {3}}}},
	{.title = "batch normalisation of TensorFlow 1",
		.model = FUNCTIONAL("Model", "m", "",
			NODE("BatchNormalizationV1", "a",
				", 'axis': [3], 'virtual_batch_size': null", "[['in', 0, 0, {}]]")
				NODE("BatchNormalizationV2", "b", ", 'axis': [3], 'center': false",
					"[['a', 0, 0, {}]]"),
			"b") "}",
		.others = "in",
		.arrays = {{"a", "a/gamma:0", "batch_normalization", "batch_normalization", 1, {3}},
			{"a", "a/beta:0", "batch_normalization", "batch_normalization", 1, {3}},
			{"a", "a/moving_mean:0", "batch_normalization", "batch_normalization", 1,
				{3}},
			{"a", "a/moving_variance:0", "batch_normalization", "batch_normalization",
				1, {3}},
			{"b", "b/gamma:0", "batch_normalization_1", "batch_normalization_2", 1,
				{3}},
			{"b", "b/moving_mean:0", "batch_normalization_1", "batch_normalization_2",
				1, {3}},
			{"b", "b/moving_variance:0", "batch_normalization_1",
				"batch_normalization_2", 1, {3}}}},
	{.title = "other normalisations",
		.model = SEQUENTIAL(LAYER("Rescaling", "r", ", 'scale': 0.5") LAYER("Normalization",
			"a", ", 'axis': [-1]") LAYER("LayerNormalization", "b", "")
				LAYER("UnitNormalization", "u", "")
					LAYER("GroupNormalization", "c", ", 'groups': 3")),
		.others = "in r u",
		.arrays = {{"a", "mean", "normalization", "normalization", 1, {3}},
			{"a", "variance", "normalization", "normalization", 1, {3}},
			{"a", "count", "normalization", "normalization", 0, {0}},
			{"b", "b/gamma", "layer_normalization", "layer_normalization", 1, {3}},
			{"b", "b/beta", "layer_normalization", "layer_normalization", 1, {3}},
			{"c", "c/gamma", "group_normalization", "group_normalization", 1, {3}},
			{"c", "c/beta", "group_normalization", "group_normalization", 1, {3}}}},
	{.title = "PReLU",
		.model = SEQUENTIAL(LAYER("PReLU", "a", ", 'shared_axes': [1, 2]")
				LAYER("Flatten", "f", "") LAYER("PReLU", "b", "")),
		.others = "in f",
		.arrays = {{"a", "a/alpha:0", "p_re_lu", "p_re_lu", 3, {1, 1, 3}},
			{"b", "b/alpha:0", "p_re_lu_1", "p_re_lu_2", 1, {192}}}},
	{.title = "a layer that is used twice",
		.model = FUNCTIONAL("Functional", "m", "'registered_name': 'Functional', ",
			NODE("Conv2D", "a", ", 'filters': 3, 'kernel_size': 1",
				"[['in', 0, 0, {}]], [['a', 0, 0, {}]]") NODE("Conv2D", "b",
				", 'filters': 2, 'kernel_size': 1", "[['a', 1, 0, {}]]"),
			"b") ", 'keras_version': '2.9.0', 'backend': 'tensorflow'}",
		.others = "in",
		.arrays = {{"a", "a/kernel:0", "conv2d", "conv2d", 4, {1, 1, 3, 3}},
			{"a", "a/bias:0", "conv2d", "conv2d", 1, {3}},
			{"b", "b/kernel:0", "conv2d_1", "conv2d_2", 4, {1, 1, 3, 2}},
			{"b", "b/bias:0", "conv2d_1", "conv2d_2", 1, {2}}}},
	{.title = "nested models, one of them without weights",
		.model = SEQUENTIAL(NESTED("aug",
			LAYER("RandomFlip", "flip", ", 'mode': 'horizontal'")) NESTED("n",
			LAYER("Conv2D", "a", ", 'filters': 2, 'kernel_size': 1")
				LAYER("BatchNormalization", "b", "")
					LAYER("Conv2D", "c", ", 'filters': 2, 'kernel_size': 1"))
				LAYER("GlobalAveragePooling2D", "g", "")
					LAYER("Dense", "d", ", 'units': 1")),
		.others = "in aug g",
		.later = 1 << 4 | 1 << 5,
		.arrays = {{"n", "a/kernel:0", "sequential_1/conv2d", "sequential_1/conv2d", 4,
				   {1, 1, 3, 2}},
			{"n", "a/bias:0", "sequential_1/conv2d", "sequential_1/conv2d", 1, {2}},
			{"n", "b/gamma:0", "sequential_1/batch_normalization",
				"sequential_1/batch_normalization", 1, {2}},
			{"n", "b/beta:0", "sequential_1/batch_normalization",
				"sequential_1/batch_normalization", 1, {2}},
			{"n", "b/moving_mean:0", "sequential_1/batch_normalization",
				"sequential_1/batch_normalization", 1, {2}},
			{"n", "b/moving_variance:0", "sequential_1/batch_normalization",
				"sequential_1/batch_normalization", 1, {2}},
			{"n", "c/kernel:0", "sequential_1/conv2d_1", "sequential_1/conv2d_2", 4,
				{1, 1, 2, 2}},
			{"n", "c/bias:0", "sequential_1/conv2d_1", "sequential_1/conv2d_2", 1, {2}},
			{"d", "d/kernel:0", "dense", "dense", 2, {2, 1}},
			{"d", "d/bias:0", "dense", "dense", 1, {1}}}},
	{.title = "models in models, with a frozen layer",
		.model = SEQUENTIAL(NESTED("x",
			NESTED("y",
				LAYER("Conv2D", "a",
					", 'filters': 2, 'kernel_size': 1, "
					"'trainable': false") LAYER("Conv2D", "b",
					", 'filters': 1, 'kernel_size': 1"))) NESTED("z",
			LAYER("Flatten", "f", "") LAYER("Dense", "c", ", 'units': 2"))),
		.others = "in",
		.later = 1 << 0 | 1 << 1,
		.arrays = {{"x", "y/a/kernel", "sequential/sequential/conv2d",
				   "sequential/sequential/conv2d", 4, {1, 1, 3, 2}},
			{"x", "y/a/bias", "sequential/sequential/conv2d",
				"sequential/sequential/conv2d", 1, {2}},
			{"x", "y/b/kernel", "sequential/sequential/conv2d_1",
				"sequential/sequential/conv2d_2", 4, {1, 1, 2, 1}},
			{"x", "y/b/bias", "sequential/sequential/conv2d_1",
				"sequential/sequential/conv2d_2", 1, {1}},
			{"z", "c/kernel", "sequential_1/dense", "sequential_2/dense", 2, {64, 2}},
			{"z", "c/bias", "sequential_1/dense", "sequential_2/dense", 1, {2}}}},
	{.title = "Sequential of Keras 1",
		.model =
			"{'class_name': 'Sequential', 'keras_version': '1.2.2', 'config': "
			"[{'class_name': "
			"'Convolution2D', 'config': {'name': 'convolution2d_1', " PICTURE
			", 'nb_filter': 2, 'nb_row': 3, 'nb_col': 2, 'init': 'glorot_uniform', "
			"'border_mode': 'same', 'subsample': [2, 1], 'dim_ordering': 'tf', "
			"'activation': 'relu', 'bias': true, 'W_regularizer': null, "
			"'input_dtype': 'float32'}}" LAYER("MaxPooling2D", "maxpooling2d_1",
				", 'border_mode': 'valid', 'pool_size': [2, 2], 'strides': [2, 2], "
				"'dim_ordering': 'tf'") LAYER("Dropout", "dropout_1", ", 'p': 0.25")
				LAYER("Flatten", "flatten_1", "") LAYER("Dense", "dense_1",
					", 'output_dim': 2, 'input_dim': null, 'bias': false") "]}",
		.others = "maxpooling2d_1 dropout_1 flatten_1",
		.is_keras1 = 1,
		.arrays = {{"convolution2d_1", "convolution2d_1_W:0", "", "", 4, {3, 2, 3, 2}},
			{"convolution2d_1", "convolution2d_1_b:0", "", "", 1, {2}},
			{"dense_1", "dense_1_W:0", "", "", 2, {16, 2}}}},
	{.title = "nested Model of Keras 1",
		.model = "{'class_name': 'Sequential', 'keras_version': '1.1.0', 'config': "
			 "[" FUNCTIONAL("Model", "model_1", "",
				 NODE("BatchNormalization", "bn",
					 ", 'mode': 0, 'axis': 3, 'epsilon': 0.001, 'gamma_init': "
					 "'one'",
					 "[['in', 0, 0]]") NODE("Convolution2D", "conv",
					 ", 'nb_filter': 2, 'nb_row': 1, 'nb_col': 1",
					 "[['bn', 0, 0]]"),
				 "conv") "}" LAYER("Flatten", "flatten_1", "")
				 LAYER("Dense", "dense_1", ", 'output_dim': 1") "]}",
		.others = "flatten_1",
		.is_keras1 = 1,
		.later = 1 << 2 | 1 << 3,
		.arrays = {{"model_1", "bn_gamma:0", "", "", 1, {3}},
			{"model_1", "bn_beta:0", "", "", 1, {3}},
			{"model_1", "bn_running_mean:0", "", "", 1, {3}},
			{"model_1", "bn_running_std:0", "", "", 1, {3}},
			{"model_1", "conv_W:0", "", "", 4, {1, 1, 3, 2}},
			{"model_1", "conv_b:0", "", "", 1, {2}},
			{"dense_1", "dense_1_W:0", "", "", 2, {128, 1}},
			{"dense_1", "dense_1_b:0", "", "", 1, {1}}}},
};

#endif
