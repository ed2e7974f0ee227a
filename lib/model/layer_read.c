#include "model/layer_read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARAMETER_MAXIMUM = 1 << 24 };

/* Reader of a layer's config. Records the first error, so that callers need not check each
 * value. */
struct config_reader {
	json_t *config;
	char object[512]; /* "model.json: layer 'conv1'" */
	bool vector;      /* the input is a vector, without height and width */
	bool failed;
	struct error *error;
};

static void config_error(struct config_reader *reader, const char *key, const char *reason)
{
	if (!reader->failed)
		error_set(reader->error, reader->object, "%s %s", key, reason);
	reader->failed = true;
}

/* The value of `key`, or NULL if it is missing or null. */
static json_t *find_value(const struct config_reader *reader, const char *key)
{
	json_t *value = json_object_get(reader->config, key);
	return json_is_null(value) ? NULL : value;
}

static int parse_parameter(struct config_reader *reader, const char *key, const json_t *value)
{
	json_int_t number = json_integer_value(value);
	if (json_is_integer(value) && number >= 1 && number <= PARAMETER_MAXIMUM)
		return (int)number;
	config_error(reader, key, "is not a whole number from 1 to 16777216");
	return 1;
}

static int read_count(struct config_reader *reader, const char *key)
{
	return parse_parameter(reader, key, find_value(reader, key));
}

/* A pair [height, width], or one number for both; unchanged if missing. */
static void read_pair(struct config_reader *reader, const char *key, int *height, int *width)
{
	json_t *value = find_value(reader, key);
	if (!value)
		return;
	if (!json_is_array(value)) {
		*height = *width = parse_parameter(reader, key, value);
	} else if (json_array_size(value) == 2) {
		*height = parse_parameter(reader, key, json_array_get(value, 0));
		*width = parse_parameter(reader, key, json_array_get(value, 1));
	} else {
		config_error(reader, key, "is not a pair of numbers");
	}
}

static bool read_flag(struct config_reader *reader, const char *key, bool default_value)
{
	json_t *value = find_value(reader, key);
	if (value && !json_is_boolean(value))
		config_error(reader, key, "is neither true nor false");
	return value ? json_is_true(value) : default_value;
}

static float read_number(struct config_reader *reader, const char *key, double default_value,
	double minimum, double maximum)
{
	json_t *value = find_value(reader, key);
	if (!value)
		return (float)default_value;
	double number = json_number_value(value);
	if (!json_is_number(value) || !(number >= minimum && number <= maximum))
		config_error(reader, key, "is out of range");
	return (float)number;
}

/* An error if `key` is present with another value than the supported one. */
static void require_text(struct config_reader *reader, const char *key, const char *expected)
{
	json_t *value = find_value(reader, key);
	if (value && (!json_is_string(value) || strcmp(json_string_value(value), expected)))
		config_error(reader, key, "is not supported");
}

static void require_ones(struct config_reader *reader, const char *key)
{
	int height = 1, width = 1;
	read_pair(reader, key, &height, &width);
	if (height != 1 || width != 1)
		config_error(reader, key, "other than 1 is not supported");
}

static enum padding read_padding(struct config_reader *reader)
{
	const char *text = json_string_value(find_value(reader, "padding"));
	if (!find_value(reader, "padding") || (text && strcmp(text, "valid") == 0))
		return PADDING_VALID;
	if (!text || strcmp(text, "same"))
		config_error(reader, "padding", "is neither valid nor same");
	return PADDING_SAME;
}

/* In Keras' files a name, or an object whose config is the name. */
static void read_activation(struct config_reader *reader, struct layer *layer)
{
	json_t *value = find_value(reader, "activation");
	if (json_is_object(value))
		value = json_object_get(value, "config");
	if (!value)
		return;
	const char *name = json_string_value(value);
	if (!name || !activation_find(name, &layer->activation)) {
		char reason[128];
		snprintf(reason, sizeof reason, "'%.64s' is not supported",
			name ? name : "(no name)");
		config_error(reader, "activation", reason);
	}
}

