/* Keras' names and order of layers, for readers and writers. */
#ifndef FORMAT_KERAS_H
#define FORMAT_KERAS_H

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

/* Copies a graph as Keras has it: activations that it knows as layers only are layers, called
 * LAYER_ACTIVATION; and the layers are in the order in which Keras counts them, and their weights,
 * when it has read the model. Layers with parameters keep their names. On failure (-1) *out is
 * empty. */
CHECKED int keras_graph(struct graph *out, const struct graph *in, struct error *error);

enum architecture_form {
	ARCHITECTURE_FOR_ALL, /* what Keras 2, Keras 3 and TensorFlow.js read */
	ARCHITECTURE_KERAS_3  /* as Keras 3 writes it; the input's sides must not be free */
};

/* The model's object, {"module", "class_name", "config", "registered_name"}, of keras_graph(). The
 * caller's to release; NULL with an error of `path`: an activation without a name in Keras 3, no
 * memory. */
json_t *architecture_value(const struct graph *graph, enum architecture_form form, const char *path,
	struct error *error);

/* Writes `value` (NULL: out of memory), which it frees, as indented JSON, complete or not at
 * all. */
CHECKED int keras_write_json(json_t *value, const char *path, struct error *error);

#endif
