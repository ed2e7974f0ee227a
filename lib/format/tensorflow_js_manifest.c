#include "format/tensorflow_js_manifest.h"

#include "base/array.h"
#include "base/bytes.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

enum { KEY_SIZE = 512, ARRAYS_MAXIMUM = 1 << 16 };

int tensorflow_js_refuse(const struct tensorflow_js_manifest *manifest, const char *object,
	const char *format, ...)
{
	char reason[sizeof manifest->error->reason], shown[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	error_set(manifest->error, text_printable(shown, sizeof shown, object), "%s", reason);
	return error_within(manifest->error, manifest->files->path);
}

/* ---- files ---- */

static int add_shard(struct tensorflow_js_manifest *manifest, const json_t *item)
{
	const char *path = json_string_value(item);
	if (!path)
		return error_set(manifest->error, manifest->files->path,
			"a path in its weightsManifest is not a text");
	const char *name = strncmp(path, "./", 2) ? path : path + 2; /* as browsers save it */
	if (!*name || strchr(name, '/') || strchr(name, '\\') || !strcmp(name, ".."))
		return tensorflow_js_refuse(manifest, path, "is not the name of a file beside it");
	const struct model_file *file = model_files_find(manifest->files, name);
	if (!file)
		return tensorflow_js_refuse(manifest, name, "is missing");
	if (manifest->shard_count == MODEL_FILES_MAXIMUM)
		return error_set(manifest->error, manifest->files->path,
			"its weights are in more than %d files", MODEL_FILES_MAXIMUM);
	const struct model_file **shards =
		array_grow(manifest->shards, manifest->shard_count, sizeof *shards);
	if (!shards)
		return error_memory(manifest->error, manifest->files->path);
	manifest->shards = shards;
	shards[manifest->shard_count++] = file;
	manifest->shard_bytes += file->size;
	return 0;
}

/* Copies bytes that may lie in several shards. */
static void copy_bytes(const struct tensorflow_js_manifest *manifest, size_t offset,
	unsigned char *out, size_t size)
{
	for (size_t i = 0; size > 0; i++) {
		const struct model_file *shard = manifest->shards[i];
		if (offset < shard->size) {
			size_t rest = shard->size - offset, taken = size < rest ? size : rest;
			memcpy(out, shard->bytes + offset, taken);
			out += taken;
			size -= taken;
			offset = 0;
		} else {
			offset -= shard->size;
		}
	}
}

/* ---- types ---- */

static const struct storage {
	const char *dtype, *quantization;
	size_t bytes; /* of a value */
} STORAGES[] = {
	[STORED_FLOAT32] = {"float32", "", 4},
	[STORED_INT32] = {"int32", "", 4},
	[STORED_FLOAT16] = {"float32", "float16", 2},
	[STORED_UINT8] = {"float32", "uint8", 1},
	[STORED_UINT16] = {"float32", "uint16", 2},
};
enum { STORAGE_COUNT = sizeof STORAGES / sizeof *STORAGES };

static int read_storage(const struct tensorflow_js_manifest *manifest, const json_t *object,
	struct tensorflow_js_array *array)
{
	json_t *quantization = json_object_get(object, "quantization");
	json_t *scale = json_object_get(quantization, "scale"),
	       *minimum = json_object_get(quantization, "min");
	const char *dtype = json_string_value(json_object_get(object, "dtype"));
	const char *quantized =
		quantization ? json_string_value(json_object_get(quantization, "dtype")) : "";
	int found = 0;
	while (found < STORAGE_COUNT && dtype && quantized &&
		(strcmp(dtype, STORAGES[found].dtype) ||
			strcmp(quantized, STORAGES[found].quantization)))
		found++;
	if (!dtype || !quantized || found == STORAGE_COUNT)
		return tensorflow_js_refuse(manifest, array->name,
			"is of type %.64s%s%.64s, which is not supported", dtype ? dtype : "(none)",
			quantization ? " quantized as " : "", quantized ? quantized : "(none)");
	array->storage = (enum tensorflow_js_storage)found;
	bool is_scaled = found == STORED_UINT8 || found == STORED_UINT16;
	if (is_scaled && !(json_is_number(scale) && json_is_number(minimum)))
		return tensorflow_js_refuse(manifest, array->name,
			"is quantized without scale and min");
	array->scale = json_number_value(scale);
	array->minimum = json_number_value(minimum);
	return 0;
}

/* What is not finite becomes NaN, which no weight may be either. */
static float load_half(const unsigned char *bytes)
{
	uint32_t bits = load_u16(bytes), magnitude = bits & 0x7fff;
	unsigned char shifted[4];
	store_u32(shifted, magnitude << 13);
	float value = load_f32(shifted) * 0x1p112f; /* the bias of exponents is 15, not 127 */
	return magnitude >= 0x7c00 ? NAN : bits & 0x8000 ? -value : value;
}

static float decode(const struct tensorflow_js_array *array, const unsigned char *bytes)
{
	switch (array->storage) {
	case STORED_FLOAT32:
		return load_f32(bytes);
	case STORED_INT32:
		return (float)(int32_t)load_u32(bytes);
	case STORED_FLOAT16:
		return load_half(bytes);
	case STORED_UINT8:
		return (float)(*bytes * array->scale + array->minimum);
	case STORED_UINT16:
		return (float)(load_u16(bytes) * array->scale + array->minimum);
	}
	return NAN;
}

void tensorflow_js_manifest_decode(const struct tensorflow_js_manifest *manifest,
	const struct tensorflow_js_array *array, float *values)
{
	enum { CHUNK = 1024 };
	unsigned char bytes[CHUNK * 4];
	size_t width = STORAGES[array->storage].bytes;
	for (size_t first = 0, count; first < array->count; first += count) {
		count = array->count - first < CHUNK ? array->count - first : CHUNK;
		copy_bytes(manifest, array->offset + first * width, bytes, count * width);
		for (size_t i = 0; i < count; i++)
			values[first + i] = decode(array, bytes + i * width);
	}
}

/* ---- arrays ---- */

static bool is_shape(const json_t *shape)
{
	json_t *side;
	size_t index;
	json_array_foreach (shape, index, side)
		if (!json_is_integer(side) || json_integer_value(side) < 0)
			return false;
	return json_is_array(shape);
}

/* The product of the sides; most + 1 if it is more than `most`. */
static size_t count_values(const json_t *shape, size_t most)
{
	json_t *item;
	size_t index, count = 1;
	json_array_foreach (shape, index, item) {
		uint64_t side = (uint64_t)json_integer_value(item);
		if (count > 0 && side > most / count)
			return most + 1;
		count *= side;
	}
	return count;
}

/* "conv/1/kernel" as "conv_1/kernel": layers of a graph have no '/' in their names. */
static void make_key(const char *name, char key[KEY_SIZE])
{
	snprintf(key, KEY_SIZE, "%s", name);
	char *last = strrchr(key, '/');
	for (char *c = key; last && c < last; c++)
		if (*c == '/' || iscntrl((unsigned char)*c))
			*c = '_';
}

static int keep_array(struct tensorflow_js_manifest *manifest,
	const struct tensorflow_js_array *array)
{
	char key[KEY_SIZE];
	if (strlen(array->name) >= sizeof key)
		return tensorflow_js_refuse(manifest, array->name, "has too long a name");
	make_key(array->name, key);
	if (text_list_find(&manifest->keys, key) >= 0)
		return tensorflow_js_refuse(manifest, array->name, "occurs twice");
	if (manifest->array_count == ARRAYS_MAXIMUM)
		return error_set(manifest->error, manifest->files->path,
			"has more than %d weight arrays", ARRAYS_MAXIMUM);
	struct tensorflow_js_array *arrays =
		array_grow(manifest->arrays, manifest->array_count, sizeof *arrays);
	if (arrays)
		manifest->arrays = arrays;
	if (!arrays || text_list_add(&manifest->keys, key, NULL))
		return error_memory(manifest->error, manifest->files->path);
	arrays[manifest->array_count++] = *array;
	return 0;
}

static int add_array(struct tensorflow_js_manifest *manifest, const json_t *object)
{
	struct tensorflow_js_array array = {.name = json_string_value(
						    json_object_get(object, "name")),
		.shape = json_object_get(object, "shape"),
		.offset = manifest->array_bytes};
	const char *group = json_string_value(json_object_get(object, "group"));
	if (!array.name)
		return error_set(manifest->error, manifest->files->path,
			"an array in its weightsManifest has no name");
	if (read_storage(manifest, object, &array))
		return -1;
	if (!is_shape(array.shape))
		return tensorflow_js_refuse(manifest, array.name,
			"its shape is not a list of whole numbers");
	size_t width = STORAGES[array.storage].bytes,
	       most = (manifest->shard_bytes - manifest->array_bytes) / width;
	array.count = count_values(array.shape, most);
	if (array.count > most)
		return tensorflow_js_refuse(manifest, array.name,
			"its values are not all in the files");
	manifest->array_bytes += array.count * width;
	bool is_of_optimizer = group && strcmp(group, "optimizer") == 0;
	return is_of_optimizer ? 0 : keep_array(manifest, &array);
}

/* ---- groups ---- */

static int read_group(struct tensorflow_js_manifest *manifest, const json_t *group)
{
	json_t *paths = json_object_get(group, "paths"),
	       *weights = json_object_get(group, "weights"), *item;
	size_t index;
	if (!json_is_array(paths) || !json_is_array(weights))
		return error_set(manifest->error, manifest->files->path,
			"a group in its weightsManifest has no paths or no weights");
	json_array_foreach (paths, index, item)
		if (add_shard(manifest, item))
			return -1;
	json_array_foreach (weights, index, item)
		if (add_array(manifest, item))
			return -1;
	if (manifest->array_bytes == manifest->shard_bytes)
		return 0;
	const char *last = manifest->shards[manifest->shard_count - 1]->name;
	return tensorflow_js_refuse(manifest, last, "has %zu bytes too many",
		manifest->shard_bytes - manifest->array_bytes);
}

int tensorflow_js_manifest_read(struct tensorflow_js_manifest *manifest, const json_t *root,
	const struct model_files *files, struct error *error)
{
	json_t *groups = json_object_get(root, "weightsManifest"), *group;
	size_t index;
	*manifest = (struct tensorflow_js_manifest){.files = files, .error = error};
	if (!json_is_array(groups))
		return error_set(error, files->path, "has no weightsManifest");
	json_array_foreach (groups, index, group)
		if (read_group(manifest, group))
			return -1;
	return 0;
}

void tensorflow_js_manifest_free(struct tensorflow_js_manifest *manifest)
{
	free(manifest->shards);
	free(manifest->arrays);
	text_list_free(&manifest->keys);
	*manifest = (struct tensorflow_js_manifest){0};
}

int tensorflow_js_manifest_find(const struct tensorflow_js_manifest *manifest, const char *layer,
	const char *name)
{
	char key[KEY_SIZE];
	snprintf(key, sizeof key, "%s/%s", layer, name);
	return text_list_find(&manifest->keys, key);
}
