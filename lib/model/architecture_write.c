#include "model/model.h"

#include "base/file.h"
#include "model/keras.h"
#include "model/layer_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *padding_name(enum padding padding)
{
	return padding == PADDING_SAME ? "same" : "valid";
}

static json_t *convolution_config(const struct layer *layer)
{
	return json_pack("{s:i, s:[ii], s:[ii], s:s, s:s, s:[ii], s:s, s:b}",
		layer->kind == LAYER_CONVOLUTION ? "filters" : "depth_multiplier", layer->filters,
		"kernel_size", layer->kernel_height, layer->kernel_width, "strides",
		layer->stride_height, layer->stride_width, "padding", padding_name(layer->padding),
		"data_format", "channels_last", "dilation_rate", 1, 1, "activation",
		activation_name(layer->activation.kind), "use_bias", layer->use_bias);
}

static json_t *pooling_config(const struct layer *layer)
{
	return json_pack("{s:[ii], s:[ii], s:s, s:s}", "pool_size", layer->kernel_height,
		layer->kernel_width, "strides", layer->stride_height, layer->stride_width,
		"padding", padding_name(layer->padding), "data_format", "channels_last");
}

/* The shortest decimal number that converts to the same float: 0.1, not 0.10000000149. */
static double shortest_decimal(float value)
{
	char text[32];
	for (int digits = 1; digits < 9; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)value);
		if (strtof(text, NULL) == value)
			break;
	}
	return strtod(text, NULL);
}

/* The layer of its own that an activation needs whose name does not say all; NULL: Keras 3 has
 * none. */
static const char *activation_class(enum activation_kind kind)
{
	return kind == ACTIVATION_LEAKY_RELU      ? "LeakyReLU"
		: kind == ACTIVATION_ELU          ? "ELU"
		: kind == ACTIVATION_CLIPPED_RELU ? "ReLU"
						  : NULL;
}

static json_t *activation_config(const struct activation *activation)
{
	if (activation_has_name(activation))
		return json_pack("{s:s}", "activation", activation_name(activation->kind));
	double slope = shortest_decimal(activation->negative_slope);
	if (activation->kind != ACTIVATION_CLIPPED_RELU)
		return json_pack("{s:f}", "alpha", slope);
	json_t *maximum = isinf(activation->maximum)
		? json_null()
		: json_real(shortest_decimal(activation->maximum));
	return json_pack("{s:o, s:f, s:f}", "max_value", maximum, "negative_slope", slope,
		"threshold", shortest_decimal(activation->threshold));
}

static json_t *layer_config(const struct layer *layer)
{
	switch (layer->kind) {
	case LAYER_CONVOLUTION:
	case LAYER_DEPTHWISE_CONVOLUTION:
		return convolution_config(layer);
	case LAYER_MAX_POOLING:
	case LAYER_AVERAGE_POOLING:
		return pooling_config(layer);
	case LAYER_GLOBAL_AVERAGE_POOLING:
	case LAYER_FLATTEN:
		return json_pack("{s:s}", "data_format", "channels_last");
	case LAYER_DENSE:
		return json_pack("{s:i, s:s, s:b}", "units", layer->filters, "activation",
			activation_name(layer->activation.kind), "use_bias", layer->use_bias);
	case LAYER_DROPOUT:
		return json_pack("{s:f}", "rate", shortest_decimal(layer->rate));
	case LAYER_BATCH_NORMALIZATION:
		return json_pack("{s:i, s:f, s:f, s:b, s:b}", "axis", -1, "momentum",
			shortest_decimal(layer->momentum), "epsilon",
			shortest_decimal(layer->epsilon), "center", layer->center, "scale",
			layer->scale);
	case LAYER_ACTIVATION:
		return activation_config(&layer->activation);
	}
	return NULL;
}

/* {"module", "class_name", "config": {"name", "trainable", "dtype", ...}}. Takes ownership of
 * `config`. */
static json_t *layer_object(const char *class_name, const char *name, json_t *config)
{
	json_t *object =
		json_pack("{s:s, s:b, s:s}", "name", name, "trainable", 1, "dtype", "float32");
	if (json_object_update(object, config)) {
		json_decref(object);
		object = NULL;
	}
	json_decref(config);
	return json_pack("{s:s, s:s, s:o, s:n}", "module", "keras.layers", "class_name", class_name,
		"config", object, "registered_name");
}

static json_t *model_object(const struct architecture *architecture)
{
	const struct shape *input = &architecture->input;
	json_t *layers = json_array();
	json_t *shape = json_pack("{s:[niii]}", "batch_input_shape", input->height, input->width,
		input->channels);
	int failed =
		json_array_append_new(layers, layer_object("InputLayer", "input_layer", shape));
	for (int i = 0; i < architecture->layer_count; i++) {
		const struct layer *layer = &architecture->layers[i];
		const char *class_name = activation_has_name(&layer->activation)
			? keras_class(layer->kind)
			: activation_class(layer->activation.kind);
		failed |= json_array_append_new(layers,
			layer_object(class_name, layer->name, layer_config(layer)));
	}
	if (failed) {
		json_decref(layers);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:{s:s, s:b, s:s, s:o}, s:n}", "module", "keras", "class_name",
		"Sequential", "config", "name", architecture->name, "trainable", 1, "dtype",
		"float32", "layers", layers, "registered_name");
}

int architecture_write(const struct architecture *architecture, const char *path,
	struct error *error)
{
	for (int i = 0; i < architecture->layer_count; i++) {
		const struct layer *layer = &architecture->layers[i];
		const char *class_name = activation_class(layer->activation.kind);
		if (!activation_has_name(&layer->activation) &&
			(layer->kind != LAYER_ACTIVATION || !class_name))
			return error_set(error, path, "layer '%s': Keras has no name for its %s",
				layer->name, activation_title(layer->activation.kind));
	}
	return keras_write_json(model_object(architecture), path, error);
}
