/* Activations as layers. */
#include "format/layer_format.h"

#include "base/json.h"
#include "format/onnx_layers.h"

#include <math.h>
#include <string.h>

static void read_activation(struct config_reader *reader, struct layer *layer)
{
	if (!config_value(reader, "activation"))
		config_error(reader, "activation", "is missing");
	config_activation(reader, layer);
}

/* The simplest kind that says it. */
static enum activation_kind relu_kind(float slope, float threshold, float maximum)
{
	if (threshold > 0)
		return ACTIVATION_CLIPPED_RELU;
	if (isinf(maximum))
		return slope > 0 ? ACTIVATION_LEAKY_RELU : ACTIVATION_RELU;
	return slope > 0 || maximum < 6 || maximum > 6 ? ACTIVATION_CLIPPED_RELU : ACTIVATION_RELU6;
}

void read_relu(struct config_reader *reader, struct layer *layer)
{
	float slope = config_number(reader, "negative_slope", 0, 0, 1e6),
	      threshold = config_number(reader, "threshold", 0, 0, 1e6), maximum = INFINITY;
	if (config_value(reader, "max_value"))
		maximum = config_number(reader, "max_value", 0, 0, 1e30);
	layer->activation = activation_default(relu_kind(slope, threshold, maximum));
	layer->activation.negative_slope = slope;
	if (layer->activation.kind == ACTIVATION_CLIPPED_RELU) {
		layer->activation.threshold = threshold;
		layer->activation.maximum = maximum;
	}
}

void read_leaky_relu(struct config_reader *reader, struct layer *layer)
{
	layer->activation = activation_default(ACTIVATION_LEAKY_RELU);
	layer->activation.negative_slope = config_number(reader,
		config_value(reader, "alpha") ? "alpha" : "negative_slope", 0.3, 0, 1e6);
}

void read_elu(struct config_reader *reader, struct layer *layer)
{
	layer->activation = activation_default(ACTIVATION_ELU);
	layer->activation.negative_slope = config_number(reader, "alpha", 1, 0, 1e6);
	if (layer->activation.negative_slope == 0)
		layer->activation = activation_default(ACTIVATION_RELU);
}

void read_softmax(struct config_reader *reader, struct layer *layer)
{
	layer->activation = activation_default(ACTIVATION_SOFTMAX);
	config_last_axis(reader, -1);
}

/* ---- writing ---- */

json_t *activation_value(const struct activation *activation)
{
	return json_string(activation_name(activation->kind));
}

static json_t *write_relu(const struct activation *activation)
{
	float maximum = activation->kind == ACTIVATION_RELU6 ? 6 : activation->maximum;
	json_t *limit = isinf(maximum) ? json_null() : json_real(shortest_decimal(maximum));
	return json_pack("{s:o, s:f, s:f}", "max_value", limit, "negative_slope",
		shortest_decimal(activation->negative_slope), "threshold",
		shortest_decimal(activation->threshold));
}

/* Keras 2 and TensorFlow.js know relu6 and leaky_relu as layers only; Keras 2 has the slope of the
 * latter as "alpha", which Keras 3 reads too. */
static json_t *write_activation(const struct layer *layer, const char **class_name)
{
	const struct activation *activation = &layer->activation;
	enum activation_kind kind = activation->kind;
	if (kind == ACTIVATION_RELU6 || kind == ACTIVATION_CLIPPED_RELU) {
		*class_name = "ReLU";
		return write_relu(activation);
	}
	if (kind != ACTIVATION_LEAKY_RELU && activation_has_name(activation))
		return json_pack("{s:o}", "activation", activation_value(activation));
	*class_name = kind == ACTIVATION_ELU ? "ELU" : "LeakyReLU";
	return json_pack("{s:f}", "alpha", shortest_decimal(activation->negative_slope));
}

const struct layer_format format_of_ACTIVATION = {
	.class_name = "Activation",
	.keys = "activation",
	.read = read_activation,
	.write = write_activation,
	.onnx = onnx_activate,
};

/* ---- PReLU ---- */

static void read_prelu(struct config_reader *reader, struct layer *layer)
{
	json_t *axes = config_value(reader, "shared_axes"), *axis;
	size_t index;
	if (axes && !json_is_array(axes))
		config_error(reader, "shared_axes", "is not a list");
	json_array_foreach (axes, index, axis) {
		json_int_t number = json_integer_value(axis);
		layer->shared_height |= number == 1;
		layer->shared_width |= number == 2;
		if (number != 1 && number != 2)
			config_error(reader, "shared_axes", "other than 1 and 2 are not supported");
	}
	config_penalty(reader, layer, "alpha", 0);
}

static json_t *write_prelu(const struct layer *layer, const char **class_name)
{
	json_t *axes = json_array();
	(void)class_name;
	if (layer->shared_height)
		axes = json_add_item(axes, json_integer(1));
	if (layer->shared_width)
		axes = json_add_item(axes, json_integer(2));
	return add_penalty(json_add_member(json_object(), "shared_axes", axes), layer, "alpha", 0);
}

static void prelu_onnx(struct onnx_exporter *exporter, int node)
{
	onnx_weighted(exporter, node, "PRelu", 0, 1, onnx_layout_by_channel(exporter, node), "",
		NULL);
}

const struct layer_format format_of_PRELU = {
	.class_name = "PReLU",
	.keys = "shared_axes alpha_regularizer",
	.read = read_prelu,
	.write = write_prelu,
	.onnx = prelu_onnx,
};
