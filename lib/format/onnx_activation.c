/* Each activation by operators of ONNX' operator set 13. */
#include "format/onnx_graph.h"

#include <math.h>
#include <stdio.h>

/* An activation on its way: the layer that names its values. */
struct onnx_steps {
	struct onnx_exporter *exporter;
	const char *layer;
};

/* Copies the current value's name. */
static void remember(const struct onnx_steps *steps, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s", steps->exporter->current);
}

static void unary(const struct onnx_steps *steps, const char *operator_name, const char *suffix)
{
	onnx_step(steps->exporter, operator_name, steps->layer, suffix, NULL);
}

static void binary(const struct onnx_steps *steps, const char *operator_name, const char *other,
	const char *suffix)
{
	onnx_binary(steps->exporter, operator_name, other, steps->layer, suffix);
}

/* operator(current value, constant) as LAYER/SUFFIX; the constant is LAYER/SUFFIX_constant. */
static void with_constant(const struct onnx_steps *steps, const char *operator_name, float value,
	const char *suffix)
{
	char constant[NAME_SIZE];
	snprintf(constant, sizeof constant, "%s/%s_constant", steps->layer, suffix);
	onnx_filled(steps->exporter, constant, 0, value);
	binary(steps, operator_name, constant, suffix);
}

/* An operator with up to two attributes of floats; a NULL name ends them. */
static void with_attributes(const struct onnx_steps *steps, const char *operator_name,
	const char *suffix, const char *first, float first_value, const char *second,
	float second_value)
{
	struct protobuf attributes = {0};
	onnx_float(&attributes, first, first_value);
	if (second)
		onnx_float(&attributes, second, second_value);
	onnx_step(steps->exporter, operator_name, steps->layer, suffix, &attributes);
}

/* An operator over the channels, which are axis 1 of (N, C, H, W) and of (N, values) alike. */
static void over_channels(const struct onnx_steps *steps, const char *operator_name,
	const char *suffix)
{
	struct protobuf attributes = {0};
	onnx_integer(&attributes, "axis", 1);
	onnx_step(steps->exporter, operator_name, steps->layer, suffix, &attributes);
}

static void relu6(const struct onnx_steps *steps)
{
	char input[NAME_SIZE], least[NAME_SIZE], most[NAME_SIZE], output[NAME_SIZE];
	remember(steps, input);
	snprintf(least, sizeof least, "%s/least", steps->layer);
	snprintf(most, sizeof most, "%s/most", steps->layer);
	snprintf(output, sizeof output, "%s/relu6", steps->layer);
	onnx_filled(steps->exporter, least, 0, 0);
	onnx_filled(steps->exporter, most, 0, 6);
	onnx_node(steps->exporter, "Clip", (const char *const[]){input, least, most, NULL}, output,
		NULL);
}

/* slope * min(x - threshold, 0) + min(x where x > threshold, else 0; maximum) */
static void clipped_relu(const struct onnx_steps *steps, const struct activation *activation)
{
	char input[NAME_SIZE], below[NAME_SIZE];
	remember(steps, input);
	with_constant(steps, "Sub", activation->threshold, "distance");
	with_constant(steps, "Min", 0, "below");
	with_constant(steps, "Mul", activation->negative_slope, "slope");
	remember(steps, below);
	struct protobuf attributes = {0};
	char above[NAME_SIZE];
	onnx_float(&attributes, "alpha", activation->threshold);
	snprintf(above, sizeof above, "%s/above", steps->layer);
	onnx_node(steps->exporter, "ThresholdedRelu", (const char *const[]){input, NULL}, above,
		&attributes);
	if (!isinf(activation->maximum))
		with_constant(steps, "Min", activation->maximum, "most");
	binary(steps, "Add", below, "clipped_relu");
}

/* x * gate(x), where the gate is a HardSigmoid or a Sigmoid. */
static void gated(const struct onnx_steps *steps, const char *suffix,
	void gate(const struct onnx_steps *))
{
	char input[NAME_SIZE];
	remember(steps, input);
	gate(steps);
	binary(steps, "Mul", input, suffix);
}