static void read_kernel(struct config_reader *reader, struct layer *layer)
{
	if (!find_value(reader, "kernel_size"))
		config_error(reader, "kernel_size", "is missing");
	read_pair(reader, "kernel_size", &layer->kernel_height, &layer->kernel_width);
	read_pair(reader, "strides", &layer->stride_height, &layer->stride_width);
	layer->padding = read_padding(reader);
	layer->use_bias = read_flag(reader, "use_bias", true);
	require_ones(reader, "dilation_rate");
	require_ones(reader, "groups");
	require_text(reader, "data_format", "channels_last");
	read_activation(reader, layer);
}

static int read_convolution(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_CONVOLUTION;
	layer->filters = read_count(reader, "filters");
	read_kernel(reader, layer);
	return 1;
}

static int read_depthwise(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_DEPTHWISE_CONVOLUTION;
	layer->filters =
		find_value(reader, "depth_multiplier") ? read_count(reader, "depth_multiplier") : 1;
	read_kernel(reader, layer);
	return 1;
}

static int read_separable(struct config_reader *reader, struct layer *layers)
{
	struct layer *pointwise = &layers[1];
	read_depthwise(reader, &layers[0]);
	*pointwise = layers[0];
	pointwise->kind = LAYER_CONVOLUTION;
	pointwise->filters = read_count(reader, "filters");
	pointwise->kernel_height = pointwise->kernel_width = 1;
	pointwise->stride_height = pointwise->stride_width = 1;
	pointwise->padding = PADDING_VALID;
	int length = snprintf(pointwise->name, sizeof pointwise->name, "%s_pointwise",
		json_string_value(find_value(reader, "name")));
	if (length >= LAYER_NAME_SIZE)
		config_error(reader, "name", "is too long");
	layers[0].use_bias = false;
	layers[0].activation = activation_default(ACTIVATION_LINEAR);
	return 2;
}

static int read_pooling(struct config_reader *reader, struct layer *layer)
{
	layer->kernel_height = layer->kernel_width = 2;
	read_pair(reader, "pool_size", &layer->kernel_height, &layer->kernel_width);
	layer->stride_height = layer->kernel_height;
	layer->stride_width = layer->kernel_width;
	read_pair(reader, "strides", &layer->stride_height, &layer->stride_width);
	layer->padding = read_padding(reader);
	require_text(reader, "data_format", "channels_last");
	return 1;
}

static int read_max_pooling(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_MAX_POOLING;
	return read_pooling(reader, layer);
}

static int read_average_pooling(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_AVERAGE_POOLING;
	return read_pooling(reader, layer);
}

static int read_global_average_pooling(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_GLOBAL_AVERAGE_POOLING;
	require_text(reader, "data_format", "channels_last");
	return 1;
}

static int read_dense(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_DENSE;
	if (!reader->vector)
		config_error(reader, "input", "is not a vector; put a Flatten layer before it");
	layer->filters = read_count(reader, "units");
	layer->use_bias = read_flag(reader, "use_bias", true);
	read_activation(reader, layer);
	return 1;
}

static int read_flatten(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_FLATTEN;
	require_text(reader, "data_format", "channels_last");
	return 1;
}

static int read_dropout(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_DROPOUT;
	layer->rate = read_number(reader, "rate", 0, 0, 0.999999);
	if (find_value(reader, "noise_shape"))
		config_error(reader, "noise_shape", "is not supported");
	return 1;
}

static int read_normalization(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_BATCH_NORMALIZATION;
	json_t *axis = find_value(reader, "axis");
	if (json_is_array(axis) && json_array_size(axis) == 1)
		axis = json_array_get(axis, 0);
	json_int_t last = reader->vector ? 1 : 3;
	if (axis &&
		!(json_is_integer(axis) &&
			(json_integer_value(axis) == -1 || json_integer_value(axis) == last)))
		config_error(reader, "axis", "is not the last one");
	layer->momentum = read_number(reader, "momentum", 0.99, 0, 1);
	layer->epsilon = read_number(reader, "epsilon", 1e-3, 0, 1e6);
	layer->center = read_flag(reader, "center", true);
	layer->scale = read_flag(reader, "scale", true);
	return 1;
}

static int read_activation_layer(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_ACTIVATION;
	if (!find_value(reader, "activation"))
		config_error(reader, "activation", "is missing");
	read_activation(reader, layer);
	return 1;
}

