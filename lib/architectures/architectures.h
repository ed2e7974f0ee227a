/* Built-in networks by name, made in code as graphs; no weights.
 *
 * Those that Keras has are layer by layer as keras.applications builds them without its top, with
 * its names, so that its weights fit:
 *
 * original         the network of the original project: three times convolution 3x3, ReLU, max-pool
 *                  2 with 32, 32 and 64 filters; flatten; dense 64, ReLU; dropout 0.5
 * compact          five times convolution 3x3, batch normalisation, ReLU, max-pool 2 with 32, 48,
 *                  64, 96 and 128 filters
 * mobilenet_v2     Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks";
 *                  ALPHA is the width multiplier of all filters but the last 1280
 * efficientnet_b0  Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional
 *                  Neural Networks", for weights="imagenet"
 * resnet18         He et al. 2015, "Deep Residual Learning for Image Recognition"; with the
 *                  padding of torchvision, and names like those of Keras' ResNet50 */
#ifndef ARCHITECTURES_ARCHITECTURES_H
#define ARCHITECTURES_ARCHITECTURES_H

#include "graph/graph.h"

/* ROW(name, what follows the name). To add one: a row here, and its struct architecture in a file
 * of its own (builder.h); without it nothing links. */
#define ARCHITECTURES(ROW) \
	ROW(original, "") \
	ROW(compact, "") \
	ROW(mobilenet_v2, ":ALPHA") \
	ROW(efficientnet_b0, "") \
	ROW(resnet18, "")

/* "original, compact, ..., ": for messages and help, with a comma after each. */
#define ARCHITECTURE_LISTED(name, parameter) #name parameter ", "
#define ARCHITECTURES_LISTED ARCHITECTURES(ARCHITECTURE_LISTED)

/* Whether it is one of the names, whatever follows its colon. */
bool architecture_is_builtin(const char *name);

/* The output activation that a network of this name has unless another is wished: sigmoid for
 * original, else softmax. */
enum activation_kind architecture_default_output(const char *name);

/* Builds a whole classifier: the front, and a head for `classes` classes, which ends with the
 * activation `output`. What it takes: mobilenet_v2 and efficientnet_b0 begin with a rescaling of
 * 0..255, which input_values_of_layers finds; the others take any range.
 *
 * -1: an unknown name, a width multiplier that is missing or out of range, an input that is too
 * small; *out is then empty. */
CHECKED int architecture_build(struct graph *out, const char *name, struct shape input, int classes,
	enum activation_kind output, struct error *error);

/* Builds the front alone, up to its features: what Keras has with include_top=False. Of
 * mobilenet_v2 without the rescaling: it takes -1..1. As architecture_build. */
CHECKED int architecture_front(struct graph *out, const char *name, struct shape input,
	struct error *error);

/* Appends a classifier's head to a graph whose input has no free sides: global average pooling,
 * unless the output is a vector; dropout, if `dropout` > 0; a dense layer of `classes` units; the
 * activation `output`, a layer of its own. Names that the graph has already get a number.
 * -1: shapes that do not fit, no memory; the graph is still the caller's to free. */
CHECKED int architecture_append_head(struct graph *graph, int classes, float dropout,
	enum activation_kind output, struct error *error);

#endif
