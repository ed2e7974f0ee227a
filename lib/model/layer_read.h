/* Parses the JSON object of a layer of a Keras model into struct layer. */
#ifndef MODEL_LAYER_READ_H
#define MODEL_LAYER_READ_H

#include "base/error.h"
#include "nn/architecture.h"

#include <jansson.h>

enum { LAYERS_PER_KERAS_LAYER = 2 }; /* SeparableConv2D becomes two layers */

/* Reads the layer of these "class_name" and "config" into `layers`; `vector`: its input is a
 * vector. Returns the number of layers: 1, 0 for InputLayer, 2 for SeparableConv2D (depthwise, then
 * a 1x1 convolution called NAME_pointwise); or -1, with `path` and the layer in the error: a class,
 * activation or option that is not supported, a value out of range. */
CHECKED int layer_read(struct layer layers[LAYERS_PER_KERAS_LAYER], const char *class_name,
	json_t *config, bool vector, const char *path, struct error *error);

#endif
