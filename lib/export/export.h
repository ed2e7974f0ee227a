/* Export of a model to the formats of other programs: a file each, and a row.
 *
 * All writers write their files complete or not at all, and the same bytes for the same model. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "base/text.h"
#include "model/picture.h"
#include "nn/network.h"

#include <jansson.h>

/* What is exported; all is the caller's. */
struct export_model {
	const struct network *network;
	const struct text_list *labels;       /* one per output */
	const struct picture_settings *input; /* what it takes of a picture */
};

/* ROW(enumerator, name, ending of its files, whether it is more than one file, function). */
#define EXPORT_FORMATS(ROW) \
	ROW(ONNX, "onnx", ".onnx", false, onnx_write) \
	ROW(KERAS, "keras", ".keras", false, keras_archive_write) \
	ROW(TENSORFLOW_JS, "tensorflow-js", "model.json", true, tensorflow_js_write) \
	ROW(SAFETENSORS, "safetensors", ".safetensors", false, safetensors_write)

#define ROW(format, name, ending, is_several, write) EXPORT_##format,
enum export_format { EXPORT_FORMATS(ROW) EXPORT_FORMAT_COUNT };
#undef ROW

/* Their names, NULL at the end. */
extern const char *const export_format_names[];

/* The format of a path: by its ending; ONNX for standard output (NULL or "-") or a file without
 * one. -1: another ending. */
int export_format_of(const char *path);

/* Whether the format is more than one file, and so none for standard output. */
bool export_is_several(enum export_format format);

/* Writes the model to `path` ("-": standard output). Returns 0; or -1 with an error of the path, or
 * of the layer that the format lacks. */
CHECKED int export_write(const struct export_model *model, enum export_format format,
	const char *path, struct error *error);

#endif
