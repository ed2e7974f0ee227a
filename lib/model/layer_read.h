/* One layer of a Keras model: its JSON object turned into struct layer. */
#ifndef MODEL_LAYER_READ_H
#define MODEL_LAYER_READ_H

#include "base/error.h"
#include "nn/architecture.h"

#include <jansson.h>

enum { LAYERS_PER_KERAS_LAYER = 2 }; /* SeparableConv2D is two of ours */

/* Reads the layer whose "class_name" is `class_name` and whose "config" is `config` into `layers`; `vector`
 * says that its input is a plain vector. Returns how many layers it is: 1, 0 for a layer that computes nothing, 2 for
 * SeparableConv2D (depthwise, then a 1x1 convolution called NAME_pointwise); or -1, naming `path` and the layer:
 * a class, activation or option that is not known, a value out of range. */
CHECKED int layer_read(struct layer layers[LAYERS_PER_KERAS_LAYER], const char *class_name, json_t *config, bool vector,
	const char *path, struct error *error);

/* Keras' name of an activation ("relu"), and back; -1 for a name that is not known. */
const char *activation_name(enum activation activation);
int activation_find(const char *name);

/* The slope of Keras' "leaky_relu" where a name is all there is. */
#define ACTIVATION_LEAKY_SLOPE 0.2f

#endif
