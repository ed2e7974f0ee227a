#include "format/safetensors.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_SIZE = 8, ALIGNMENT = 8, PIECE = 4096 };

static const size_t file_maximum = SIZE_MAX / 2;

/* ---- writing ---- */

/* Adds an array whose values begin at *offset in the data, and advances that. */
static json_t *add_array(json_t *header, const struct safetensors_array *array, size_t *offset)
{
	size_t begin = *offset;
	json_t *shape = json_array();
	for (int i = 0; shape && i < array->rank; i++)
		shape = json_add_item(shape, json_integer((json_int_t)array->shape[i]));
	*offset += array->count * sizeof(float);
	return json_add_member(header, array->name,
		json_pack("{s:s, s:o, s:[II]}", "dtype", "F32", "shape", shape, "data_offsets",
			(json_int_t)begin, (json_int_t)*offset));
}

/* The JSON of the header. The caller's to free; NULL without memory. */
static char *make_header(const struct safetensors_array *arrays, int count, json_t *metadata)
{
	size_t offset = 0;
	json_t *header = json_pack("{s:O}", "__metadata__", metadata);
	for (int i = 0; i < count; i++)
		header = add_array(header, &arrays[i], &offset);
	char *text = header ? json_print(header, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	json_decref(header);
	return text;
}

/* The length of the header, and the header with blanks at its end, so that the data is aligned. */
static void write_header(FILE *stream, const char *header)
{
	size_t length = strlen(header), padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
	unsigned char size[LENGTH_SIZE];
	store_u64(size, length + padding);
	fwrite(size, 1, sizeof size, stream);
	fwrite(header, 1, length, stream);
	fwrite("       ", 1, padding, stream);
}

void safetensors_data(const struct safetensors_array *arrays, int count,
	void (*take)(void *context, const void *bytes, size_t size), void *context)
{
	unsigned char bytes[PIECE * sizeof(float)];
	for (const struct safetensors_array *array = arrays; array < arrays + count; array++)
		for (size_t first = 0; first < array->count; first += PIECE) {
			size_t left = array->count - first, piece = left < PIECE ? left : PIECE;
			for (size_t i = 0; i < piece; i++)
				store_f32(bytes + i * sizeof(float), array->values[first + i]);
			take(context, bytes, piece * sizeof(float));
		}
}

static void write_bytes(void *stream, const void *bytes, size_t size)
{
	fwrite(bytes, 1, size, stream);
}

int safetensors_save(const char *path, const struct safetensors_array *arrays, int count,
	json_t *metadata, struct error *error)
{
	struct output output;
	char *header = make_header(arrays, count, metadata);
	if (!header)
		return error_memory(error, path);
	int result = output_open(&output, path, error);
	if (result == 0) {
		write_header(output.stream, header);
		safetensors_data(arrays, count, write_bytes, output.stream);
		result = output_commit(&output, error);
	}
	free(header);
	return result;
}

/* ---- reading ---- */

static int parse(struct safetensors *file, size_t size, const char *path, struct error *error)
{
	uint64_t length = size < LENGTH_SIZE ? 0 : load_u64(file->bytes);
	if (size < LENGTH_SIZE || length > size - LENGTH_SIZE)
		return error_set(error, path, "is not a safetensors file, or not all of it");
	file->header = json_parse(file->bytes + LENGTH_SIZE, (size_t)length, JSON_REJECT_DUPLICATES,
		path, error);
	file->data = file->bytes + LENGTH_SIZE + length;
	file->data_size = size - LENGTH_SIZE - (size_t)length;
	return file->header ? 0 : -1;
}

int safetensors_load(struct safetensors *file, const char *path, struct error *error)
{
	size_t size;
	*file = (struct safetensors){0};
	if (file_read_regular(path, file_maximum, &file->bytes, &size, error))
		return -1;
	int result = parse(file, size, path, error);
	if (result)
		safetensors_free(file);
	return result;
}

const char *safetensors_text(const struct safetensors *file, const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(file->header, "__metadata__"), key));
}

bool safetensors_copy(const struct safetensors *file, const char *name, float *values, size_t count)
{
	const char *type;
	json_int_t begin, end;
	if (json_unpack(json_object_get(file->header, name), "{s:s, s:[I, I]}", "dtype", &type,
		    "data_offsets", &begin, &end) ||
		strcmp(type, "F32") || begin < 0 || end < begin ||
		(uint64_t)end > file->data_size || (uint64_t)(end - begin) != count * sizeof(float))
		return false;
	for (size_t i = 0; i < count; i++)
		values[i] = load_f32(file->data + begin + i * sizeof(float));
	return true;
}

void safetensors_free(struct safetensors *file)
{
	json_decref(file->header);
	free(file->bytes);
	*file = (struct safetensors){0};
}
