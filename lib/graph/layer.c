#include "graph/layer.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum { FIELD_MAXIMUM = 1 << 20 };

struct layer layer_defaults(enum layer_kind kind, const char *name)
{
	struct layer layer = {.kind = kind,
		.activation = activation_default(ACTIVATION_LINEAR),
		.multiplier = 1,
		.groups = 1,
		.stride_height = 1,
		.stride_width = 1,
		.dilation_height = 1,
		.dilation_width = 1,
		.use_bias = true,
		.center = true,
		.scale = true,
		.momentum = 0.99f,
		.epsilon = 1e-3f};
	snprintf(layer.name, sizeof layer.name, "%s", name);
	return layer;
}

int layer_refuse(const struct layer *layer, struct error *error, const char *format, ...)
{
	char object[LAYER_NAME_SIZE + 16], reason[160];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	snprintf(object, sizeof object, "layer '%s'", layer->name);
	return error_set(error, object, "%s", reason);
}

static bool in_range(int value)
{
	return value >= 1 && value <= FIELD_MAXIMUM;
}

static int check_numbers(const struct layer *layer, struct error *error)
{
	bool is_dropout = layer->kind == LAYER_DROPOUT || layer->kind == LAYER_SPATIAL_DROPOUT ||
		layer->kind == LAYER_GAUSSIAN_DROPOUT;
	if (is_dropout && !(layer->rate >= 0 && layer->rate < 1))
		return layer_refuse(layer, error, "dropout rate is not in [0, 1)");
	if (!(layer->epsilon > 0 && layer->momentum >= 0 && layer->momentum <= 1))
		return layer_refuse(layer, error, "epsilon or momentum out of range");
	if (!(layer->activation.negative_slope >= 0 && isfinite(layer->activation.negative_slope)))
		return layer_refuse(layer, error, "negative slope out of range");
	if (!in_range(layer->groups) || !in_range(layer->multiplier) ||
		!in_range(layer->dilation_height) || !in_range(layer->dilation_width))
		return layer_refuse(layer, error, "groups, multiplier or dilation out of range");
	if (!in_range(layer->stride_height) || !in_range(layer->stride_width))
		return layer_refuse(layer, error, "stride out of range");
	return 0;
}

static bool fits(struct shape shape)
{
	int64_t pixels = (int64_t)shape.height * shape.width;
	return in_range(shape.height) && in_range(shape.width) && shape.channels >= 1 &&
		pixels <= INT32_MAX && pixels * shape.channels <= INT32_MAX;
}

static int check_weights(const struct layer *layer, struct shape in, struct error *error)
{
	struct parameter_shape parameters[PARAMETERS_MAXIMUM];
	int count = layer_parameters(layer, in, parameters);
	for (int i = 0; i < count; i++) {
		int64_t values = 1;
		for (int k = 0; k < parameters[i].rank; k++)
			if ((values *= parameters[i].sides[k]) > INT32_MAX)
				return layer_refuse(layer, error, "more than 2^31 weights");
	}
	return 0;
}

int layer_shape(const struct layer *layer, const struct shape *inputs, int count, struct shape *out,
	struct error *error)
{
	const struct layer_kind_row *row = layer_kind_row(layer->kind);
	if (count < row->least_inputs || count > row->most_inputs)
		return layer_refuse(layer, error, "has %d inputs; %s takes %s%d", count, row->title,
			row->least_inputs < row->most_inputs ? "at least " : "", row->least_inputs);
	for (int i = 0; i < count; i++)
		if (!fits(inputs[i]))
			return layer_refuse(layer, error, "input size out of range");
	if (check_numbers(layer, error) || row->shape(layer, inputs, count, out, error))
		return -1;
	if (!fits(*out))
		return layer_refuse(layer, error, "more than 2^31 values");
	return check_weights(layer, inputs[0], error);
}

int layer_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape parameters[PARAMETERS_MAXIMUM])
{
	const struct layer_kind_row *row = layer_kind_row(layer->kind);
	return row->parameters ? row->parameters(layer, in, parameters) : 0;
}
