/* Internal to lib/format: the arrays that a weightsManifest of TensorFlow.js lists
 * (format/tensorflow_js.h), by name. */
#ifndef FORMAT_TENSORFLOW_JS_MANIFEST_H
#define FORMAT_TENSORFLOW_JS_MANIFEST_H

#include "base/text.h"
#include "format/files.h"

#include <jansson.h>

/* How the values of an array lie in the files. */
enum tensorflow_js_storage {
	STORED_FLOAT32,
	STORED_INT32,
	STORED_FLOAT16,
	STORED_UINT8,
	STORED_UINT16
};

struct tensorflow_js_array {
	const char *name;
	const json_t *shape; /* a list of whole numbers >= 0 */
	enum tensorflow_js_storage storage;
	double scale, minimum; /* of uint8 and uint16: value = stored * scale + minimum */
	size_t offset;         /* in the files, one after the other */
	size_t count;          /* values */
};

struct tensorflow_js_manifest {
	const struct model_files *files;
	struct error *error;
	const struct model_file **shards;
	size_t shard_count, shard_bytes;
	struct tensorflow_js_array *arrays; /* without those of an optimizer */
	size_t array_count, array_bytes;    /* the bytes with those */
	struct text_list keys;              /* of the arrays, in their order */
};

/* Reads the list in model.json; `root`, `files` and `error` must stay. The caller frees *manifest
 * even on failure (-1: what tensorflow_js_weights() says of files, types and names). */
CHECKED int tensorflow_js_manifest_read(struct tensorflow_js_manifest *manifest, const json_t *root,
	const struct model_files *files, struct error *error);
void tensorflow_js_manifest_free(struct tensorflow_js_manifest *manifest);

/* The index of the array of parameter `name` of a layer, whose name is written as that of a layer
 * of a graph is (no '/' in it); -1: there is none. */
int tensorflow_js_manifest_find(const struct tensorflow_js_manifest *manifest, const char *layer,
	const char *name);

/* Writes the values of an array. */
void tensorflow_js_manifest_decode(const struct tensorflow_js_manifest *manifest,
	const struct tensorflow_js_array *array, float *values);

/* Fills manifest->error: "MODEL: OBJECT: reason". Returns -1. */
int tensorflow_js_refuse(const struct tensorflow_js_manifest *manifest, const char *object,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
