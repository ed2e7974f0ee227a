/* The architecture of a model as Keras' JSON has it. */
#ifndef FORMAT_ARCHITECTURE_H
#define FORMAT_ARCHITECTURE_H

#include "base/text.h"
#include "graph/graph.h"

#include <jansson.h>

/* What a model's JSON says beyond what is computed here. Empty: nothing. */
struct architecture_remarks {
	struct text_list
		refusals;       /* what forbids training: "layer 'conv1': 'fliters' is not known" */
	struct text_list notes; /* what training says: "layer 'flip': RandomFlip has no effect" */
};
void architecture_remarks_free(struct architecture_remarks *remarks);

enum { ARCHITECTURE_FILE_MAXIMUM = 64 << 20 };
/* Reads a model of Keras 1, 2 or 3: Sequential or Functional, nested models and shared layers, one
 * input and one output. Nested models are flattened; the nodes that lead to the output are kept.
 * Sides of the input that the file leaves free are 0; the shapes of the nodes are checked where it
 * has none. `remarks` (NULL: not wanted) must be empty, and is the caller's to free even on
 * failure. On failure
 * (-1) *out is empty. */
CHECKED int architecture_read(struct graph *out, const char *path,
	struct architecture_remarks *remarks, struct error *error);
/* The same from `size` bytes of JSON; `path` is for messages. */
CHECKED int architecture_parse(struct graph *out, const void *text, size_t size, const char *path,
	struct architecture_remarks *remarks, struct error *error);
/* As architecture_parse(), from the object of a model. `version` is Keras', where the file says it
 * beside the model; NULL: the model says it. */
CHECKED int architecture_from_json(struct graph *out, json_t *model, const char *version,
	const char *path, struct architecture_remarks *remarks, struct error *error);
/* Writes JSON that Keras 2, Keras 3 and TF.js can load: a Sequential model if each node reads the
 * one before it, else a functional one. Activations that they know as layers only (ReLU6, leaky
 * ReLU) are written as layers LAYER_ACTIVATION, and the layers in Keras' order (format/keras.h). */
CHECKED int architecture_write(const struct graph *graph, const char *path, struct error *error);

#endif
