#include "nn/architecture.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MAXIMUM = 1 << 20 };

static struct layer *append(struct architecture *architecture, enum layer_kind kind,
	const char *stem, int number)
{
	struct layer *layer = &architecture->layers[architecture->layer_count++];
	*layer = (struct layer){.kind = kind,
		.stride_height = 1,
		.stride_width = 1,
		.use_bias = true,
		.center = true,
		.scale = true,
		.momentum = 0.99f,
		.epsilon = 1e-3f};
	snprintf(layer->name, sizeof layer->name, number ? "%s%d" : "%s", stem, number);
	return layer;
}

static void append_activation(struct architecture *architecture, enum activation_kind activation,
	const char *stem, int number)
{
	append(architecture, LAYER_ACTIVATION, stem, number)->activation =
		activation_default(activation);
}

static void append_block(struct architecture *architecture, int filters, int number)
{
	struct layer *convolution = append(architecture, LAYER_CONVOLUTION, "conv", number);
	convolution->filters = filters;
	convolution->kernel_height = convolution->kernel_width = 3;
	append_activation(architecture, ACTIVATION_RELU, "relu", number);
	struct layer *pool = append(architecture, LAYER_MAX_POOLING, "pool", number);
	pool->kernel_height = pool->kernel_width = 2;
	pool->stride_height = pool->stride_width = 2;
}

int architecture_original(struct architecture *out, struct shape input, int classes,
	enum activation_kind output, struct error *error)
{
	enum { LAYERS = 15 };
	*out = (struct architecture){.name = "original", .input = input};
	out->layers = calloc(LAYERS, sizeof *out->layers);
	if (!out->layers)
		return error_memory(error, "architecture");
	append_block(out, 32, 1);
	append_block(out, 32, 2);
	append_block(out, 64, 3);
	append(out, LAYER_FLATTEN, "flatten", 0);
	append(out, LAYER_DENSE, "dense", 1)->filters = 64;
	append_activation(out, ACTIVATION_RELU, "relu", 4);
	append(out, LAYER_DROPOUT, "dropout", 0)->rate = 0.5f;
	append(out, LAYER_DENSE, "dense", 2)->filters = classes;
	append_activation(out, output, "output", 0);
	return 0;
}

static int refuse(const struct layer *layer, struct error *error, const char *reason)
{
	char object[LAYER_NAME_SIZE + 16];
	snprintf(object, sizeof object, "layer %s", layer->name);
	return error_set(error, object, "%s", reason);
}

static bool in_range(int value)
{
	return value >= 1 && value <= FIELD_MAXIMUM;
}

/* Side of the output of a window that moves over `side` pixels; 0 or less where it does not fit. */
static int windows(int side, int kernel, int stride, enum padding padding)
{
	return padding == PADDING_SAME ? (side + stride - 1) / stride
		: side < kernel        ? 0
				       : (side - kernel) / stride + 1;
}

static int window_shape(const struct layer *layer, struct shape *shape, struct error *error)
{
	if (!in_range(layer->kernel_height) || !in_range(layer->kernel_width))
		return refuse(layer, error, "window size out of range");
	if (!in_range(layer->stride_height) || !in_range(layer->stride_width))
		return refuse(layer, error, "stride out of range");
	shape->height =
		windows(shape->height, layer->kernel_height, layer->stride_height, layer->padding);
	shape->width =
		windows(shape->width, layer->kernel_width, layer->stride_width, layer->padding);
	if (shape->height < 1 || shape->width < 1)
		return refuse(layer, error, "its window is larger than its input");
	return 0;
}

/* Whether a product of sizes stays below 2^31. */
static bool fits(int64_t a, int64_t b, int64_t c)
{
	return a * b <= INT32_MAX && a * b * c <= INT32_MAX;
}

static int filter_shape(const struct layer *layer, struct shape *shape, struct error *error)
{
	if (!in_range(layer->filters))
		return refuse(layer, error, "number of filters or units out of range");
	if (layer->kind == LAYER_DENSE) {
		if (!fits(shape->channels, layer->filters, 1))
			return refuse(layer, error, "more than 2^31 weights");
		shape->channels = layer->filters;
		return 0;
	}
	int channels = shape->channels;
	if (window_shape(layer, shape, error))
		return -1;
	if (!fits(channels, layer->filters, (int64_t)layer->kernel_height * layer->kernel_width))
		return refuse(layer, error, "more than 2^31 weights");
	shape->channels =
		layer->kind == LAYER_CONVOLUTION ? layer->filters : channels * layer->filters;
	return 0;
}

static int numbers_fit(const struct layer *layer, struct error *error)
{
	if (layer->kind == LAYER_DROPOUT && !(layer->rate >= 0 && layer->rate < 1))
		return refuse(layer, error, "dropout rate is not in [0, 1)");
	if (layer->kind == LAYER_BATCH_NORMALIZATION &&
		!(layer->epsilon > 0 && layer->momentum >= 0 && layer->momentum <= 1))
		return refuse(layer, error, "epsilon or momentum out of range");
	if (!activation_is_valid(&layer->activation))
		return refuse(layer, error, "a parameter of its activation is out of range");
	return 0;
}

static int layer_shape(const struct layer *layer, struct shape *shape, struct error *error)
{
	if (numbers_fit(layer, error))
		return -1;
	switch (layer->kind) {
	case LAYER_CONVOLUTION:
	case LAYER_DEPTHWISE_CONVOLUTION:
	case LAYER_DENSE:
		return filter_shape(layer, shape, error);
	case LAYER_MAX_POOLING:
	case LAYER_AVERAGE_POOLING:
		return window_shape(layer, shape, error);
	case LAYER_GLOBAL_AVERAGE_POOLING:
		*shape = (struct shape){1, 1, shape->channels};
		return 0;
	case LAYER_FLATTEN:
		*shape = (struct shape){1, 1, shape->height * shape->width * shape->channels};
		return 0;
	default:
		return 0;
	}
}

int architecture_shapes(const struct architecture *architecture, struct shape *shapes,
	struct error *error)
{
	struct shape shape = architecture->input;
	if (!in_range(shape.height) || !in_range(shape.width) || !in_range(shape.channels) ||
		!fits(shape.height, shape.width, shape.channels))
		return error_set(error, "architecture", "input size out of range");
	if (architecture->layer_count < 1 || architecture->layer_count > LAYERS_MAXIMUM)
		return error_set(error, "architecture", "%d layers are not in 1..%d",
			architecture->layer_count, LAYERS_MAXIMUM);
	for (int i = 0; i < architecture->layer_count; i++) {
		const struct layer *layer = &architecture->layers[i];
		if (layer_shape(layer, &shape, error))
			return -1;
		if (!fits(shape.height, shape.width, shape.channels))
			return refuse(layer, error, "more than 2^31 values");
		shapes[i] = shape;
	}
	return 0;
}

int architecture_copy(struct architecture *out, const struct architecture *in, struct error *error)
{
	*out = (struct architecture){0};
	size_t count = in->layer_count > 0 ? (size_t)in->layer_count : 0;
	struct layer *layers = malloc((count + !count) * sizeof *layers);
	if (!layers)
		return error_memory(error, "architecture");
	*out = *in;
	out->layers = layers;
	if (count)
		memcpy(layers, in->layers, count * sizeof *layers);
	return 0;
}

void architecture_free(struct architecture *architecture)
{
	free(architecture->layers);
	*architecture = (struct architecture){0};
}