/* The plainest of ReLU's kinds that its parameters allow: they have faster kernels. */
static enum activation_kind relu_kind(const struct activation *parameters)
{
	bool is_leaky = parameters->negative_slope > 0;
	if (parameters->threshold > 0)
		return ACTIVATION_CLIPPED_RELU;
	if (isinf(parameters->maximum))
		return is_leaky ? ACTIVATION_LEAKY_RELU : ACTIVATION_RELU;
	return parameters->maximum == 6 && !is_leaky ? ACTIVATION_RELU6 : ACTIVATION_CLIPPED_RELU;
}

static int read_relu(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_ACTIVATION;
	struct activation *activation = &layer->activation;
	activation->negative_slope = read_number(reader, "negative_slope", 0, 0, 1e6);
	activation->threshold = read_number(reader, "threshold", 0, 0, 1e30);
	activation->maximum = read_number(reader, "max_value", INFINITY, 0, 1e30);
	activation->kind = relu_kind(activation);
	return 1;
}

static int read_leaky_relu(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_ACTIVATION;
	layer->activation.kind = ACTIVATION_LEAKY_RELU;
	layer->activation.negative_slope = read_number(reader,
		find_value(reader, "alpha") ? "alpha" : "negative_slope", 0.3, 0, 1e6);
	return 1;
}

/* Without a slope it is ReLU. */
static int read_elu(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_ACTIVATION;
	layer->activation.negative_slope = read_number(reader, "alpha", 1, 0, 1e6);
	layer->activation.kind =
		layer->activation.negative_slope > 0 ? ACTIVATION_ELU : ACTIVATION_RELU;
	return 1;
}

static int read_softmax(struct config_reader *reader, struct layer *layer)
{
	layer->kind = LAYER_ACTIVATION;
	layer->activation = activation_default(ACTIVATION_SOFTMAX);
	json_t *axis = find_value(reader, "axis");
	if (axis && json_integer_value(axis) != -1)
		config_error(reader, "axis", "is not the last one");
	return 1;
}

static const struct {
	const char *name;
	int (*read)(struct config_reader *, struct layer *);
} CLASSES[] = {
	{"Conv2D", read_convolution},
	{"DepthwiseConv2D", read_depthwise},
	{"SeparableConv2D", read_separable},
	{"MaxPooling2D", read_max_pooling},
	{"AveragePooling2D", read_average_pooling},
	{"GlobalAveragePooling2D", read_global_average_pooling},
	{"Dense", read_dense},
	{"Flatten", read_flatten},
	{"Dropout", read_dropout},
	{"BatchNormalization", read_normalization},
	{"Activation", read_activation_layer},
	{"ReLU", read_relu},
	{"LeakyReLU", read_leaky_relu},
	{"ELU", read_elu},
	{"Softmax", read_softmax},
};

static bool is_layer_name(const char *name)
{
	size_t length = strlen(name);
	return length > 0 && length < LAYER_NAME_SIZE && !strchr(name, '/') && strcmp(name, ".");
}

int layer_read(struct layer layers[LAYERS_PER_KERAS_LAYER], const char *class_name, json_t *config,
	bool vector, const char *path, struct error *error)
{
	struct config_reader reader = {.config = config, .vector = vector, .error = error};
	const char *name = json_string_value(json_object_get(config, "name"));
	if (!name || !is_layer_name(name))
		return error_set(error, path,
			"a layer of class %.64s has no name of 1 to %d bytes without '/'",
			class_name, LAYER_NAME_SIZE - 1);
	snprintf(reader.object, sizeof reader.object, "%.400s: layer '%s'", path, name);
	if (strcmp(class_name, "InputLayer") == 0)
		return 0;
	for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++) {
		if (strcmp(CLASSES[i].name, class_name))
			continue;
		layers[0] = (struct layer){.stride_height = 1, .stride_width = 1};
		memcpy(layers[0].name, name, strlen(name) + 1);
		int count = CLASSES[i].read(&reader, layers);
		return reader.failed ? -1 : count;
	}
	return error_set(error, reader.object, "layer class '%.64s' is not supported", class_name);
}