static void sigmoid_gate(const struct onnx_steps *steps)
{
	unary(steps, "Sigmoid", "gate");
}

static void hard_sigmoid_gate(const struct onnx_steps *steps)
{
	with_attributes(steps, "HardSigmoid", "gate", "alpha", 1.0f / 6, "beta", 0.5f);
}

static void mish_gate(const struct onnx_steps *steps)
{
	unary(steps, "Softplus", "softplus");
	unary(steps, "Tanh", "gate");
}

/* 1/2 (1 + erf(x / sqrt(2))) */
static void normal_gate(const struct onnx_steps *steps)
{
	with_constant(steps, "Div", 1.41421356f, "scaled");
	unary(steps, "Erf", "erf");
	with_constant(steps, "Add", 1, "erf_plus_1");
	with_constant(steps, "Mul", 0.5f, "gate");
}

/* sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)) = 1/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
static void tanh_gate(const struct onnx_steps *steps)
{
	const float slope = 1.59576912f;
	char input[NAME_SIZE];
	remember(steps, input);
	binary(steps, "Mul", input, "square");
	with_constant(steps, "Mul", 0.044715f * slope, "cube");
	with_constant(steps, "Add", slope, "slope");
	binary(steps, "Mul", input, "exponent");
	unary(steps, "Sigmoid", "gate");
}

void onnx_activation(struct onnx_exporter *exporter, const struct activation *activation,
	const char *layer)
{
	const struct onnx_steps steps_of_layer = {exporter, layer}, *steps = &steps_of_layer;
	switch (activation->kind) {
	case ACTIVATION_LINEAR:
		break;
	case ACTIVATION_RELU:
		unary(steps, "Relu", "relu");
		break;
	case ACTIVATION_RELU6:
		relu6(steps);
		break;
	case ACTIVATION_LEAKY_RELU:
		with_attributes(steps, "LeakyRelu", "leaky_relu", "alpha",
			activation->negative_slope, NULL, 0);
		break;
	case ACTIVATION_CLIPPED_RELU:
		clipped_relu(steps, activation);
		break;
	case ACTIVATION_ELU:
		with_attributes(steps, "Elu", "elu", "alpha", activation->negative_slope, NULL, 0);
		break;
	case ACTIVATION_SELU:
		with_attributes(steps, "Selu", "selu", "alpha", 1.67326324f, "gamma", 1.05070099f);
		break;
	case ACTIVATION_GELU:
		gated(steps, "gelu", normal_gate);
		break;
	case ACTIVATION_GELU_TANH:
		gated(steps, "gelu", tanh_gate);
		break;
	case ACTIVATION_SWISH:
		gated(steps, "swish", sigmoid_gate);
		break;
	case ACTIVATION_HARD_SWISH:
		gated(steps, "hard_swish", hard_sigmoid_gate);
		break;
	case ACTIVATION_SIGMOID:
		unary(steps, "Sigmoid", "sigmoid");
		break;
	case ACTIVATION_HARD_SIGMOID:
		with_attributes(steps, "HardSigmoid", "hard_sigmoid", "alpha", 1.0f / 6, "beta",
			0.5f);
		break;
	case ACTIVATION_KERAS2_HARD_SIGMOID:
		with_attributes(steps, "HardSigmoid", "hard_sigmoid", "alpha", 0.2f, "beta", 0.5f);
		break;
	case ACTIVATION_SOFTMAX:
		over_channels(steps, "Softmax", "softmax");
		break;
	case ACTIVATION_LOG_SOFTMAX:
		over_channels(steps, "LogSoftmax", "log_softmax");
		break;
	case ACTIVATION_TANH:
		unary(steps, "Tanh", "tanh");
		break;
	case ACTIVATION_SOFTPLUS:
		unary(steps, "Softplus", "softplus");
		break;
	case ACTIVATION_SOFTSIGN:
		unary(steps, "Softsign", "softsign");
		break;
	case ACTIVATION_MISH:
		gated(steps, "mish", mish_gate);
		break;
	case ACTIVATION_EXPONENTIAL:
		unary(steps, "Exp", "exponential");
		break;
	}
}
