#include "model/keras.h"

#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *snake;
} CLASSES[] = {
	[LAYER_CONVOLUTION] = {"Conv2D", "conv2d"},
	[LAYER_DEPTHWISE_CONVOLUTION] = {"DepthwiseConv2D", "depthwise_conv2d"},
	[LAYER_MAX_POOLING] = {"MaxPooling2D", "max_pooling2d"},
	[LAYER_AVERAGE_POOLING] = {"AveragePooling2D", "average_pooling2d"},
	[LAYER_GLOBAL_AVERAGE_POOLING] = {"GlobalAveragePooling2D", "global_average_pooling2d"},
	[LAYER_DENSE] = {"Dense", "dense"},
	[LAYER_FLATTEN] = {"Flatten", "flatten"},
	[LAYER_DROPOUT] = {"Dropout", "dropout"},
	[LAYER_BATCH_NORMALIZATION] = {"BatchNormalization", "batch_normalization"},
	[LAYER_ACTIVATION] = {"Activation", "activation"},
};

const char *keras_class(enum layer_kind kind)
{
	return CLASSES[kind].name;
}

/* Whether layer `index` is the second half of a separable convolution. */
static bool is_pointwise(const struct architecture *architecture, int index)
{
	const struct layer *layer = &architecture->layers[index];
	char name[LAYER_NAME_SIZE + sizeof "_pointwise"];
	if (index == 0 || layer->kind != LAYER_CONVOLUTION ||
		layer[-1].kind != LAYER_DEPTHWISE_CONVOLUTION)
		return false;
	snprintf(name, sizeof name, "%s_pointwise", layer[-1].name);
	return strcmp(layer->name, name) == 0;
}

static const char *snake_class(const struct architecture *architecture, int index, bool separable)
{
	bool first_half =
		index + 1 < architecture->layer_count && is_pointwise(architecture, index + 1);
	if (separable && (first_half || is_pointwise(architecture, index)))
		return "separable_conv2d";
	return CLASSES[architecture->layers[index].kind].snake;
}

void keras_group(const struct architecture *architecture, int index, bool separable,
	char out[KERAS_GROUP_SIZE])
{
	if (separable && is_pointwise(architecture, index))
		index--;
	const char *name = snake_class(architecture, index, separable);
	int previous = 0;
	for (int i = 0; i < index; i++)
		previous += strcmp(snake_class(architecture, i, separable), name) == 0 &&
			!(separable && is_pointwise(architecture, i));
	if (previous)
		snprintf(out, KERAS_GROUP_SIZE, "%s_%d", name, previous);
	else
		snprintf(out, KERAS_GROUP_SIZE, "%s", name);
}

int keras_write_json(json_t *value, const char *path, struct error *error)
{
	char *text =
		json_print(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(value);
	if (!text)
		return error_memory(error, path);
	struct output output;
	int result = output_open(&output, path, error);
	if (result == 0) {
		fprintf(output.stream, "%s\n", text);
		result = output_commit(&output, error);
	}
	free(text);
	return result;
}
