/* Names of Keras' file formats, for readers and writers. */
#ifndef MODEL_KERAS_H
#define MODEL_KERAS_H

#include "base/error.h"
#include "nn/architecture.h"

#include <jansson.h>
#include <stdbool.h>

enum { KERAS_GROUP_SIZE = 48 };

/* Keras' class name of a kind of layer, "Conv2D". */
const char *keras_class(enum layer_kind kind);

/* The group of layer `index` in a Keras 3 weights file: its class in snake case, with the suffix
 * "_n" for the n-th after the first of that class. With `separable`, a depthwise layer followed by
 * a NAME_pointwise convolution is one SeparableConv2D, which layer_read() splits into the two. */
void keras_group(const struct architecture *architecture, int index, bool separable,
	char out[KERAS_GROUP_SIZE]);

/* Writes `value` (NULL: out of memory), which it frees, as indented JSON, complete or not at
 * all. */
CHECKED int keras_write_json(json_t *value, const char *path, struct error *error);

#endif
