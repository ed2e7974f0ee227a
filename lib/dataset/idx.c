#include "dataset/idx.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { DIMENSIONS_MAXIMUM = 3, SIDE_MAXIMUM = 65535, BYTES_MAXIMUM = 1 << 30 };

/* Values of unsigned bytes, and up to three sizes. */
struct array {
	uint32_t sizes[DIMENSIONS_MAXIMUM];
	size_t size; /* their product */
	unsigned char *bytes;
};

static bool read_all(gzFile file, void *bytes, size_t size)
{
	return gzread(file, bytes, (unsigned)size) == (int)size;
}

static int read_header(gzFile file, const char *path, int dimensions, struct array *array, struct error *error)
{
	unsigned char magic[4], sizes[4 * DIMENSIONS_MAXIMUM];
	if (!read_all(file, magic, sizeof magic) || magic[0] || magic[1] || magic[2] != 8 || magic[3] != dimensions)
		return error_set(error, path, "is no IDX file of bytes in %d dimension%s", dimensions,
			dimensions > 1 ? "s" : "");
	if (!read_all(file, sizes, 4 * (size_t)dimensions))
		return error_set(error, path, "cut short: no whole IDX header");
	array->size = 1;
	for (int i = 0; i < dimensions; i++) {
		const unsigned char *p = sizes + 4 * i;
		array->sizes[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
		if (array->sizes[i] < 1 || array->sizes[i] > BYTES_MAXIMUM / array->size)
			return error_set(error, path, "is empty or larger than %d bytes", BYTES_MAXIMUM);
		array->size *= array->sizes[i];
	}
	return 0;
}

static int read_values(gzFile file, const char *path, struct array *array, struct error *error)
{
	unsigned char beyond;
	array->bytes = malloc(array->size);
	if (!array->bytes)
		return error_memory(error, path);
	if (!read_all(file, array->bytes, array->size))
		return error_set(error, path, "cut short or damaged: holds less than its header says");
	if (gzread(file, &beyond, 1) != 0)
		return error_set(error, path, "damaged, or holds more than its header says");
	return 0;
}

static int read_array(const char *path, int dimensions, struct array *array, struct error *error)
{
	*array = (struct array){0};
	gzFile file = gzopen(path, "rbe");
	if (!file)
		return error_system(error, path);
	int result = read_header(file, path, dimensions, array, error);
	if (result == 0)
		result = read_values(file, path, array, error);
	bool whole = gzclose(file) == Z_OK; /* tells of a compressed file without its checksum */
	return result == 0 && !whole ? error_set(error, path, "cut short") : result;
}

/* Names the classes by their numbers, or checks that those given are enough. */
static int name_classes(struct dataset_files *files, const char *path, const struct array *labels, struct error *error)
{
	size_t highest = 0;
	for (size_t i = 0; i < labels->size; i++)
		highest = labels->bytes[i] > highest ? labels->bytes[i] : highest;
	if (files->classes.count > highest)
		return 0;
	if (files->classes.count)
		return error_set(error, path, "label %zu, but only %zu classes are given", highest, files->classes.count);
	for (size_t i = 0; i <= highest; i++) {
		char name[24];
		snprintf(name, sizeof name, "%zu", i);
		if (text_list_add(&files->classes, name, error))
			return -1;
	}
	return 0;
}

static int add_entries(struct dataset_files *files, const char *path, const struct array *labels, struct error *error)
{
	const char *base = text_base_name(path);
	for (size_t i = 0; i < labels->size; i++) {
		char *name = text_format("%s#%zu", base, i);
		int result = name ? dataset_files_add(files, name, 0, labels->bytes[i], error) : error_memory(error, path);
		free(name);
		if (result)
			return -1;
	}
	return 0;
}

static int combine(const char *images_path, const char *labels_path, const struct array *images,
	const struct array *labels, struct dataset_files *files, struct error *error)
{
	if (images->sizes[1] > SIDE_MAXIMUM || images->sizes[2] > SIDE_MAXIMUM)
		return error_set(error, images_path, "images of more than %d pixels a side", SIDE_MAXIMUM);
	if (images->sizes[0] != labels->sizes[0])
		return error_set(error, labels_path, "%u labels for %u images", labels->sizes[0], images->sizes[0]);
	if (name_classes(files, labels_path, labels, error))
		return -1;
	return add_entries(files, images_path, labels, error);
}

int idx_read(const char *images_path, const char *labels_path, struct idx_images *out, struct dataset_files *files,
	struct error *error)
{
	struct array images, labels = {0};
	*out = (struct idx_images){0};
	int result = read_array(images_path, 3, &images, error);
	if (result == 0)
		result = read_array(labels_path, 1, &labels, error);
	if (result == 0)
		result = combine(images_path, labels_path, &images, &labels, files, error);
	if (result == 0)
		*out = (struct idx_images){(int)images.sizes[2], (int)images.sizes[1], images.sizes[0], images.bytes};
	else
		free(images.bytes);
	free(labels.bytes);
	return result;
}

void idx_free(struct idx_images *images)
{
	free(images->pixels);
	*images = (struct idx_images){0};
}
