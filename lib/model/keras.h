/* Names of Keras' file formats, for readers and writers. */
#ifndef MODEL_KERAS_H
#define MODEL_KERAS_H

#include "base/error.h"
#include "graph/graph.h"

#include <jansson.h>

enum { KERAS_GROUP_SIZE = 64 };

/* The name that a class of layers has in Keras 2 and 3: that of Keras 1 and TensorFlow 1
 * ("Convolution2D", "BatchNormalizationV1"), or a second name of it ("MaxPool2D"), replaced; else
 * `class_name`. */
const char *keras_class(const char *class_name);

/* Keras' name of a group in a weights file: the class in snake case, "max_pooling2d". */
void keras_snake_case(const char *class_name, char out[KERAS_GROUP_SIZE]);

/* The group of layer `index` in a Keras 3 weights file of the graph without nested models: its
 * class in snake case, with the suffix "_n" for the n-th after the first of that class. */
void keras_group(const struct graph *graph, int index, char out[KERAS_GROUP_SIZE]);

/* Writes `value` (NULL: out of memory), which it frees, as indented JSON, complete or not at
 * all. */
CHECKED int keras_write_json(json_t *value, const char *path, struct error *error);

#endif
