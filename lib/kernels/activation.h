/* Activations: the functions that follow a layer, as Keras 3 defines them, a row each.
 *
 * To add one: a row here, the function and its derivative in kernels/vector_activation.h, its ONNX
 * operators in format/onnx_activation.c, whether TensorFlow.js has it in
 * export/tensorflow_js_graph.c; the compiler names each place that is missing. */
#ifndef KERNELS_ACTIVATION_H
#define KERNELS_ACTIVATION_H

#include <stdbool.h>

/* ROW(enumerator, name in Keras, alias, title in charts, what its derivative is computed from).
 *
 * One without a name in Keras has parameters that only a layer of its own gives. A derivative from
 * the OUTPUT needs no copy of the input; such a function must never decrease, since it may follow
 * a maximum instead of preceding it.
 *
 * Elementwise: each value by itself. */
#define ELEMENTWISE_ACTIVATIONS(ROW) \
	ROW(LINEAR, "linear", NULL, NULL, OUTPUT) \
	ROW(RELU, "relu", NULL, "ReLU", OUTPUT) \
	ROW(RELU6, "relu6", NULL, "ReLU6", OUTPUT) \
	ROW(LEAKY_RELU, "leaky_relu", NULL, "leaky ReLU", OUTPUT) \
	ROW(CLIPPED_RELU, NULL, NULL, "clipped ReLU", OUTPUT) \
	ROW(ELU, "elu", NULL, "ELU", OUTPUT) \
	ROW(SELU, "selu", NULL, "SELU", OUTPUT) \
	ROW(GELU, "gelu", NULL, "GELU", INPUT) \
	ROW(GELU_TANH, "gelu_approximate", "gelu_tanh", "GELU by tanh", INPUT) \
	ROW(SWISH, "swish", "silu", "swish", INPUT) \
	ROW(HARD_SWISH, "hard_silu", "hard_swish", "hard swish", INPUT) \
	ROW(SIGMOID, "sigmoid", NULL, "sigmoid", OUTPUT) \
	ROW(HARD_SIGMOID, "hard_sigmoid", NULL, "hard sigmoid", OUTPUT) \
	ROW(KERAS2_HARD_SIGMOID, NULL, NULL, "hard sigmoid", OUTPUT) \
	ROW(TANH, "tanh", NULL, "tanh", OUTPUT) \
	ROW(SOFTPLUS, "softplus", NULL, "softplus", OUTPUT) \
	ROW(SOFTSIGN, "softsign", NULL, "softsign", OUTPUT) \
	ROW(MISH, "mish", NULL, "mish", INPUT) \
	ROW(EXPONENTIAL, "exponential", NULL, "exponential", OUTPUT)

/* Each value by all channels of its pixel: no kernels, but nn/rows.c. */
#define CHANNELWISE_ACTIVATIONS(ROW) \
	ROW(SOFTMAX, "softmax", NULL, "softmax", OUTPUT) \
	ROW(LOG_SOFTMAX, "log_softmax", NULL, "log-softmax", OUTPUT)

#define ACTIVATIONS(ROW) ELEMENTWISE_ACTIVATIONS(ROW) CHANNELWISE_ACTIVATIONS(ROW)

#define ROW(kind, name, alias, title, from) ACTIVATION_##kind,
enum activation_kind { ACTIVATIONS(ROW) };
#undef ROW

#define ROW(kind, name, alias, title, from) +1
enum { ACTIVATION_COUNT = 0 ACTIVATIONS(ROW) };
#undef ROW

/* An activation with its parameters; what others than those named do not read. */
struct activation {
	enum activation_kind kind;
	float negative_slope;     /* leaky and clipped ReLU; ELU: alpha, above 0 */
	float threshold, maximum; /* clipped ReLU; 0 or more; maximum may be INFINITY */
};

/* `kind` with the parameters that its name in Keras stands for: slope 0.2 of leaky ReLU, alpha 1 of
 * ELU; of clipped ReLU those that make it ReLU. */
struct activation activation_default(enum activation_kind kind);

/* Whether its parameters are in range. */
bool activation_is_valid(const struct activation *activation);

/* Whether its name in Keras says all of it. */
bool activation_has_name(const struct activation *activation);

/* Keras' name, or NULL. */
const char *activation_name(enum activation_kind kind);

/* For charts; NULL for linear. */
const char *activation_title(enum activation_kind kind);

/* Finds a name or an alias; false, and *out unchanged, if there is none such. */
bool activation_find(const char *name, struct activation *out);

/* Whether each value is computed by itself. */
static inline bool activation_is_elementwise(enum activation_kind kind)
{
	switch (kind) {
#define ROW(kind, name, alias, title, from) case ACTIVATION_##kind:
		ELEMENTWISE_ACTIVATIONS(ROW)
		return true;
		CHANNELWISE_ACTIVATIONS(ROW)
		return false;
#undef ROW
	}
	return false;
}

/* Whether the derivative is computed from the output, not from the input. */
static inline bool activation_derives_from_output(enum activation_kind kind)
{
	enum { INPUT, OUTPUT };
	switch (kind) {
#define ROW(kind, name, alias, title, from) \
	case ACTIVATION_##kind: \
		return from == OUTPUT;
		ACTIVATIONS(ROW)
#undef ROW
	}
	return false;
}

#endif
