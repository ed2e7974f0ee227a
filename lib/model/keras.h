/* What the readers and writers of Keras' files share. */
#ifndef MODEL_KERAS_H
#define MODEL_KERAS_H

#include "base/error.h"
#include "nn/architecture.h"

#include <jansson.h>
#include <stdbool.h>

enum { KERAS_GROUP_SIZE = 48 };

/* The class that Keras has for a kind of layer, "Conv2D". */
const char *keras_class(enum layer_kind kind);

/* The group that holds layer `index` in a Keras 3 weights file: its class in snake case, and "_n" behind it for the
 * n-th after the first of that class. With `separable`, a depthwise layer and the NAME_pointwise convolution behind
 * it are one SeparableConv2D, as they were before layer_read() took it apart. */
void keras_group(const struct architecture *architecture, int index, bool separable, char out[KERAS_GROUP_SIZE]);

/* Whether layer `index` is the second half of such a pair. */
bool keras_is_pointwise(const struct architecture *architecture, int index);

/* Writes `value` (NULL: no memory), which it frees, as indented JSON, whole or not at all. */
CHECKED int keras_write_json(json_t *value, const char *path, struct error *error);

#endif
