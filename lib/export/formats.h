/* Inside lib/export: the writers of the formats, and what they share. */
#ifndef EXPORT_FORMATS_H
#define EXPORT_FORMATS_H

#include "base/array.h"
#include "export/export.h"

typedef int export_writer(const struct export_model *model, const char *path, struct error *error);

/* ONNX (onnx.ai, operator set 13). Input "images" (N, height, width, channels), or (N, values) for
 * vectors; output "probabilities" (N, classes), any N. Layers that do nothing in prediction are
 * omitted. Its metadata properties are those of export_metadata(), and for pictures those that ONNX
 * defines (docs/MetadataProps.md). -1 also beyond the format's limit of 2 GiB. */
CHECKED export_writer onnx_write;

/* The archive that Keras 3 saves (keras/src/saving/saving_lib.py): a zip of metadata.json,
 * config.json and model.weights.h5; and labels.txt, which Keras leaves alone. */
CHECKED export_writer keras_archive_write;

/* A layers model of TensorFlow.js: `path` is its model.json; beside it its weights,
 * group1-shard1of1.bin and so on, and metadata.json as Teachable Machine has it, with the labels.
 * -1 also for a layer that TensorFlow.js lacks and that cannot be made of others. */
CHECKED export_writer tensorflow_js_write;

/* safetensors (github.com/huggingface/safetensors): the weights as LAYER/kernel and so on, in
 * Keras' shapes. Its metadata is that of export_metadata(), and Keras' JSON as "architecture". */
CHECKED export_writer safetensors_write;

/* {"labels": [...], "input_width", "input_height" (of pictures), "input_minimum",
 * "input_maximum"}. The caller's to release; NULL without memory. */
json_t *export_metadata(const struct export_model *model);

/* A value of it as text: labels one per line. The caller's to free; NULL without memory. */
char *export_metadata_text(const json_t *value);

#endif
