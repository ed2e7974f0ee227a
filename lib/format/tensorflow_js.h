/* Models of TensorFlow.js' layers, as `model.save` of TensorFlow.js, tensorflowjs_converter and
 * Teachable Machine write them. model.json is
 *
 *     {"format": "layers-model",
 *      "modelTopology": the model's JSON of Keras, or {"model_config": it, "training_config", ...},
 *      "trainingConfig": how it was compiled (TensorFlow.js; the converter: training_config),
 *      "weightsManifest": [{"paths": ["weights.bin", ...], "weights": [{"name": "conv1/kernel",
 *          "shape": [3, 3, 3, 4], "dtype": "float32", "quantization": {...}}, ...]}, ...]}
 *
 * The files of a group's paths, one after the other, are its arrays, one after the other, in little
 * endian and without gaps. All of it is untrusted; nothing here opens a file. `root` is model.json,
 * and stays the caller's. */
#ifndef FORMAT_TENSORFLOW_JS_H
#define FORMAT_TENSORFLOW_JS_H

#include "format/architecture.h"
#include "format/files.h"
#include "format/hints.h"
#include "nn/network.h"

/* Whether it is a model.json of TensorFlow.js, of any format. */
bool tensorflow_js_is_model(const json_t *root);

/* As architecture_parse(). -1 also for a model that is not of layers but a graph of TensorFlow's
 * operations, and for one that TensorFlow.js made with layers that it computes in another way than
 * Keras (a converted one is computed as Keras does). */
CHECKED int tensorflow_js_architecture(struct graph *out, const json_t *root, const char *path,
	struct architecture_remarks *remarks, struct error *error);

/* Writes the values of all parameters of the network, which was made from that architecture, one
 * parameter after the other; they may be not finite. Arrays are found by name, as TensorFlow.js
 * does it: the layer's without the models around it, then the parameter's. -1, with some written:
 * the files do not have exactly what the manifest says; an array is missing, of another shape, of a
 * type other than float32 (plain, or quantized as uint8, uint16 or float16; int32 for a count), or
 * of no layer, unless of an optimizer. The error's object is "MODEL: conv1/kernel". */
CHECKED int tensorflow_js_weights(const json_t *root, const struct model_files *files,
	const struct network *network, float *values, struct error *error);

/* Sets the loss, if the model says it. */
void tensorflow_js_hints(const json_t *root, struct model_hints *hints);

/* What Teachable Machine says of its model beside it, in metadata.json. */
struct teachable_machine {
	struct input_hint input; /* what cnn-export says there */
	bool is_image_model;     /* by the name of the package that wrote it */
	struct text_list labels; /* one per output; empty: they are not said */
};

/* Reads it from `size` bytes of JSON; `path` is for messages. Metadata of something else has none
 * of it. The caller frees out->labels; on failure (-1: not JSON, labels that are invalid, twice
 * there or too many) *out is empty. */
CHECKED int teachable_machine_read(struct teachable_machine *out, const void *text, size_t size,
	const char *path, struct error *error);

#endif
